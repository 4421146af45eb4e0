import { failure, type Problem, type Result, success } from '../../common/problems.js';
import type { Method } from '../../levels/calibrate/options.js';
import { parse } from '../../macro/config/parse.js';
import type { Calibrator } from '../calibrate/calibrator.js';
import { type Granularity, type NetworkConfig, networkSchema } from '../config/network.js';
import { overridesByLayer } from '../config/rules.js';
import type { OnnxFile } from '../onnx/model.js';
import type { WeightChoice } from '../plan/compare-weights.js';
import { type NetworkPlan, planNetwork } from '../plan/plan.js';
import { floatForm, hardwareForm, type Score } from './forms.js';
import { type EvaluationOptions, type TestFiles, withTestImages } from './held-out.js';

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
  const { network, config } = plan;
  const rivals = rivalsOf(axes);
  return withTestImages(plan, files, options, async ({ images, shape, score }) => {
    const float = await score(await floatForm(model, shape), 'float model');
    const rows: (ComparedRow | RefusedRow)[] = [];
    for (const [at, rival] of rivals.entries()) {
      const own = parse(plan.file, networkSchema, rivalConfig(config, plan, rival));
      const planned = own.ok ? planNetwork(own.value, network, plan.file) : own;
      const made = planned.ok ? await calibrator.calibrate(planned.value) : planned;
      if (!made.ok) {
        rows.push({ ...rival, problems: made.problems });
        continue;
      }
      const { hardware } = made.value;
      const name = `row ${at + 1} of ${rivals.length}: held-out images`;
      const found = await score(await hardwareForm(options.engine, hardware), name);
      rows.push({ ...rival, ...costOf(hardware.plan), score: found });
    }
    const refused = rows.filter((row) => 'problems' in row);
    if (refused.length === rows.length) return failure(...refused[0]!.problems);
    return success({ images: images.count, float, rows });
  });
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
