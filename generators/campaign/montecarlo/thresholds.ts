/** In: a die and what its cells draw. Out: the MAC at which each decision of each column tips over. */
import type { Die, DieReference } from '../../macro/die/die.js';
import type { ColumnCurrents } from '../../macro/die-batch/converter.js';
import { fullScale, type MacroShape } from '../../macro/plan/shape.js';

/**
 * The threshold of every column and step, unit discharges: the MAC at which the decision is high in half of all cases. The noise of
 * a comparison is symmetric, so this is where it tips over without noise. The MAC is taken to come from positive inputs, spread
 * evenly over the cells of the line that it discharges, while the other line only leaks.
 *
 * @param references what the reference lines have discharged at each step, from step 1 on
 * @param cells      cells of each column that hold a 1: wp and wn
 * @param trims      what the trim rows add to each column, in parts of a unit discharge
 * @returns columns x steps; infinite where no MAC up to twice the full scale reaches it
 */
export function thresholdsOf(
  die: Die,
  shape: MacroShape,
  references: readonly DieReference[],
  currents: ColumnCurrents,
  cells: ColumnCurrents,
  trims: ArrayLike<number>,
): Float64Array {
  const { columns } = shape;
  const one = 2 ** die.constants.fractionBits;
  const levels = references.map((reference) => die.level(reference));
  const thresholds = new Float64Array(columns * references.length);
  const most = 2 * fullScale(shape);
  for (let column = 0; column < columns; column++) {
    const [plus, minus] = [currents.plus[column]!, currents.minus[column]!];
    const unitPlus = cells.plus[column]! > 0 ? plus / cells.plus[column]! : one;
    const unitMinus = cells.minus[column]! > 0 ? minus / cells.minus[column]! : one;
    references.forEach(({ cycles }, step) => {
      const needed = levels[step]! - die.offset(column) - trims[column]!;
      const idle = { plus: die.arrayLine(0, plus, cycles), minus: die.arrayLine(0, minus, cycles) };
      const at = column * references.length + step;
      if (idle.plus - idle.minus < needed) {
        const charge = firstOf(
          Math.ceil(most * unitPlus),
          (q) => die.arrayLine(q, plus, cycles) - idle.minus >= needed,
        );
        thresholds[at] = charge / unitPlus;
      } else {
        const charge = firstOf(
          Math.ceil(most * unitMinus),
          (q) => idle.plus - die.arrayLine(q, minus, cycles) < needed,
        );
        thresholds[at] = -(charge - 1) / unitMinus;
      }
    });
  }
  return thresholds;
}

/** The least whole number in 1 .. `most` for which `holds`, which stays true from there on; infinite where there is none. */
function firstOf(most: number, holds: (value: number) => boolean): number {
  if (most < 1 || !holds(most)) return Infinity;
  let [low, high] = [0, most];
  while (high - low > 1) {
    const middle = Math.floor((low + high) / 2);
    if (holds(middle)) high = middle;
    else low = middle;
  }
  return high;
}
