import { compareShard } from '../../campaign/shards/compare.js';
import { orThrow } from '../../common/problems.js';
import type { Shard } from '../../common/shard.js';
import type { Work } from '../../common/work.js';
import type { Method } from '../../levels/calibrate/options.js';
import type { Granularity } from '../../network/config/network.js';
import { type Axes, compareMethods } from '../../network/evaluate/compare.js';
import { besideConfig } from '../../network/load.js';
import { WEIGHT_CHOICES, type WeightChoice } from '../../network/plan/compare-weights.js';
import { calibratorOf, loadedWith, refuseTrained, type TestOptions, testFiles } from './network.js';

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
