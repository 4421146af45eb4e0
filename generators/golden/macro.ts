import type { MacroPlan } from '../plan/plan.js';
import { rampReferences } from '../plan/ramp.js';
import { type MacroShape, magnitudeBits, outputRange } from '../plan/shape.js';
import { BitcellArray } from './array.js';
import { type CellPlanes, packTernary, packTrim, type ReferenceCells } from './pack.js';

/** What one conversion gives, column by column. */
export interface Conversion {
  /** Differential discharge plus trim, unit discharges. */
  readonly macs: Int32Array;
  /** Nonlinear codes: number of references at or below the MAC, also for `broadcast`, whose results carry none. */
  readonly codes: Uint8Array;
  /** Decoded values, OUT_BITS wide. */
  readonly outputs: Int32Array;
}

interface Bank {
  readonly bits: number;
  readonly references: readonly number[];
}

/**
 * Golden model of a macro, transaction by transaction: load weights, program references and
 * tables, convert. Bit-exact with the generated Verilog; {@link Machine} adds the cycles.
 *
 * @example
 * const macro = Macro.from(plan);
 * macro.loadWeights(weights);              // Int8Array, rows x columns, -1 / 0 / +1
 * const { codes, outputs } = macro.convert(inputs, 0);
 */
export class Macro {
  readonly array: BitcellArray;
  private readonly banks: Bank[];
  private readonly tables: Int32Array[];

  constructor(readonly shape: MacroShape) {
    this.array = new BitcellArray(shape);
    const { adcBits } = shape;
    this.banks = Array.from({ length: shape.banks }, () => ({
      bits: adcBits,
      references: new Array<number>(2 ** adcBits - 1).fill(0),
    }));
    this.tables = Array.from({ length: shape.banks }, () => new Int32Array(2 ** adcBits));
  }

  /** A macro with the references and tables of a plan programmed, all weights 0. */
  static from(plan: MacroPlan): Macro {
    const macro = new Macro(plan.shape);
    for (const { bank, ramp, table } of plan.layers) {
      macro.programReferences(bank, ramp);
      macro.programTable(bank, table.entries);
    }
    return macro;
  }

  /** @param weights rows x columns, row by row, each -1, 0 or +1 */
  loadWeights(weights: Int8Array): void {
    expectLength('weights', weights.length, this.shape.rows * this.shape.columns);
    this.array.load(packTernary(weights));
  }

  /** Raw cells, (1,1) included: it discharges both lines. */
  loadCells(cells: CellPlanes): void {
    expectLength('cells', cells.plus.length, this.shape.rows * this.shape.columns);
    this.array.load(cells);
  }

  /**
   * @param trim wanted unit discharges per column
   * @returns what the trim rows add, in steps of trimPulses
   */
  loadTrim(trim: ArrayLike<number>): Int32Array {
    expectLength('trim', trim.length, this.shape.columns);
    const { cells, added } = packTrim(trim, this.shape);
    this.array.loadTrim(cells);
    return added;
  }

  programReferences(bank: number, reference: ReferenceCells): void {
    this.expectBank(bank);
    expectLength('stepCells', reference.stepCells.length, 2 ** reference.bits - 1);
    this.banks[bank] = {
      bits: reference.bits,
      references: rampReferences(reference.stepCells, reference.offsetCells, this.shape.referencePulses),
    };
  }

  programTable(bank: number, entries: ArrayLike<number>): void {
    this.expectBank(bank);
    const { low, high } = outputRange(this.shape);
    for (let code = 0; code < entries.length; code++) {
      const entry = entries[code]!;
      if (!Number.isInteger(entry) || entry < low || entry > high) {
        throw new RangeError(`table entry ${code} is ${entry}, outside ${low}..${high}`);
      }
      this.tables[bank]![code] = entry;
    }
  }

  /**
   * One conversion of all columns.
   *
   * @param inputs one whole number a row, within IN_BITS
   * @throws RangeError for an input outside IN_BITS or an unknown bank
   */
  convert(inputs: ArrayLike<number>, bank = 0): Conversion {
    this.expectBank(bank);
    expectLength('inputs', inputs.length, this.shape.rows);
    this.expectInputs(inputs);
    const macs = this.array.mac(inputs);
    const { references } = this.banks[bank]!;
    const least = this.leastCode(macs, references);
    const table = this.tables[bank]!;
    const codes = new Uint8Array(macs.length);
    const outputs = new Int32Array(macs.length);
    for (let column = 0; column < macs.length; column++) {
      const code = Math.max(least, codeOf(macs[column]!, references));
      codes[column] = code;
      outputs[column] = table[code]!;
    }
    return { macs, codes, outputs };
  }

  /** What a falling ramp leaves in the columns that it has not found when it stops: one below its last step. */
  private leastCode(macs: Int32Array, references: readonly number[]): number {
    const { ramp, earlyStop, topK } = this.shape;
    if (ramp === 'rising' || !earlyStop) return 0;
    let step = references.length;
    while (step > 1 && macs.filter((mac) => mac >= references[step - 1]!).length < topK) step--;
    return Math.max(0, step - 1);
  }

  private expectBank(bank: number): void {
    if (!Number.isInteger(bank) || bank < 0 || bank >= this.shape.banks) {
      throw new RangeError(`bank ${bank} is outside 0..${this.shape.banks - 1}`);
    }
  }

  private expectInputs(inputs: ArrayLike<number>): void {
    const { inputSigned } = this.shape;
    const span = 2 ** magnitudeBits(this.shape);
    const low = inputSigned ? -span : 0;
    for (let row = 0; row < inputs.length; row++) {
      const x = inputs[row]!;
      if (!(x >= low && x < span)) throw new RangeError(`input ${row} is ${x}, outside ${low}..${span - 1}`);
    }
  }
}

/**
 * Number of references at or below the MAC: equality counts, the upper code wins.
 * A count, so it is defined for references in any order.
 */
export function codeOf(mac: number, references: readonly number[]): number {
  let code = 0;
  for (let k = 0; k < references.length; k++) if (mac >= references[k]!) code++;
  return code;
}

function expectLength(what: string, found: number, wanted: number): void {
  if (found !== wanted) throw new RangeError(`${what} has ${found} entries, this macro needs ${wanted}`);
}
