import type { ChipItem } from '../../campaign/chips/chips.js';
import {
  type ChipOptions,
  chipEvaluationOf,
  type HardwareOf,
  withChips,
} from '../../campaign/chips/chips.js';
import type { ChipSetting } from '../../campaign/chips/summary.js';
import type { CornerName } from '../../campaign/montecarlo/corners.js';
import { type ChipFiles, chipsShard, type TestedChips } from '../../campaign/shards/chips.js';
import { orThrow } from '../../common/problems.js';
import type { Shard } from '../../common/shard.js';
import type { Work } from '../../common/work.js';
import { parse } from '../../macro/config/parse.js';
import { calibratedNetwork } from '../../network/calibrated.js';
import { networkSchema } from '../../network/config/network.js';
import { rivalConfig, rivalsOf } from '../../network/evaluate/compare.js';
import type { InferenceEngine } from '../../network/evaluate/forms.js';
import { besideConfig, type LoadedNetwork } from '../../network/load.js';
import { planNetwork } from '../../network/plan/plan.js';
import type { CompareOptions } from './compare.js';
import { foundDie } from './die.js';
import { calibratorOf, loadedWith, refuseTrained, testFiles } from './network.js';

/** Options of `imcgen evaluate --dies`. */
export interface ChipFlags extends Pick<CompareOptions, 'images' | 'recalibrate' | 'threads'> {
  /** What computes the chips. */
  readonly engine: InferenceEngine;
  /** How many chips. */
  readonly dies: number;
  /** Seed of the first one. */
  readonly seed: number;
  /** File with a die section, in the place of that of the network. */
  readonly die?: string;
  readonly corner: readonly CornerName[];
  readonly weights?: CompareOptions['weights'];
  readonly granularity?: CompareOptions['granularity'];
}

/** `imcgen evaluate --dies`. */
export async function evaluateChips(file: string, flags: ChipFlags, work: Work): Promise<TestedChips> {
  const { loaded, hardwareOf, files, options } = await chipWork(file, flags, work);
  const { plan, model } = loaded;
  const { die, seed, settings } = options;
  const evaluation = orThrow(
    await withChips(plan, model, hardwareOf, files, options, async ({ images, items, run }) => {
      const found: ChipItem[] = [];
      await run({ from: 0, to: items }, (item) => found.push(item));
      return orThrow(chipEvaluationOf(images, settings, found));
    }),
  );
  return { config: plan.config, die, seed, test: files.test, evaluation };
}

/** `imcgen evaluate --dies --shard`. */
export async function evaluateChipsShard(
  file: string,
  flags: ChipFlags,
  work: Work,
  shard: Shard,
  output: string,
): Promise<string> {
  const { loaded, hardwareOf, files, options } = await chipWork(file, flags, work);
  return chipsShard(loaded, hardwareOf, files, options, shard, output);
}

async function chipWork(file: string, flags: ChipFlags, work: Work) {
  const loaded = await loadedWith(file, ['calibration', 'test', 'labels']);
  const { config } = loaded.plan;
  const { die, source } = await foundDie(flags.die, config.macro.die, { file, path: 'macro.die' });
  const files: ChipFiles = {
    ...testFiles(file, loaded),
    calibration: loaded.trained === undefined ? besideConfig(file, config.images.calibration!) : undefined,
  };
  const { images: most, threads, dies: chips, seed } = flags;
  const settings = settingsOf(loaded, flags);
  const options: ChipOptions = {
    ...{ most, threads, chips, seed, die, settings },
    ...(flags.engine === 'onnx' && { graphSource: source }),
    ...work,
  };
  return { loaded, hardwareOf: hardwareFor(file, loaded, flags, work), files, options };
}

/** Hardware as the config has it, or with other weights; rivals leave other overrides out, as in `imcgen compare`. */
function settingsOf(
  loaded: LoadedNetwork,
  { weights, granularity, corner: corners }: ChipFlags,
): ChipSetting[] {
  if (weights === undefined && granularity === undefined) return corners.map((corner) => ({ corner }));
  refuseTrained(loaded);
  const { config } = loaded.plan;
  const { method, digits } = config.weights;
  const rivals = rivalsOf({
    weights: weights ?? [{ method, digits: method === 'digits' ? digits : [1] }],
    granularities: granularity ?? [config.weights.granularity],
    ...{ bits: [config.macro.adc.bits], levels: [config.levels.method] },
  });
  return rivals.flatMap((rival) => corners.map((corner) => ({ rival, corner })));
}

function hardwareFor(
  file: string,
  loaded: LoadedNetwork,
  { recalibrate }: ChipFlags,
  work: Work,
): HardwareOf {
  const { plan } = loaded;
  return async (rival) => {
    if (rival === undefined) return calibratedNetwork(file, loaded, work, recalibrate);
    const own = parse(plan.file, networkSchema, rivalConfig(plan.config, plan, rival));
    const planned = own.ok ? planNetwork(own.value, plan.network, plan.file) : own;
    return planned.ok ? calibratorOf(file, loaded, work, recalibrate).calibrate(planned.value) : planned;
  };
}
