import type { MacroPlan } from '../plan/plan.js';
import { groupOfRow, type MacroShape, maxMagnitude } from '../plan/shape.js';
import { currentOf, type DieConstants, dieConstants, gainsOf, scaled } from './constants.js';
import { deviate, type Key, KIND, keyOf, keyWithin, MOST_DEVIATE } from './hash.js';
import { bent, clipOf, gained, leaked } from './lines.js';

/** Cells as they are stored: one byte each, 0 or 1, row by row. `BitcellArray` has them. */
export interface StoredCells {
  /** wp of the weight rows, rows x columns. */
  readonly plus: Uint8Array;
  /** wn of the weight rows. */
  readonly minus: Uint8Array;
  /** wp of the trim rows, trimRows x columns. */
  readonly trimPlus: Uint8Array;
  /** wn of the trim rows. */
  readonly trimMinus: Uint8Array;
}

/** What the lines of all columns have discharged when the ramp begins, f, before gain, compression and clipping. */
export interface DieLines {
  /** RBLP of every column. */
  readonly positive: Float64Array;
  /** RBLN of every column. */
  readonly negative: Float64Array;
  /** What the trim rows add, f; outside compression and clipping. */
  readonly trim: Float64Array;
  /** Currents of all cells that hold a 1 on RBLP, which leak while the ramp runs. */
  readonly leakPositive: Float64Array;
  /** The same on RBLN. */
  readonly leakNegative: Float64Array;
}

/** What the two reference lines have discharged, f, and after how many cycles of the ramp. */
export interface DieReference {
  /** The line that the groups of the steps discharge. */
  positive: number;
  /** The line that the offset group discharges. */
  negative: number;
  /** Cycles of the ramp so far. */
  cycles: number;
}

/** What indices of deviates count in, as docs/architecture.md has them. */
export const ROW_STRIDE = 1024;
export const GROUP_BASE = 2048;
export const GROUP_STRIDE = 128;

/**
 * Deviates in the place of those that the seed draws: whole numbers, by kind and index of docs/architecture.md. They are cut
 * as drawn ones are.
 */
export type ChosenDeviates = (kind: number, index: number) => number;

/**
 * One die: what its cells, word lines and sense amplifiers differ by from the ideal ones, and what that makes of a
 * conversion. Everything is a whole number, computed as docs/architecture.md says, so that the die view of a package
 * gives the same codes. `f` is one part of 2^fractionBits of a unit discharge.
 *
 * Independent of how cells and references are kept: the golden models ask it.
 */
export class Die {
  /** f at which a bitline clips; infinite where none can. */
  readonly headroom: number;
  /** What a bitline of this die discharges, 2^-16 of what it does in a nominal one. */
  readonly arrayGain: number;
  /** The same of its reference lines. */
  readonly referenceGain: number;
  /** By kind, made when they are needed. */
  private readonly keys: Key[] = [];
  private readonly offsets: Float64Array;
  /** Currents of wp and wn of every weight row; of trim rows. */
  private currents: { readonly plus: Int32Array; readonly minus: Int32Array } | undefined;
  private trimCurrents: { readonly plus: Int32Array; readonly minus: Int32Array } | undefined;
  private readonly referenceCurrents = new Map<number, Int32Array>();
  /** Key of the noise of the conversion that was asked for last. */
  private conversionKey: { readonly conversion: number; readonly key: Key } | undefined;

  /**
   * @param constants of the config
   * @param shape     of the macro that is simulated
   * @param seed      which die: a whole number of 32 bits without sign
   * @param chosen    deviates that are not drawn, for dies at the edge of what there are. `DieConverter` converts such a die
   *                  in plain JavaScript
   */
  constructor(
    /** What the config says of dies. */
    readonly constants: DieConstants,
    private readonly shape: MacroShape,
    /** Which die it is. */
    readonly seed: number,
    readonly chosen?: ChosenDeviates,
  ) {
    this.headroom = clipOf(constants, shape);
    const gains = gainsOf(constants, this.deviate(KIND.global, 0));
    this.arrayGain = gains.array;
    this.referenceGain = gains.reference;
    const { commonOffset = 0 } = constants;
    this.offsets = Float64Array.from(
      { length: shape.columns },
      (_, column) => scaled(constants.offset, this.deviate(KIND.offset, column)) + commonOffset,
    );
  }

  /**
   * The die of a plan.
   *
   * @param seed which die; that of the config where left out
   * @throws RangeError where the config has no `die`
   */
  static from({ config, shape }: MacroPlan, seed?: number): Die {
    if (config.die === undefined) throw new RangeError('the config has no "die"');
    return new Die(dieConstants(config.die, shape), shape, seed ?? config.die.seed);
  }

  /** Current of a cell of the weight rows, f a unit pulse: wp (plane 0) or wn (plane 1). */
  weightCurrent(row: number, column: number, plane: 0 | 1): number {
    return this.current(KIND.weight, 2 * (ROW_STRIDE * row + column) + plane, row);
  }

  /** Current of a cell of the trim rows, f a unit pulse; all trim rows have one word line. */
  trimCurrent(row: number, column: number, plane: 0 | 1): number {
    const index = 2 * (ROW_STRIDE * (ROW_STRIDE + row) + column) + plane;
    return this.current(KIND.weight, index, ROW_STRIDE);
  }

  /** Current of a reference cell, f a unit pulse; a group has one word line. */
  referenceCurrent(bank: number, row: number, column: number): number {
    const group = groupOfRow(this.shape, row);
    const index = GROUP_STRIDE * (ROW_STRIDE * bank + row) + column;
    return this.current(KIND.reference, index, GROUP_BASE + GROUP_STRIDE * bank + group);
  }

  /** Deviate of the pulse width of a word line; the rows of weights are the first of them. */
  pulseDeviate(wordLine: number): number {
    return this.deviate(KIND.pulse, wordLine);
  }

  /** Offset of a sense amplifier, f: what it adds to the MAC. */
  offset(column: number): number {
    return this.offsets[column]!;
  }

  /**
   * Noise of a comparison, f: what it adds to the MAC.
   *
   * @param conversion number of the conversion, from 0
   * @param cycles     cycles of its ramp so far, from 1
   */
  noise(conversion: number, cycles: number, column: number): number {
    if (this.constants.noise === 0) return 0;
    if (this.conversionKey?.conversion !== conversion) {
      this.conversionKey = { conversion, key: keyWithin(this.keyOf(KIND.noise), conversion) };
    }
    const index = ROW_STRIDE * cycles + column;
    return scaled(this.constants.noise, this.deviate(KIND.noise, index, this.conversionKey.key));
  }

  /**
   * Lines of all columns for a vector of inputs.
   *
   * @param inputs one whole number a row; magnitudes saturate at 2^n - 1
   */
  lines(cells: StoredCells, inputs: ArrayLike<number>): DieLines {
    const { rows, columns } = this.shape;
    const limit = maxMagnitude(this.shape);
    const leaks = this.constants.leakage > 0;
    this.currents ??= this.planes(rows, (row, column, plane) => this.weightCurrent(row, column, plane));
    const { plus, minus } = this.currents;
    const [positive, negative, leakPositive, leakNegative] = [0, 1, 2, 3].map(
      () => new Float64Array(columns),
    ) as [Float64Array, Float64Array, Float64Array, Float64Array];
    for (let row = 0; row < rows; row++) {
      const x = inputs[row]!;
      const pulses = Math.min(limit, Math.abs(x));
      if (pulses === 0 && !leaks) continue;
      const [straight, crossed] = x > 0 ? [positive, negative] : [negative, positive];
      for (let column = 0, cell = row * columns; column < columns; column++, cell++) {
        const wp = cells.plus[cell]! * plus[cell]!;
        const wn = cells.minus[cell]! * minus[cell]!;
        straight[column]! += pulses * wp;
        crossed[column]! += pulses * wn;
        if (leaks) {
          leakPositive[column]! += wp;
          leakNegative[column]! += wn;
        }
      }
    }
    return { positive, negative, leakPositive, leakNegative, trim: this.trims(cells) };
  }

  /** What the trim rows add to the MAC of every column, f. */
  trims({ trimPlus, trimMinus }: Pick<StoredCells, 'trimPlus' | 'trimMinus'>): Float64Array {
    const { columns, trimRows, trimPulses } = this.shape;
    this.trimCurrents ??= this.planes(trimRows, (row, column, plane) => this.trimCurrent(row, column, plane));
    const { plus, minus } = this.trimCurrents;
    const added = new Float64Array(columns);
    const taken = new Float64Array(columns);
    for (let cell = 0; cell < trimRows * columns; cell++) {
      added[cell % columns]! += trimPulses * trimPlus[cell]! * plus[cell]!;
      taken[cell % columns]! += trimPulses * trimMinus[cell]! * minus[cell]!;
    }
    return added.map(
      (charge, column) => gained(charge, this.arrayGain) - gained(taken[column]!, this.arrayGain),
    );
  }

  /**
   * Currents of the reference groups of a bank: what one pulse of a group discharges, f.
   *
   * @param cells referenceRows x referenceColumns
   */
  groupCurrents(bank: number, cells: Uint8Array): Float64Array {
    const { adcBits, referenceRows, referenceColumns } = this.shape;
    const currents = this.bankCurrents(bank);
    const groups = new Float64Array(2 ** adcBits);
    for (let row = 0; row < referenceRows; row++) {
      const group = groupOfRow(this.shape, row);
      if (group >= groups.length) break;
      for (let cell = row * referenceColumns; cell < (row + 1) * referenceColumns; cell++) {
        groups[group]! += cells[cell]! * currents[cell]!;
      }
    }
    return groups;
  }

  /** The sense amplifier of a column: whether its lines are at or above those of the reference. */
  above(lines: DieLines, column: number, reference: DieReference, conversion: number): boolean {
    const { cycles } = reference;
    const mac =
      this.arrayLine(lines.positive[column]!, lines.leakPositive[column]!, cycles) -
      this.arrayLine(lines.negative[column]!, lines.leakNegative[column]!, cycles) +
      lines.trim[column]!;
    return mac + this.offset(column) + this.noise(conversion, cycles, column) >= this.level(reference);
  }

  /** What the reference lines differ by, f: the level that a MAC is compared with. */
  level({ positive, negative }: DieReference): number {
    return this.referenceLine(positive) - this.referenceLine(negative);
  }

  /**
   * What is left of the discharge of a bitline, f.
   *
   * @param charge  what the pulses of its cells took, f
   * @param leaking currents of the cells that leak, f
   * @param cycles  cycles of the ramp so far
   */
  arrayLine(charge: number, leaking: number, cycles: number): number {
    const taken = gained(leaked(this.constants, charge, leaking, cycles), this.arrayGain);
    return Math.min(bent(this.constants, taken), this.headroom);
  }

  private referenceLine(charge: number): number {
    return bent(this.constants, gained(charge, this.referenceGain));
  }

  private planes(rows: number, current: (row: number, column: number, plane: 0 | 1) => number) {
    const { columns } = this.shape;
    const plane = (which: 0 | 1) =>
      Int32Array.from({ length: rows * columns }, (_, cell) =>
        current(Math.floor(cell / columns), cell % columns, which),
      );
    return { plus: plane(0), minus: plane(1) };
  }

  private bankCurrents(bank: number): Int32Array {
    const known = this.referenceCurrents.get(bank);
    if (known !== undefined) return known;
    const { referenceRows, referenceColumns } = this.shape;
    const currents = Int32Array.from({ length: referenceRows * referenceColumns }, (_, cell) =>
      this.referenceCurrent(bank, Math.floor(cell / referenceColumns), cell % referenceColumns),
    );
    this.referenceCurrents.set(bank, currents);
    return currents;
  }

  /** A unit, what its cell differs by and what its word line's pulse does. */
  private current(kind: number, index: number, wordLine: number): number {
    const { constants } = this;
    const local = constants.mismatch === 0 ? 0 : this.deviate(kind, index);
    const pulse = constants.pulseError === 0 ? 0 : this.pulseDeviate(wordLine);
    return currentOf(constants, local, pulse);
  }

  /** @param key where it is not that of die and kind */
  private deviate(kind: number, index: number, key?: Key): number {
    const { mostDeviate = MOST_DEVIATE } = this.constants;
    const drawn =
      this.chosen === undefined ? deviate(key ?? this.keyOf(kind), index) : this.chosen(kind, index);
    return Math.max(-mostDeviate, Math.min(mostDeviate, drawn));
  }

  private keyOf(kind: number): Key {
    this.keys[kind] ??= keyOf(this.seed, kind);
    return this.keys[kind];
  }
}
