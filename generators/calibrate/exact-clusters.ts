import { type PrefixSums, prefixSums } from './prefix-sums.js';
import { meanBetween } from './quantizer.js';

/**
 * Least sum of squares partition of weighted points on a line into `clusters` intervals: exact 1-D k-means.
 *
 * Dynamic programming over (clusters, points). The cost satisfies the quadrangle inequality, so the best last split
 * grows with the number of points and with the number of clusters (Wu 1991; Gronlund et al., arXiv 1701.07204);
 * each layer is solved by divide and conquer between those two bounds: at most O(n log n) per layer, close to
 * linear in practice, since the layer before has narrowed the search.
 *
 * Exact means: among all partitions of the given points, up to double rounding of the costs. Samples that share a
 * point are never separated.
 */
export interface Clustering {
  /** First point of each cluster, ascending; `starts[0]` is 0. */
  readonly starts: readonly number[];
  /** Weighted mean of each cluster. */
  readonly means: readonly number[];
}

/**
 * @param values   ascending and distinct
 * @param weights  positive, one per value
 * @param clusters at least 1; at most the number of values, more are never useful
 */
export function exactClusters(values: Float64Array, weights: Float64Array, clusters: number): Clustering {
  const points = values.length;
  if (clusters < 1 || clusters > points) throw new RangeError(`${clusters} clusters for ${points} points`);
  const sums = prefixSums(values, weights);
  const splits: Int32Array[] = [new Int32Array(points + 1)];
  let best = oneCluster(sums, points);
  for (let layer = 2; layer <= clusters; layer++) {
    const solved = addCluster(
      sums,
      best,
      splits.at(-1)!,
      layer,
      layer === clusters,
      points - (clusters - layer),
    );
    best = solved.best;
    splits.push(solved.split);
  }
  const starts: number[] = [];
  for (let layer = clusters - 1, end = points; layer >= 0; layer--) {
    end = splits[layer]![end]!;
    starts.push(end);
  }
  starts.reverse();
  return {
    starts,
    means: starts.map((start, index) => meanBetween(values, weights, start, starts[index + 1] ?? points)),
  };
}

function oneCluster({ weight, sum, square }: PrefixSums, points: number): Float64Array {
  const best = new Float64Array(points + 1);
  for (let end = 2; end <= points; end++) {
    const s = sum[end]! - sum[0]!;
    best[end] = Math.max(0, square[end]! - square[0]! - (s * s) / (weight[end]! - weight[0]!));
  }
  return best;
}

/** Layer `layer` of the dynamic programme: best cost and first point of the last cluster, per number of points. */
function addCluster(
  sums: PrefixSums,
  before: Float64Array,
  splitBefore: Int32Array,
  layer: number,
  last: boolean,
  mostPoints: number,
): { best: Float64Array; split: Int32Array } {
  const { weight, sum, square } = sums;
  const best = new Float64Array(before.length);
  const split = new Int32Array(before.length);

  const solve = (end: number, lowest: number, highest: number): void => {
    const w = weight[end]!;
    const s = sum[end]!;
    const q = square[end]!;
    // A cluster of one point costs nothing; its rounding errors must not either.
    let least = before[end - 1]!;
    let at = end - 1;
    if (highest < at) least = Number.POSITIVE_INFINITY;
    for (let start = Math.min(highest, end - 2); start >= lowest; start--) {
      const ds = s - sum[start]!;
      const cost = before[start]! + (q - square[start]! - (ds * ds) / (w - weight[start]!));
      if (cost <= least) {
        least = cost;
        at = start;
      }
    }
    best[end] = least;
    split[end] = at;
  };
  const divide = (from: number, to: number, lowest: number, highest: number): void => {
    if (from > to) return;
    const end = (from + to) >>> 1;
    solve(end, Math.max(lowest, splitBefore[end]!, layer - 1), Math.min(highest, end - 1));
    divide(from, end - 1, lowest, split[end]!);
    divide(end + 1, to, split[end]!, highest);
  };
  if (last) solve(mostPoints, Math.max(splitBefore[mostPoints]!, layer - 1), mostPoints - 1);
  else divide(layer, mostPoints, layer - 1, mostPoints - 1);
  return { best, split };
}
