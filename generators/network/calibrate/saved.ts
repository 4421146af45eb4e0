import { createHash } from 'node:crypto';
import { createReadStream, readFileSync } from 'node:fs';
import { homedir } from 'node:os';
import path from 'node:path';
import { writeWhole } from '../../common/files/writer.js';
import { InvalidInput, orThrow } from '../../common/problems.js';
import { VERSION } from '../../common/version.js';
import { filesAndFormat } from '../config/network.js';
import { arraysOf } from '../engine/arrays.js';
import type { LayerHardware, NetworkHardware } from '../engine/hardware.js';
import type { Requantizer } from '../engine/requantizer.js';
import type { NetworkPlan } from '../plan/plan.js';
import { programmed, type SumLevels } from './tile-levels.js';

/** To be raised with every change of calibration that gives other numbers: what was saved before is no longer found. */
const REVISION = 1;

/** What calibration has found, and no more: all else follows from the config and the model. */
interface Saved {
  readonly scales: Readonly<Record<string, number>>;
  readonly pools: Readonly<Record<string, SavedRequantizer>>;
  readonly layers: Readonly<
    Record<string, { readonly levels: readonly SumLevels[]; readonly requantizer: SavedRequantizer }>
  >;
}

interface SavedRequantizer {
  readonly factors: readonly number[];
  readonly biases: readonly number[];
  readonly shift: number;
  readonly low: number;
  readonly high: number;
}

/**
 * sha256, in hexadecimal, of all that a calibration follows from: the model, the images, the settings, this version. Names of
 * files and of the network do not change it.
 *
 * @param images hash of the file of calibration images
 */
export function calibrationKey({ config }: NetworkPlan, model: Uint8Array, images: string): string {
  const { $schema, name, model: _, images: described, ...settings } = config;
  const { format } = filesAndFormat(described);
  // Levels are those of the ideal macros: dies change nothing of them.
  const { die, ...macro } = settings.macro;
  return createHash('sha256')
    .update(JSON.stringify([VERSION, REVISION, images, format, { ...settings, macro }]))
    .update(model)
    .digest('hex');
}

/** sha256 of a file, in hexadecimal. */
export async function fileHash(file: string): Promise<string> {
  const hash = createHash('sha256');
  for await (const piece of createReadStream(file)) hash.update(piece as Buffer);
  return hash.digest('hex');
}

/**
 * Where calibrations are kept: `IMCGEN_CACHE`, or `imcgen` in the user's folder of such files. Empty: they are not.
 */
function fileOf(key: string): string | undefined {
  const { IMCGEN_CACHE, XDG_CACHE_HOME } = process.env;
  const folder = IMCGEN_CACHE ?? path.join(XDG_CACHE_HOME || path.join(homedir(), '.cache'), 'imcgen');
  return folder === '' ? undefined : path.join(folder, `calibration-${key.slice(0, 32)}.json`);
}

/** The calibrated network of an earlier run; undefined where there is none that can be read. */
export function savedUnder(key: string, plan: NetworkPlan): NetworkHardware | undefined {
  const file = fileOf(key);
  if (file === undefined) return undefined;
  try {
    const { key: found, ...saved } = JSON.parse(readFileSync(file, 'utf8')) as Saved & { key: string };
    return found === key ? restored(plan, saved) : undefined;
  } catch {
    // Not there, or not whole: it is made anew, and written over.
    return undefined;
  }
}

/** Keeps a calibrated network. Where nothing can be written, the next run calibrates again. */
export function save(key: string, hardware: NetworkHardware): void {
  const file = fileOf(key);
  if (file === undefined) return;
  try {
    writeWhole(file, `${JSON.stringify({ key, ...toSave(hardware) })}\n`);
  } catch (error) {
    if (!(error instanceof InvalidInput)) throw error;
  }
}

export function toSave({ scales, pools, layers }: NetworkHardware): Saved {
  return {
    scales: Object.fromEntries(scales),
    pools: Object.fromEntries([...pools].map(([name, pool]) => [name, plain(pool)])),
    layers: Object.fromEntries(
      [...layers].map(([name, { plan, arrays, requantizer }]) => {
        const levels = Array.from({ length: plan.levelSets }, (_, set) => {
          const { references, outputs } = arrays.find(({ levelSet }) => levelSet === set)!.macro.levels[0]!;
          return { references, outputs };
        });
        return [name, { levels, requantizer: plain(requantizer) }];
      }),
    ),
  };
}

/** @throws where something is missing, or breaks a rule of the plan */
export function restored(plan: NetworkPlan, saved: Saved): NetworkHardware {
  const layers = plan.layers.map((layer): [string, LayerHardware] => {
    const { name } = layer.rule.step;
    const { levels, requantizer } = saved.layers[name]!;
    const arrays = layer.macros === 0 ? [] : orThrow(programmed(plan, layer, arraysOf(plan, layer), levels));
    return [name, { plan: layer, arrays, requantizer: typed(requantizer) }];
  });
  return {
    plan,
    scales: new Map(Object.entries(saved.scales)),
    layers: new Map(layers),
    pools: new Map(Object.entries(saved.pools).map(([name, pool]) => [name, typed(pool)])),
  };
}

function plain({ factors, biases, ...rest }: Requantizer): SavedRequantizer {
  return { factors: [...factors], biases: [...biases], ...rest };
}

function typed({ factors, biases, ...rest }: SavedRequantizer): Requantizer {
  return { factors: Int32Array.from(factors), biases: Int32Array.from(biases), ...rest };
}
