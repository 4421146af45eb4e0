import type { Levels, LevelsHistogram } from '../../macro/config/levels.js';
import type { TailFractions } from './batches.js';
import type { Gathering } from './calibrate.js';
import { type Distribution, distributionOfPoints, quantile } from './distribution.js';
import { type CalibrationSamples, tailsToRecord } from './methods.js';
import { type Settings, usesTails } from './options.js';
import type { TailEnds } from './range.js';
import { recordedLimits, recordedOptions } from './recorded-options.js';

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
  const options = recordedOptions(levels);
  return {
    batches: levels.provenance?.batches ?? 0,
    samples: counts.reduce((sum, count) => sum + count, 0),
    nonfinite: options.droppedNonfinite ?? 0,
    limits: recordedLimits(options),
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
