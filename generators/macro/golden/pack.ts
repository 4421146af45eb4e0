import {
  inputAddress,
  packedInputAddress,
  referenceAddress,
  TRIM_ROW_BASE,
  tableAddress,
  weightAddress,
} from '../plan/addresses.js';
import { packedInputBits, packedRows } from '../plan/packed-words.js';
import { groupsPerStep, type MacroShape, stepRows } from '../plan/shape.js';
import { packBits } from './bits.js';

/** One 32-bit word as it is written over the bus. */
export interface BusWrite {
  /** Byte address, 20 bits. */
  readonly address: number;
  /** The word, unsigned. */
  readonly data: number;
}

/** Cells of one or more weight rows, row by row; one byte a column, 0 or 1. */
export interface CellPlanes {
  /** wp: the cell adds its input. */
  readonly plus: Uint8Array;
  /** wn: the cell subtracts its input. */
  readonly minus: Uint8Array;
}

/**
 * Ternary weights as cells: +1 = (1,0), -1 = (0,1), 0 = (0,0). The state (1,1) is never made.
 *
 * @param weights rows x columns, row by row, each -1, 0 or +1
 * @throws RangeError for any other weight
 */
export function packTernary(weights: Int8Array): CellPlanes {
  const plus = new Uint8Array(weights.length);
  const minus = new Uint8Array(weights.length);
  for (let cell = 0; cell < weights.length; cell++) {
    const weight = weights[cell]!;
    if (weight === 1) plus[cell] = 1;
    else if (weight === -1) minus[cell] = 1;
    else if (weight !== 0) throw new RangeError(`weight ${cell} is ${weight}: a cell holds -1, 0 or +1`);
  }
  return { plus, minus };
}

/** The inverse of {@link packTernary}; a cell (1,1) reads as 0, as it does on the bitlines. */
export function unpackTernary(cells: CellPlanes): Int8Array {
  return Int8Array.from(cells.plus, (plus, i) => plus - cells.minus[i]!);
}

/**
 * Bus words that write rows of cells.
 *
 * @param cells    rows x columns, row by row
 * @param columns  of the macro
 * @param firstRow weight row that the first of them goes to
 */
export function cellWrites(cells: CellPlanes, columns: number, firstRow = 0): BusWrite[] {
  const rows = cells.plus.length / columns;
  const writes: BusWrite[] = [];
  for (let row = 0; row < rows; row++) {
    for (const plane of [0, 1] as const) {
      const bits = (plane === 0 ? cells.plus : cells.minus).subarray(row * columns, (row + 1) * columns);
      bitWords(bits).forEach((data, word) => {
        writes.push({ address: weightAddress(firstRow + row, plane, word), data });
      });
    }
  }
  return writes;
}

/** What {@link packTrim} gives. */
export interface PackedTrim {
  /** Trim rows x columns, row by row. */
  readonly cells: CellPlanes;
  /** What they add, unit discharges, one value a column. */
  readonly added: Int32Array;
}

/**
 * Trim cells that add as close to `trim[c]` as the trim rows can.
 *
 * @param trim  wanted unit discharges, one value a column
 * @param shape of the macro
 */
export function packTrim(trim: ArrayLike<number>, shape: MacroShape): PackedTrim {
  const { columns, trimRows, trimPulses } = shape;
  const plus = new Uint8Array(trimRows * columns);
  const minus = new Uint8Array(trimRows * columns);
  const added = new Int32Array(columns);
  for (let column = 0; column < columns; column++) {
    const wanted = Math.round(Math.abs(trim[column]!) / trimPulses);
    const used = Math.min(trimRows, wanted);
    const plane = trim[column]! < 0 ? minus : plus;
    for (let row = 0; row < used; row++) plane[row * columns + column] = 1;
    added[column] = Math.sign(trim[column]!) * used * trimPulses;
  }
  return { cells: { plus, minus }, added };
}

/**
 * Bus words that write the trim rows.
 *
 * @param cells   trim rows x columns, as {@link packTrim} gives them
 * @param columns of the macro
 */
export function trimWrites(cells: CellPlanes, columns: number): BusWrite[] {
  return cellWrites(cells, columns, TRIM_ROW_BASE);
}

/** Contents of a reference bank: 1-cells of every ramp step and of the offset group. */
export interface ReferenceCells {
  /** Code width b that the steps are for. */
  readonly bits: number;
  /** 1-cells of each step, 2^b - 1 numbers. */
  readonly stepCells: readonly number[];
  /** 1-cells of the offset group, which starts the ramp below zero. */
  readonly offsetCells: number;
}

/**
 * Bits of a reference bank, row by row (referenceRows x referenceColumns). Cells of a step fill its
 * rows from the first row and column on; at a width below the built one a step owns several groups.
 *
 * @param reference such as the `ramp` of a layer's plan
 * @param shape     of the macro
 */
export function packReferences(reference: ReferenceCells, shape: MacroShape): Uint8Array {
  const { referenceColumns, referenceRows, offsetRows } = shape;
  const bits = new Uint8Array(referenceRows * referenceColumns);
  bits.fill(1, 0, reference.offsetCells);
  const stepSize = groupsPerStep(shape, reference.bits) * stepRows(shape) * referenceColumns;
  reference.stepCells.forEach((cells, step) => {
    const from = offsetRows * referenceColumns + step * stepSize;
    bits.fill(1, from, from + cells);
  });
  return bits;
}

/** The inverse of {@link packReferences}: counts the 1-cells of every step. */
export function unpackReferences(bits: Uint8Array, width: number, shape: MacroShape): ReferenceCells {
  const { referenceColumns, offsetRows } = shape;
  const ones = (from: number, to: number) => bits.subarray(from, to).reduce((sum, bit) => sum + bit, 0);
  const first = offsetRows * referenceColumns;
  const stepSize = groupsPerStep(shape, width) * stepRows(shape) * referenceColumns;
  return {
    bits: width,
    offsetCells: ones(0, first),
    stepCells: Array.from({ length: 2 ** width - 1 }, (_, step) =>
      ones(first + step * stepSize, first + (step + 1) * stepSize),
    ),
  };
}

/**
 * Bus words that program a reference bank, every cell of it.
 *
 * @param reference such as the `ramp` of a layer's plan
 * @param bank      0 .. banks - 1
 * @param shape     of the macro
 */
export function referenceWrites(reference: ReferenceCells, bank: number, shape: MacroShape): BusWrite[] {
  const bits = packReferences(reference, shape);
  const { referenceColumns } = shape;
  return Array.from({ length: shape.referenceRows }, (_, row) => row).flatMap((row) =>
    bitWords(bits.subarray(row * referenceColumns, (row + 1) * referenceColumns)).map((data, word) => ({
      address: referenceAddress(bank, row, word),
      data,
    })),
  );
}

/**
 * Bus words that write a decoder table.
 *
 * @param entries one whole number a code, from code 0 on; negative ones go out as two's complement
 * @param bank    0 .. banks - 1
 */
export function tableWrites(entries: readonly number[], bank: number): BusWrite[] {
  return entries.map((entry, code) => ({ address: tableAddress(bank, code), data: entry >>> 0 }));
}

/**
 * Bus words that load inputs, four a word, one byte each.
 *
 * @param inputs one whole number a row; negative ones go out as two's complement
 */
export function inputWrites(inputs: ArrayLike<number>): BusWrite[] {
  return Array.from({ length: Math.ceil(inputs.length / 4) }, (_, word) => {
    let data = 0;
    for (let lane = 0; lane < 4; lane++) data |= ((inputs[4 * word + lane] ?? 0) & 0xff) << (8 * lane);
    return { address: inputAddress(word), data: data >>> 0 };
  });
}

/**
 * Bus words that load inputs as packed words have them, for macros with `packedWords`.
 *
 * @param inputs one whole number a row; negative ones go out as two's complement
 * @param shape  of the macro
 */
export function packedInputWrites(inputs: ArrayLike<number>, shape: MacroShape): BusWrite[] {
  const bits = packedInputBits(shape);
  const rows = packedRows(shape);
  return Array.from({ length: Math.ceil(inputs.length / rows) }, (_, word) => {
    let data = 0;
    for (let lane = 0; lane < rows; lane++) {
      data |= ((inputs[rows * word + lane] ?? 0) & (2 ** bits - 1)) << (bits * lane);
    }
    return { address: packedInputAddress(word), data: data >>> 0 };
  });
}

/** Bits, lowest first, as 32-bit words. */
export function bitWords(bits: ArrayLike<number>): number[] {
  return Array.from(packBits(bits.length, (at) => bits[at] !== 0));
}
