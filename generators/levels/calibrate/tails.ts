import type { TailFractions } from './batches.js';
import { bsKmqCentres } from './bs-kmq.js';
import { coarsened } from './cells.js';
import type { Distribution } from './distribution.js';
import { meanSquaredError, midpoints, refitOutputs } from './quantizer.js';
import type { TailEnds } from './range.js';
import { movingRange } from './range.js';

/**
 * Tail fractions that `--tails auto` chooses from at either end: none, six a decade, and tenths from 0.1 on (F).
 * The extremes of all batches are tried beside them.
 */
export const AUTO_TAILS: readonly number[] = [
  0,
  ...[-5, -4, -3, -2].flatMap((decade) => [1, 1.5, 2, 3, 5, 7].map((step) => Number(`${step}e${decade}`))),
  ...[0.1, 0.15, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9],
];
/** Every how many candidates the first look takes one. */
const COARSE = 4;
/** Points on which candidates are compared; the chosen one is then solved on all of them. */
const SEARCH_POINTS = 1024;
const SEARCH_POINTS_PER_LEVEL = 8;

export interface ChosenTails {
  readonly tails: TailFractions;
  readonly range: TailEnds;
}

/**
 * The tail fractions whose BS-KMQ quantizer has the least mean squared error on the calibration samples.
 *
 * The quantiles of every candidate were taken while the batches streamed by and the error comes from the gathered
 * distribution, so the data are not read again. Every common fraction is tried, every fourth candidate at either
 * end, and every large one at the lower end, where whole ReLU piles may be cut; then the neighbours of the best pair
 * in shrinking steps. Pairs that give the same range, as all do that end among the ReLU zeros, cost one try.
 *
 * @param ends   per batch, the ends at {@link AUTO_TAILS} in that order
 * @param refit  measure the error with refitted outputs
 */
export function autoTails(
  distribution: Distribution,
  ends: readonly (readonly TailEnds[])[],
  emaWeight: number,
  bits: number,
  refit: boolean,
): ChosenTails {
  const ranges = AUTO_TAILS.map((_, index) =>
    movingRange(
      ends.map((batch) => batch[index]!),
      emaWeight,
    ),
  );
  // A moving average of extremes leaves the rarest samples out, and from 6 bits on they may be most of the error.
  const whole = ends.map((batch) => batch[0]!);
  ranges.unshift({
    low: Math.min(...whole.map(({ low }) => low)),
    high: Math.max(...whole.map(({ high }) => high)),
  });
  const tails = [0, ...AUTO_TAILS];
  const search = coarsened(distribution, Math.max(SEARCH_POINTS, SEARCH_POINTS_PER_LEVEL * 2 ** bits));
  const errors = new Map<string, number>();
  const errorOf = (low: number, high: number): number => {
    const range = { low: ranges[low]!.low, high: ranges[high]!.high };
    const key = `${range.low} ${range.high}`;
    const known = errors.get(key);
    if (known !== undefined) return known;
    if (range.low >= range.high && tails[low]! + tails[high]! >= 1) return Number.POSITIVE_INFINITY;
    const centres = bsKmqCentres(search, range, bits);
    const references = midpoints(centres);
    const outputs = refit ? refitOutputs(search, { references, outputs: centres }) : centres;
    const error = meanSquaredError(search, { references, outputs });
    errors.set(key, error);
    return error;
  };
  type Pair = readonly [low: number, high: number];
  const better = (best: Pair, pair: Pair): Pair => (errorOf(...pair) < errorOf(...best) ? pair : best);
  const last = tails.length - 1;
  const indices = tails.map((_, index) => index);
  const highs = indices.filter((index) => index === 0 || index % COARSE === 1);
  const lows = indices.filter((index) => highs.includes(index) || tails[index]! >= 0.1);
  const common = indices.map((index): Pair => [index, index]);
  let best = [...common, ...lows.flatMap((low) => highs.map((high): Pair => [low, high]))].reduce(better);
  for (let step = COARSE / 2; step >= 1; ) {
    const moves = [-step, 0, step];
    const neighbours = moves.flatMap((down) => moves.map((up): Pair => [best[0] + down, best[1] + up]));
    const inside = neighbours.filter((pair) => pair.every((index) => index >= 0 && index <= last));
    const next = inside.reduce(better, best);
    if (next === best) step /= 2;
    best = next;
  }
  const [low, high] = best;
  return {
    tails: { low: tails[low]!, high: tails[high]! },
    range: { low: ranges[low]!.low, high: ranges[high]!.high },
  };
}
