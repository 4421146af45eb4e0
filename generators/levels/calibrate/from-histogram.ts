import { z } from 'zod';
import type { Levels, LevelsHistogram } from '../../macro/config/levels.js';
import type { TailFractions } from './batches.js';
import type { Gathering } from './calibrate.js';
import { type Distribution, distributionOfPoints, quantile } from './distribution.js';
import { type CalibrationSamples, tailsToRecord } from './methods.js';
import { METHODS, type Method, type Settings, usesTails, withDefaults } from './options.js';
import type { TailEnds } from './range.js';
import type { SampleLimits } from './sample-limits.js';

/** The options that `imcgen calibrate` leaves in a levels file; a file may hold anything, and what makes no sense is none. */
const optionsSchema = z.object({
  tails: z.literal('auto').optional().catch(undefined),
  tailLow: fraction(0.5),
  tailHigh: fraction(0.5),
  emaWeight: fraction(1),
  refit: z.boolean().optional().catch(undefined),
  start: z.enum(['random', 'k-means++']).optional().catch(undefined),
  restarts: z.int().min(1).max(1000).optional().catch(undefined),
  seed: z.int().min(0).optional().catch(undefined),
  droppedNonfinite: z.int().min(0).optional().catch(undefined),
  dropBelow: z.number().optional().catch(undefined),
  dropAbove: z.number().optional().catch(undefined),
  clipLow: z.number().optional().catch(undefined),
  clipHigh: z.number().optional().catch(undefined),
  droppedBelow: z.int().min(0).optional().catch(undefined),
  droppedAbove: z.int().min(0).optional().catch(undefined),
  clipped: z.int().min(0).optional().catch(undefined),
});

function fraction(most: number) {
  return z.number().min(0).max(most).optional().catch(undefined);
}

/**
 * The settings that a levels file was made with, for another width.
 *
 * @param method  instead of the file's own, with its own defaults
 * @returns the exact optimum where the file does not say how it was made
 */
export function settingsOf(levels: Levels, bits: number, method?: Method): Settings {
  const { name, provenance } = levels;
  const own = provenance !== undefined && isMethod(provenance.method) ? provenance.method : undefined;
  const options = recorded(levels);
  const chosen = method ?? own ?? 'optimal';
  return withDefaults({
    ...(chosen === own ? optionsOf(options) : {}),
    name,
    bits,
    method: chosen,
    source: provenance?.source ?? name,
    dropNonfinite: (options.droppedNonfinite ?? 0) > 0,
    allowConstant: true,
    ...limitsOf(options),
  });
}

/** The options of a method as they were recorded. */
function optionsOf({ tailLow, tailHigh, tails, emaWeight, refit, start, restarts, seed }: Recorded) {
  const rest = { emaWeight, refit, start, restarts, seed };
  const fixed =
    tailLow === undefined || tailHigh === undefined ? {} : { tails: { low: tailLow, high: tailHigh } };
  return { ...defined(rest), ...(tails === undefined ? fixed : { tails }) };
}

export function isMethod(name: string): name is Method {
  return Object.hasOwn(METHODS, name);
}

/** The limits by value that the samples were held to. */
function limitsOf({ dropBelow, dropAbove, clipLow, clipHigh }: Recorded): SampleLimits {
  return {
    ...(dropBelow === undefined ? {} : { dropBelow }),
    ...(dropAbove === undefined ? {} : { dropAbove }),
    ...(clipLow === undefined || clipHigh === undefined ? {} : { clip: { low: clipLow, high: clipHigh } }),
  };
}

type Recorded = z.infer<typeof optionsSchema>;

function recorded({ provenance }: Levels): Recorded {
  return optionsSchema.parse(provenance?.options ?? {});
}

/** Without the keys that have no value. */
function defined<Options extends object>(options: Options) {
  return Object.fromEntries(Object.entries(options).filter(([, value]) => value !== undefined)) as {
    [Key in keyof Options]?: Exclude<Options[Key], undefined>;
  };
}

/**
 * The points of a histogram: each bin at the mean of its samples, what lies within bins spread over all of them.
 *
 * @param pins  values that the samples of their bins are taken to have: the ends of a clipped range, where samples
 *   pile up that one bin mixes with their neighbours
 */
export function distributionOfHistogram(
  { low, high, counts, means, withinBinVariance }: LevelsHistogram,
  pins: readonly number[] = [],
): Distribution {
  const binOf = (value: number) =>
    Math.min(counts.length - 1, Math.max(0, Math.floor((counts.length * (value - low)) / (high - low || 1))));
  const pinned = new Map(pins.map((value) => [binOf(value), value]));
  const bins = counts
    .map((count, bin) => ({ count, value: pinned.get(bin) ?? means[bin]! }))
    .filter(({ count }) => count > 0)
    .sort((a, b) => a.value - b.value);
  return distributionOfPoints(
    Float64Array.from(bins, ({ value }) => value),
    Float64Array.from(bins, ({ count }) => count),
    Float64Array.from(bins, ({ count }) => count * withinBinVariance),
  );
}

/**
 * The calibration samples behind a levels file, as far as its histogram tells. The batches are gone: where the file
 * was clipped with the same tails, its own range is theirs; otherwise the tails are those of all samples together.
 */
export function samplesOfHistogram(
  { range, provenance }: Levels,
  histogram: LevelsHistogram,
  settings: Settings,
): CalibrationSamples {
  const clipped = provenance !== undefined && usesTails(provenance.method);
  const ownTails = ({ low, high }: TailFractions) =>
    clipped && provenance.options.tailLow === low && provenance.options.tailHigh === high;
  const tails = tailsToRecord(settings);
  const distribution = distributionOfHistogram(
    histogram,
    tails.some(ownTails) ? [range.low, range.high] : [],
  );
  const { values } = distribution;
  const endsAt = ({ low, high }: TailFractions): TailEnds => ({
    low: quantile(distribution, low),
    high: quantile(distribution, 1 - high),
  });
  return {
    distribution,
    ends: [tails.map((each) => (ownTails(each) ? range : endsAt(each)))],
    extremes: {
      low: Math.min(histogram.low, values[0]!),
      high: Math.max(histogram.high, values.at(-1)!),
    },
  };
}

/** How many samples a histogram stands for. */
export function gatheringOf(levels: Levels, { counts }: LevelsHistogram): Gathering {
  const options = recorded(levels);
  return {
    batches: levels.provenance?.batches ?? 0,
    samples: counts.reduce((sum, count) => sum + count, 0),
    nonfinite: options.droppedNonfinite ?? 0,
    limits: limitsOf(options),
    limitCounts: {
      below: options.droppedBelow ?? 0,
      above: options.droppedAbove ?? 0,
      clipped: options.clipped ?? 0,
    },
  };
}

/** Marks levels as made from a histogram, and gives them that histogram. */
export function fromHistogram(levels: Levels, histogram: LevelsHistogram): Levels {
  const { method, source, batches, samples, options } = levels.provenance!;
  const note = `${options.note}; from a histogram of ${histogram.counts.length} bins`;
  return {
    ...levels,
    histogram,
    provenance: { tool: 'imcgen sweep', method, source, batches, samples, options: { ...options, note } },
  };
}
