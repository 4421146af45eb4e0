import { failure, type Problem, type Result, success } from '../../common/problems.js';
import type { Range } from '../../common/shard.js';
import type { Method } from '../../levels/calibrate/options.js';
import { parse } from '../../macro/config/parse.js';
import type { Calibrator } from '../calibrate/calibrator.js';
import { type Granularity, type NetworkConfig, networkSchema } from '../config/network.js';
import { overridesByLayer } from '../config/rules.js';
import type { OnnxFile } from '../onnx/model.js';
import type { WeightChoice } from '../plan/compare-weights.js';
import { type NetworkPlan, planNetwork } from '../plan/plan.js';
import { floatForm, hardwareForm, type Score } from './forms.js';
import { collected, type EvaluationOptions, type TestFiles, withTestImages } from './held-out.js';

/** What is varied; each combination is a row. */
export interface Axes {
  readonly weights: readonly WeightChoice[];
  readonly granularities: readonly Granularity[];
  readonly bits: readonly number[];
  readonly levels: readonly Method[];
}

/** One combination. */
export interface Rival extends WeightChoice {
  readonly granularity: Granularity;
  readonly bits: number;
  readonly levels: Method;
}

export interface ComparedRow extends Rival {
  /** Squared error over sum of squared weights: mean over the layers on macros. */
  readonly weightError: number;
  /** Cells that hold weights, and those of them that conduct. */
  readonly cells: number;
  readonly usedCells: number;
  /** Clock cycles of the slowest layer: what a sample takes in a pipeline of layers. */
  readonly cycles: number;
  readonly score: Score;
}

/** A combination that cannot be built, and why. */
export interface RefusedRow extends Rival {
  readonly problems: readonly Problem[];
}

export interface Comparison {
  readonly images: number;
  readonly float: Score;
  readonly rows: readonly (ComparedRow | RefusedRow)[];
}

/** What a part of a comparison gives: the float model, or a combination. */
export type ComparedItem = { readonly float: Score } | ComparedRow | RefusedRow;

/** A comparison that is ready to be made, whole or in parts. */
export interface PreparedComparison {
  readonly images: number;
  /** The float model, and the combinations. */
  readonly items: number;
  readonly run: (range: Range) => AsyncGenerator<ComparedItem>;
}

/**
 * Accuracy of every combination on the same held-out images, each calibrated and matched in the same way on the same
 * calibration images. Layers that the config has on digital units stay there; other overrides do not count.
 *
 * @throws MissingTool without onnxruntime, Interrupted where `stop` aborts
 */
export async function compareMethods(
  plan: NetworkPlan,
  model: OnnxFile,
  calibrator: Calibrator,
  files: TestFiles,
  axes: Axes,
  options: EvaluationOptions,
): Promise<Result<Comparison>> {
  const found = await withComparison(plan, model, calibrator, files, axes, options, async (ready) => {
    const items = await collected(ready.run({ from: 0, to: ready.items }));
    return comparisonOf(ready.images, items);
  });
  return found.ok ? found.value : found;
}

/**
 * Prepares {@link compareMethods} or a part of it.
 *
 * @throws as {@link compareMethods}
 */
export async function withComparison<Value>(
  plan: NetworkPlan,
  model: OnnxFile,
  calibrator: Calibrator,
  files: TestFiles,
  axes: Axes,
  options: EvaluationOptions,
  work: (ready: PreparedComparison) => Promise<Value>,
): Promise<Result<Value>> {
  const { network, config } = plan;
  const { engine, threads } = options;
  const rivals = rivalsOf(axes);
  return withTestImages(plan, files, options, async ({ images, shape, score }) => {
    const run: PreparedComparison['run'] = async function* ({ from, to }) {
      for (let at = from; at < to; at++) {
        const rival = rivals[at - 1];
        if (rival === undefined) {
          yield { float: await score(await floatForm(model, shape, threads), 'float model') };
          continue;
        }
        const own = parse(plan.file, networkSchema, rivalConfig(config, plan, rival));
        const planned = own.ok ? planNetwork(own.value, network, plan.file) : own;
        const made = planned.ok ? await calibrator.calibrate(planned.value) : planned;
        if (!made.ok) {
          yield { ...rival, problems: made.problems };
          continue;
        }
        const { hardware } = made.value;
        const name = `row ${at} of ${rivals.length}: held-out images`;
        const found = await score(await hardwareForm(engine, hardware, threads), name);
        yield { ...rival, ...costOf(hardware.plan), score: found };
      }
    };
    return success(await work({ images: images.count, items: 1 + rivals.length, run }));
  });
}

/** All parts together; a failure where no combination can be built. */
export function comparisonOf(
  images: number,
  [first, ...others]: readonly ComparedItem[],
): Result<Comparison> {
  const { float } = first as { readonly float: Score };
  const rows = others as readonly (ComparedRow | RefusedRow)[];
  const refused = rows.filter((row) => 'problems' in row);
  if (refused.length === rows.length) return failure(...refused[0]!.problems);
  return success({ images, float, rows });
}

export function rivalsOf({ weights, granularities, bits, levels }: Axes): Rival[] {
  return weights.flatMap((choice) =>
    granularities.flatMap((granularity) =>
      bits.flatMap((width) =>
        levels.map((method) => ({ ...choice, granularity, bits: width, levels: method })),
      ),
    ),
  );
}

/** The config with one combination in it. */
export function rivalConfig(
  config: NetworkConfig,
  { layers, network }: NetworkPlan,
  { method, digits, granularity, bits, levels }: Rival,
): NetworkConfig {
  const known = overridesByLayer(config, network);
  // What a digital layer takes its weights from must not change with the row either.
  const overrides = layers
    .filter(({ macros }) => macros === 0)
    .map(({ rule }) => ({
      ...known.get(rule.step.name),
      ...{ layer: rule.step.name, on: 'digital' as const, weights: rule.method },
      ...{ granularity: rule.granularity, ...(rule.method === 'digits' && { digits: [...rule.digits] }) },
    }));
  return {
    ...config,
    macro: { ...config.macro, adc: { ...config.macro.adc, bits } },
    weights: { method, digits: method === 'digits' ? [...digits] : config.weights.digits, granularity },
    levels: { ...config.levels, method: levels },
    overrides,
  };
}

function costOf({ layers }: NetworkPlan) {
  const onMacros = layers.filter(({ macros }) => macros > 0);
  const sum = (list: readonly number[]) => list.reduce((total, each) => total + each, 0);
  return {
    weightError: sum(onMacros.map(({ weights }) => weights.relativeError)) / Math.max(1, onMacros.length),
    cells: sum(onMacros.map(({ cells }) => cells)),
    usedCells: sum(onMacros.map(({ weights }) => weights.usedCells)),
    cycles: Math.max(0, ...onMacros.map(({ sampleCycles }) => sampleCycles)),
  };
}
