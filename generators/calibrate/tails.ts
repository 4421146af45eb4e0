import type { TailEnds, TailFractions } from './batches.js';
import { bsKmqCentres } from './bs-kmq.js';
import { coarsened } from './cells.js';
import type { Distribution } from './distribution.js';
import { meanSquaredError, midpoints, refitOutputs } from './quantizer.js';
import { movingRange } from './range.js';

/** Tail fractions that `--tails auto` chooses from at either end: none, and six a decade up to a half (F). */
export const AUTO_TAILS: readonly number[] = [
  0,
  ...[-5, -4, -3, -2].flatMap((decade) => [1, 1.5, 2, 3, 5, 7].map((step) => Number(`${step}e${decade}`))),
  ...[0.1, 0.15, 0.2, 0.3, 0.4, 0.5],
];
const START = AUTO_TAILS.indexOf(0.005);
/** Points on which candidates are compared; the chosen one is then solved on all of them. */
const SEARCH_POINTS = 8192;

export interface ChosenTails {
  readonly tails: TailFractions;
  readonly range: TailEnds;
}

/**
 * The tail fractions whose BS-KMQ quantizer has the least mean squared error on the calibration samples.
 *
 * The quantiles of every candidate were taken while the batches streamed by and the error comes from the gathered
 * distribution, so the data are not read again. The pairs of candidates are searched from 0.5 % at both ends in steps
 * that shrink, down to an optimum among its neighbours.
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
  const search = coarsened(distribution, SEARCH_POINTS);
  const errors = new Map<string, number>();
  const errorOf = (low: number, high: number): number => {
    const range = { low: ranges[low]!.low, high: ranges[high]!.high };
    const key = `${range.low} ${range.high}`;
    const known = errors.get(key);
    if (known !== undefined) return known;
    if (range.low > range.high) return Number.POSITIVE_INFINITY;
    const centres = bsKmqCentres(search, range, bits);
    const references = midpoints(centres);
    const outputs = refit ? refitOutputs(search, { references, outputs: centres }) : centres;
    const error = meanSquaredError(search, { references, outputs });
    errors.set(key, error);
    return error;
  };
  const last = AUTO_TAILS.length - 1;
  let [low, high] = [START, START];
  for (let step = 8; step >= 1; ) {
    const neighbours = [-step, 0, step].flatMap((down) =>
      [-step, 0, step].map((up) => [low + down, high + up]),
    );
    const inside = neighbours.filter((pair) => pair.every((index) => index >= 0 && index <= last));
    const [bestLow, bestHigh] = inside.reduce(
      (best, pair) => (errorOf(pair[0]!, pair[1]!) < errorOf(best[0]!, best[1]!) ? pair : best),
      [low, high],
    );
    if (bestLow === low && bestHigh === high) step /= 2;
    [low, high] = [bestLow!, bestHigh!];
  }
  return {
    tails: { low: AUTO_TAILS[low]!, high: AUTO_TAILS[high]! },
    range: { low: ranges[low]!.low, high: ranges[high]!.high },
  };
}
