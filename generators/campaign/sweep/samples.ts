import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { STDIN, standardInput } from '../../common/files/input.js';
import { failure, type Result, success } from '../../common/problems.js';
import { BatchCollector } from '../../levels/calibrate/batches.js';
import { checkedSamples, type Gathering, levelsOf } from '../../levels/calibrate/calibrate.js';
import { fromHistogram, gatheringOf, samplesOfHistogram } from '../../levels/calibrate/from-histogram.js';
import { type CalibrationSamples, type Fitted, tailsToRecord } from '../../levels/calibrate/methods.js';
import type { Settings } from '../../levels/calibrate/options.js';
import { collectFiles, npyFiles, sourceName } from '../../levels/calibrate/sources.js';
import type { Levels } from '../../macro/config/levels.js';

/** Samples of a layer. */
export interface Gathered {
  readonly samples: CalibrationSamples;
  readonly gathering: Gathering;
  /** The histogram that they are from, if they are. */
  readonly histogram: Levels['histogram'];
  /** What they are called in the provenance. */
  readonly source: string;
}

/** The samples that the histogram of a layer's levels tells of. */
export function gatherHistogram(levels: Levels, settings: Settings): Result<Gathered> {
  const { name, histogram } = levels;
  if (!histogram?.counts.some((count) => count > 0)) {
    return failure({
      file: `levels "${name}"`,
      path: 'histogram',
      message: `${histogram === undefined ? 'is missing' : 'holds no samples'}: levels of another width need one`,
      fix: 'Give the activations (--from), or a levels file for each width (--levels).',
    });
  }
  const samples = samplesOfHistogram(levels, histogram, settings);
  const { source } = settings;
  return success({ samples, gathering: gatheringOf(levels, histogram), histogram, source });
}

/** The samples in activation files, each file a batch. */
export function gatherActivations(paths: readonly string[], settings: Settings): Result<Gathered> {
  const files = npyFiles(paths);
  if (!files.ok) return files;
  const collector = new BatchCollector(tailsToRecord(settings), undefined, settings);
  const read = collectFiles(files.value, collector);
  if (!read.ok) return read;
  const source = sourceName(paths);
  const samples = checkedSamples(collector, { ...settings, source });
  if (samples.ok) {
    return success({ samples: samples.value, gathering: collector, histogram: undefined, source });
  }
  const named = 'then name the files with --levels';
  return failure(
    ...samples.problems.map((problem) =>
      problem.fix === undefined
        ? problem
        : { ...problem, fix: `For imcgen calibrate, which makes levels files: ${problem.fix}; ${named}.` },
    ),
  );
}

/** sha256 of the bytes in activation files; undefined where they cannot be read, which gathering them tells. */
export function activationsHash(paths: readonly string[]): string | undefined {
  const files = npyFiles(paths);
  if (!files.ok) return undefined;
  const hash = createHash('sha256');
  try {
    for (const file of files.value)
      hash.update(file).update(file === STDIN ? standardInput() : readFileSync(file));
  } catch {
    return undefined;
  }
  return hash.digest('hex');
}

/**
 * `levels.json` of levels that were fitted to gathered samples.
 *
 * @param method  its name in the provenance
 * @param extra   options beside those of the method
 */
export function gatheredLevels(
  { samples, gathering, histogram, source }: Gathered,
  fitted: Fitted,
  settings: Settings,
  method: string,
  extra: Readonly<Record<string, string | number>>,
): Result<Levels> {
  const made = levelsOf(samples, gathering, fitted, { ...settings, source });
  if (!made.ok) return made;
  const levels = histogram === undefined ? made.value : fromHistogram(made.value, histogram);
  const provenance = levels.provenance!;
  const options = { ...provenance.options, ...extra };
  return success({ ...levels, provenance: { ...provenance, tool: 'imcgen sweep', method, options } });
}
