import { requireWritable } from '../../common/files/output.js';
import { writeNewFiles, writeWhole } from '../../common/files/writer.js';
import { InvalidInput, orThrow } from '../../common/problems.js';
import type { Work } from '../../common/work.js';
import { calibratedNetwork } from '../../network/calibrated.js';
import { hardwareGraph } from '../../network/export/onnx.js';
import { macrosOf } from '../../network/plan/plan.js';
import { pytorchFiles, untrainable } from '../../network/pytorch/module.js';
import { loadedWith, refuseTrained } from './network.js';

export interface ExportFileOptions {
  readonly output: string;
  /** Converters as MultiThreshold. */
  readonly qonnx: boolean;
  /** A PyTorch module in place of a graph; the output is a folder. */
  readonly pytorch: boolean;
  readonly recalibrate: boolean;
}

/** `imcgen export`. */
export async function exportFile(
  file: string,
  { output, qonnx, pytorch, recalibrate }: ExportFileOptions,
  work: Work,
) {
  requireWritable([{ path: output, kind: pytorch ? 'folder' : 'file' }], [file]);
  const loaded = await loadedWith(file, ['calibration']);
  if (pytorch) {
    refuseTrained(loaded);
    const problems = untrainable(loaded.plan);
    if (problems.length > 0) throw new InvalidInput(problems);
  }
  const { hardware } = orThrow(await calibratedNetwork(file, loaded, work, recalibrate));
  const { layers } = loaded.plan;
  const written = { file: output, layers: layers.length, macros: macrosOf(loaded.plan) };
  if (pytorch) {
    const files = pytorchFiles(hardware);
    orThrow(await writeNewFiles(output, files, { force: true }));
    const bytes = files.reduce((sum, { text }) => sum + Buffer.byteLength(text), 0);
    return { ...written, bytes };
  }
  const graph = hardwareGraph(hardware, qonnx ? 'qonnx' : 'standard');
  writeWhole(output, graph);
  return { ...written, bytes: graph.length };
}
