import { rampSteps } from '../plan/schedule.js';
import { type MacroShape, showsAllColumns } from '../plan/shape.js';
import type { Comparator } from './comparator.js';
import { hexOfBits } from './trace.js';
import { firstStep, lastStep } from './word-lines.js';

/**
 * The column converters: one register a column that the ramp moves, in each of the four readout styles.
 *
 * | style                  | rising ramp                            | falling ramp                          |
 * |------------------------|----------------------------------------|---------------------------------------|
 * | `counter`, `column_lut`| counts up, from 0, while sa is high    | counts down, from 2^b - 1, while low  |
 * | `capture`              | takes the step while sa is high        | takes the step less 1 while sa is low |
 * | `broadcast`            | as `capture`, but the step's decoded value                                     |
 *
 * With a monotone comparator all agree. With any other, counters count the high (falling: low) steps,
 * the other two keep what the last such step gave.
 */
export class ColumnConverters {
  /** Code of every column; its decoded value, OUT_BITS wide and unsigned, for `broadcast`. */
  private readonly state: Int32Array;
  private results: Int32Array;
  private resultBank = 0;
  /** Bits of a column's register. */
  private readonly width: number;
  private readonly planes: Uint8Array;
  private planesText: string | undefined;

  /** @param entry what a decoder table holds */
  constructor(
    private readonly shape: MacroShape,
    private readonly entry: (bank: number, code: number) => number,
  ) {
    this.state = new Int32Array(shape.columns);
    this.results = new Int32Array(shape.columns);
    this.width = shape.readout === 'broadcast' ? shape.outputBits : shape.adcBits;
    this.planes = new Uint8Array(shape.columns * this.width);
  }

  reset(): void {
    this.moveAll(0);
    this.results = new Int32Array(this.shape.columns);
    this.resultBank = 0;
  }

  /** A conversion starts: every column at the code that the ramp moves it away from. */
  clear(bank: number, bits: number): void {
    const code = this.shape.ramp === 'falling' ? rampSteps(bits) : 0;
    this.moveAll(this.shape.readout === 'broadcast' ? this.value(bank, code) : code);
  }

  /**
   * The comparators are looked at for one ramp step.
   *
   * @param comparators 1 where the MAC is at or above the reference of this step
   */
  strobe(step: number, bank: number, comparators: Uint8Array): void {
    const { state, shape } = this;
    const falling = shape.ramp === 'falling';
    const moves = falling ? 0 : 1;
    const code = falling ? step - 1 : step;
    const counts = shape.readout === 'counter' || shape.readout === 'column_lut';
    const taken = shape.readout === 'broadcast' ? this.value(bank, code) : code;
    for (let column = 0; column < state.length; column++) {
      if (comparators[column] !== moves) continue;
      state[column] = counts ? state[column]! + (falling ? -1 : 1) : taken;
    }
    this.planesText = undefined;
  }

  /** Whether no later step can change a code; with a falling ramp: whether topK columns are found. */
  ended(comparators: Uint8Array): boolean {
    let high = 0;
    for (const comparator of comparators) high += comparator;
    return this.shape.ramp === 'falling' ? high >= this.shape.topK : high === 0;
  }

  /** The codes are final. */
  finish(bank: number): void {
    this.results = this.state.slice();
    this.resultBank = bank;
  }

  /** Result word of a column: code in 23:16 (0 for `broadcast`, which has none), decoded value in 15:0. */
  resultWord(column: number): number {
    const held = this.held()[column]!;
    if (this.shape.readout === 'broadcast') return this.extended(held) & 0xffff;
    return ((held << 16) | (this.entry(this.resultBank, held) & 0xffff)) >>> 0;
  }

  /** Bit j of every column's register in plane j, as the trace shows it. */
  stateText(): string {
    if (this.planesText === undefined) {
      const { columns } = this.shape;
      const { planes, state } = this;
      for (let bit = 0, at = 0; bit < this.width; bit++) {
        for (let column = 0; column < columns; column++) planes[at++] = (state[column]! >> bit) & 1;
      }
      this.planesText = hexOfBits(planes);
    }
    return this.planesText;
  }

  /** The decoded values of all columns, for the styles that have them on pins; otherwise nothing. */
  valuesText(): string {
    const { columns, outputBits, readout } = this.shape;
    if (!showsAllColumns(this.shape)) return '';
    const bits = new Uint8Array(columns * outputBits);
    const held = this.held();
    for (let column = 0, at = 0; column < columns; column++) {
      const value = readout === 'broadcast' ? held[column]! : this.value(this.resultBank, held[column]!);
      for (let bit = 0; bit < outputBits; bit++) bits[at++] = (value >> bit) & 1;
    }
    return ` ${hexOfBits(bits)}`;
  }

  private held(): Int32Array {
    return this.shape.doubleBuffer ? this.results : this.state;
  }

  private moveAll(code: number): void {
    this.state.fill(code);
    this.planesText = undefined;
  }

  /** A table entry as OUT_BITS wires. */
  private value(bank: number, code: number): number {
    return this.entry(bank, code) & (2 ** this.shape.outputBits - 1);
  }

  /** OUT_BITS wires as the number they stand for. */
  private extended(value: number): number {
    const shift = 32 - this.shape.outputBits;
    return this.shape.outputSigned ? (value << shift) >> shift : value;
  }
}

/**
 * The codes that a whole ramp leaves in the columns, for any comparator. `broadcast` holds no codes; those given are
 * the ones whose decoded values it holds.
 *
 * @param macs       unit discharges, one a column
 * @param references unit discharges, one a step
 */
export function codesOfRamp(
  shape: MacroShape,
  macs: Int32Array,
  references: readonly number[],
  comparator: Comparator,
): Uint8Array {
  const readout = shape.readout === 'broadcast' ? 'capture' : shape.readout;
  const columns = new ColumnConverters({ ...shape, readout, doubleBuffer: false }, () => 0);
  const bits = Math.log2(references.length + 1);
  const last = lastStep(shape, bits);
  columns.clear(0, bits);
  for (let step = firstStep(shape, bits); ; step += shape.ramp === 'falling' ? -1 : 1) {
    const reference = references[step - 1]!;
    const high = Uint8Array.from(macs, (mac, column) => Number(comparator(mac, reference, column)));
    columns.strobe(step, 0, high);
    if (step === last || (shape.earlyStop && columns.ended(high))) break;
  }
  return Uint8Array.from(macs, (_, column) => columns.resultWord(column) >>> 16);
}
