import path from 'node:path';
import { requireWritable } from '../../common/files/output.js';
import { writeWhole } from '../../common/files/writer.js';
import { orThrow } from '../../common/problems.js';
import type { Work } from '../../common/work.js';
import { type ChosenBits, chooseBits, withBits } from '../../network/bits/choose.js';
import type { Spent } from '../../network/bits/losses.js';
import { type MeasuredBits, measuredBits } from '../../network/bits/measure.js';
import { filesAndFormat, type NetworkConfig } from '../../network/config/network.js';
import { besideConfig } from '../../network/load.js';
import { calibratorOf, loadedWith, refuseTrained, testFiles } from './network.js';

export interface BitsFileOptions {
  readonly spend: Spent;
  readonly widths: readonly number[];
  readonly budget?: number;
  readonly sensitivity: boolean;
  readonly measure: boolean;
  readonly images?: number;
  readonly output?: string;
  readonly recalibrate: boolean;
}

/** What `imcgen bits` has found, and about what. */
export interface BitsFile {
  readonly config: NetworkConfig;
  readonly found: ChosenBits;
  readonly measured: MeasuredBits | undefined;
  readonly output: string | undefined;
}

/** `imcgen bits`. */
export async function bitsFile(file: string, options: BitsFileOptions, work: Work): Promise<BitsFile> {
  const { spend: spent, widths, budget, sensitivity, measure, output, recalibrate } = options;
  if (output !== undefined) requireWritable([{ path: output, kind: 'file' }], [file]);
  const loaded = await loadedWith(file, measure ? ['calibration', 'test', 'labels'] : ['calibration']);
  refuseTrained(loaded);
  const { plan } = loaded;
  const calibrator = calibratorOf(file, loaded, work, recalibrate);
  const found = orThrow(await chooseBits(plan, calibrator, { spent, widths, budget, sensitivity }));
  const measured = measure
    ? orThrow(
        await measuredBits(plan, loaded.model, calibrator, testFiles(file, loaded), found, {
          ...{ engine: 'onnx', most: options.images },
          ...work,
        }),
      )
    : undefined;
  if (output !== undefined && found.chosen !== undefined) {
    const config = movedTo(output, file, withBits(plan.config, plan, found.chosen.bits));
    writeWhole(output, `${JSON.stringify(config, null, 2)}\n`);
  }
  return { config: plan.config, found, measured, output };
}

/** A config that names the same files from the folder of another file. */
function movedTo(output: string, file: string, config: NetworkConfig): NetworkConfig {
  const { $schema: _, images, ...rest } = config;
  const moved = (name: string) =>
    path.isAbsolute(name) ? name : path.relative(path.dirname(output), besideConfig(file, name)) || name;
  const { files: all, format } = filesAndFormat(images);
  const named = Object.entries(all).filter(([, name]) => name !== undefined);
  const files = Object.fromEntries(named.map(([key, name]) => [key, moved(name!)]));
  return { ...rest, model: moved(config.model), images: { ...files, ...format } };
}
