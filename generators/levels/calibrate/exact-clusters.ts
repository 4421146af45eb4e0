import { type PrefixSums, prefixSums } from './prefix-sums.js';

/**
 * Least sum of squares partition of weighted points on a line into intervals: exact 1-D k-means.
 *
 * Dynamic programming over (clusters, points). The cost satisfies the quadrangle inequality, so the best start of
 * the last cluster grows with the number of points and with the number of clusters (F. F. Yao, 1980; Gronlund et
 * al., arXiv 1701.07204). A layer with few clusters is solved by divide and conquer between those bounds, in
 * O(n log n); in a layer with many clusters the two bounds nearly meet and one scan of O(n) suffices.
 *
 * Exact means: among all partitions of the given points, up to double rounding of their costs.
 *
 * @param values   ascending and distinct
 * @param weights  positive, one per value
 * @param clusters 1 .. number of values
 * @returns first point of each cluster, ascending; the first is 0
 */
export function exactClusters(values: Float64Array, weights: Float64Array, clusters: number): number[] {
  const points = values.length;
  if (clusters < 1 || clusters > points) throw new RangeError(`${clusters} clusters for ${points} points`);
  const sums = prefixSums(values, weights);
  const splits: Int32Array[] = [new Int32Array(points + 1)];
  let best = oneCluster(sums, points);
  let gap = points;
  for (let layer = 2; layer <= clusters; layer++) {
    const before = splits.at(-1)!;
    const split = new Int32Array(points + 1);
    const target = new Float64Array(points + 1);
    const programme = new Layer(sums, best, before, target, split, layer - 1);
    const most = points - (clusters - layer);
    if (layer === clusters) programme.solve(points, layer - 1, points - 1);
    else if (gap < SCAN_BELOW) programme.scan(most);
    else programme.divide(layer, most, layer - 1, most - 1);
    if (layer < clusters) gap = meanGap(split, before, layer, most);
    splits.push(split);
    best = target;
  }
  const starts: number[] = [];
  for (let layer = clusters - 1, end = points; layer >= 0; layer--) {
    end = splits[layer]![end]!;
    starts.push(end);
  }
  return starts.reverse();
}

/** Mean width of the search window below which scanning a layer beats dividing it. */
const SCAN_BELOW = 8;

/** Width of the windows that the next layer would scan, estimated from this one. */
function meanGap(split: Int32Array, before: Int32Array, from: number, to: number): number {
  let total = 0;
  for (let end = from; end < to; end++) total += split[end + 1]! - before[end]!;
  return total / Math.max(1, to - from);
}

function oneCluster({ weight, sum, square }: PrefixSums, points: number): Float64Array {
  const best = new Float64Array(points + 1);
  for (let end = 2; end <= points; end++) {
    const s = sum[end]! - sum[0]!;
    best[end] = Math.max(0, square[end]! - square[0]! - (s * s) / (weight[end]! - weight[0]!));
  }
  return best;
}

/** One layer of the programme: best cost of the first `end` points, and where their last cluster starts. */
class Layer {
  constructor(
    private readonly sums: PrefixSums,
    private readonly before: Float64Array,
    private readonly splitBefore: Int32Array,
    private readonly best: Float64Array,
    private readonly split: Int32Array,
    /** Points that the clusters before the last one need. */
    private readonly needed: number,
  ) {}

  /** All ends `from` .. `to`, whose last clusters start at `lowest` .. `highest`. */
  divide(from: number, to: number, lowest: number, highest: number): void {
    if (from > to) return;
    const end = (from + to) >>> 1;
    this.solve(end, lowest, highest);
    const at = this.split[end]!;
    this.divide(from, end - 1, lowest, at);
    this.divide(end + 1, to, at, highest);
  }

  /** All ends up to `to`, last first: each start bounds the next from above. */
  scan(to: number): void {
    let highest = to - 1;
    for (let end = to; end > this.needed; end--) {
      this.solve(end, this.needed, highest);
      highest = this.split[end]!;
    }
  }

  solve(end: number, lowest: number, highest: number): void {
    const { weight, sum, square } = this.sums;
    const before = this.before;
    const from = Math.max(lowest, this.splitBefore[end]!, this.needed);
    const w = weight[end]!;
    const s = sum[end]!;
    const q = square[end]!;
    let least = Number.POSITIVE_INFINITY;
    let at = from;
    let start = Math.min(highest, end - 1);
    if (start === end - 1) {
      // A cluster of one point costs nothing, not even a rounding error.
      least = before[start]!;
      at = start--;
    }
    for (; start >= from; start--) {
      const ds = s - sum[start]!;
      const cost = before[start]! + (q - square[start]! - (ds * ds) / (w - weight[start]!));
      if (cost <= least) {
        least = cost;
        at = start;
      }
    }
    this.best[end] = least;
    this.split[end] = at;
  }
}
