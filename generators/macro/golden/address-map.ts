import { REGISTERS, registersOf, TRIM_ROW_BASE } from '../plan/registers.js';
import type { MacroShape } from '../plan/shape.js';

/** A request of the internal bus: one cycle long, answered in the next. */
export interface Request {
  readonly write: boolean;
  readonly address: number;
  readonly data: number;
  readonly strobes: number;
}

export function isStart({ address, data }: Request): boolean {
  return address === REGISTERS.start.offset && (data & 1) === 1;
}

export function startOf({ data }: { readonly data: number }) {
  return { bank: (data >>> 8) & 0xf, bits: (data >>> 16) & 7 };
}

export function weightCell(address: number) {
  return { row: (address >> 8) & 0x7ff, plane: (address >> 7) & 1, word: (address >> 2) & 31 };
}

export function referenceCell(address: number) {
  return { bank: (address >> 14) & 0xf, row: (address >> 4) & 0x3ff, word: (address >> 2) & 3 };
}

export function tableEntry(address: number) {
  return { bank: (address >> 9) & 0x7f, code: (address >> 2) & 0x7f };
}

/**
 * Whether a request writes nothing: a write with no byte strobe. It is answered without an error at any address, in
 * use or not, and changes nothing; converters between bus widths send such writes to the neighbours of a word.
 */
export function writesNothing({ write, strobes }: Request): boolean {
  return write && strobes === 0;
}

/** Whether what is written, inputs or cells, shows only once a conversion or a march takes it up. */
export function isSilent({ address }: Request): boolean {
  return address >= 0x4_0000 || address >> 16 === 1;
}

/** Whether an access goes to something that exists, aligned, whole where it must be, in a direction it allows. */
export function isLegal(shape: MacroShape, { write, address, strobes }: Request): boolean {
  const { rows, columns, trimRows, banks, adcBits, referenceRows, referenceColumns } = shape;
  if (address % 4 !== 0) return false;
  const whole = strobes === 0xf;
  if (address >= 0x8_0000) {
    const { row, word } = weightCell(address);
    const exists = row < rows || (row >= TRIM_ROW_BASE && row < TRIM_ROW_BASE + trimRows);
    return exists && word < Math.ceil(columns / 32);
  }
  if (address >= 0x4_0000) {
    const { bank, row, word } = referenceCell(address);
    return bank < banks && row < referenceRows && word < Math.ceil(referenceColumns / 32);
  }
  const offset = address & 0xffff;
  switch (address >> 16) {
    case 0: {
      const register = registersOf(shape).find((name) => REGISTERS[name].offset === offset);
      return register !== undefined && (!write || (REGISTERS[register].access !== 'ro' && whole));
    }
    case 1:
      return write && offset < rows;
    case 2:
      return !write && offset / 4 < columns;
    default:
      return tableEntry(address).bank < banks && tableEntry(address).code < 2 ** adcBits && (!write || whole);
  }
}
