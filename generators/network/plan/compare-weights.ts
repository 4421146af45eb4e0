import type { Granularity, WeightMethod } from '../config/network.js';
import { quantizeWeights } from '../weights/quantize.js';
import type { NetworkPlan } from './plan.js';

/** Weights as a method and its digits. */
export interface WeightChoice {
  readonly method: WeightMethod;
  readonly digits: readonly number[];
}

/** What is compared where nothing else is asked for. */
export const WEIGHT_CHOICES: readonly WeightChoice[] = [
  { method: 'bwma', digits: [1] },
  { method: 'ternary', digits: [1] },
  { method: 'digits', digits: [1, 3] },
  { method: 'digits', digits: [1, 2, 4] },
];
const GRANULARITIES: readonly Granularity[] = ['layer', 'array', 'column'];

/** What a method makes of all layers that are on macros. */
export interface WeightRow extends WeightChoice {
  readonly granularity: Granularity;
  /** Squared error over sum of squared weights: mean over the layers, and the largest. */
  readonly meanError: number;
  readonly largestError: number;
  /** Cells that hold weights, and those of them that conduct. */
  readonly cells: number;
  readonly usedCells: number;
}

/** Every method of weights by every granularity, on the tiles of a plan. */
export function compareWeights({ layers }: NetworkPlan): WeightRow[] {
  const onMacros = layers.filter(({ macros }) => macros > 0);
  return WEIGHT_CHOICES.flatMap(({ method, digits }) =>
    GRANULARITIES.map((granularity) => {
      const made = onMacros.map(({ rule, tiles }) =>
        quantizeWeights(rule.step, method, digits, granularity, tiles),
      );
      const errors = made.map(({ relativeError }) => relativeError);
      const sum = (list: readonly number[]) => list.reduce((total, each) => total + each, 0);
      return {
        ...{ method, digits, granularity },
        meanError: errors.length === 0 ? 0 : sum(errors) / errors.length,
        largestError: Math.max(0, ...errors),
        cells: sum(made.map(({ codes }) => codes.length * digits.length)),
        usedCells: sum(made.map(({ usedCells }) => usedCells)),
      };
    }),
  );
}
