import { type Levels, levelsSchema } from '../config/levels.js';
import { failure, type Result, success } from '../problems.js';
import { BatchCollector } from './batches.js';
import { bsKmqCentres } from './bs-kmq.js';
import { histogramOf } from './histogram.js';
import { type CalibrationOptions, DEFAULT_EMA_WEIGHT, DEFAULT_TAIL } from './options.js';
import { midpoints, refitOutputs } from './quantizer.js';
import { movingRange } from './range.js';

/**
 * Levels of one layer from its activations, in memory.
 *
 * @param batches  calibration batches in their order, activation units
 * @returns levels ready to be written as `levels.json`; the same batches and options give the same bytes
 */
export function calibrate(
  batches: Iterable<Float32Array | Float64Array>,
  options: CalibrationOptions,
): Result<Levels> {
  const collector = new BatchCollector([tailFractions(options)]);
  for (const batch of batches) {
    collector.add(batch);
    collector.endBatch();
  }
  return levelsFrom(collector, options);
}

export function tailFractions({ tails = DEFAULT_TAIL }: CalibrationOptions) {
  return typeof tails === 'number' ? { low: tails, high: tails } : tails;
}

/** Levels from samples that were gathered before, for example file by file. */
export function levelsFrom(collector: BatchCollector, options: CalibrationOptions): Result<Levels> {
  const {
    name,
    bits,
    emaWeight = DEFAULT_EMA_WEIGHT,
    refit = false,
    dropNonfinite = false,
    source = name,
  } = options;
  if (collector.nonfinite > 0 && !dropNonfinite) {
    return failure({
      file: source,
      path: '',
      message: `${collector.nonfinite} values are NaN, infinite or beyond float32`,
      fix: 'mend the data, or leave them out with --drop-nonfinite',
    });
  }
  if (collector.samples === 0) return failure({ file: source, path: '', message: 'holds no finite value' });
  const distribution = collector.distribution();
  const range = movingRange(
    collector.ends.map((ends) => ends[0]!),
    emaWeight,
  );
  const centres = bsKmqCentres(distribution, range, bits);
  const references = midpoints(centres);
  const outputs = refit ? refitOutputs(distribution, { references, outputs: centres }) : centres;
  const tails = tailFractions(options);
  const levels: Levels = {
    name,
    bits,
    centres,
    references,
    outputs,
    range,
    histogram: histogramOf(distribution, range),
    provenance: {
      tool: 'imcgen calibrate',
      method: 'bs-kmq',
      source,
      batches: collector.ends.length,
      samples: collector.samples,
      options: { tailLow: tails.low, tailHigh: tails.high, emaWeight, refit, dropNonfinite },
    },
  };
  const checked = levelsSchema.safeParse(levels);
  if (checked.success) return success(levels);
  return failure(
    ...checked.error.issues.map(({ path, message }) => ({ file: source, path: path.join('.'), message })),
  );
}
