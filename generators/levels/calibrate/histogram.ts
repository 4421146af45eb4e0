import type { LevelsHistogram } from '../../macro/config/levels.js';
import type { Distribution } from './distribution.js';
import { lowerBound, meanBetween } from './quantizer.js';
import type { TailEnds } from './range.js';

/**
 * Histogram of a distribution in `bins` bins of equal width.
 *
 * The bins span the calibrated range and half its width on either side, as far as there are samples, so that one
 * outlier does not leave all other samples in one bin; samples further out count in the end bins, and the means
 * and `withinBinVariance` (activation units squared) tell about them.
 */
export function histogramOf(distribution: Distribution, range: TailEnds, bins = 1024): LevelsHistogram {
  const { values, weights, spreads, samples } = distribution;
  const margin = (range.high - range.low) / 2;
  const low = Math.max(values[0]!, range.low - margin);
  const high = Math.max(low, Math.min(values.at(-1)!, range.high + margin));
  const counts: number[] = [];
  const means: number[] = [];
  let squares = 0;
  let from = 0;
  for (let bin = 0; bin < bins; bin++) {
    const upper = low + ((high - low) * (bin + 1)) / bins;
    const to = bin === bins - 1 ? values.length : lowerBound(values, upper, from);
    const mean =
      to > from ? meanBetween(values, weights, from, to) : low + ((high - low) * (bin + 0.5)) / bins;
    let count = 0;
    for (let point = from; point < to; point++) {
      count += weights[point]!;
      squares += weights[point]! * (values[point]! - mean) ** 2 + spreads[point]!;
    }
    counts.push(count);
    means.push(mean);
    from = to;
  }
  return { low, high, counts, means, withinBinVariance: squares / samples };
}
