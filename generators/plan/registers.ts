import type { Readout } from '../config/macro.js';
import type { MacroShape } from './shape.js';

/*
 * The address map, one for every bus and every shape: strides are fixed, so software written for
 * one macro addresses all of them. Byte addresses, 20 bits; every access is one 32-bit word.
 */

export const ADDRESS_BITS = 20;

export const REGIONS = {
  registers: { base: 0x0_0000, meaning: 'control and status' },
  inputs: { base: 0x1_0000, meaning: 'one byte a row, four rows a word; write only' },
  results: { base: 0x2_0000, meaning: 'one word a column: code in 23:16, decoded value in 15:0; read only' },
  tables: { base: 0x3_0000, meaning: 'decoder: 0x200 a bank, one word a code' },
  references: { base: 0x4_0000, meaning: 'reference cells: 0x4000 a bank, 0x10 a row, one bit a cell' },
  weights: {
    base: 0x8_0000,
    meaning: 'cells: 0x100 a row (trim rows from row 1024), 0x80 a plane (wp, wn), one bit a column',
  },
} as const;

export const REGISTERS = {
  id: { offset: 0x00, access: 'ro', meaning: 'the letters IMC1' },
  array: { offset: 0x04, access: 'ro', meaning: 'columns 31:16, rows 15:0' },
  format: {
    offset: 0x08,
    access: 'ro',
    meaning:
      'self test 30, march 29, banks 28:24, output signed 21, output bits 20:16, early stop 15, falling ramp 14, readout 13:12, adc bits 10:8, bit serial 5, input signed 4, input bits 3:0',
  },
  start: { offset: 0x0c, access: 'wo', meaning: 'start 0, bank 11:8, code width 18:16' },
  status: {
    offset: 0x10,
    access: 'rw1c',
    meaning: 'busy 0, start queued 1, done 2 (write 1 to clear), phase 10:8',
  },
  error: { offset: 0x14, access: 'rw1c', meaning: 'sticky error bits, write 1 to clear' },
  interrupt: { offset: 0x18, access: 'rw', meaning: 'enable: done 0, error 1' },
  march: {
    offset: 0x1c,
    access: 'rw',
    meaning:
      'write: start 0, resume 1, background 10:8; read: busy 0, done 1, fail 2, element 6:4, background 10:8',
  },
  march_address: {
    offset: 0x20,
    access: 'ro',
    meaning: 'address of the word under test; after a fail, of the word that failed',
  },
  march_data: { offset: 0x24, access: 'ro', meaning: 'after a fail: the cells of that word that read wrong' },
  self_test: {
    offset: 0x28,
    access: 'rw',
    meaning: 'known codes in place of the sense amplifiers 0, seed 14:8',
  },
} as const;

export type Register = keyof typeof REGISTERS;

/** Registers that only macros with an option have; elsewhere their addresses answer with a bus error. */
const OPTIONAL: Partial<Record<Register, 'march' | 'selfTest'>> = {
  march: 'march',
  march_address: 'march',
  march_data: 'march',
  self_test: 'selfTest',
};

/** The registers that a macro has, by address. */
export function registersOf(shape: MacroShape): Register[] {
  const all = Object.keys(REGISTERS) as Register[];
  return all.filter((register) => OPTIONAL[register] === undefined || shape[OPTIONAL[register]]);
}

/** Bits of the error register. All but `lost` also answer the access with a bus error. */
export const ERRORS = {
  busy: { bit: 0, meaning: 'access refused: the hardware is using what it names' },
  bank: { bit: 1, meaning: 'start refused: no such reference bank' },
  width: { bit: 2, meaning: 'start refused: code width outside 1 .. ADC_BITS' },
  overrun: { bit: 3, meaning: 'start refused: one is already queued' },
  lost: { bit: 4, meaning: 'a conversion finished while the previous done was not cleared' },
  access: { bit: 5, meaning: 'no such address, unaligned, partial or forbidden access' },
} as const;

/** The letters IMC1. */
export const IDENTITY = 0x494d_4331;

/** Done bit of the status register: a conversion has finished; write 1 to clear. */
export const STATUS_DONE = 1 << 2;
/** Bits of the march register: what a write asks for, and what a read tells. */
export const MARCH = { start: 1 << 0, resume: 1 << 1, busy: 1 << 0, done: 1 << 1, fail: 1 << 2 } as const;
/** First row number of the trim rows in the weight region. */
export const TRIM_ROW_BASE = 1024;

export function inputAddress(word: number): number {
  return REGIONS.inputs.base + 4 * word;
}

export function resultAddress(column: number): number {
  return REGIONS.results.base + 4 * column;
}

export function tableAddress(bank: number, code: number): number {
  return REGIONS.tables.base + 0x200 * bank + 4 * code;
}

export function referenceAddress(bank: number, row: number, word: number): number {
  return REGIONS.references.base + 0x4000 * bank + 0x10 * row + 4 * word;
}

/** @param plane 0 for wp, 1 for wn */
export function weightAddress(row: number, plane: 0 | 1, word: number): number {
  return REGIONS.weights.base + 0x100 * row + 0x80 * plane + 4 * word;
}

export function registerAddress(register: Register): number {
  return REGIONS.registers.base + REGISTERS[register].offset;
}

/** The word that starts a conversion on `bank` at code width `bits`. */
export function startWord(bank: number, bits: number): number {
  return 1 | (bank << 8) | (bits << 16);
}

/** The word that starts a march on a data background, 0..5. */
export function marchWord(background: number): number {
  return MARCH.start | (background << 8);
}

/** The word that puts the codes `(column ^ seed) mod 2^b` in place of the sense amplifiers; undefined: back to them. */
export function selfTestWord(seed: number | undefined): number {
  return seed === undefined ? 0 : 1 | (seed << 8);
}

/** Readout styles as the format register numbers them. */
export const READOUTS: readonly Readout[] = ['counter', 'capture', 'column_lut', 'broadcast'];

/** Value of the read-only format register. */
export function formatWord(shape: MacroShape): number {
  return (
    (Number(shape.selfTest) << 30) |
    (Number(shape.march) << 29) |
    (shape.banks << 24) |
    (Number(shape.outputSigned) << 21) |
    (shape.outputBits << 16) |
    (Number(shape.earlyStop) << 15) |
    (Number(shape.ramp === 'falling') << 14) |
    (READOUTS.indexOf(shape.readout) << 12) |
    (shape.adcBits << 8) |
    (Number(shape.inputCoding === 'bit_serial') << 5) |
    (Number(shape.inputSigned) << 4) |
    shape.inputBits
  );
}
