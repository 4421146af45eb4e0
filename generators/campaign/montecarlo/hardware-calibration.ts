/** In: a die of a macro that calibrates itself. Out: its trim rows as the macro leaves them, and which columns it reports. */
import type { Die, DieReference } from '../../macro/die/die.js';
import type { ColumnCurrents } from '../../macro/die-batch/converter.js';
import { packReferences } from '../../macro/golden/pack.js';
import { linesOfRamp } from '../../macro/golden/reference-lines.js';
import {
  toleratedBeyond,
  USUAL_REPEATS,
  WINDOW_BITS,
  windowReference,
} from '../../macro/plan/self-calibration.js';
import type { MacroShape } from '../../macro/plan/shape.js';
import { settingCells } from '../../macro/trim/procedure.js';
import type { TrimSettings } from '../../macro/trim/search.js';
import { restingMac, type WindowLines } from './residuals.js';

/** What a macro has made of its trim rows. */
export interface ItselfCalibrated extends TrimSettings {
  /** Conversions that it took. */
  readonly conversions: number;
}

/** Reference lines of a die at the two edges of the window that such a calibration has in its bank. */
export function windowLines(die: Die, shape: MacroShape, bank: number): WindowLines {
  const cells = packReferences(windowReference(shape), shape);
  const [lower, upper] = linesOfRamp(shape, WINDOW_BITS, die.groupCurrents(bank, cells));
  return { lower: lower!, upper: upper! };
}

/**
 * What the state machine of `<name>_calibration` does on a die, decision by decision instead of cycle by cycle: the settings, the
 * reports and the noise that a `Machine` with this die has, from empty trim rows and its first conversion on.
 *
 * @param currents of the weight cells that hold a 1
 * @param repeats  power of two of conversions a setting
 */
export function calibrateItself(
  die: Die,
  shape: MacroShape,
  bank: number,
  currents: ColumnCurrents,
  repeats = USUAL_REPEATS,
): ItselfCalibrated {
  const { columns, trimRows } = shape;
  const { lower, upper } = windowLines(die, shape, bank);
  const [least, most] = [die.level(lower), die.level(upper)];
  const tolerated = toleratedBeyond(2 ** repeats);
  const trims = Array.from({ length: 2 * trimRows + 1 }, (_, at) => {
    const { plus, minus } = settingCells(shape, new Int16Array(columns).fill(at - trimRows));
    return die.trims({ trimPlus: plus, trimMinus: minus });
  });
  const settings = new Int16Array(columns);
  const reported = new Uint8Array(columns);
  let conversions = 0;
  const isAbove = (column: number, edge: DieReference, level: number) => {
    const trim = trims[settings[column]! + trimRows]![column]!;
    const mac = restingMac(die, currents, trim, column, edge);
    return mac + die.noise(conversions, edge.cycles, column) >= level;
  };
  // A ramp that may end early ends where all comparators are low at the lower edge: the upper one is not met.
  const ends = () => shape.earlyStop && settings.every((_, column) => !isAbove(column, lower, least));
  for (let column = 0; column < columns; column++) {
    settings[column] = -trimRows;
    for (;;) {
      let [low, high] = [0, 0];
      for (let again = 0; again < 2 ** repeats; again++, conversions++) {
        const isLow = !isAbove(column, lower, least);
        low += Number(isLow);
        high += Number(isAbove(column, upper, most) && !(isLow && ends()));
      }
      const [below, above] = [low > tolerated, high > tolerated];
      if (below && !above && settings[column]! < trimRows) {
        settings[column]!++;
        continue;
      }
      reported[column] = Number(below || above);
      break;
    }
  }
  return { settings, reported, conversions };
}
