/** In: sums of known conversions as the macro gives them. Out: the trim of every column. */
import type { MacroShape } from '../plan/shape.js';

/**
 * Limit of a column whose known conversions do not tell one trim step from the next: it keeps setting 0 and is reported.
 */
export const UNTOLD = 2 ** 31 - 1;

/** What a calibration of the trim rows has found, column by column. */
export interface TrimSettings {
  /** Trim cells in use: +n of wp, -n of wn. */
  readonly settings: Int16Array;
  /** 1: nothing shows that the offset which is left lies within half a trim step. */
  readonly reported: Uint8Array;
}

/** Settings that no column goes beyond: the macro has so many trim rows. */
type Searched = Pick<MacroShape, 'columns' | 'trimRows'>;

/** Sums by which columns are trimmed, and reported; one of each a column. */
export interface TrimLimits {
  /** The sum half a trim step above no offset, or {@link UNTOLD}. */
  readonly limits: ArrayLike<number>;
  /** The largest sum that shows that a column is not above half a trim step. */
  readonly most: ArrayLike<number>;
  /** The least sum that shows that it is not below half a trim step. */
  readonly least: ArrayLike<number>;
}

/**
 * Finds the largest setting of every column that keeps its sum below its limit, so that what is left lies from half a trim step
 * below to half a step above. All columns are bisected at once: `ceil(log2(2 trimRows + 1))` measurements, and one more that leaves
 * the settings found in the trim rows.
 *
 * That last one has to show both sides: a column is reported where its sum is above `most`, or where its sum against the lower
 * edge is below `least`. So steps that are uneven, comparisons that noise has tipped, and offsets out of reach are reported.
 *
 * @param shape   of the macro
 * @param known   what sums say
 * @param measure writes the settings of all columns and sums their known conversions; a sum does not fall as its setting rises
 * @param lower   sums against the lower edge, the settings found in place; those of the last measurement where left out
 */
export function searchTrims(
  { columns, trimRows }: Searched,
  { limits, most, least }: TrimLimits,
  measure: (settings: Int16Array) => ArrayLike<number>,
  lower?: (settings: Int16Array) => ArrayLike<number>,
): TrimSettings {
  const below = new Int16Array(columns).fill(-trimRows);
  const above = new Int16Array(columns).fill(trimRows + 1);
  for (let column = 0; column < columns; column++) {
    if (limits[column] !== UNTOLD) continue;
    below[column] = 0;
    above[column] = 1;
  }
  const open = (column: number) => above[column]! - below[column]! > 1;
  while (below.some((_, column) => open(column))) {
    const middle = below.map((low, column) => low + Math.floor((above[column]! - low) / 2));
    const sums = measure(middle);
    for (let column = 0; column < columns; column++) {
      if (!open(column)) continue;
      if (sums[column]! >= limits[column]!) above[column] = middle[column]!;
      else below[column] = middle[column]!;
    }
  }
  const upperSums = measure(below);
  const lowerSums = lower?.(below) ?? upperSums;
  const isReported = (column: number) =>
    limits[column] === UNTOLD || upperSums[column]! > most[column]! || lowerSums[column]! < least[column]!;
  return { settings: below, reported: Uint8Array.from(below, (_, column) => Number(isReported(column))) };
}
