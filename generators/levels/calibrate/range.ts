/** Ends of what is kept, activation units: values outside are tails. */
export interface TailEnds {
  /** The lower end. */
  readonly low: number;
  /** The upper end. */
  readonly high: number;
}

/**
 * Calibrated range [lo, hi]: exponential moving average of the batches' tail ends, in the order of the batches.
 * The first batch initialises it (I: the published abstract names no constant).
 *
 * @param weight  of the new batch, 0 .. 1
 */
export function movingRange(ends: readonly TailEnds[], weight: number): TailEnds {
  const [first, ...later] = ends;
  if (first === undefined) throw new RangeError('a range needs at least one batch');
  let { low, high } = first;
  for (const batch of later) {
    low += weight * (batch.low - low);
    high += weight * (batch.high - high);
  }
  return { low, high };
}
