/** In: what a line's cells took. Out: what is left of it after gain, compression and clipping, in whole numbers. */
import { fullScale, type MacroShape } from '../plan/shape.js';
import type { DieConstants } from './constants.js';

/** f at which a bitline clips; infinite where none can. */
export function clipOf({ fractionBits }: DieConstants, shape: MacroShape): number {
  return shape.headroom < fullScale(shape) ? shape.headroom * 2 ** fractionBits : Infinity;
}

/** A charge after the gain of its line, f. */
export function gained(charge: number, gain: number): number {
  return Math.floor((charge * gain) / 2 ** 16);
}

/** A charge with what its cells leak in so many cycles of the ramp, f. */
export function leaked({ leakage }: DieConstants, charge: number, leaking: number, cycles: number): number {
  return charge + Math.floor((leaking * leakage * cycles) / 2 ** 24);
}

/** A line whose cells lose current as it discharges: d = q - q^2 compression / (2 swing). */
export function bent({ bend, bendEnd }: DieConstants, charge: number): number {
  const q = Math.min(charge, bendEnd);
  const lost = Math.floor((q * bend) / 2 ** 24);
  return q - Math.floor((q * lost) / 2 ** 24);
}
