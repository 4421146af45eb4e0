import { fullScale, type MacroShape, maxMagnitude } from '../plan/shape.js';
import type { CellPlanes } from './pack.js';

/** Weight of the odd column of a pair; above twice any sum of a column, and its products are exact. */
const PAIR = 2 ** 26;

/**
 * The bitcell array: what every column's differential discharge is for a vector of inputs.
 * All results are whole unit discharges.
 */
export class BitcellArray {
  /** wp of every cell, rows x columns, row by row, 0 or 1. */
  readonly plus: Uint8Array;
  /** wn of every cell, alike. */
  readonly minus: Uint8Array;
  /** wp of every trim cell, trim rows x columns. */
  readonly trimPlus: Uint8Array;
  /** wn of every trim cell, alike. */
  readonly trimMinus: Uint8Array;
  /** Counts changes of the cells, so that what was made of them can be told to be of old. */
  version = 0;
  private trim: Int32Array | undefined;

  // Where nothing can clip, the product is linear: a new one differs from the last one by the rows whose input or cells
  // changed. Weights and sums of two columns are in one number: even column + PAIR * odd column.
  private readonly width: number;
  private readonly weights: Float64Array;
  private readonly sums: Float64Array;
  /** What a row put into the sums; 0 where `weights` lacks it, because its cells were written since. */
  private readonly applied: Int32Array;
  private readonly packed: Uint8Array;

  constructor(
    /** What is built. */
    readonly shape: MacroShape,
  ) {
    const { rows, columns, trimRows } = shape;
    this.plus = new Uint8Array(rows * columns);
    this.minus = new Uint8Array(rows * columns);
    this.trimPlus = new Uint8Array(trimRows * columns);
    this.trimMinus = new Uint8Array(trimRows * columns);
    this.width = (columns + 1) >> 1;
    const linear = shape.headroom >= fullScale(shape);
    this.weights = new Float64Array(linear ? rows * this.width : 0);
    this.sums = new Float64Array(this.width);
    this.applied = new Int32Array(rows);
    this.packed = new Uint8Array(rows);
  }

  /** Writes all cells: rows x columns, row by row. */
  load(cells: CellPlanes): void {
    this.plus.set(cells.plus);
    this.minus.set(cells.minus);
    for (const state of [this.sums, this.applied, this.packed]) state.fill(0);
    this.version++;
  }

  /** Writes all trim cells: trim rows x columns, row by row. */
  loadTrim(cells: CellPlanes): void {
    this.trimPlus.set(cells.plus);
    this.trimMinus.set(cells.minus);
    this.trimChanged();
  }

  /** To be called where cells of a row were written directly. */
  changed(row: number): void {
    this.version++;
    if (this.packed[row] === 0) return;
    this.apply(row, 0);
    this.packed[row] = 0;
  }

  /** To be called where trim cells were written directly. */
  trimChanged(): void {
    this.trim = undefined;
    this.version++;
  }

  /**
   * The sums of all columns, unit discharges: mac[c] = clip(dP[c]) - clip(dN[c]) + trim[c].
   *
   * @param inputs signed or unsigned whole numbers, one a row; magnitudes saturate at 2^n - 1
   */
  mac(inputs: ArrayLike<number>): Int32Array {
    return this.weights.length > 0 ? this.macByChanges(inputs) : this.macByLines(inputs);
  }

  private macByChanges(inputs: ArrayLike<number>): Int32Array {
    const { rows, columns } = this.shape;
    const limit = maxMagnitude(this.shape);
    for (let row = 0; row < rows; row++) this.apply(row, Math.max(-limit, inputs[row]!));
    const mac = this.trims().slice();
    for (let column = 0; column < columns; column++) {
      const sum = this.sums[column >> 1]!;
      const odd = Math.round(sum / PAIR);
      mac[column]! += (column & 1) === 0 ? sum - odd * PAIR : odd;
    }
    return mac;
  }

  /** Lets a row count in the sums with another input. */
  private apply(row: number, x: number): void {
    const change = x - this.applied[row]!;
    if (change === 0) return;
    if (this.packed[row] === 0) this.pack(row);
    const { sums, weights, width } = this;
    const from = row * width;
    for (let pair = 0; pair < width; pair++) sums[pair]! += change * weights[from + pair]!;
    this.applied[row] = x;
  }

  private pack(row: number): void {
    const { columns } = this.shape;
    const { width, plus, minus } = this;
    for (let pair = 0; pair < width; pair++) {
      const cell = row * columns + 2 * pair;
      const odd = 2 * pair + 1 < columns ? plus[cell + 1]! - minus[cell + 1]! : 0;
      this.weights[row * width + pair] = plus[cell]! - minus[cell]! + PAIR * odd;
    }
    this.packed[row] = 1;
  }

  private macByLines(inputs: ArrayLike<number>): Int32Array {
    const { rows, columns, headroom } = this.shape;
    const limit = maxMagnitude(this.shape);
    const lineP = new Int32Array(columns);
    const lineN = new Int32Array(columns);
    for (let row = 0; row < rows; row++) {
      const x = inputs[row]!;
      if (x === 0) continue;
      const pulses = Math.min(limit, Math.abs(x));
      const [straight, crossed] = x > 0 ? [this.plus, this.minus] : [this.minus, this.plus];
      const from = row * columns;
      for (let column = 0; column < columns; column++) {
        lineP[column]! += pulses * straight[from + column]!;
        lineN[column]! += pulses * crossed[from + column]!;
      }
    }
    const trims = this.trims();
    return lineP.map(
      (dP, column) => Math.min(dP, headroom) - Math.min(lineN[column]!, headroom) + trims[column]!,
    );
  }

  /** What the trim rows add to every column, unit discharges. Not to be written to. */
  trims(): Int32Array {
    if (this.trim === undefined) {
      const { columns, trimPulses } = this.shape;
      const trim = new Int32Array(columns);
      this.trimPlus.forEach((plus, cell) => {
        trim[cell % columns]! += trimPulses * (plus - this.trimMinus[cell]!);
      });
      this.trim = trim;
    }
    return this.trim;
  }
}
