/** In: cells of a macro, what devices may be, inputs. Out: the lowest and the highest code of every column. */
import { gainsOf } from '../../macro/die/constants.js';
import { clipOf, gained } from '../../macro/die/lines.js';
import { readoutOf } from '../../macro/plan/readouts.js';
import { LinePulses, type MacroCells } from './cells.js';
import { bitlineOf, levelOf } from './lines.js';
import type { DieSpread, Interval } from './spread.js';

/** Halvings of what the gain of a die may be, where it is not clear without. */
const MOST_HALVINGS = 6;

/** Lowest and highest codes, a column each. */
export interface CodeBounds {
  readonly low: Uint8Array;
  readonly high: Uint8Array;
}

/** Some of the deviates that the gain of a die may have, and what follows from them. */
interface Slice {
  readonly from: number;
  readonly to: number;
  readonly arrayGain: Interval;
  /** Levels in the order of the ramp. */
  readonly levels: readonly Interval[];
  /** What trim, offset and noise add to each column. */
  readonly addedLow: Float64Array;
  readonly addedHigh: Float64Array;
}

/**
 * Bounds of the codes of a macro over all dies whose deviates lie within a spread. Sound: no such die has a code outside. The gain
 * of the die is one for array and references, so it is cut into slices and codes are bounded in each.
 */
export class MacroBounds {
  private readonly slices = new Map<number, Slice>();
  private readonly pulses: LinePulses;
  private readonly clip: number;
  private readonly own: CodeBounds;
  private readonly macs: Readonly<Record<'low' | 'high', Float64Array>>;

  constructor(
    private readonly macro: MacroCells,
    private readonly spread: DieSpread,
  ) {
    const { columns } = macro.shape;
    this.pulses = new LinePulses(macro);
    this.clip = clipOf(spread.constants, macro.shape);
    this.own = { low: new Uint8Array(columns), high: new Uint8Array(columns) };
    this.macs = { low: new Float64Array(columns), high: new Float64Array(columns) };
  }

  /**
   * Bounds of a conversion.
   *
   * @param low  least inputs, one a row, and `high` the largest; the same list where they are known
   * @param from where the vector begins in both
   * @param into is filled, from `at` on
   */
  bound(low: ArrayLike<number>, high: ArrayLike<number>, from: number, into: CodeBounds, at: number): void {
    const { most, constants } = this.spread;
    const { columns } = this.macro.shape;
    this.pulses.take(low, high, from);
    into.low.fill(255, at, at + columns);
    into.high.fill(0, at, at + columns);
    const fixed = constants.globalSpread === 0 || most === 0;
    for (const deviate of fixed ? [0] : [-most, 0, most]) {
      this.run(this.sliceOf(deviate, deviate));
      this.widen(into, at);
    }
    if (!fixed) this.search(-most, most, MOST_HALVINGS, into, at);
  }

  /** Widens bounds by what lies between two deviates: by halves, as long as they tell more than the whole. */
  private search(from: number, to: number, halvings: number, into: CodeBounds, at: number): void {
    const slice = this.sliceOf(from, to);
    this.run(slice);
    const { low, high } = this.own;
    const inside = low.every(
      (code, column) => code >= into.low[at + column]! && high[column]! <= into.high[at + column]!,
    );
    if (inside) return;
    if (halvings === 0 || from === to) {
      this.widen(into, at);
      return;
    }
    const middle = Math.floor((from + to) / 2);
    this.search(from, middle, halvings - 1, into, at);
    this.search(middle + 1, to, halvings - 1, into, at);
  }

  /** Widens bounds by those that {@link run} has found. */
  private widen(into: CodeBounds, at: number): void {
    const { low, high } = this.own;
    for (let column = 0; column < low.length; column++) {
      into.low[at + column] = Math.min(into.low[at + column]!, low[column]!);
      into.high[at + column] = Math.max(into.high[at + column]!, high[column]!);
    }
  }

  /** The ramp, with what columns do for certain and what they may do; early stops end it for certain or perhaps. */
  private run(slice: Slice): void {
    const { shape, steps, bits } = this.macro;
    const { columns, earlyStop, topK } = shape;
    const { low, high } = this.own;
    const falling = shape.ramp === 'falling';
    const counts = readoutOf(shape).moves === 'counts';
    low.fill(falling ? 2 ** bits - 1 : 0);
    high.set(low);
    let goesOn = true;
    for (const [index, { step, cycles }] of steps.entries()) {
      if (index === 0 || this.spread.constants.leakage > 0) this.setMacs(slice, cycles);
      const level = slice.levels[index]!;
      let [surelyHigh, perhapsHigh] = [0, 0];
      for (let column = 0; column < columns; column++) {
        const sure = this.macs.low[column]! + slice.addedLow[column]! >= level.high;
        const perhaps = this.macs.high[column]! + slice.addedHigh[column]! >= level.low;
        if (sure) surelyHigh++;
        if (perhaps) perhapsHigh++;
        if (falling) {
          if (!perhaps && goesOn) high[column] = counts ? high[column]! - 1 : step - 1;
          if (!sure) low[column] = counts ? low[column]! - 1 : step - 1;
        } else {
          if (sure && goesOn) low[column] = counts ? low[column]! + 1 : step;
          if (perhaps) high[column] = counts ? high[column]! + 1 : step;
        }
      }
      if (!earlyStop) continue;
      if (falling ? perhapsHigh >= topK : surelyHigh === 0) goesOn = false;
      if (falling ? surelyHigh >= topK : perhapsHigh === 0) break;
    }
  }

  private setMacs({ arrayGain }: Slice, cycles: number): void {
    const { cells, constants } = this.spread;
    const { ones, shape } = this.macro;
    const { positiveLow, positiveHigh, negativeLow, negativeHigh } = this.pulses;
    const line = (low: number, high: number, leaking: number) => {
      const charge = { low: low * cells.weight.low, high: high * cells.weight.high };
      const leaks = { low: leaking * cells.weight.low, high: leaking * cells.weight.high };
      return bitlineOf(constants, { charge, leaking: leaks, cycles }, arrayGain, this.clip);
    };
    for (let column = 0; column < shape.columns; column++) {
      const positive = line(positiveLow[column]!, positiveHigh[column]!, ones.plus[column]!);
      const negative = line(negativeLow[column]!, negativeHigh[column]!, ones.minus[column]!);
      this.macs.low[column] = positive.low - negative.high;
      this.macs.high[column] = positive.high - negative.low;
    }
  }

  private sliceOf(from: number, to: number): Slice {
    const key = from * 4096 + to;
    const known = this.slices.get(key);
    if (known !== undefined) return known;
    const { constants, cells, added } = this.spread;
    const { trims, steps } = this.macro;
    const [slow, fast] = [gainsOf(constants, from), gainsOf(constants, to)];
    const arrayGain = { low: slow.array, high: fast.array };
    const gain = { low: slow.reference, high: fast.reference };
    const { low, high } = cells.trim;
    const slice: Slice = {
      ...{ from, to, arrayGain },
      levels: steps.map((step) => levelOf(constants, step, cells.reference, gain)),
      addedLow: Float64Array.from(
        trims.plus,
        (plus, column) =>
          added.low + gained(plus * low, slow.array) - gained(trims.minus[column]! * high, fast.array),
      ),
      addedHigh: Float64Array.from(
        trims.plus,
        (plus, column) =>
          added.high + gained(plus * high, fast.array) - gained(trims.minus[column]! * low, slow.array),
      ),
    };
    this.slices.set(key, slice);
    return slice;
  }
}
