import { signed, whole } from '../pages/chart.js';
import type { Numeral } from '../pages/document.js';

export const many = (count: number, one: string) => `${count} ${one}${count === 1 ? '' : 's'}`;

/** A number of four digits. */
export const number = (value: number): Numeral => ({ value, text: signed(value) });

/** A whole number, with all its digits. */
export const exact = (value: number): Numeral => ({ value, text: whole(value) });

/** `0x2_0000`, the way Verilog groups digits. */
export function hex(address: number): string {
  const digits = address.toString(16).padStart(5, '0');
  return `0x${digits.slice(0, -4)}_${digits.slice(-4)}`;
}
