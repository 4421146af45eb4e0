import * as z from 'zod';
import { InvalidInput, type Problem } from '../../common/problems.js';
import { loadJson } from '../../macro/config/load.js';
import { parse } from '../../macro/config/parse.js';

/*
 * What other commands printed with --json, read back. Only what a page shows is looked at, so a file may hold more.
 */

const number = z.number();
const count = z.int().min(0);
const hash = z.string().regex(/^[0-9a-f]{64}$/);
const maybe = number.nullable();

const areaOf = { area: number, cells: count, flops: count, buffers: count };

const synthesisSchema = z.object({
  macro: z.string(),
  sha256: hash,
  library: z.string(),
  yosys: z.string(),
  area: z.object({
    blocks: z.array(z.object({ instance: z.string(), module: z.string(), ...areaOf })),
    total: z.object(areaOf),
    gateArea: number.optional(),
    perColumn: number,
    converter: z.object({ own: number, shared: number }),
  }),
  timing: z.union([
    z.object({ notRun: z.string() }),
    z.object({
      ...{ targetNs: number, setupSlackNs: number, holdSlackNs: number, shortestNs: number },
      path: z.object({ from: z.string(), to: z.string(), levels: count, arrivalNs: number }),
    }),
  ]),
});

const spread = z.object({ mean: number, sigma: number, worst: number });
const linearity = z.object({ before: spread, after: spread });

const studySchema = z.object({
  macro: z.string(),
  sha256: hash,
  layer: z.string(),
  seed: count,
  samples: z.object({ weights: z.string(), inputs: z.string() }),
  corners: z
    .array(
      z.object({
        corner: z.string(),
        asTypical: z.boolean(),
        calibrated: z.string().optional(),
        summary: z.object({
          ...{ dies: count, conversions: count, errorRate: number, csnr: maybe, sqnr: maybe },
          ...{ missingCodes: count, nonMonotoneDies: count, farthest: number },
          errorRates: z.array(maybe),
          steps: z.array(
            z.object({ step: count, reference: number, inl: linearity, dnl: spread.nullable() }),
          ),
          yield: z.object({
            limits: z.record(z.string(), number),
            passing: count,
            share: number,
            interval: z.object({ low: number, high: number }),
          }),
        }),
      }),
    )
    .min(1),
});

const score = z.object({
  correct: count,
  accuracy: number,
  interval: z.object({ low: number, high: number }),
});

const evaluationSchema = z.object({
  ...{ name: z.string(), images: count, engine: z.string(), agreeing: count },
  ...{ float: score, hardware: score },
  settings: z.object({
    macro: z.object({ adc: z.object({ bits: count }) }),
    weights: z.object({ method: z.string(), digits: z.array(number), granularity: z.string() }),
    levels: z.object({ method: z.string(), sharing: z.string() }),
  }),
});

const comparisonSchema = z.object({
  ...{ name: z.string(), images: count, float: score },
  rows: z.array(
    z.object({
      ...{ method: z.string(), digits: z.array(number), granularity: z.string() },
      ...{ levels: z.string(), bits: count },
      ...{ cells: count.optional(), cycles: count.optional(), score: score.optional() },
    }),
  ),
  settings: z.object({ sharing: z.string() }),
});

/** What `imcgen synth --json` printed. */
export type SynthesisResult = z.infer<typeof synthesisSchema>;
/** What `imcgen montecarlo --json` printed. */
export type StudyResult = z.infer<typeof studySchema>;
/** What `imcgen evaluate --json` printed. */
export type EvaluationResult = z.infer<typeof evaluationSchema>;
/** What `imcgen compare --json` printed. */
export type ComparisonResult = z.infer<typeof comparisonSchema>;

/** Results of other commands, each with the file that it is in. */
export interface Results {
  readonly syntheses: readonly Filed<SynthesisResult>[];
  readonly studies: readonly Filed<StudyResult>[];
  readonly evaluations: readonly Filed<EvaluationResult>[];
  readonly comparisons: readonly Filed<ComparisonResult>[];
}

export interface Filed<Result> {
  readonly file: string;
  readonly result: Result;
}

/** How the commands' results are told from each other. */
const KINDS = [
  { list: 'syntheses', keys: ['library', 'area'], schema: synthesisSchema },
  { list: 'studies', keys: ['corners'], schema: studySchema },
  { list: 'evaluations', keys: ['hardware', 'float'], schema: evaluationSchema },
  { list: 'comparisons', keys: ['rows', 'float'], schema: comparisonSchema },
] as const;

/**
 * Reads results of other commands.
 *
 * @throws InvalidInput for files that hold none
 */
export async function readResults(files: readonly string[]): Promise<Results> {
  const problems: Problem[] = [];
  const results = { syntheses: [], studies: [], evaluations: [], comparisons: [] } as {
    [List in keyof Results]: Filed<unknown>[];
  };
  for (const file of files) {
    const json = await loadJson(file, z.unknown());
    if (!json.ok) {
      problems.push(...json.problems);
      continue;
    }
    const { value } = json;
    const has = (key: string) => typeof value === 'object' && value !== null && Object.hasOwn(value, key);
    const kind = KINDS.find(({ keys }) => keys.every(has));
    if (kind === undefined) {
      const message = 'is no result of imcgen synth, montecarlo, evaluate or compare';
      const fix = 'Name a file that one of them printed with --json.';
      problems.push({ file, path: '', message, fix });
      continue;
    }
    const result = parse(file, kind.schema, value);
    if (result.ok) results[kind.list].push({ file, result: result.value });
    else problems.push(...result.problems);
  }
  if (problems.length > 0) throw new InvalidInput(problems);
  return results as Results;
}
