import type { Distribution } from './distribution.js';
import { prefixSums } from './prefix-sums.js';
import { meanBetween } from './quantizer.js';

export type Points = Pick<Distribution, 'values' | 'weights' | 'spreads'>;

/**
 * First points of about `count` cells (and the end) such that no cell of several points has a squared deviation
 * above one common limit. A point heavier than the mean cell, such as the ReLU zeros, stays alone.
 */
export function equalSpreadCells({ values, weights }: Points, count: number): Int32Array {
  const { weight, sum, square } = prefixSums(values, weights);
  const points = values.length;
  const heavy = (weight[points]! - weight[0]!) / count;
  const cut = (limit: number): number[] => {
    const starts = [0];
    for (let point = 1, start = 0; point < points; point++) {
      const s = sum[point + 1]! - sum[start]!;
      const spread = square[point + 1]! - square[start]! - (s * s) / (weight[point + 1]! - weight[start]!);
      if (spread > limit || weights[point]! > heavy || weights[point - 1]! > heavy) {
        start = point;
        starts.push(start);
      }
    }
    return starts;
  };
  // A smooth density has spread ~ width^3, so the number of cells goes with the cube root of the limit.
  let limit = (square[points]! - square[0]!) / count ** 3;
  let starts = cut(limit);
  for (let round = 0; round < 4 && (starts.length < 0.9 * count || starts.length > 1.1 * count); round++) {
    limit *= (starts.length / count) ** 3;
    starts = cut(limit);
  }
  return Int32Array.from([...starts, points]);
}

export function mergeCells({ values, weights, spreads }: Points, cells: Int32Array): Points {
  const count = cells.length - 1;
  const merged = {
    values: new Float64Array(count),
    weights: new Float64Array(count),
    spreads: new Float64Array(count),
  };
  for (let cell = 0; cell < count; cell++) {
    const mean = meanBetween(values, weights, cells[cell]!, cells[cell + 1]!);
    merged.values[cell] = mean;
    for (let point = cells[cell]!; point < cells[cell + 1]!; point++) {
      merged.weights[cell]! += weights[point]!;
      merged.spreads[cell]! += weights[point]! * (values[point]! - mean) ** 2 + spreads[point]!;
    }
  }
  return merged;
}

/** The distribution in at most about `count` points: enough to compare quantizers, faster than all of them. */
export function coarsened(distribution: Distribution, count: number): Distribution {
  if (distribution.values.length <= count) return distribution;
  const merged = mergeCells(distribution, equalSpreadCells(distribution, count));
  return { ...merged, samples: distribution.samples, exact: false };
}
