/**
 * A sense amplifier's decision: whether a column's MAC is at or above the reference, both in unit discharges.
 * The array of the package compares exactly; another function models one that does not.
 */
export type Comparator = (mac: number, reference: number, column: number) => boolean;

/** Exactly: equality takes the upper code. */
export const atOrAbove: Comparator = (mac, reference) => mac >= reference;
