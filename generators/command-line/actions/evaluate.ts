import { evaluateShard } from '../../campaign/shards/evaluate.js';
import { orThrow } from '../../common/problems.js';
import type { Shard } from '../../common/shard.js';
import { requireTools } from '../../common/tool.js';
import type { Work } from '../../common/work.js';
import type { CalibratedNetwork } from '../../network/calibrate/calibrator.js';
import { calibratedNetwork } from '../../network/calibrated.js';
import type { NetworkConfig } from '../../network/config/network.js';
import type { SimulatedMacro } from '../../network/cosim/simulate.js';
import type { NetworkHardware } from '../../network/engine/hardware.js';
import { type Evaluation, evaluateNetwork } from '../../network/evaluate/evaluate.js';
import { macrosOf } from '../../network/plan/plan.js';
import { loadedWith, type TestOptions, testFiles } from './network.js';

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
  if (cosim !== undefined) {
    const { COMMANDS } = await import('../../checks/cosim/simulator.js');
    requireTools(...COMMANDS.icarus);
  }
  const loaded = await loadedWith(file, ['calibration', 'test', 'labels']);
  const files = testFiles(file, loaded);
  const calibrated = orThrow(await calibratedNetwork(file, loaded, work, recalibrate));
  const { hardware, key, reused } = calibrated;
  const simulated =
    cosim === undefined ? undefined : await simulatedMacros(hardware, files.test, cosim, work);
  const options = { engine, most: images, threads, ...work };
  const evaluation = orThrow(await evaluateNetwork(hardware, loaded.model, files, options));
  const about = { config: loaded.plan.config, macros: macrosOf(loaded.plan), calibration: { key, reused } };
  return { ...about, evaluation, test: files.test, simulated };
}

async function simulatedMacros(hardware: NetworkHardware, images: string, macros: number, work: Work) {
  const { cosimNetwork } = await import('../../network/cosim/simulate.js');
  return orThrow(await cosimNetwork(hardware, images, { macros, ...work }));
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
