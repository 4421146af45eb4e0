import { rounded } from '../../common/figures.js';
import { Random } from '../../common/random.js';
import type { BatchCollector, TailFractions } from './batches.js';
import { bsKmqCentres } from './bs-kmq.js';
import type { Distribution } from './distribution.js';
import { type LloydResult, lloyd, randomStart, spreadStart } from './lloyd.js';
import { optimalClusters } from './optimal.js';
import { FIXED_TAILS, KMEANS_ROUNDS, LLOYD_ROUNDS, type Settings } from './options.js';
import { fillLevels, meanSquaredError, middle, midpoints, nearestCentre, refitOutputs } from './quantizer.js';
import type { TailEnds } from './range.js';
import { movingRange } from './range.js';
import { cdfLevels, evenLevels, extremes, floorSteps } from './rule-levels.js';
import { AUTO_TAILS, autoTails } from './tails.js';

/** What a method works on: all calibration samples, and the tail ends of each batch. */
export interface CalibrationSamples {
  readonly distribution: Distribution;
  /** Per batch: the ends at the fixed tails, then those at {@link AUTO_TAILS}. */
  readonly ends: readonly (readonly TailEnds[])[];
  /** Least and largest sample, where the points of the distribution are means and do not reach them. */
  readonly extremes?: TailEnds;
}

export interface Fitted {
  readonly centres: readonly number[];
  readonly references: readonly number[];
  readonly outputs: readonly number[];
  /** Calibrated range: the moving range for methods that clip, the extremes for the others. */
  readonly range: TailEnds;
  /** Where the method started and what it chose, for tables and provenance. */
  readonly note: string;
}

/** Tail fractions whose ends a collector must record for the settings. */
export function tailsToRecord(settings: Settings, everyMethod = false): TailFractions[] {
  const fixed = [fixedTails(settings)];
  const auto = settings.tails === 'auto' || everyMethod;
  return auto ? [...fixed, ...AUTO_TAILS.map((tail) => ({ low: tail, high: tail }))] : fixed;
}

export function samplesOf(collector: BatchCollector): CalibrationSamples {
  return { distribution: collector.distribution(), ends: collector.ends };
}

/** Levels of the chosen method. */
export function fit(samples: CalibrationSamples, settings: Settings): Fitted {
  const fitted = fitPlain(samples, settings);
  if (!settings.refit) return fitted;
  return { ...fitted, outputs: refitOutputs(samples.distribution, fitted) };
}

function fitPlain(samples: CalibrationSamples, settings: Settings): Fitted {
  const { distribution } = samples;
  const { bits } = settings;
  const range = samples.extremes ?? extremes(distribution);
  switch (settings.method) {
    case 'bs-kmq':
    case 'bs-kmq-plain': {
      const chosen = chosenRange(samples, settings);
      return nearest(bsKmqCentres(distribution, chosen.range, bits), chosen.range, chosen.note);
    }
    case 'optimal': {
      const clusters = Math.min(2 ** bits, distribution.values.length);
      const { means, cost, lowerBound } = optimalClusters(distribution, clusters);
      const excess = lowerBound > 0 ? cost / lowerBound - 1 : 0;
      const note = `within ${percent(excess)} of any quantizer`;
      return nearest(fillLevels(means, 2 ** bits), range, note);
    }
    case 'kmeans': {
      const { centres, iterations } = kmeans(distribution, settings);
      const note = `${settings.start} start, seed ${settings.seed}, best of ${settings.restarts}, ${iterations} rounds`;
      return nearest(centres, range, note);
    }
    case 'lloyd-max': {
      // The start of ReADC: the middles of 2^b equal bins.
      const middles = floorSteps(range, bits).outputs.map((edge, k, edges) =>
        middle(edge, edges[k + 1] ?? range.high),
      );
      const { centres, iterations } = lloyd(distribution, middles, LLOYD_ROUNDS);
      return nearest(centres, range, `uniform start, ${iterations} rounds`);
    }
    case 'cdf': {
      const { references, outputs } = cdfLevels(distribution, bits);
      return { centres: outputs, references, outputs, range, note: 'quantiles' };
    }
    case 'linear':
      return nearest(evenLevels(range, bits), range, 'min to max');
    case 'linear-clipped': {
      const chosen = chosenRange(samples, settings);
      return nearest(evenLevels(chosen.range, bits), chosen.range, chosen.note);
    }
    case 'linear-floor': {
      const { references, outputs } = floorSteps(range, bits);
      return { centres: outputs, references, outputs, range, note: 'min to max, lower edges' };
    }
  }
}

function nearest(centres: readonly number[], range: TailEnds, note: string): Fitted {
  return { centres, references: midpoints(centres), outputs: centres, range, note };
}

/** The tails given, or those of the plain method where they are to be chosen. */
export function fixedTails({ tails }: Pick<Settings, 'tails'>): TailFractions {
  return tails === 'auto' ? FIXED_TAILS : tails;
}

function chosenRange({ distribution, ends }: CalibrationSamples, settings: Settings) {
  const { tails, emaWeight, bits, refit } = settings;
  if (tails === 'auto') {
    const auto = ends.map((batch) => batch.slice(1));
    const chosen = autoTails(distribution, auto, emaWeight, bits, refit);
    return {
      range: chosen.range,
      note: `tails ${percent(chosen.tails.low)} / ${percent(chosen.tails.high)}, chosen`,
    };
  }
  const range = movingRange(
    ends.map((batch) => batch[0]!),
    emaWeight,
  );
  return { range, note: `tails ${percent(tails.low)} / ${percent(tails.high)}` };
}

function kmeans(distribution: Distribution, { bits, start, restarts, seed }: Settings): LloydResult {
  const random = new Random(seed);
  let best: LloydResult | undefined;
  let least = Number.POSITIVE_INFINITY;
  for (let attempt = 0; attempt < Math.max(1, restarts); attempt++) {
    const draw = start === 'random' ? randomStart : spreadStart;
    const result = lloyd(distribution, draw(distribution, 2 ** bits, random), KMEANS_ROUNDS);
    const error = meanSquaredError(distribution, nearestCentre(result.centres));
    if (best === undefined || error < least) {
      best = result;
      least = error;
    }
  }
  return best!;
}

/** `0.5 %`, four significant digits at most. */
export function percent(fraction: number): string {
  return `${rounded(100 * fraction, 2)} %`;
}
