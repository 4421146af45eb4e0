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

/**
 * Finds the largest setting of every column that keeps its sum below its limit. A limit is the sum at half a trim step
 * above no offset, so what is left lies from half a step below to half a step above. All columns are bisected at once:
 * `ceil(log2(2 trimRows + 1)) + 1` measurements. The last one leaves the settings found in the trim rows.
 *
 * A column is reported where no measurement shows both sides: its sum stays below the limit with all trim cells added, or
 * reaches it with all of them taken.
 *
 * @param shape   of the macro
 * @param limits  one a column, or {@link UNTOLD}
 * @param measure writes the settings of all columns and sums their known conversions; a sum does not fall as its setting rises
 */
export function searchTrims(
  { columns, trimRows }: Searched,
  limits: ArrayLike<number>,
  measure: (settings: Int16Array) => ArrayLike<number>,
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
  // A column that has gone down to the end was never seen below its limit.
  const sums = measure(below);
  const reported = Uint8Array.from(below, (setting, column) =>
    Number(
      limits[column] === UNTOLD ||
        setting === trimRows ||
        (setting === -trimRows && sums[column]! >= limits[column]!),
    ),
  );
  return { settings: below, reported };
}
