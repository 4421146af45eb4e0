import type { TailFractions } from './batches.js';

/** Constants of BS-KMQ that no public text states; each is an option (I: inferred). */
export const DEFAULT_TAIL = 0.005;
export const DEFAULT_EMA_WEIGHT = 0.1;

export interface CalibrationOptions {
  /** Layer name: letters, digits, dot, dash, underscore. */
  readonly name: string;
  /** Width of the nonlinear code, 1 .. 8. */
  readonly bits: number;
  /** Fraction dropped at each end of a batch, 0 .. 0.5 (default 0.005, I). */
  readonly tails?: number | TailFractions;
  /** Weight of a new batch in the moving range, 0 .. 1 (default 0.1, I). */
  readonly emaWeight?: number;
  /** Let each code decode to the mean of its samples instead of its centre (default false). */
  readonly refit?: boolean;
  /** Leave NaN and infinities out instead of refusing them (default false). */
  readonly dropNonfinite?: boolean;
  /** Where the samples come from, for the provenance: bare file or folder names. */
  readonly source?: string;
}
