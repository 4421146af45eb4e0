import { requireWritable } from '../../common/files/output.js';
import { writeNewFiles, writeWhole } from '../../common/files/writer.js';
import { InvalidInput, orThrow } from '../../common/problems.js';
import type { Work } from '../../common/work.js';
import { calibratedNetwork } from '../../network/calibrated.js';
import { constantsOfSection } from '../../network/engine/die-models.js';
import { graphDies } from '../../network/export/exact.js';
import { hardwareGraph } from '../../network/export/onnx.js';
import { macrosOf } from '../../network/plan/plan.js';
import { pytorchFiles, untrainable } from '../../network/pytorch/module.js';
import { foundDie } from './die.js';
import { loadedWith, refuseTrained } from './network.js';

export interface ExportFileOptions {
  readonly output: string;
  /** Converters as MultiThreshold. */
  readonly qonnx: boolean;
  /** A PyTorch module in place of a graph; the output is a folder. */
  readonly pytorch: boolean;
  readonly recalibrate: boolean;
  /** The macros on this chip, in the place of ideal ones. */
  readonly seed?: number;
  /** File with a die section, in the place of that of the network; chip 1 where no seed is given. */
  readonly die?: string;
}

/** `imcgen export`. */
export async function exportFile(
  file: string,
  { output, qonnx, pytorch, recalibrate, seed, die }: ExportFileOptions,
  work: Work,
) {
  requireWritable([{ path: output, kind: pytorch ? 'folder' : 'file' }], [file]);
  const loaded = await loadedWith(file, ['calibration']);
  if (pytorch) {
    refuseTrained(loaded);
    const problems = untrainable(loaded.plan);
    if (problems.length > 0) throw new InvalidInput(problems);
  }
  const onDies = seed !== undefined || die !== undefined;
  const place = { file, path: 'macro.die' };
  const found = onDies ? await foundDie(die, loaded.plan.config.macro.die, place) : undefined;
  const { hardware } = orThrow(await calibratedNetwork(file, loaded, work, recalibrate));
  const { layers } = loaded.plan;
  const written = { file: output, layers: layers.length, macros: macrosOf(loaded.plan) };
  if (pytorch) {
    const files = pytorchFiles(hardware);
    orThrow(await writeNewFiles(output, files, { force: true }));
    const bytes = files.reduce((sum, { text }) => sum + Buffer.byteLength(text), 0);
    return { ...written, bytes };
  }
  const chip = seed ?? 1;
  const dies = found && orThrow(graphDies(hardware, constantsOfSection(found.die), chip, found.source));
  const graph = hardwareGraph(hardware, qonnx ? 'qonnx' : 'standard', dies);
  writeWhole(output, graph);
  return { ...written, ...(dies && { die: chip }), bytes: graph.length };
}
