import type { Distribution } from './distribution.js';
import { type CalibrationSamples, type Fitted, fit, fixedTails } from './methods.js';
import { optimalClusters } from './optimal.js';
import type { Settings } from './options.js';
import { errorOf, REGIONS, type Region, regionOf, SCORINGS, type Scoring, sqnr } from './score.js';
import type { OnProgress } from './sources.js';

/** One method as it appears in a comparison. */
export interface Row {
  readonly label: string;
  readonly fitted: Fitted;
  /** Scores on each data set, in the order of {@link Comparison.data}. */
  readonly scores: readonly Score[];
}

export interface Score {
  /** Mean squared error by region and scoring, activation units squared. */
  readonly mse: Readonly<Record<Region, Readonly<Record<Scoring, number>>>>;
  /** dB, all samples, own scoring. */
  readonly sqnr: number;
  /** Own error on all samples over that of the exact optimum fitted to the very data that are scored. */
  readonly overOptimum: number;
}

export interface ScoredData {
  readonly name: string;
  readonly samples: number;
  /** Error of the exact optimum fitted to this region of this data set. */
  readonly optimum: Readonly<Record<Region, number>>;
  /** dB, all samples. */
  readonly optimumSqnr: number;
}

export interface Comparison {
  readonly bits: number;
  readonly data: readonly ScoredData[];
  readonly rows: readonly Row[];
}

/** What `--compare` runs: the baselines, BS-KMQ plain and with each improvement, and the optimum. */
export function contenders(settings: Settings): readonly { label: string; settings: Settings }[] {
  const plain: Settings = { ...settings, refit: false, tails: fixedTails(settings) };
  return [
    { label: 'linear-floor', settings: { ...plain, method: 'linear-floor' } },
    { label: 'linear', settings: { ...plain, method: 'linear' } },
    { label: 'linear-clipped', settings: { ...plain, method: 'linear-clipped' } },
    { label: 'cdf', settings: { ...plain, method: 'cdf' } },
    { label: 'lloyd-max', settings: { ...plain, method: 'lloyd-max' } },
    { label: 'kmeans', settings: { ...plain, method: 'kmeans', start: 'random' } },
    { label: 'kmeans++', settings: { ...plain, method: 'kmeans', start: 'k-means++' } },
    { label: PLAIN, settings: { ...plain, method: 'bs-kmq-plain' } },
    { label: 'plain, refit', settings: { ...plain, method: 'bs-kmq-plain', refit: true } },
    { label: 'plain, auto tails', settings: { ...plain, method: 'bs-kmq-plain', tails: 'auto' } },
    { label: 'bs-kmq', settings: { ...plain, method: 'bs-kmq', tails: 'auto', refit: true } },
    { label: 'optimal', settings: { ...plain, method: 'optimal' } },
  ];
}

/** The form that the published claim is about. */
const PLAIN = 'bs-kmq-plain';

/**
 * Fits every contender to the calibration samples and scores each on those and on held-out samples.
 *
 * @param heldOut  samples that no method has seen, with a name each
 */
export function compareMethods(
  name: string,
  samples: CalibrationSamples,
  heldOut: readonly { name: string; distribution: Distribution }[],
  settings: Settings,
  onProgress?: OnProgress,
): Comparison {
  const fits = contenders(settings).map(({ label, settings: own }, at, all) => {
    onProgress?.(at, all.length, label);
    return { label, fitted: fit(samples, own) };
  });
  // One range decides what is interior for everybody: that of plain BS-KMQ.
  const { range } = fits.find(({ label }) => label === PLAIN)!.fitted;
  const sets = [{ name, distribution: samples.distribution }, ...heldOut].map(
    ({ name: title, distribution }) => {
      const regions = record(REGIONS, (region) => regionOf(distribution, region, range));
      const optimum = record(REGIONS, (region) => optimumOf(regions[region], settings.bits));
      const optimumSqnr = sqnr(distribution, optimum.all);
      return { regions, scored: { name: title, samples: distribution.samples, optimum, optimumSqnr } };
    },
  );
  const rows = fits.map(({ label, fitted }) => ({
    label,
    fitted,
    scores: sets.map(({ regions, scored }) => {
      const mse = record(REGIONS, (region) =>
        record(SCORINGS, (rule) => errorOf(regions[region], fitted, rule)),
      );
      return {
        mse,
        sqnr: sqnr(regions.all, mse.all.own),
        overOptimum: ratio(mse.all.own, scored.optimum.all),
      };
    }),
  }));
  return { bits: settings.bits, data: sets.map(({ scored }) => scored), rows };
}

function optimumOf(distribution: Distribution, bits: number): number {
  const distinct = distribution.values.length;
  if (distinct === 0) return 0;
  return optimalClusters(distribution, Math.min(2 ** bits, distinct)).cost / distribution.samples;
}

/** a / b, where 0 / 0 is 1: both are without error. */
export function ratio(a: number, b: number): number {
  return a === b ? 1 : a / b;
}

function record<Key extends string, Value>(
  keys: readonly Key[],
  value: (key: Key) => Value,
): Record<Key, Value> {
  return Object.fromEntries(keys.map((key) => [key, value(key)])) as Record<Key, Value>;
}

/** A way to score the published claim of at least 3x lower error. */
export interface Protocol {
  readonly label: string;
  readonly region: Region;
  readonly baselines: Scoring;
  readonly bsKmq: Scoring;
}

/** The scorings under which the claim can be read; which one its authors used is not public. */
export const PROTOCOLS: readonly Protocol[] = [
  { label: 'nearest, all', region: 'all', baselines: 'nearest', bsKmq: 'own' },
  { label: 'nearest, clamped', region: 'clamped', baselines: 'nearest', bsKmq: 'own' },
  { label: 'nearest, interior', region: 'interior', baselines: 'nearest', bsKmq: 'own' },
  { label: 'floor, all', region: 'all', baselines: 'floor', bsKmq: 'own' },
  { label: 'floor, clamped', region: 'clamped', baselines: 'floor', bsKmq: 'own' },
  { label: 'floor, interior', region: 'interior', baselines: 'floor', bsKmq: 'own' },
];

export const BASELINES = ['linear', 'lloyd-max', 'cdf', 'kmeans'] as const;

export interface Claim {
  readonly protocol: Protocol;
  /** Error of each baseline over that of plain BS-KMQ, as in {@link BASELINES}. */
  readonly ratios: readonly number[];
  /** True if every ratio reaches 3. */
  readonly holds: boolean;
}

/** The published claim under each protocol, on data set number `data`. */
export function checkClaim({ rows }: Comparison, data: number): Claim[] {
  const errorIn = (label: string, region: Region, scoring: Scoring) =>
    rows.find((row) => row.label === label)!.scores[data]!.mse[region][scoring];
  return PROTOCOLS.map((protocol) => {
    const ours = errorIn(PLAIN, protocol.region, protocol.bsKmq);
    const ratios = BASELINES.map((label) => ratio(errorIn(label, protocol.region, protocol.baselines), ours));
    return { protocol, ratios, holds: ratios.every((each) => each >= 3) };
  });
}
