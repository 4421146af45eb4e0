import type { MacroPlan } from '../plan/plan.js';
import { rampReferences } from '../plan/ramp.js';
import { type MacroShape, magnitudeBits, offsetCapacity, outputRange, stepCapacity } from '../plan/shape.js';
import { BitcellArray } from './array.js';
import {
  type BankContents,
  type Batch,
  type BatchBuffers,
  type BatchKernel,
  type BatchOptions,
  BUFFERS,
  buffersOf,
} from './batch.js';
import { codesOfRamp } from './columns.js';
import type { Sensing } from './comparator.js';
import {
  type CellPlanes,
  packReferences,
  packTernary,
  packTrim,
  type ReferenceCells,
  unpackReferences,
} from './pack.js';
import { linesOfRamp, type ReferenceLines } from './reference-lines.js';

/** A bank as a conversion finds it, and its reference lines step by step where there is a die. */
interface Contents extends BankContents {
  readonly dieReferences: readonly ReferenceLines[];
}

/** What one conversion gives, column by column. */
export interface Conversion {
  /** Differential discharge plus trim, unit discharges; of the ideal array, also where there is a die. */
  readonly macs: Int32Array;
  /**
   * Nonlinear codes: number of references at or below the MAC, also for `broadcast`, whose results carry none.
   * A comparator that errs makes of them what the readout makes of its decisions.
   */
  readonly codes: Uint8Array;
  /** Decoded values, OUT_BITS wide. */
  readonly outputs: Int32Array;
}

/** What a bank holds. */
export interface ProgrammedBank {
  /** Cells of its ramp. */
  readonly reference: ReferenceCells;
  /** Entries of its decoder table, one a code. */
  readonly table: Int32Array;
}

/**
 * Golden model of a macro, transaction by transaction: load weights, program references and
 * tables, convert. Bit-exact with the generated Verilog; {@link Machine} adds the cycles.
 *
 * @example
 * ```ts
 * import { Macro, type MacroPlan } from 'imcgen';
 *
 * declare const plan: MacroPlan;
 * const { rows, columns } = plan.shape;
 * const macro = Macro.from(plan);
 * macro.loadWeights(new Int8Array(rows * columns).fill(-1)); // row by row, each -1, 0 or +1
 * const { codes, outputs } = macro.convert(new Uint8Array(rows), 0); // one value a column each
 * ```
 */
export class Macro {
  /**
   * What converts batches, where there is such a thing. Importing `imcgen`, or `imcgen/model/kernel`, puts WebAssembly
   * with SIMD here for all macros.
   */
  static kernel: () => BatchKernel | undefined = () => undefined;

  /** The cells; {@link loadWeights} and {@link loadCells} write them. */
  readonly array: BitcellArray;
  private readonly banks: ReferenceCells[];
  private readonly tables: Int32Array[];

  /** Conversions so far: what a comparator is told of the next one. */
  conversions = 0;

  constructor(
    /** What is built. */
    readonly shape: MacroShape,
    private readonly sensing: Sensing = {},
  ) {
    this.array = new BitcellArray(shape);
    const { adcBits } = shape;
    this.banks = Array.from({ length: shape.banks }, () => ({
      bits: adcBits,
      stepCells: new Array<number>(2 ** adcBits - 1).fill(0),
      offsetCells: 0,
    }));
    this.tables = Array.from({ length: shape.banks }, () => new Int32Array(2 ** adcBits));
  }

  /**
   * A macro with the references and tables of a plan programmed, all weights 0.
   *
   * @param plan    of the macro
   * @param sensing how the sense amplifiers decide; exactly where left out
   */
  static from(plan: MacroPlan, sensing: Sensing = {}): Macro {
    const macro = new Macro(plan.shape, sensing);
    for (const { bank, ramp, table } of plan.layers) {
      macro.programReferences(bank, ramp);
      macro.programTable(bank, table.entries);
    }
    return macro;
  }

  /**
   * Writes all weights.
   *
   * @param weights rows x columns, row by row, each -1, 0 or +1
   * @throws RangeError for any other weight, or another number of them
   */
  loadWeights(weights: Int8Array): void {
    expectLength('weights', weights.length, this.shape.rows * this.shape.columns);
    this.array.load(packTernary(weights));
  }

  /**
   * Writes raw cells, (1,1) included: it discharges both lines.
   *
   * @param cells rows x columns, row by row
   * @throws RangeError for a cell that is neither 0 nor 1
   */
  loadCells(cells: CellPlanes): void {
    for (const plane of ['plus', 'minus'] as const) {
      expectLength(`cells.${plane}`, cells[plane].length, this.shape.rows * this.shape.columns);
      const bad = cells[plane].findIndex((cell) => cell > 1);
      if (bad >= 0)
        throw new RangeError(`cell ${bad} of ${plane} is ${cells[plane][bad]}: a cell holds 0 or 1`);
    }
    this.array.load(cells);
  }

  /**
   * Writes the trim cells that add as close to `trim` as the trim rows can.
   *
   * @param trim wanted unit discharges per column
   * @returns what the trim rows add, in steps of trimPulses
   */
  loadTrim(trim: ArrayLike<number>): Int32Array {
    expectLength('trim', trim.length, this.shape.columns);
    const { cells, added } = packTrim(trim, this.shape);
    this.array.loadTrim(cells);
    return added;
  }

  /**
   * Writes the reference cells of a bank.
   *
   * @param bank      0 .. banks - 1
   * @param reference such as the `ramp` of a layer's plan
   * @throws RangeError for a bank or width that does not exist, or cells that its rows have no room for
   */
  programReferences(bank: number, reference: ReferenceCells): void {
    const { bits, stepCells, offsetCells } = reference;
    this.expectBank(bank);
    this.expectBits(bits);
    expectLength('stepCells', stepCells.length, 2 ** bits - 1);
    const capacity = stepCapacity(this.shape, bits);
    stepCells.forEach((cells, step) => {
      expectWhole(`stepCells[${step}]`, cells, 0, capacity);
    });
    expectWhole('offsetCells', offsetCells, 0, offsetCapacity(this.shape));
    this.banks[bank] = { bits, stepCells: [...stepCells], offsetCells };
  }

  /**
   * Writes the decoder table of a bank.
   *
   * @param bank    0 .. banks - 1
   * @param entries one whole number a code, from code 0 on
   * @throws RangeError for a bank that does not exist, or an entry that OUT_BITS cannot hold
   */
  programTable(bank: number, entries: ArrayLike<number>): void {
    this.expectBank(bank);
    const { low, high } = outputRange(this.shape);
    for (let code = 0; code < entries.length; code++) {
      expectWhole(`table entry ${code}`, entries[code]!, low, high);
      this.tables[bank]![code] = entries[code]!;
    }
  }

  /** What {@link programReferences} and {@link programTable} have written into a bank. */
  programmed(bank: number): ProgrammedBank {
    this.expectBank(bank);
    return { reference: this.banks[bank]!, table: this.tables[bank]! };
  }

  /**
   * One conversion of all columns.
   *
   * @param inputs one whole number a row, within IN_BITS
   * @param bank   references and table to convert with
   * @param bits   code width; where left out, the one that the bank was programmed for
   * @throws RangeError for an input outside IN_BITS, an unknown bank or width
   */
  convert(inputs: ArrayLike<number>, bank = 0, bits?: number): Conversion {
    const contents = this.contents(bank, bits);
    expectLength('inputs', inputs.length, this.shape.rows);
    this.expectInputs(inputs, 0, inputs.length);
    return this.converted(inputs, contents);
  }

  /**
   * Many conversions at once, without allocating for each where {@link Macro.kernel} has something to convert them:
   * WebAssembly with SIMD, where the platform has it. Otherwise, with `plain`, and with a comparator of its own or a die,
   * the macro converts one after the other as {@link convert} does. Results are the same.
   *
   * @param inputs one whole number a row, vector after vector. Fastest as bytes: `Uint8Array`, for signed inputs
   *               `Int8Array`
   * @param options bank and width of all of them
   * @returns new arrays of codes and outputs, count x columns each
   * @throws RangeError for an input outside IN_BITS, an unknown bank or width, or a length that does not fit
   *
   * @example
   * ```ts
   * import type { Macro } from 'imcgen';
   *
   * declare const macro: Macro;
   * const { rows, columns } = macro.shape;
   * const inputs = new Uint8Array(100 * rows); // 100 vectors, one after the other
   * const { codes, outputs } = macro.convertBatch(inputs, { bank: 0 });
   * console.log(codes.length === 100 * columns, outputs[0]);
   * ```
   */
  convertBatch(inputs: ArrayLike<number>, options?: BatchOptions): Batch;
  /**
   * The same, into arrays that are there already.
   *
   * @param inputs one whole number a row, vector after vector
   * @param options bank and width of all of them
   * @param out    arrays to fill, count x columns each; what is left out is not given
   * @returns `out`
   * @throws RangeError as above, or where an array has another length; vectors before the first that is refused may be
   *         in `out` by then
   */
  convertBatch<Out extends BatchBuffers>(inputs: ArrayLike<number>, options: BatchOptions, out: Out): Out;
  convertBatch(inputs: ArrayLike<number>, options: BatchOptions = {}, out?: BatchBuffers): BatchBuffers {
    const contents = this.contents(options.bank ?? 0, options.bits);
    const buffers = buffersOf(inputs, this.shape, out);
    const refuse = (from: number, end: number) => this.expectInputs(inputs, from, end);
    const { comparator, die } = this.sensing;
    const exact = comparator === undefined && die === undefined;
    const fast = exact && options.plain !== true ? Macro.kernel() : undefined;
    const asked = BUFFERS.some((name) => buffers[name] !== undefined);
    if (asked && fast === undefined) this.convertEach(inputs, contents, buffers, refuse);
    else {
      // Where nothing is asked for, all that is left is whether it can be converted.
      if (asked) fast!.convert(this.array, contents, inputs, buffers, refuse);
      else refuse(0, inputs.length);
      this.conversions += inputs.length / this.shape.rows;
    }
    return buffers;
  }

  private convertEach(
    inputs: ArrayLike<number>,
    contents: Contents,
    buffers: BatchBuffers,
    refuse: (from: number, end: number) => void,
  ): void {
    const { rows, columns } = this.shape;
    const vector = new Int32Array(rows);
    for (let from = 0, at = 0; from < inputs.length; from += rows, at += columns) {
      refuse(from, from + rows);
      for (let row = 0; row < rows; row++) vector[row] = inputs[from + row]!;
      const { codes, outputs, macs } = this.converted(vector, contents);
      buffers.codes?.set(codes, at);
      buffers.outputs?.set(outputs, at);
      buffers.macs?.set(macs, at);
    }
  }

  /** References and table of a bank. At another width than it was programmed for, a step drives other cells. */
  private contents(bank: number, bits?: number): Contents {
    this.expectBank(bank);
    const programmed = this.banks[bank]!;
    if (bits !== undefined) this.expectBits(bits);
    const { shape } = this;
    const { stepCells, offsetCells } =
      bits === undefined || bits === programmed.bits
        ? programmed
        : unpackReferences(packReferences(programmed, shape), bits, shape);
    return {
      references: rampReferences(stepCells, offsetCells, shape.referencePulses),
      table: this.tables[bank]!,
      dieReferences: this.dieReferences(bank, bits ?? programmed.bits),
    };
  }

  /** What the reference lines of the die have discharged when each step is compared, from step 1 on. */
  private dieReferences(bank: number, bits: number): readonly ReferenceLines[] {
    const { shape } = this;
    const { die } = this.sensing;
    if (die === undefined) return [];
    const currents = die.groupCurrents(bank, packReferences(this.banks[bank]!, shape));
    return linesOfRamp(shape, bits, currents);
  }

  private converted(inputs: ArrayLike<number>, contents: Contents): Conversion {
    const macs = this.array.mac(inputs);
    const codes = this.codes(macs, inputs, contents);
    this.conversions++;
    const outputs = new Int32Array(macs.length);
    for (let column = 0; column < macs.length; column++) outputs[column] = contents.table[codes[column]!]!;
    return { macs, codes, outputs };
  }

  private codes(
    macs: Int32Array,
    inputs: ArrayLike<number>,
    { references, dieReferences }: Contents,
  ): Uint8Array {
    const { shape, conversions: conversion } = this;
    const { comparator, seed = 0, die } = this.sensing;
    const bits = Math.log2(references.length + 1);
    if (die !== undefined) {
      const lines = die.lines(this.array, inputs);
      return codesOfRamp(shape, bits, (column, step) =>
        die.above(lines, column, dieReferences[step - 1]!, conversion),
      );
    }
    if (comparator === undefined) return this.exactCodes(macs, references);
    return codesOfRamp(shape, bits, (column, step) =>
      comparator(macs[column]!, references[step - 1]!, column, { step, conversion, seed }),
    );
  }

  private exactCodes(macs: Int32Array, references: readonly number[]): Uint8Array {
    const least = this.leastCode(macs, references);
    const codes = new Uint8Array(macs.length);
    for (let column = 0; column < macs.length; column++) {
      codes[column] = Math.max(least, codeOf(macs[column]!, references));
    }
    return codes;
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

  private expectBits(bits: number): void {
    expectWhole('bits', bits, 1, this.shape.adcBits);
  }

  /** Checks inputs `from` .. `end` - 1 of one vector or several. */
  private expectInputs(inputs: ArrayLike<number>, from: number, end: number): void {
    const { inputSigned, rows } = this.shape;
    const span = 2 ** magnitudeBits(this.shape);
    const low = inputSigned ? -span : 0;
    for (let at = from; at < end; at++) {
      const x = inputs[at]!;
      if (x >= low && x < span && Number.isInteger(x)) continue;
      const where =
        inputs.length === rows ? `input ${at}` : `input ${at % rows} of vector ${Math.floor(at / rows)}`;
      expectWhole(where, x, low, span - 1);
    }
  }
}

/**
 * The exact code of a column: number of references at or below the MAC. Equality counts, the upper code wins.
 * A count, so it is defined for references in any order.
 *
 * @param mac        unit discharges
 * @param references unit discharges
 */
export function codeOf(mac: number, references: readonly number[]): number {
  let code = 0;
  for (let k = 0; k < references.length; k++) if (mac >= references[k]!) code++;
  return code;
}

function expectWhole(what: string, found: number, low: number, high: number): void {
  if (!Number.isInteger(found)) throw new RangeError(`${what} is ${found}, no whole number`);
  if (found < low || found > high) throw new RangeError(`${what} is ${found}, outside ${low}..${high}`);
}

function expectLength(what: string, found: number, wanted: number): void {
  if (found !== wanted) throw new RangeError(`${what} has ${found} entries, this macro needs ${wanted}`);
}
