import { requireWritable } from '../../common/files/output.js';
import { writeWhole } from '../../common/files/writer.js';
import { orThrow } from '../../common/problems.js';
import { calibrated, unnamed } from '../../network/calibrate/network.js';
import type { NetworkHardware } from '../../network/engine/hardware.js';
import { type Evaluation, evaluateNetwork } from '../../network/evaluate/evaluate.js';
import { hardwareGraph } from '../../network/export/onnx.js';
import { besideConfig, type LoadedNetwork, loadNetwork } from '../../network/load.js';

/** What `imcgen evaluate` has found, and about what. */
export interface EvaluatedFile {
  readonly hardware: NetworkHardware;
  readonly evaluation: Evaluation;
  readonly test: string;
}

/** What is told as work goes on, and what may stop it. */
export interface Work {
  readonly onProgress: (done: number, total: number, name: string) => void;
  readonly stop: AbortSignal;
}

/** `imcgen evaluate`. */
export async function evaluateFile(
  file: string,
  { engine, images }: { readonly engine: 'onnx' | 'golden'; readonly images?: number },
  work: Work,
): Promise<EvaluatedFile> {
  const loaded = orThrow(await loadNetwork(file));
  const { plan, model } = loaded;
  const missing = unnamed(plan, ['calibration', 'test', 'labels']);
  if (missing !== undefined) orThrow(missing);
  const { test, labels } = plan.config.images;
  const files = { test: besideConfig(file, test!), labels: besideConfig(file, labels!) };
  const hardware = await hardwareOf(file, loaded, work);
  const evaluation = orThrow(
    await evaluateNetwork(hardware, model, files, { engine, most: images, ...work }),
  );
  return { hardware, evaluation, test: files.test };
}

/** `imcgen export`. */
export async function exportFile(file: string, output: string, work: Work) {
  requireWritable([{ path: output, kind: 'file' }], [file]);
  const loaded = orThrow(await loadNetwork(file));
  const missing = unnamed(loaded.plan, ['calibration']);
  if (missing !== undefined) orThrow(missing);
  const graph = hardwareGraph(await hardwareOf(file, loaded, work));
  writeWhole(output, graph);
  const { layers } = loaded.plan;
  const macros = layers.reduce((sum, layer) => sum + layer.macros, 0);
  return { file: output, bytes: graph.length, layers: layers.length, macros };
}

async function hardwareOf(
  file: string,
  { plan, model }: LoadedNetwork,
  work: Work,
): Promise<NetworkHardware> {
  const images = besideConfig(file, plan.config.images.calibration!);
  return orThrow(await calibrated(plan, model, images, work));
}
