import { failure, type Result, success } from '../../common/problems.js';
import { type Levels, levelsSchema } from '../../macro/config/levels.js';
import { BatchCollector } from './batches.js';
import { histogramOf } from './histogram.js';
import { type CalibrationSamples, type Fitted, fit, samplesOf, tailsToRecord } from './methods.js';
import { type CalibrationOptions, type Settings, usesTails, withDefaults } from './options.js';
import { hasLimits, type LimitCounts, type SampleLimits } from './sample-limits.js';
import { absurdProblem, constantProblem } from './sample-problems.js';

/**
 * Levels of one layer from its activations, in memory.
 *
 * @param batches  calibration batches in their order, activation units; only the methods that clip depend on how the samples
 *                 are parted into batches
 * @param options  what the levels are for, and how they are chosen
 * @returns levels ready to be written as `levels.json`; the same batches and options give the same bytes. Problems where
 *          there are no samples, where some are no finite numbers, or where levels cannot tell them apart
 *
 * @example
 * ```ts
 * import { calibrate, orThrow } from 'imcgen';
 *
 * const batches = [Float32Array.of(0, 0.5, 1.25, 3), Float32Array.of(0, 0, 0.75, 2.5)];
 * const { centres } = orThrow(calibrate(batches, { name: 'fc1', bits: 2, method: 'optimal' }));
 * console.log(centres);
 * ```
 */
export function calibrate(
  batches: Iterable<Float32Array | Float64Array>,
  options: CalibrationOptions,
): Result<Levels> {
  const settings = withDefaults(options);
  const collector = new BatchCollector(tailsToRecord(settings), undefined, settings);
  for (const batch of batches) {
    collector.add(batch);
    collector.endBatch();
  }
  const samples = checkedSamples(collector, settings);
  if (!samples.ok) return samples;
  return levelsOf(samples.value, collector, fit(samples.value, settings), settings);
}

/** The gathered samples, if there are any, all of them were numbers, and levels can tell them apart. */
export function checkedSamples(
  collector: BatchCollector,
  { source, dropNonfinite, allowConstant }: Pick<Settings, 'source' | 'dropNonfinite' | 'allowConstant'>,
): Result<CalibrationSamples> {
  if (collector.nonfinite > 0 && !dropNonfinite) {
    return failure({
      file: source,
      path: '',
      message: `${collector.nonfinite} values are NaN, infinite or beyond float32`,
      fix: 'mend the data, or leave them out with --drop-nonfinite',
    });
  }
  if (collector.samples === 0) {
    const left = hasLimits(collector.limits)
      ? 'holds no value within the limits given'
      : 'holds no finite value';
    return failure({ file: source, path: '', message: left });
  }
  const samples = samplesOf(collector);
  const problem =
    absurdProblem(source, samples.distribution, collector.limits) ??
    (allowConstant ? undefined : constantProblem(source, samples.distribution));
  return problem === undefined ? success(samples) : failure(problem);
}

/** How many samples were gathered, for the provenance. */
export type Gathering = Pick<BatchCollector, 'batches' | 'samples' | 'nonfinite' | 'limits' | 'limitCounts'>;

/** Limits and what they met, as the provenance has them; nothing where none was given. */
function recordedLimits({ dropBelow, dropAbove, clip }: SampleLimits, counts: LimitCounts) {
  return {
    ...(dropBelow === undefined ? {} : { dropBelow, droppedBelow: counts.below }),
    ...(dropAbove === undefined ? {} : { dropAbove, droppedAbove: counts.above }),
    ...(clip === undefined ? {} : { clipLow: clip.low, clipHigh: clip.high, clipped: counts.clipped }),
  };
}

/** `levels.json` of a fitted method. */
export function levelsOf(
  { distribution }: CalibrationSamples,
  { batches, samples, nonfinite, limits, limitCounts }: Gathering,
  { centres, references, outputs, range, note }: Fitted,
  settings: Settings,
): Result<Levels> {
  const { name, bits, method, source, tails, emaWeight, refit, start, restarts, seed } = settings;
  const tailOptions = tails === 'auto' ? { tails } : { tailLow: tails.low, tailHigh: tails.high };
  const levels: Levels = {
    name,
    bits,
    centres: [...centres],
    references: [...references],
    outputs: [...outputs],
    range: { ...range },
    histogram: histogramOf(distribution, range),
    provenance: {
      tool: 'imcgen calibrate',
      method,
      source,
      batches,
      samples,
      options: {
        ...(usesTails(method) ? { ...tailOptions, emaWeight } : {}),
        ...(method === 'kmeans' ? { start, restarts, seed } : {}),
        refit,
        droppedNonfinite: nonfinite,
        ...recordedLimits(limits, limitCounts),
        note,
      },
    },
  };
  const checked = levelsSchema.safeParse(levels);
  if (checked.success) return success(levels);
  return failure(
    ...checked.error.issues.map(({ path, message }) => ({ file: source, path: path.join('.'), message })),
  );
}
