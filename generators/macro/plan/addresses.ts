import { MOST_ROWS } from '../config/limits.js';
import { packedInputWords, packedResultWords } from './packed-words.js';
import { REGIONS, REGISTERS, type Region, type RegionName, type Register, registersOf } from './registers.js';
import type { MacroShape } from './shape.js';

/* Where things stand in the address map, and how much of it a macro uses. */

/** Bus words that hold so many cells, 32 a word. */
export function wordsOf(cells: number): number {
  return Math.ceil(cells / 32);
}

/** First row number of the trim rows in the weight region. */
export const TRIM_ROW_BASE = MOST_ROWS;

/** Byte address of a word of a region: indices in the order of its strides. */
function addressOf(region: RegionName, ...indices: readonly number[]): number {
  const { base, strides }: Region = REGIONS[region];
  let address = base;
  let at = 0;
  for (const index in strides) address += strides[index]! * indices[at++]!;
  return address;
}

/** Byte address of an input word: rows 4 `word` .. 4 `word` + 3. */
export function inputAddress(word: number): number {
  return addressOf('inputs', word);
}

/** Byte address of a word of packed inputs: rows n `word` .. n `word` + n - 1, n rows a word. */
export function packedInputAddress(word: number): number {
  return addressOf('packed_inputs', word);
}

/** Byte address of a word of packed results: columns n `word` .. n `word` + n - 1, n columns a word. */
export function packedResultAddress(word: number): number {
  return addressOf('packed_results', word);
}

/** Byte address of a column's result. */
export function resultAddress(column: number): number {
  return addressOf('results', column);
}

/** Byte address of a bank's table entry for a code. */
export function tableAddress(bank: number, code: number): number {
  return addressOf('tables', bank, code);
}

/** Byte address of a word of reference cells: columns 32 `word` .. 32 `word` + 31 of a bank's row. */
export function referenceAddress(bank: number, row: number, word: number): number {
  return addressOf('references', bank, row, word);
}

/**
 * Byte address of a word of cells: columns 32 `word` .. 32 `word` + 31 of a row.
 *
 * @param row   weight row, or `TRIM_ROW_BASE` and up for trim rows
 * @param plane 0 for wp, 1 for wn
 */
export function weightAddress(row: number, plane: 0 | 1, word: number): number {
  return addressOf('weights', row, plane, word);
}

/** Byte address of a register. */
export function registerAddress(register: Register): number {
  return REGIONS.registers.base + REGISTERS[register].offset;
}

/**
 * How many of each index of a region a shape uses; trim rows count on from `TRIM_ROW_BASE`.
 *
 * @returns by the names that the strides of the region have, in their order
 */
export function countsInUse(shape: MacroShape, region: RegionName): Readonly<Record<string, number>> {
  const counts = {
    registers: {},
    inputs: { word: Math.ceil(shape.rows / 4) },
    packed_inputs: { word: packedInputWords(shape) },
    results: { column: shape.columns },
    packed_results: { word: packedResultWords(shape) },
    tables: { bank: shape.banks, code: 2 ** shape.adcBits },
    references: { bank: shape.banks, row: shape.referenceRows, word: wordsOf(shape.referenceColumns) },
    weights: { row: shape.rows, plane: 2, word: wordsOf(shape.columns) },
  } as const satisfies Readonly<Record<RegionName, Readonly<Record<string, number>>>>;
  return counts[region];
}

/** Bytes from the start of a region to the end of the last word that a shape uses. */
export function sizeInUse(shape: MacroShape, region: RegionName): number {
  if (region === 'registers') return registerAddress(registersOf(shape).at(-1)!) + 4;
  const counts = countsInUse(shape, region);
  const rows = region === 'weights' && shape.trimRows > 0 ? { row: TRIM_ROW_BASE + shape.trimRows } : {};
  const last = Object.values({ ...counts, ...rows }).map((count) => count - 1);
  return addressOf(region, ...last) + 4 - REGIONS[region].base;
}
