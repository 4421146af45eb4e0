/** Who compares. */
export const COMPARATORS = ['ideal', 'latch'] as const;
/** One of {@link COMPARATORS}. */
export type ComparatorKind = (typeof COMPARATORS)[number];

/** What simulates. */
export const ENGINES = ['ngspice', 'npm'] as const;
/** One of {@link ENGINES}. */
export type EngineName = (typeof ENGINES)[number];
