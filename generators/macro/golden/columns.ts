import { packedColumns, packedResultBits } from '../plan/packed-words.js';
import { type ReadoutStyle, readoutOf } from '../plan/readouts.js';
import { maskOf, REGIONS } from '../plan/registers.js';
import { rampSteps } from '../plan/schedule.js';
import type { MacroShape } from '../plan/shape.js';
import { concatenated, hexOfBits, lowest, onesIn, packBits } from './bits.js';
import { stepsOfRamp } from './word-lines.js';

const [CODE, VALUE] = REGIONS.results.fields;
const VALUE_BITS = maskOf(VALUE);

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
  /**
   * Registers of all columns, one vector a bit, lowest first: the code, or for `broadcast` its decoded value, OUT_BITS
   * wide and unsigned.
   */
  private readonly state: readonly Uint32Array[];
  private results: readonly Uint32Array[];
  private resultBank = 0;
  /** 1 for every column there is. */
  private readonly all: Uint32Array;
  // Texts are made anew only where what they show may have changed.
  private text: string | undefined;
  private values: { readonly text: string; readonly table: number } | undefined;
  private readonly style: ReadoutStyle;

  /**
   * @param entry what a decoder table holds
   * @param table another number after every change of a table
   */
  constructor(
    private readonly shape: MacroShape,
    private readonly entry: (bank: number, code: number) => number,
    private readonly table: () => number = () => 0,
  ) {
    this.style = readoutOf(shape);
    const width = this.style.holds === 'value' ? shape.outputBits : shape.adcBits;
    this.all = packBits(shape.columns, () => true);
    this.state = Array.from({ length: width }, () => new Uint32Array(this.all.length));
    this.results = copied(this.state);
  }

  reset(): void {
    this.moveAll(0);
    this.results = copied(this.state);
    this.resultBank = 0;
    this.values = undefined;
  }

  /** A conversion starts: every column at the code that the ramp moves it away from. */
  clear(bank: number, bits: number): void {
    const code = this.shape.ramp === 'falling' ? rampSteps(bits) : 0;
    this.moveAll(this.held(bank, code));
  }

  /**
   * The comparators are looked at for one ramp step.
   *
   * @param comparators a bit a column: 1 where the MAC is at or above the reference of this step
   */
  strobe(step: number, bank: number, comparators: Uint32Array): void {
    const { shape } = this;
    const falling = shape.ramp === 'falling';
    const moves = falling ? comparators.map((high, word) => this.all[word]! & ~high) : comparators;
    const code = falling ? step - 1 : step;
    if (this.style.moves === 'counts') this.count(moves, falling);
    else this.take(moves, this.held(bank, code));
    this.changed();
  }

  /** Counts some columns up or down by one: a carry, or a borrow, ripples through the bits of all of them. */
  private count(moves: Uint32Array, down: boolean): void {
    const carry = moves.slice();
    for (const plane of this.state) {
      for (let word = 0; word < carry.length; word++) {
        const before = plane[word]!;
        plane[word] = before ^ carry[word]!;
        carry[word]! &= down ? ~before : before;
      }
    }
  }

  /** Puts one code or value into some columns. */
  private take(moves: Uint32Array, code: number): void {
    this.state.forEach((plane, bit) => {
      const one = ((code >> bit) & 1) === 1;
      for (let word = 0; word < moves.length; word++) {
        if (one) plane[word]! |= moves[word]!;
        else plane[word]! &= ~moves[word]!;
      }
    });
  }

  /** Whether no later step can change a code; with a falling ramp: whether topK columns are found. */
  ended(comparators: Uint32Array): boolean {
    const high = onesIn(comparators);
    return this.shape.ramp === 'falling' ? high >= this.shape.topK : high === 0;
  }

  /** The codes are final. */
  finish(bank: number): void {
    this.results = copied(this.state);
    this.resultBank = bank;
    this.values = undefined;
  }

  /** Result word of a column: code in 23:16 (0 for `broadcast`, which has none), decoded value in 15:0. */
  resultWord(column: number): number {
    const held = this.heldBy(column);
    const [code, value] =
      this.style.holds === 'value' ? [0, this.extended(held)] : [held, this.entry(this.resultBank, held)];
    return ((code << CODE.lsb) | (value & VALUE_BITS)) >>> 0;
  }

  /** Word of packed results: decoded values of neighbouring columns, the first lowest; 0 past the last column. */
  packedWord(word: number): number {
    const { shape, resultBank } = this;
    const bits = packedResultBits(shape);
    const columns = packedColumns(shape);
    const first = columns * word;
    let packed = 0;
    for (let column = first; column < Math.min(first + columns, shape.columns); column++) {
      const value = this.decoded(resultBank, this.heldBy(column)) & (2 ** bits - 1);
      packed |= value << (bits * (column - first));
    }
    return packed >>> 0;
  }

  /** Bit j of every column's register in plane j, as the trace shows it. */
  stateText(): string {
    this.text ??= hexOfBits(concatenated(this.state, this.shape.columns));
    return this.text;
  }

  /** The decoded values of all columns, for the styles that have them on pins; otherwise nothing. */
  valuesText(): string {
    if (!this.style.showsAll) return '';
    const table = this.table();
    if (this.values?.table !== table) this.values = { text: ` ${hexOfBits(this.allValues())}`, table };
    return this.values.text;
  }

  /** The decoded values of all columns, OUT_BITS each, the first lowest. */
  private allValues(): Uint32Array {
    const { columns, outputBits } = this.shape;
    const values = Array.from({ length: columns }, (_, column) => {
      const held = this.heldBy(column);
      return Uint32Array.of(this.style.holds === 'value' ? held : this.value(this.resultBank, held));
    });
    return concatenated(values, outputBits);
  }

  /** What is read of a column: its result where they are kept, else its register. */
  heldBy(column: number): number {
    const planes = this.shape.doubleBuffer ? this.results : this.state;
    const [word, shift] = [column >> 5, column & 31];
    let code = 0;
    for (let bit = 0; bit < planes.length; bit++) code |= ((planes[bit]![word]! >>> shift) & 1) << bit;
    return code;
  }

  private moveAll(code: number): void {
    this.take(this.all, code);
    this.changed();
  }

  /** The registers have; results that are kept do not follow them. */
  private changed(): void {
    this.text = undefined;
    if (!this.shape.doubleBuffer) this.values = undefined;
  }

  /** What a register holds of a code: the code, or its decoded value. */
  private held(bank: number, code: number): number {
    return this.style.holds === 'value' ? this.value(bank, code) : code;
  }

  /** What a held number stands for, a number of OUT_BITS. */
  decoded(bank: number, held: number): number {
    return this.style.holds === 'value' ? this.extended(held) : this.entry(bank, held);
  }

  /** A table entry as OUT_BITS wires. */
  private value(bank: number, code: number): number {
    return this.entry(bank, code) & (2 ** this.shape.outputBits - 1);
  }

  /** OUT_BITS wires as the number they stand for. */
  private extended(value: number): number {
    return lowest(value, this.shape.outputBits, this.shape.outputSigned);
  }
}

/**
 * The codes that a whole ramp leaves in the columns, whatever the sense amplifiers say. `broadcast` holds no codes; those
 * given are the ones whose decoded values it holds.
 *
 * @param bits width of the codes
 * @param high what the amplifier of a column says at a step; asked step by step in the order of the ramp
 */
export function codesOfRamp(
  shape: MacroShape,
  bits: number,
  high: (column: number, step: number) => boolean,
): Uint8Array {
  const readout = readoutOf(shape).moves === 'counts' ? 'counter' : 'capture';
  const columns = new ColumnConverters({ ...shape, readout, doubleBuffer: false }, () => 0);
  columns.clear(0, bits);
  for (const step of stepsOfRamp(shape, bits)) {
    const outputs = packBits(shape.columns, (column) => high(column, step));
    columns.strobe(step, 0, outputs);
    if (shape.earlyStop && columns.ended(outputs)) break;
  }
  return Uint8Array.from({ length: shape.columns }, (_, column) => columns.heldBy(column));
}

function copied(planes: readonly Uint32Array[]): readonly Uint32Array[] {
  return planes.map((plane) => plane.slice());
}
