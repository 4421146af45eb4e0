import type { Die } from '../die/die.js';

/** When a comparison happens, for comparators that differ from step to step or from conversion to conversion. */
export interface Moment {
  /** Ramp step, 1 .. 2^b - 1, whose reference is compared. */
  readonly step: number;
  /**
   * Number of the conversion, from 0: conversions of a {@link Macro}, and ramps of a {@link Machine} as they begin. A
   * conversion that a reset ends before its ramp is not counted, because the analog macro has compared nothing in it.
   */
  readonly conversion: number;
  /** Seed that the model was made with, which tells one die from another. */
  readonly seed: number;
}

/**
 * A sense amplifier's decision: whether a column's MAC is at or above the reference, both in unit discharges.
 * The array of the package compares exactly; another function models one that does not: offset and mismatch by column
 * and seed, noise by moment. Where it depends on nothing but its arguments, {@link Macro} and {@link Machine} give the
 * same codes.
 *
 * @example
 * ```ts
 * import { type Comparator, Macro, type MacroPlan } from 'imcgen';
 *
 * declare const plan: MacroPlan;
 * // Every other column decides as if it had one unit discharge more.
 * const offset: Comparator = (mac, reference, column) => mac + (column % 2) >= reference;
 * const macro = Macro.from(plan, { comparator: offset });
 * ```
 */
export type Comparator = (mac: number, reference: number, column: number, moment: Moment) => boolean;

/** How the sense amplifiers of a model decide. */
export interface Sensing {
  /** What a sense amplifier decides; exact where left out: equality takes the upper code. */
  readonly comparator?: Comparator | undefined;
  /** Seed that the comparator is told; 0 where left out. */
  readonly seed?: number | undefined;
  /** A die in place of the ideal array and of a comparator: its cells discharge, its amplifiers decide. */
  readonly die?: Die | undefined;
}
