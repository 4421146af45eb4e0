import type { TailFractions } from './batches.js';
import type { SampleLimits } from './sample-limits.js';

/**
 * How references and outputs are chosen, by the name that `--method` takes; {@link METHODS} says what each does, and
 * docs/calibration.md compares them.
 */
export type Method =
  | 'bs-kmq'
  | 'bs-kmq-plain'
  | 'optimal'
  | 'kmeans'
  | 'lloyd-max'
  | 'cdf'
  | 'linear'
  | 'linear-clipped'
  | 'linear-floor';

/**
 * What each method does, in one line.
 * Marks: S stated by a public source, 2 second-hand digest, I inferred, F field practice.
 */
export const METHODS: Readonly<Record<Method, string>> = {
  'bs-kmq':
    'boundary-suppressed k-means (S idea, I constants), tails chosen on the data, codes decoded to their means (F)',
  'bs-kmq-plain':
    'the same as its abstract has it: fixed tails, codes decoded to their centres (S idea, I constants)',
  optimal: 'exact minimum MSE by dynamic programming: nothing can pass it on the same data',
  kmeans: '2^b clusters on all samples, Lloyd iteration from a seeded start (F)',
  'lloyd-max': 'Lloyd iteration from a uniform start over [min, max], at most 500 rounds (S, ReADC)',
  cdf: 'R_k = quantile(k/2^b), C_k = quantile((k+0.5)/2^b) (2/I, Sun, ASP-DAC 2020)',
  linear: '2^b levels from min to max, ends included, nearest (S, ReADC)',
  'linear-clipped': '2^b levels over the calibrated range, ends included, nearest (F)',
  'linear-floor': '2^b steps from min to max, each decoded to its lower edge (S, NeuroSim)',
};

/** First centres of `kmeans`: samples drawn at random, or drawn far from each other. */
export type KMeansStart = 'random' | 'k-means++';

/** Methods that clip: they depend on tails, and calibrate a range with them. */
export function usesTails(method: string): boolean {
  return method === 'linear-clipped' || isBsKmq(method);
}

/** BS-KMQ in either form; they differ in the defaults of their options alone. */
export function isBsKmq(method: string): boolean {
  return method === 'bs-kmq' || method === 'bs-kmq-plain';
}

/** Constants of BS-KMQ that no public text states; each is an option. */
export const FIXED_TAILS: TailFractions = { low: 0.005, high: 0.005 };
export const DEFAULT_EMA_WEIGHT = 0.1;
export const DEFAULT_SEED = 1;
export const DEFAULT_RESTARTS = 1;
export const LLOYD_ROUNDS = 500;
export const KMEANS_ROUNDS = 300;

/** What to make levels for, and how. Every default is that of `imcgen calibrate`. */
export interface CalibrationOptions extends SampleLimits {
  /** Layer name: letters, digits, dot, dash, underscore. */
  readonly name: string;
  /** Width of the nonlinear code, 1 .. 8. */
  readonly bits: number;
  /** How levels are chosen. Default `bs-kmq`: within a few percent of the exact optimum, see docs/calibration.md. */
  readonly method?: Method;
  /**
   * Fraction dropped at each end of a batch, 0 .. 0.5, or `auto`: the ones of least error.
   * Default: `auto` for `bs-kmq`, 0.005 (I) for the other methods that clip.
   */
  readonly tails?: number | TailFractions | 'auto';
  /** Weight of a new batch in the moving range, 0 .. 1 (default 0.1, I). */
  readonly emaWeight?: number;
  /** Let each code decode to the mean of its samples instead of its centre (default: for `bs-kmq` alone). */
  readonly refit?: boolean;
  /** Start of `kmeans` (default `random`, F). */
  readonly start?: KMeansStart;
  /** Starts of `kmeans` that are tried; the one with the least error wins (default 1). */
  readonly restarts?: number;
  /** Seed of the starts (default 1). */
  readonly seed?: number;
  /** Leave NaN and infinities out instead of refusing them (default false). */
  readonly dropNonfinite?: boolean;
  /** Make levels of samples that are all the same, instead of refusing them (default false). */
  readonly allowConstant?: boolean;
  /** Where the samples come from, for the provenance: bare file or folder names. */
  readonly source?: string;
}

/** The options with every default filled in. */
export interface Settings
  extends Required<Omit<CalibrationOptions, 'tails' | keyof SampleLimits>>,
    SampleLimits {
  readonly tails: TailFractions | 'auto';
}

export function withDefaults(options: CalibrationOptions): Settings {
  const { method = 'bs-kmq' } = options;
  const best = method === 'bs-kmq';
  const { tails = best ? 'auto' : FIXED_TAILS, refit = best } = options;
  return {
    emaWeight: DEFAULT_EMA_WEIGHT,
    start: 'random',
    restarts: DEFAULT_RESTARTS,
    seed: DEFAULT_SEED,
    dropNonfinite: false,
    allowConstant: false,
    source: options.name,
    ...options,
    method,
    refit,
    tails: tailsOf(method, tails),
  };
}

/** Tails as both their fractions; an even ladder has none that it could choose. */
function tailsOf(method: Method, tails: number | TailFractions | 'auto'): Settings['tails'] {
  if (typeof tails === 'number') return { low: tails, high: tails };
  return tails === 'auto' && method === 'linear-clipped' ? FIXED_TAILS : tails;
}
