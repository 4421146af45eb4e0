import { captureShard } from '../../campaign/shards/capture.js';
import { compareShard } from '../../campaign/shards/compare.js';
import { evaluateShard } from '../../campaign/shards/evaluate.js';
import { COMMANDS } from '../../checks/cosim/simulator.js';
import { requireWritable } from '../../common/files/output.js';
import { writeNewFiles, writeWhole } from '../../common/files/writer.js';
import { failure, orThrow } from '../../common/problems.js';
import type { Shard } from '../../common/shard.js';
import { requireTools } from '../../common/tool.js';
import type { Method } from '../../levels/calibrate/options.js';
import { type CalibratedNetwork, Calibrator } from '../../network/calibrate/calibrator.js';
import { calibratedNetwork } from '../../network/calibrated.js';
import { type Capture, captureTensors } from '../../network/capture/capture.js';
import type { Granularity, NetworkConfig } from '../../network/config/network.js';
import { cosimNetwork, type SimulatedMacro } from '../../network/cosim/simulate.js';
import { type Axes, compareMethods } from '../../network/evaluate/compare.js';
import { type Evaluation, evaluateNetwork } from '../../network/evaluate/evaluate.js';
import type { InferenceEngine } from '../../network/evaluate/forms.js';
import type { TestFiles } from '../../network/evaluate/held-out.js';
import { hardwareGraph } from '../../network/export/onnx.js';
import { besideConfig, type LoadedNetwork, loadNetwork, unnamed } from '../../network/load.js';
import { WEIGHT_CHOICES, type WeightChoice } from '../../network/plan/compare-weights.js';
import { macrosOf } from '../../network/plan/plan.js';
import { pytorchFiles } from '../../network/pytorch/module.js';

/** What `imcgen evaluate` has found, and about what. */
export interface EvaluatedFile {
  readonly config: NetworkConfig;
  /** Macros of all layers. */
  readonly macros: number;
  readonly calibration: Pick<CalibratedNetwork, 'key' | 'reused'>;
  readonly evaluation: Evaluation;
  readonly test: string;
  /** Macros whose Verilog was simulated, where that was asked for. */
  readonly simulated: readonly SimulatedMacro[] | undefined;
}

/** What is told as work goes on, and what may stop it. */
export interface Work {
  readonly onProgress: (done: number, total: number, name: string) => void;
  readonly stop: AbortSignal;
}

/** Options of commands that calibrate and test. */
export interface TestOptions {
  readonly engine: InferenceEngine;
  /** Images that are tested, from the first. */
  readonly images?: number;
  /** Calibrate also what an earlier run calibrated. */
  readonly recalibrate: boolean;
  /** Threads that compute; as many as there are cores where left out. */
  readonly threads?: number;
}

export interface EvaluateOptions extends TestOptions {
  /** Macros whose Verilog is simulated; none where left out. */
  readonly cosim?: number;
}

/** `imcgen evaluate`. */
export async function evaluateFile(
  file: string,
  { engine, images, recalibrate, cosim, threads }: EvaluateOptions,
  work: Work,
): Promise<EvaluatedFile> {
  if (cosim !== undefined) requireTools(...COMMANDS.icarus);
  const loaded = await loadedWith(file, ['calibration', 'test', 'labels']);
  const files = testFiles(file, loaded);
  const calibrated = orThrow(await calibratedNetwork(file, loaded, work, recalibrate));
  const { hardware, key, reused } = calibrated;
  const simulated =
    cosim === undefined
      ? undefined
      : orThrow(await cosimNetwork(hardware, files.test, { macros: cosim, ...work }));
  const options = { engine, most: images, threads, ...work };
  const evaluation = orThrow(await evaluateNetwork(hardware, loaded.model, files, options));
  const about = { config: loaded.plan.config, macros: macrosOf(loaded.plan), calibration: { key, reused } };
  return { ...about, evaluation, test: files.test, simulated };
}

/** `imcgen evaluate --shard`. */
export async function evaluateFileShard(
  file: string,
  { engine, images, recalibrate, threads }: TestOptions,
  work: Work,
  shard: Shard,
  output: string,
): Promise<string> {
  const loaded = await loadedWith(file, ['calibration', 'test', 'labels']);
  const calibrated = orThrow(await calibratedNetwork(file, loaded, work, recalibrate));
  const options = { engine, most: images, threads, ...work };
  return evaluateShard(calibrated, loaded.model, testFiles(file, loaded), options, shard, output);
}

/** Axes of `imcgen compare`; what is left out stays as the config has it. */
export interface CompareOptions extends TestOptions {
  readonly weights?: readonly WeightChoice[];
  readonly granularity?: readonly Granularity[];
  readonly bits?: readonly number[];
  readonly levels?: readonly Method[];
}

/** `imcgen compare`. */
export async function compareFile(file: string, options: CompareOptions, work: Work) {
  const { loaded, files, axes, settings } = await comparisonWork(file, options, work);
  const calibrator = calibratorOf(file, loaded, work, options.recalibrate);
  const { plan, model } = loaded;
  const comparison = orThrow(await compareMethods(plan, model, calibrator, files, axes, settings));
  return { config: plan.config, comparison, test: files.test };
}

/** `imcgen compare --shard`. */
export async function compareFileShard(
  file: string,
  options: CompareOptions,
  work: Work,
  shard: Shard,
  output: string,
): Promise<string> {
  const { loaded, files, axes, settings } = await comparisonWork(file, options, work);
  const { plan, model } = loaded;
  const calibrator = calibratorOf(file, loaded, work, options.recalibrate);
  const calibration = besideConfig(file, plan.config.images.calibration!);
  return compareShard(plan, model, { calibrator, calibration }, files, axes, settings, shard, output);
}

async function comparisonWork(file: string, options: CompareOptions, work: Work) {
  const loaded = await loadedWith(file, ['calibration', 'test', 'labels']);
  refuseTrained(loaded);
  const { config } = loaded.plan;
  const axes: Axes = {
    weights: options.weights ?? WEIGHT_CHOICES,
    granularities: options.granularity ?? [config.weights.granularity],
    bits: options.bits ?? [config.macro.adc.bits],
    levels: options.levels ?? [...new Set<Method>(['linear', 'linear-clipped', config.levels.method])],
  };
  const { engine, images: most, threads } = options;
  return { loaded, files: testFiles(file, loaded), axes, settings: { engine, most, threads, ...work } };
}

export interface CaptureFileOptions {
  readonly output: string;
  readonly tensors?: readonly string[];
  readonly images: 'calibration' | 'test';
  readonly count?: number;
  readonly threads?: number;
}

/** `imcgen capture`. */
export async function captureFile(
  file: string,
  { output, tensors: names, images, count, threads }: CaptureFileOptions,
  work: Work,
): Promise<Capture> {
  requireWritable([{ path: output, kind: 'folder' }], [file]);
  const { plan, model, from } = await capturedFrom(file, images);
  return orThrow(await captureTensors(plan, model, from, output, { names, count, threads, ...work }));
}

/** `imcgen capture --shard`. */
export async function captureFileShard(
  file: string,
  { tensors: names, images, count, threads }: CaptureFileOptions,
  work: Work,
  shard: Shard,
  output: string,
): Promise<string> {
  const { plan, model, from } = await capturedFrom(file, images);
  return captureShard(plan, model, from, { names, count, threads, ...work }, shard, output);
}

/** A network and the images that its tensors are captured of, whether it was trained or not. */
async function capturedFrom(file: string, images: CaptureFileOptions['images']) {
  const { plan, model } = await loadedWith(file, []);
  const missing = unnamed(plan, [images]);
  if (missing !== undefined) orThrow(missing);
  return { plan, model, from: besideConfig(file, plan.config.images[images]!) };
}

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
  if (pytorch) refuseTrained(loaded);
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

/** Commands that calibrate anew have no use for what was trained on one hardware. */
export function refuseTrained({ plan: { file }, trained }: LoadedNetwork): void {
  if (trained === undefined) return;
  const message = 'has whole weights and levels of this one hardware, and this command starts from the model';
  orThrow(failure({ file, path: 'trained', message, fix: 'Leave "trained" out.' }));
}

/** A planned network whose config names the files that a command needs. */
export async function loadedWith(
  file: string,
  keys: readonly ('calibration' | 'test' | 'labels')[],
): Promise<LoadedNetwork> {
  const loaded = orThrow(await loadNetwork(file));
  const needed = keys.filter((key) => key !== 'calibration' || loaded.trained === undefined);
  const missing = unnamed(loaded.plan, needed);
  if (missing !== undefined) orThrow(missing);
  return loaded;
}

export function testFiles(file: string, { plan }: LoadedNetwork): TestFiles {
  const { test, labels } = plan.config.images;
  return { test: besideConfig(file, test!), labels: besideConfig(file, labels!) };
}

export function calibratorOf(
  file: string,
  { plan, model }: LoadedNetwork,
  work: Work,
  again: boolean,
): Calibrator {
  return new Calibrator(model, besideConfig(file, plan.config.images.calibration!), work, again);
}
