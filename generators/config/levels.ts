import { z } from 'zod';

/** Code width that the ramp supports: 2^7 - 1 = 127 steps at most. Calibration alone goes to 8 bits. */
export const MAX_LEVEL_BITS = 8;

const finite = z.number().refine(Number.isFinite, 'must be finite');

const histogramSchema = z
  .strictObject({
    low: finite.describe('lower edge of the first bin, activation units'),
    high: finite.describe('upper edge of the last bin, activation units'),
    counts: z.array(z.int().nonnegative()).min(1).describe('samples per bin'),
    means: z
      .array(finite)
      .min(1)
      .describe('mean of the samples in each bin; the bin centre where it is empty'),
    withinBinVariance: finite
      .nonnegative()
      .describe('mean squared distance of a sample to the mean of its bin'),
  })
  .refine((h) => h.counts.length === h.means.length, 'counts and means must have the same length');

/**
 * `levels.json`: what calibration hands to the hardware plan.
 * All real values are in activation units, before any division by input and weight scales.
 */
export const levelsSchema = z
  .strictObject({
    $schema: z.string().optional(),
    name: z
      .string()
      .regex(/^[A-Za-z0-9][A-Za-z0-9._-]*$/, 'letters, digits, dot, dash, underscore')
      .describe('layer name'),
    bits: z.int().min(1).max(MAX_LEVEL_BITS).describe('width b of the nonlinear code'),
    centres: z.array(finite).describe('2^b ascending centres C_0 .. C_{2^b-1}: they made the references'),
    references: z.array(finite).describe('2^b - 1 ascending references; code = number of references <= x'),
    outputs: z
      .array(finite)
      .describe('2^b non-decreasing values the codes decode to; the centres unless refitted'),
    range: z.strictObject({ low: finite, high: finite }).describe('calibrated range [lo, hi]'),
    histogram: histogramSchema.optional().describe('of the calibration samples; lets the plan report MSE'),
    provenance: z
      .strictObject({
        tool: z.string(),
        method: z.string(),
        source: z.string().describe('files read, relative to the levels file or bare names'),
        batches: z.int().nonnegative(),
        samples: z.int().nonnegative(),
        options: z.record(z.string(), z.union([z.string(), z.number(), z.boolean(), z.null()])),
      })
      .optional(),
  })
  .superRefine((levels, context) => {
    const codes = 2 ** levels.bits;
    const lengths = [
      ['centres', levels.centres.length, codes],
      ['references', levels.references.length, codes - 1],
      ['outputs', levels.outputs.length, codes],
    ] as const;
    for (const [path, found, wanted] of lengths) {
      if (found !== wanted) {
        context.addIssue({
          code: 'custom',
          path: [path],
          message: `has ${found} entries, ${levels.bits} bits need ${wanted}`,
        });
      }
    }
    for (const path of ['centres', 'references', 'outputs'] as const) {
      const at = levels[path].findIndex((value, index, all) => index > 0 && value < all[index - 1]!);
      if (at > 0) {
        context.addIssue({
          code: 'custom',
          path: [path, at],
          message: `${levels[path][at]} is below its predecessor ${levels[path][at - 1]}: values must not decrease`,
        });
      }
    }
    if (levels.range.low > levels.range.high) {
      context.addIssue({
        code: 'custom',
        path: ['range', 'low'],
        message: `${levels.range.low} is above range.high ${levels.range.high}`,
      });
    }
  });

export type Levels = z.infer<typeof levelsSchema>;
export type LevelsHistogram = NonNullable<Levels['histogram']>;
