import type { MacroConfig } from '../config/types.js';
import { fullScale, type MacroShape } from '../plan/shape.js';
import { DEVIATE_SIGMA } from './hash.js';

/** What `die` of a macro config says. */
export type DieConfig = NonNullable<MacroConfig['die']>;

/**
 * The die of a config in whole numbers: golden model and Verilog compute with these alone. `f` is one part of
 * 2^fractionBits of a unit discharge.
 */
export interface DieConstants {
  /** Bits below one unit discharge. */
  readonly fractionBits: number;
  /** Scale of the deviate of a cell current, 2^-16 f. */
  readonly mismatch: number;
  /** Scale of the deviate of the pulse width of a word line, 2^-16 f. */
  readonly pulseError: number;
  /** Scale of the deviate of the offset of a sense amplifier, 2^-16 f. */
  readonly offset: number;
  /** What all sense amplifiers add alike, f; nothing where left out. */
  readonly commonOffset?: number;
  /** Scale of the deviate of the noise of a comparison, 2^-16 f. */
  readonly noise: number;
  /** Scale of the deviate of the gain of a die, 2^-32. */
  readonly globalSpread: number;
  /** What a line discharges at this temperature, 2^-16 of what it does at the nominal one. */
  readonly arrayGain: number;
  /** The same of the reference lines. */
  readonly referenceGain: number;
  /** Share that a line has lost for each f of its discharge, 2^-48; 0: none. */
  readonly bend: number;
  /** f at which a line discharges no further. */
  readonly bendEnd: number;
  /** What a cell leaks in a cycle, as a share of its current, 2^-24. */
  readonly leakage: number;
  /** Deviates beyond are cut to it: dies within so many sigma. All deviates where left out. */
  readonly mostDeviate?: number;
}

/** Most that a line is told to have discharged, f. */
export const LINE_LIMIT = 2 ** 29 - 1;
/** Gains are kept to these, 2^-16: a quarter, and just below two. */
export const LEAST_GAIN = 2 ** 14;
export const MOST_GAIN = 2 ** 17 - 1;

/**
 * Constants of a die section.
 *
 * @param die   the section, every default filled in
 * @param shape gives the swing where the section names none
 * @returns whole numbers, each within 53 bits
 */
export function dieConstants(die: DieConfig, shape: MacroShape): DieConstants {
  const one = 2 ** die.fractionBits;
  const scale = (sigma: number) => Math.round((sigma * one * 2 ** 16) / DEVIATE_SIGMA);
  const { celsius, nominalCelsius, perKelvin, tracking } = die.temperature;
  const change = perKelvin * (celsius - nominalCelsius);
  const swing = die.swing ?? Math.min(shape.headroom, fullScale(shape));
  return {
    fractionBits: die.fractionBits,
    mismatch: scale(die.mismatch),
    pulseError: scale(die.pulseError),
    offset: scale(die.offset),
    ...(die.commonOffset === undefined ? {} : { commonOffset: Math.round(die.commonOffset * one) }),
    noise: scale(die.noise),
    globalSpread: Math.round((die.globalSpread * 2 ** 32) / DEVIATE_SIGMA),
    arrayGain: gainOf(1 + change),
    referenceGain: gainOf((1 + tracking * change) * (die.referenceGain ?? 1)),
    bend: Math.round((die.compression * 2 ** 47) / (swing * one)),
    bendEnd:
      die.compression === 0 ? LINE_LIMIT : Math.min(LINE_LIMIT, Math.floor((swing * one) / die.compression)),
    leakage: Math.round(die.leakage * 2 ** 24),
  };
}

/** A gain in 2^-16, within what the widths are made for. */
function gainOf(factor: number): number {
  return keptGain(Math.round(factor * 2 ** 16));
}

/** A gain within what the widths are made for. */
export function keptGain(gain: number): number {
  return Math.min(MOST_GAIN, Math.max(LEAST_GAIN, gain));
}

/** A deviate in its unit: scale is 2^-16 of that unit, and halves are rounded up. */
export function scaled(scale: number, deviate: number): number {
  return Math.floor((scale * deviate + 2 ** 15) / 2 ** 16);
}

/**
 * Current of a cell, f a unit pulse: a unit, what the cell differs by and what the pulse of its word line does, within 0 .. 4 units.
 *
 * @param local deviate of the cell
 * @param pulse deviate of the word line
 */
export function currentOf(
  { fractionBits, mismatch, pulseError }: DieConstants,
  local: number,
  pulse: number,
): number {
  const one = 2 ** fractionBits;
  const current = one + Math.floor((mismatch * local + pulseError * pulse + 2 ** 15) / 2 ** 16);
  return Math.min(4 * one - 1, Math.max(0, current));
}

/** What lines of the array and of the reference discharge on a die, 2^-16 of what they do in a nominal one. */
export interface Gains {
  readonly array: number;
  readonly reference: number;
}

/**
 * The gains of a die.
 *
 * @param deviate of the die
 */
export function gainsOf({ globalSpread, arrayGain, referenceGain }: DieConstants, deviate: number): Gains {
  const global = keptGain(2 ** 16 + scaled(globalSpread, deviate));
  return {
    array: keptGain(Math.floor((arrayGain * global) / 2 ** 16)),
    reference: keptGain(Math.floor((referenceGain * global) / 2 ** 16)),
  };
}
