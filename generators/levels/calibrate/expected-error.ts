/** In: samples, levels, what a comparison adds by chance. Out: the error to be expected of them. */
import type { Distribution } from './distribution.js';
import type { PrefixSums } from './prefix-sums.js';
import { lowerBound, type Quantizer } from './quantizer.js';

/** Beyond so many sigmas a comparison is taken for certain: the other side has a probability below 1e-15. */
const CERTAIN = 8;

/**
 * Distribution function of the normal distribution, within 1.5e-7.
 *
 * Source: Abramowitz and Stegun, Handbook of Mathematical Functions, 7.1.26.
 */
function normal(z: number): number {
  const x = Math.abs(z) / Math.SQRT2;
  const t = 1 / (1 + 0.3275911 * x);
  const series =
    t * (0.254829592 + t * (-0.284496736 + t * (1.421413741 + t * (-1.453152027 + t * 1.061405429))));
  const tail = (series * Math.exp(-x * x)) / 2;
  return z < 0 ? tail : 1 - tail;
}

/**
 * Mean squared error to be expected where a normal deviate is added to each sample before it is compared, one for all
 * references: what the offset of a sense amplifier and the mismatch of a column's cells do from column to column and die to die.
 *
 * @param sigma of the deviate, activation units, above 0
 * @returns activation units squared
 */
export function expectedError(
  { values, targets = values, weights, spreads, samples }: Distribution,
  { references, outputs }: Quantizer,
  sigma: number,
): number {
  let total = 0;
  for (let point = 0; point < values.length; point++) {
    const value = values[point]!;
    let below = 0;
    let error = 0;
    outputs.forEach((output, code) => {
      const reference = references[code];
      const upTo = reference === undefined ? 1 : normal((reference - value) / sigma);
      error += (upTo - below) * (targets[point]! - output) ** 2;
      below = upTo;
    });
    total += weights[point]! * error + spreads[point]!;
  }
  return total / samples;
}

/**
 * Prefix sums up to a reference where samples are compared with a deviate added: every sample counts by the probability that it
 * lies below.
 *
 * @param sums  of what the samples are to be decoded to
 * @param sigma of the deviate; 0: none
 * @returns weight, sum and sum of squares, in the units of `sums`
 */
export function sumsBelow(
  { values, targets = values, weights }: Distribution,
  sums: PrefixSums,
  reference: number,
  sigma: number,
): readonly [weight: number, sum: number, square: number] {
  const first = lowerBound(values, reference - CERTAIN * sigma);
  const end = sigma === 0 ? first : lowerBound(values, reference + CERTAIN * sigma);
  let [weight, sum, square] = [sums.weight[first]!, sums.sum[first]!, sums.square[first]!];
  for (let point = first; point < end; point++) {
    const scaled = targets[point]! / sums.unit - sums.origin / sums.unit;
    const share = weights[point]! * normal((reference - values[point]!) / sigma);
    weight += share;
    sum += share * scaled;
    square += share * scaled * scaled;
  }
  return [weight, sum, square];
}
