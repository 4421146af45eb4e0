import type { TailFractions } from './batches.js';

/**
 * Methods by the name that `--method` takes.
 * Marks: S stated by a public source, 2 second-hand digest, I inferred, F field practice.
 */
export const METHODS = {
  'bs-kmq': 'boundary-suppressed k-means, the paper this hardware exists for (S idea, I constants)',
  optimal: 'exact minimum MSE by dynamic programming: nothing can pass it on the same data',
  kmeans: '2^b clusters on all samples, Lloyd iteration from a seeded start (F)',
  'lloyd-max': 'Lloyd iteration from a uniform start over [min, max], at most 500 rounds (S, ReADC)',
  cdf: 'R_k = quantile(k/2^b), C_k = quantile((k+0.5)/2^b) (2/I, Sun, ASP-DAC 2020)',
  linear: '2^b levels from min to max, ends included, nearest (S, ReADC)',
  'linear-clipped': '2^b levels over the calibrated range, ends included, nearest (F)',
  'linear-floor': '2^b steps from min to max, each decoded to its lower edge (S, NeuroSim)',
} as const;

export type Method = keyof typeof METHODS;

export type KMeansStart = 'random' | 'k-means++';

/** Constants of BS-KMQ that no public text states; each is an option. */
export const DEFAULT_TAIL = 0.005;
export const DEFAULT_EMA_WEIGHT = 0.1;
export const DEFAULT_SEED = 1;
export const DEFAULT_RESTARTS = 1;
export const LLOYD_ROUNDS = 500;
export const KMEANS_ROUNDS = 300;

export interface CalibrationOptions {
  /** Layer name: letters, digits, dot, dash, underscore. */
  readonly name: string;
  /** Width of the nonlinear code, 1 .. 8. */
  readonly bits: number;
  /** Default `bs-kmq`. */
  readonly method?: Method;
  /** Fraction dropped at each end of a batch, 0 .. 0.5, or `auto`: the least-error one (default 0.005, I). */
  readonly tails?: number | TailFractions | 'auto';
  /** Weight of a new batch in the moving range, 0 .. 1 (default 0.1, I). */
  readonly emaWeight?: number;
  /** Let each code decode to the mean of its samples instead of its centre (default false). */
  readonly refit?: boolean;
  /** Start of `kmeans` (default `random`, F). */
  readonly start?: KMeansStart;
  /** Starts of `kmeans` that are tried; the one with the least error wins (default 1). */
  readonly restarts?: number;
  /** Seed of the starts (default 1). */
  readonly seed?: number;
  /** Leave NaN and infinities out instead of refusing them (default false). */
  readonly dropNonfinite?: boolean;
  /** Where the samples come from, for the provenance: bare file or folder names. */
  readonly source?: string;
}

/** The options with every default filled in. */
export interface Settings extends Required<Omit<CalibrationOptions, 'tails'>> {
  readonly tails: TailFractions | 'auto';
}

export function withDefaults(options: CalibrationOptions): Settings {
  const { tails = DEFAULT_TAIL } = options;
  return {
    method: 'bs-kmq',
    emaWeight: DEFAULT_EMA_WEIGHT,
    refit: false,
    start: 'random',
    restarts: DEFAULT_RESTARTS,
    seed: DEFAULT_SEED,
    dropNonfinite: false,
    source: options.name,
    ...options,
    tails: typeof tails === 'number' ? { low: tails, high: tails } : tails,
  };
}
