/** In: a die whose trim rows are calibrated. Out: what is left of its offsets, against half a trim step. */
import type { Die, DieReference } from '../../macro/die/die.js';
import type { ColumnCurrents } from '../../macro/die-batch/converter.js';
import type { CellPlanes } from '../../macro/golden/pack.js';
import type { MacroShape } from '../../macro/plan/shape.js';

/** Reference lines of a die half a trim step below zero, and above it. */
export interface WindowLines {
  readonly lower: DieReference;
  readonly upper: DieReference;
}

/**
 * What a column has before noise when the reference lines are as they are: inputs are zero, trim and leakage count.
 *
 * @param currents of the weight cells that hold a 1
 * @param trim     what the trim rows add to the column, f
 * @returns f
 */
export function restingMac(
  die: Die,
  currents: ColumnCurrents,
  trim: number,
  column: number,
  { cycles }: DieReference,
): number {
  return (
    die.arrayLine(0, currents.plus[column]!, cycles) -
    die.arrayLine(0, currents.minus[column]!, cycles) +
    trim +
    die.offset(column)
  );
}

/**
 * What is left of the offset of every column, in comparisons without noise: inputs are zero, trim and leakage count.
 *
 * @param trim     cells of the trim rows
 * @param currents of the weight cells that hold a 1
 * @param reported 1 for a column that the calibration reports
 * @returns columns out of the window that are not reported, columns within it that are, and the largest magnitude of
 * what is left in those that are not, ideal trim steps
 */
export function residualsOf(
  die: Die,
  shape: MacroShape,
  { lower, upper }: WindowLines,
  trim: CellPlanes,
  currents: ColumnCurrents,
  reported: Uint8Array,
): { readonly unseen: number; readonly within: number; readonly residual: number | null } {
  const trims = die.trims({ trimPlus: trim.plus, trimMinus: trim.minus });
  const step = shape.trimPulses * 2 ** die.constants.fractionBits;
  const [least, most] = [die.level(lower), die.level(upper)];
  const left = (column: number, edge: DieReference) =>
    restingMac(die, currents, trims[column]!, column, edge);
  let [unseen, within] = [0, 0];
  let residual: number | null = null;
  reported.forEach((flag, column) => {
    const isWithin = left(column, lower) >= least && left(column, upper) < most;
    if (flag) within += Number(isWithin);
    else {
      unseen += Number(!isWithin);
      residual = Math.max(residual ?? 0, Math.abs(left(column, lower)) / step);
    }
  });
  return { unseen, within, residual };
}
