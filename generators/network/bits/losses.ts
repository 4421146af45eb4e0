import { type Result, success } from '../../common/problems.js';
import { meanSquaredError } from '../../levels/calibrate/quantizer.js';
import type { LayerSums } from '../calibrate/calibrate.js';
import type { Calibrator } from '../calibrate/calibrator.js';
import { levelSettings, referenceBlock, sumLevels } from '../calibrate/tile-levels.js';
import { arraysOf } from '../engine/arrays.js';
import type { LayerPlan, NetworkPlan } from '../plan/plan.js';
import type { Choice } from './frontier.js';

/** What bits are spent on. */
export type Spent = 'steps' | 'cells';

/** A layer on macros, and what each width of its ADCs costs and loses. */
export interface LayerLosses {
  readonly layer: LayerPlan;
  readonly widths: readonly {
    readonly bits: number;
    /** Ramp steps of all conversions of a sample: macros of a layer convert at the same time. */
    readonly steps: number;
    /** Reference cells of all its macros. */
    readonly cells: number;
    /** Mean squared error that the ADCs leave in the sums of the layer, over the variance of these sums. */
    readonly loss: number;
  }[];
}

/**
 * Cost and loss of every layer at several widths, from one calibration of the plan: each layer's sums as the hardware before
 * it, at the widths of the plan, makes them of the calibration images. Errors of tiles and digits are taken to be independent.
 *
 * @throws MissingTool without onnxruntime, Interrupted where the calibrator is stopped
 */
export async function lossesOf(
  plan: NetworkPlan,
  calibrator: Calibrator,
  widths: readonly number[],
): Promise<Result<LayerLosses[]>> {
  const found: LayerLosses[] = [];
  const made = await calibrator.watched(plan, (sums) => {
    if (sums.layer.macros > 0) found.push(layerLosses(plan, sums, widths));
  });
  return made.ok ? success(found) : made;
}

function layerLosses(plan: NetworkPlan, { layer, sets, deviation }: LayerSums, widths: readonly number[]) {
  const arrays = arraysOf(plan, layer);
  const gains = setGains(layer, arrays);
  const signal = deviation.reduce((sum, each) => sum + each * each, 0) / deviation.length;
  const fixed = plan.config.macro.adc.reference;
  return {
    layer,
    widths: widths.map((bits) => {
      const levels = sets.map(({ samples, limits }) =>
        sumLevels(samples, levelSettings({ ...layer.rule, bits }), limits),
      );
      const noise = levels.reduce(
        (sum, each, set) => sum + gains[set]! * meanSquaredError(sets[set]!.samples.distribution, each),
        0,
      );
      const cells = arrays.reduce((sum, { levelSet }) => {
        const block = fixed ?? referenceBlock(levels[levelSet]!.references);
        return sum + block.columns * block.rows;
      }, 0);
      const steps = layer.positions * (2 ** bits - 1) * (fixed?.pulses ?? 1);
      return { bits, steps, cells, loss: signal > 0 ? noise / signal : 0 };
    }),
  };
}

/** How often, squared, an error of a set's table counts in the sum of a channel: over all its tiles and digits. */
function setGains({ weights, levelSets }: LayerPlan, arrays: ReturnType<typeof arraysOf>): Float64Array {
  const gains = new Float64Array(levelSets);
  const seen = new Set<string>();
  for (const { tileIndex, levelSet, digits } of arrays) {
    for (const digit of new Set(digits)) {
      const pair = `${tileIndex} ${digit}`;
      if (seen.has(pair)) continue;
      seen.add(pair);
      gains[levelSet]! += (weights.factors[tileIndex]! * weights.digits[digit]!) ** 2;
    }
  }
  return gains;
}

/** The choices of a layer, by what is spent. */
export function choicesOf({ widths }: LayerLosses, spent: Spent): Choice[] {
  return widths.map(({ bits, loss, ...costs }) => ({ bits, loss, cost: costs[spent] }));
}
