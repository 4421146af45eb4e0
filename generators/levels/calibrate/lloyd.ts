import type { Random } from '../../common/random.js';
import type { Distribution } from './distribution.js';
import { prefixSums } from './prefix-sums.js';
import { codeStarts, lowerBound, midpoints } from './quantizer.js';

export interface LloydResult {
  readonly centres: readonly number[];
  readonly iterations: number;
}

/**
 * Lloyd's iteration on a line, which is also k-means: references to the midpoints, centres to the means of their
 * samples, until no sample changes its centre. A centre without samples stays where it is.
 *
 * @param start  ascending centres
 */
export function lloyd(
  distribution: Distribution,
  start: readonly number[],
  mostIterations: number,
): LloydResult {
  const sums = prefixSums(distribution.values, distribution.weights);
  let centres: readonly number[] = start;
  let starts: readonly number[] = [];
  for (let iteration = 0; iteration < mostIterations; iteration++) {
    const next = codeStarts(distribution, midpoints(centres));
    if (next.every((point, code) => point === starts[code])) return { centres, iterations: iteration };
    starts = next;
    centres = centres.map((centre, code) => {
      const [from, to] = [next[code]!, next[code + 1]!];
      if (from === to) return centre;
      const weight = sums.weight[to]! - sums.weight[from]!;
      const mean = sums.origin + sums.unit * ((sums.sum[to]! - sums.sum[from]!) / weight);
      // Rounding must not carry a mean out of its samples.
      return Math.min(distribution.values[to - 1]!, Math.max(distribution.values[from]!, mean));
    });
  }
  return { centres, iterations: mostIterations };
}

/** Centres on samples drawn without replacement, each sample alike: ReLU zeros are drawn as often as they occur. */
export function randomStart(distribution: Distribution, count: number, random: Random): number[] {
  const { weights, values, samples } = distribution;
  const upTo = runningTotals(weights);
  const ranks = new Set<number>();
  while (ranks.size < Math.min(count, samples)) ranks.add(Math.floor(random.next() * samples));
  const drawn = [...ranks].map((rank) => values[pointOf(upTo, rank)]!);
  while (drawn.length < count) drawn.push(drawn.at(-1)!);
  return drawn.sort((a, b) => a - b);
}

/** k-means++ (Arthur and Vassilvitskii, 2007): each centre is drawn with probability ~ squared distance to the others. */
export function spreadStart(distribution: Distribution, count: number, random: Random): number[] {
  const { weights, values, samples } = distribution;
  const centres = [values[pointOf(runningTotals(weights), random.next() * samples)]!];
  const nearest = Float64Array.from(values, () => Number.POSITIVE_INFINITY);
  const upTo = new Float64Array(values.length);
  while (centres.length < count) {
    const newest = centres.at(-1)!;
    let total = 0;
    for (let point = 0; point < values.length; point++) {
      const distance = (values[point]! - newest) ** 2;
      if (distance < nearest[point]!) nearest[point] = distance;
      total += weights[point]! * nearest[point]!;
      upTo[point] = total;
    }
    centres.push(total > 0 ? values[pointOf(upTo, random.next() * total)]! : newest);
  }
  return centres.sort((a, b) => a - b);
}

/** First point whose running total is above `target`. */
function pointOf(upTo: Float64Array, target: number): number {
  const point = lowerBound(upTo, target);
  return Math.min(upTo.length - 1, upTo[point] === target ? point + 1 : point);
}

function runningTotals(weights: Float64Array): Float64Array {
  let total = 0;
  return weights.map((weight) => {
    total += weight;
    return total;
  });
}
