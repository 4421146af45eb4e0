import type { Result } from '../../common/problems.js';
import { type Levels, levelsSchema } from '../../macro/config/levels.js';
import { parse } from '../../macro/config/parse.js';
import type { Distribution } from '../calibrate/distribution.js';
import { histogramOf } from '../calibrate/histogram.js';
import { refitOutputs } from '../calibrate/quantizer.js';
import type { Foreign } from './conventions.js';
import type { Statement } from './statement.js';

/** Samples that the levels are meant for. */
export interface Samples {
  /** In activation units, see {@link distributionOfSamples}. */
  readonly distribution: Distribution;
  /** Bare file names. */
  readonly source: string;
  /** Batches that they came in. */
  readonly batches: number;
}

/** What the levels of a foreign file are for, and in which units its numbers are. */
export interface ImportSettings {
  /** Layer name. */
  readonly name: string;
  /** Bare names of the files that were read. */
  readonly source: string;
  /** Activation units of one unit of the file: activation = offset + scale * number. */
  readonly scale: number;
  /** Activation that 0 in the file stands for. */
  readonly offset: number;
  /** Let each code decode to the mean of its samples; needs samples. */
  readonly refit: boolean;
  /** For the histogram, by which the plan reports errors, and for `refit`. */
  readonly samples?: Samples | undefined;
}

/**
 * `levels.json` of a foreign quantizer; provenance says what was read and how it was meant.
 *
 * @param foreign   in the units of its file, as {@link foreignQuantizer} gives it
 * @param statement what was said of the file
 * @param settings  name and scale of the layer, and its samples where they are known
 * @returns levels in activation units, or what no `levels.json` may hold
 */
export function importedLevels(
  foreign: Foreign,
  { kind, convention }: Statement,
  { name, source, scale, offset, refit, samples }: ImportSettings,
): Result<Levels> {
  const plain = scale === 1 && offset === 0;
  const activation = (value: number) => (plain ? value : offset + scale * value);
  const [centres, references, given] = [foreign.centres, foreign.references, foreign.outputs].map((list) =>
    list.map(activation),
  ) as [number[], number[], number[]];
  const outputs =
    refit && samples !== undefined
      ? refitOutputs(samples.distribution, { references, outputs: given })
      : given;
  const end = (edge: number | undefined, inside: number) => (edge === undefined ? inside : activation(edge));
  const range = {
    low: end(foreign.low, Math.min(given[0]!, references[0]!)),
    high: end(foreign.high, Math.max(given.at(-1)!, references.at(-1)!)),
  };
  return parse(source, levelsSchema, {
    name,
    bits: foreign.bits,
    centres,
    references,
    outputs,
    range,
    ...(samples === undefined ? {} : { histogram: histogramOf(samples.distribution, range) }),
    provenance: {
      tool: 'imcgen import',
      method: 'imported',
      source,
      batches: samples?.batches ?? 0,
      samples: samples?.distribution.samples ?? 0,
      options: {
        kind: kind ?? 'references and outputs',
        ...(convention === undefined ? {} : { convention }),
        edges: foreign.edges,
        ...(plain ? {} : { scale, offset }),
        ...(samples === undefined ? {} : { histogramFrom: samples.source }),
        refit,
        note: refit ? `${foreign.note}, refitted to the samples` : foreign.note,
      },
    },
  });
}
