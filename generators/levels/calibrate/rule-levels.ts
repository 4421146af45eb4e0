import { type Distribution, quantile } from './distribution.js';
import type { Quantizer } from './quantizer.js';
import type { TailEnds } from './range.js';

/** Levels that follow from the range alone: 2^b from `low` to `high`, both included. */
export function evenLevels({ low, high }: TailEnds, bits: number): number[] {
  const last = 2 ** bits - 1;
  return Array.from({ length: last + 1 }, (_, k) => (k === last ? high : step({ low, high }, k / last)));
}

/** The point at a fraction of the way; never past `high` by rounding. */
function step({ low, high }: TailEnds, fraction: number): number {
  return Math.min(high, low + (high - low) * fraction);
}

/**
 * NeuroSim's linear quantizer (S): 2^b steps of (high - low) / 2^b; a step decodes to its lower edge.
 */
export function floorSteps({ low, high }: TailEnds, bits: number): Quantizer {
  const steps = 2 ** bits;
  const edges = Array.from({ length: steps }, (_, k) => step({ low, high }, k / steps));
  return { references: edges.slice(1), outputs: edges };
}

/**
 * Levels that follow the cumulative distribution (Sun, ASP-DAC 2020; 2/I): every code is equally likely,
 * R_k = quantile(k / 2^b) and C_k = quantile((k + 1/2) / 2^b).
 */
export function cdfLevels(distribution: Distribution, bits: number): Quantizer {
  const codes = 2 ** bits;
  const at = (fraction: number) => quantile(distribution, fraction);
  return {
    references: Array.from({ length: codes - 1 }, (_, k) => at((k + 1) / codes)),
    outputs: Array.from({ length: codes }, (_, k) => at((k + 0.5) / codes)),
  };
}

export function extremes({ values }: Distribution): TailEnds {
  return { low: values[0]!, high: values.at(-1)! };
}
