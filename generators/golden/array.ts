import { fullScale, type MacroShape, maxMagnitude } from '../plan/shape.js';
import type { CellPlanes } from './pack.js';

/**
 * The bitcell array: what every column's differential discharge is for a vector of inputs.
 * All results are whole unit discharges.
 */
export class BitcellArray {
  readonly plus: Uint8Array;
  readonly minus: Uint8Array;
  readonly trimPlus: Uint8Array;
  readonly trimMinus: Uint8Array;
  /** Two columns' weights in one integer, row by row: even column + 65536 * odd column. */
  private pairs: Int32Array | undefined;
  /** Counts changes of the cells, so that what was made of them can be told to be of old. */
  version = 0;
  private trim: Int32Array | undefined;

  constructor(readonly shape: MacroShape) {
    const { rows, columns, trimRows } = shape;
    this.plus = new Uint8Array(rows * columns);
    this.minus = new Uint8Array(rows * columns);
    this.trimPlus = new Uint8Array(trimRows * columns);
    this.trimMinus = new Uint8Array(trimRows * columns);
  }

  load(cells: CellPlanes): void {
    this.plus.set(cells.plus);
    this.minus.set(cells.minus);
    this.changed();
  }

  loadTrim(cells: CellPlanes): void {
    this.trimPlus.set(cells.plus);
    this.trimMinus.set(cells.minus);
    this.changed();
  }

  /** To be called after cells were written directly. */
  changed(): void {
    this.pairs = undefined;
    this.trim = undefined;
    this.version++;
  }

  /**
   * mac[c] = clip(dP[c]) - clip(dN[c]) + trim[c].
   *
   * @param inputs signed or unsigned whole numbers, one a row; magnitudes saturate at 2^n - 1
   */
  mac(inputs: ArrayLike<number>): Int32Array {
    const full = fullScale(this.shape);
    // Where nothing can clip only the difference counts, and it fits 16 bits: two columns at once.
    return this.shape.headroom >= full && full < 2 ** 15 ? this.macByPairs(inputs) : this.macByLines(inputs);
  }

  private macByPairs(inputs: ArrayLike<number>): Int32Array {
    const { rows, columns } = this.shape;
    const limit = maxMagnitude(this.shape);
    const width = (columns + 1) >> 1;
    this.pairs ??= this.packPairs(width);
    const pairs = this.pairs;
    const sums = new Int32Array(width);
    for (let row = 0; row < rows; row++) {
      const x = Math.max(-limit, inputs[row]!);
      if (x === 0) continue;
      const from = row * width;
      for (let i = 0; i < width; i++) sums[i]! += Math.imul(x, pairs[from + i]!);
    }
    const mac = this.trims().slice();
    for (let column = 0; column < columns; column++) {
      const sum = sums[column >> 1]!;
      const low = (sum << 16) >> 16;
      mac[column]! += (column & 1) === 0 ? low : (sum - low) >> 16;
    }
    return mac;
  }

  private packPairs(width: number): Int32Array {
    const { rows, columns } = this.shape;
    const pairs = new Int32Array(rows * width);
    for (let row = 0; row < rows; row++) {
      for (let column = 0; column < columns; column++) {
        const cell = row * columns + column;
        const weight = this.plus[cell]! - this.minus[cell]!;
        pairs[row * width + (column >> 1)]! += (column & 1) === 0 ? weight : weight * 65536;
      }
    }
    return pairs;
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

  /** What the trim rows add to every column. */
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
