import * as z from 'zod';
import { count, entries, list, real, SCHEMA_KEY, whole } from './fields.js';
import { MAX_LEVEL_BITS } from './limits.js';

export type { Levels, LevelsHistogram, Provenance } from './types.js';

/** Longest layer name: it is part of a file name. */
const LONGEST_NAME = 100;
/** Longest histogram that is read. */
const MOST_BINS = 2 ** 20;

const histogramSchema = z
  .strictObject({
    low: real('lower edge of the first bin, activation units'),
    high: real('upper edge of the last bin, activation units'),
    counts: list(count('samples'), 1, MOST_BINS).describe('samples per bin'),
    means: list(real('mean'), 1, MOST_BINS).describe(
      'mean of the samples in each bin; the bin centre where it is empty',
    ),
    withinBinVariance: real('mean squared distance of a sample to the mean of its bin', 0),
  })
  .superRefine(({ counts, means }, context) => {
    if (counts.length === means.length) return;
    const message = `has ${entries(means.length)}, counts has ${counts.length}: one a bin each`;
    context.addIssue({ code: 'custom', path: ['means'], message });
  });

const MOST_CODES = 2 ** MAX_LEVEL_BITS;

/**
 * `levels.json`: what calibration hands to the hardware plan.
 * All real values are in activation units, before any division by input and weight scales.
 */
export const levelsSchema = z
  .strictObject({
    $schema: SCHEMA_KEY,
    name: z
      .string()
      .max(LONGEST_NAME, { error: `has more than ${LONGEST_NAME} characters` })
      .regex(/^[A-Za-z0-9][A-Za-z0-9._-]*$/, {
        error: ({ input }) =>
          `${JSON.stringify(input)} is not a layer name: letters, digits, dot, dash, underscore, a letter or digit first`,
      })
      .describe('layer name'),
    bits: whole(1, MAX_LEVEL_BITS, 'width b of the nonlinear code'),
    centres: list(real('centre'), 0, MOST_CODES).describe(
      '2^b ascending centres C_0 .. C_{2^b-1}: they made the references',
    ),
    references: list(real('reference'), 0, MOST_CODES).describe(
      '2^b - 1 ascending references; code = number of references <= x',
    ),
    outputs: list(real('output'), 0, MOST_CODES).describe(
      '2^b non-decreasing values the codes decode to; the centres unless refitted',
    ),
    range: z
      .strictObject({ low: real('its lower end'), high: real('its upper end') })
      .describe('calibrated range'),
    histogram: histogramSchema
      .optional()
      .describe('histogram of the calibration samples; lets the plan report MSE'),
    provenance: z
      .strictObject({
        tool: z.string().describe('command that made the levels'),
        method: z.string().describe('how references and outputs were chosen'),
        source: z.string().describe('files read, relative to the levels file or bare names'),
        batches: count('batches read'),
        samples: count('samples read'),
        options: z
          .record(
            z.string(),
            z.union([z.string(), z.number(), z.boolean(), z.null()], {
              error: ({ input }) => `${JSON.stringify(input)} is not a text, number, true, false or null`,
            }),
          )
          .describe('constants of the method, and what it chose'),
      })
      .optional()
      .describe('where the levels come from; the hardware does not depend on it'),
  })
  .superRefine((levels, context) => {
    for (const problem of [...lengthFaults(levels), ...orderFaults(levels)]) {
      context.addIssue({ code: 'custom', ...problem });
    }
  })
  .meta({
    // How many values a width needs, for editors, which see the JSON Schema only.
    allOf: Array.from({ length: MAX_LEVEL_BITS }, (_, index) => index + 1).map((bits) => ({
      if: { properties: { bits: { const: bits } }, required: ['bits'] },
      // biome-ignore lint/suspicious/noThenProperty: a keyword of JSON Schema
      then: {
        properties: {
          centres: exactly(2 ** bits),
          references: exactly(2 ** bits - 1),
          outputs: exactly(2 ** bits),
        },
      },
    })),
  });

function exactly(items: number) {
  return { minItems: items, maxItems: items };
}

interface Fault {
  readonly path: (string | number)[];
  readonly message: string;
}

type Ladders = Readonly<Record<'centres' | 'references' | 'outputs', readonly number[]>>;

function lengthFaults({ bits, centres, references, outputs }: Ladders & { readonly bits: number }): Fault[] {
  if (!(bits >= 1 && bits <= MAX_LEVEL_BITS)) return [];
  const wanted = [
    ['centres', centres.length, 2 ** bits],
    ['references', references.length, 2 ** bits - 1],
    ['outputs', outputs.length, 2 ** bits],
  ] as const;
  return wanted
    .filter(([, found, needed]) => found !== needed)
    .map(([path, found, needed]) => ({
      path: [path],
      message: `has ${entries(found)}, a ${bits}-bit code needs ${needed}`,
    }));
}

function orderFaults(
  levels: Ladders & { readonly range: { readonly low: number; readonly high: number } },
): Fault[] {
  const faults: Fault[] = [];
  for (const path of ['centres', 'references', 'outputs'] as const) {
    const values = levels[path];
    const at = values.findIndex((value, index) => index > 0 && value < values[index - 1]!);
    if (at > 0) {
      faults.push({
        path: [path, at],
        message: `${values[at]} is below its predecessor ${values[at - 1]}: values must not decrease`,
      });
    }
  }
  const { low, high } = levels.range;
  if (low > high) faults.push({ path: ['range', 'low'], message: `${low} is above range.high ${high}` });
  return faults;
}
