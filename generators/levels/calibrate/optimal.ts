import { equalSpreadCells, mergeCells, type Points } from './cells.js';
import { exactClusters } from './exact-clusters.js';
import { prefixSums } from './prefix-sums.js';
import { meanBetween } from './quantizer.js';

export interface OptimalClusters {
  /** First point of each cluster. */
  readonly starts: readonly number[];
  /** Means of the clusters: the optimal levels. */
  readonly means: readonly number[];
  /** Summed squared error of the samples, activation units squared. */
  readonly cost: number;
  /** No partition of the samples costs less, whether or not it separates samples that share a point. */
  readonly lowerBound: number;
}

/** Points x clusters up to which every point enters the dynamic programme: 16 MB of splits. */
export const FULL_PROGRAMME = 1 << 22;
/** Cells per cluster beyond that, as the budget allows. */
const LEAST_CELLS = 64;
const MOST_CELLS = 512;

/**
 * Minimum-MSE levels for a distribution.
 *
 * Up to `budget` points x clusters the dynamic programme sees every point, and the result is the optimum over all
 * partitions of the points. Beyond, neighbouring points are merged into cells of equal small spread, the programme
 * solves the cells, and a second one moves each boundary over the points of the two cells on either side.
 *
 * `lowerBound` tells what either step, and the binning of the samples, may have cost at most. A quantizer splits at
 * most k - 1 cells; with A the summed squared deviation of the samples inside the k - 1 widest-spread cells, moving
 * those samples to their cells' means changes the root of any quantizer's cost by at most sqrt(A) (triangle
 * inequality), and then no cell is worth splitting: sqrt(true optimum) >= sqrt(cell optimum - A) - sqrt(A).
 */
export function optimalClusters(points: Points, clusters: number, budget = FULL_PROGRAMME): OptimalClusters {
  const { values, weights } = points;
  const count = clusters * Math.min(MOST_CELLS, Math.max(LEAST_CELLS, budget / clusters ** 2));
  const full = values.length * clusters <= budget || values.length <= count;
  const cells = full ? singleCells(values.length) : equalSpreadCells(points, count);
  const merged = full ? points : mergeCells(points, cells);
  const cellStarts = exactClusters(merged.values, merged.weights, clusters);
  const starts = full ? cellStarts : refine(points, cells, cellStarts);
  const means = starts.map((start, k) => meanBetween(values, weights, start, starts[k + 1] ?? values.length));
  const unsplit = Float64Array.from(merged.spreads)
    .sort()
    .subarray(-Math.max(1, clusters - 1));
  const inside = clusters === 1 ? 0 : unsplit.reduce((total, spread) => total + spread, 0);
  const cellCost = costOf(merged, cellStarts);
  const root = Math.sqrt(Math.max(0, cellCost - inside)) - Math.sqrt(inside);
  return {
    starts,
    means,
    cost: costOf(points, starts),
    lowerBound: inside === 0 ? cellCost : Math.max(0, root) ** 2,
  };
}

/** Summed squared error of a partition, summed cluster by cluster around its mean. */
function costOf({ values, weights, spreads }: Points, starts: readonly number[]): number {
  let total = 0;
  starts.forEach((start, k) => {
    const end = starts[k + 1] ?? values.length;
    const mean = meanBetween(values, weights, start, end);
    for (let point = start; point < end; point++) {
      total += weights[point]! * (values[point]! - mean) ** 2 + spreads[point]!;
    }
  });
  return total;
}

function singleCells(points: number): Int32Array {
  return Int32Array.from({ length: points + 1 }, (_, point) => point);
}

/** Best partition whose boundaries stay within two cells of those given; `cellStarts` counts cells. */
function refine({ values, weights }: Points, cells: Int32Array, cellStarts: readonly number[]): number[] {
  const { weight, sum, square } = prefixSums(values, weights);
  const cost = (start: number, end: number): number => {
    if (end - start <= 1) return 0;
    const s = sum[end]! - sum[start]!;
    return square[end]! - square[start]! - (s * s) / (weight[end]! - weight[start]!);
  };
  type Boundary = { readonly at: number; readonly total: number; readonly previous: Boundary | undefined };
  let boundaries: Boundary[] = [{ at: 0, total: 0, previous: undefined }];
  const reach = (cell: number) => cells[Math.max(0, Math.min(cells.length - 1, cell))]!;
  const windows = cellStarts.slice(1).map((cell) => [reach(cell - 2) + 1, reach(cell + 2) - 1] as const);
  for (const [from, to] of [...windows, [values.length, values.length] as const]) {
    const next: Boundary[] = [];
    for (let at = from; at <= to; at++) {
      let chosen: Boundary | undefined;
      for (const previous of boundaries) {
        if (previous.at >= at) break;
        const total = previous.total + cost(previous.at, at);
        if (chosen === undefined || total < chosen.total) chosen = { at, total, previous };
      }
      if (chosen !== undefined) next.push(chosen);
    }
    boundaries = next;
  }
  const starts: number[] = [];
  for (let at = boundaries[0]!.previous; at !== undefined; at = at.previous) starts.push(at.at);
  return starts.reverse();
}
