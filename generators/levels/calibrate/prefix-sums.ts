/**
 * Sums that give weight, sum and sum of squares of any interval of points in constant time.
 *
 * They run outward from the median and are relative to it, so a far outlier at either end enters no interval that
 * does not contain it and costs the others no digits; a power of two keeps the squares of subnormal or huge values
 * inside the range of doubles.
 */
export interface PrefixSums {
  /** Entry i minus entry m is the sum over points m .. i-1. */
  readonly weight: Float64Array;
  readonly sum: Float64Array;
  readonly square: Float64Array;
  /** value = origin + unit * scaled value. */
  readonly origin: number;
  readonly unit: number;
}

export function prefixSums(values: Float64Array, weights: Float64Array): PrefixSums {
  const points = values.length;
  const median = medianPoint(weights);
  const origin = values[median]!;
  const reach = Math.max(values[points - 1]! / 2 - origin / 2, origin / 2 - values[0]! / 2);
  const unit = reach > 0 ? 2 ** Math.max(-1021, Math.ceil(Math.log2(reach)) + 1) : 1;
  const weight = new Float64Array(points + 1);
  const sum = new Float64Array(points + 1);
  const square = new Float64Array(points + 1);
  const add = (from: number, to: number, point: number, sign: number) => {
    const scaled = values[point]! / unit - origin / unit;
    const w = sign * weights[point]!;
    weight[to] = weight[from]! + w;
    sum[to] = sum[from]! + w * scaled;
    square[to] = square[from]! + w * scaled * scaled;
  };
  for (let point = median; point < points; point++) add(point, point + 1, point, 1);
  for (let point = median - 1; point >= 0; point--) add(point + 1, point, point, -1);
  return { weight, sum, square, origin, unit };
}

function medianPoint(weights: Float64Array): number {
  let total = 0;
  for (const weight of weights) total += weight;
  let point = 0;
  for (let below = weights[0]!; below < total / 2; ) below += weights[++point]!;
  return point;
}
