import { TRIM_ROW_BASE } from '../plan/addresses.js';
import { groupOfRow, type MacroShape } from '../plan/shape.js';
import { referenceCell, regionOf, weightCell } from './address-map.js';
import { BitcellArray } from './array.js';
import { lowest } from './bits.js';
import type { CellPort } from './march.js';

/** A word of cells: bits `from` .. `end` - 1 of a bit vector; shorter than 32 at the last column. */
interface CellWord {
  readonly cells: Uint8Array;
  readonly from: number;
  readonly end: number;
}

/** What the bus can write and read back: weights, trim rows, reference cells and decoder tables. */
export class Storage implements CellPort {
  readonly array: BitcellArray;
  /** Counted when asked for: writing a bank word by word does not count it each time. */
  private readonly groups: (Int32Array | undefined)[];
  private readonly references: Uint8Array[];
  private readonly tablesAfterReset: Int32Array;
  private readonly tables: Int32Array;
  /** Another number after every change of a table. */
  tableChanges = 0;

  /** @param resetTable decoder contents after reset, code k of bank b at bit (b * 2^B + k) * OUT_BITS */
  constructor(
    private readonly shape: MacroShape,
    resetTable: bigint,
  ) {
    const { banks, adcBits, outputBits, referenceRows, referenceColumns } = shape;
    this.array = new BitcellArray(shape);
    this.references = Array.from({ length: banks }, () => new Uint8Array(referenceRows * referenceColumns));
    this.groups = new Array<undefined>(banks).fill(undefined);
    this.tablesAfterReset = new Int32Array(banks * 2 ** adcBits).map((_, index) =>
      this.asEntry(Number(BigInt.asUintN(outputBits, resetTable >> BigInt(index * outputBits)))),
    );
    this.tables = this.tablesAfterReset.slice();
  }

  /** Cells have no reset; tables do. */
  reset(): void {
    this.tables.set(this.tablesAfterReset);
    this.tableChanges++;
  }

  readCells(address: number): number {
    const { cells, from, end } = this.wordOf(address);
    let word = 0;
    for (let i = from; i < end; i++) if (cells[i]) word |= 1 << (i - from);
    return word >>> 0;
  }

  writeCells(address: number, data: number, strobes: number): void {
    const { cells, from, end } = this.wordOf(address);
    for (let i = from; i < end; i++) {
      const bit = i - from;
      if ((strobes >> (bit >> 3)) & 1) cells[i] = (data >>> bit) & 1;
    }
    if (regionOf(address) === 'references') this.groups[referenceCell(address).bank] = undefined;
    else {
      const { row } = weightCell(address);
      if (row >= TRIM_ROW_BASE) this.array.trimChanged();
      else this.array.changed(row);
    }
  }

  /** 1-cells of every reference group of a bank; group 0 is the offset group. */
  groupCells(bank: number): Int32Array {
    this.groups[bank] ??= this.countGroups(bank);
    return this.groups[bank];
  }

  /** Reference cells of a bank, referenceRows x referenceColumns. */
  referenceCells(bank: number): Uint8Array {
    return this.references[bank]!;
  }

  entry(bank: number, code: number): number {
    return this.tables[bank * 2 ** this.shape.adcBits + code]!;
  }

  setEntry(bank: number, code: number, data: number): void {
    this.tables[bank * 2 ** this.shape.adcBits + code] = this.asEntry(data);
    this.tableChanges++;
  }

  private wordOf(address: number): CellWord {
    const { columns, referenceColumns } = this.shape;
    if (regionOf(address) === 'weights') {
      const { row, plane, word } = weightCell(address);
      const { plus, minus, trimPlus, trimMinus } = this.array;
      const trim = row >= TRIM_ROW_BASE;
      const planes = trim ? [trimPlus, trimMinus] : [plus, minus];
      return wordInRow(planes[plane]!, trim ? row - TRIM_ROW_BASE : row, word, columns);
    }
    const { bank, row, word } = referenceCell(address);
    return wordInRow(this.references[bank]!, row, word, referenceColumns);
  }

  /** The offset rows come first, then stepRows rows a group; rows left over are never driven. */
  private countGroups(bank: number): Int32Array {
    const { adcBits, referenceRows, referenceColumns } = this.shape;
    const counts = new Int32Array(2 ** adcBits);
    for (let row = 0; row < referenceRows; row++) {
      const group = groupOfRow(this.shape, row);
      if (group >= counts.length) break;
      const cells = this.references[bank]!.subarray(row * referenceColumns, (row + 1) * referenceColumns);
      for (const cell of cells) counts[group]! += cell;
    }
    return counts;
  }

  /** OUT_BITS of a bus word, unsigned or two's complement. */
  private asEntry(data: number): number {
    return lowest(data, this.shape.outputBits, this.shape.outputSigned);
  }
}

function wordInRow(cells: Uint8Array, row: number, word: number, columns: number): CellWord {
  const first = row * columns;
  return { cells, from: first + 32 * word, end: Math.min(first + 32 * word + 32, first + columns) };
}
