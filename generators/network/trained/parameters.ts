import * as z from 'zod';
import { real, scale, whole } from '../../macro/config/fields.js';

/** What `parameters.json` says it is. */
export const PARAMETERS = 'imcgen network parameters, 1';

const MOST = 2 ** 24 - 1;

const requantizerSchema = z.strictObject({
  factors: z.array(whole(0, 2 ** 16 - 1, 'factor of a channel')).readonly(),
  biases: z.array(whole(-MOST, MOST, 'bias of a channel, in units of the product')).readonly(),
  shift: whole(0, 30, 'arithmetic shift to the right'),
  low: whole(-(2 ** 15), 2 ** 15, 'least code'),
  high: whole(-(2 ** 15), 2 ** 15, 'greatest code'),
});

const levelsSchema = z.strictObject({
  references: z
    .array(whole(-MOST, MOST, 'reference, unit discharges'))
    .readonly()
    .describe('ascending'),
  outputs: z
    .array(real('what a code decodes to, unit discharges'))
    .readonly()
    .describe('one more than references'),
});

/** What weights of a column and of a tile share: the value of a weight is the product of both. */
const sharedSchema = z.strictObject({
  column: z.array(z.number()).readonly(),
  tile: z.array(z.number()).readonly(),
});

/** `parameters.json`: the numbers of a network on macros. imcgen export --pytorch writes them, and training others. */
export const parametersSchema = z.strictObject({
  format: z.literal(PARAMETERS),
  scales: z.record(z.string(), scale('activation units of a code')).describe('by tensor'),
  pools: z.record(z.string(), requantizerSchema).describe('average pools, by step'),
  layers: z
    .record(
      z.string(),
      z.strictObject({
        weights: z.string().describe('.npy, float32: what training moves, relative to this file'),
        codes: z.string().describe('.npy, int8: whole weights, relative to this file'),
        scales: sharedSchema.describe('weight units of a whole weight'),
        thresholds: sharedSchema.nullable().describe('least magnitude of a weight that is not 0'),
        levels: z.array(levelsSchema).readonly().describe('one a set; none where the layer is digital'),
        requantizer: requantizerSchema,
      }),
    )
    .describe('by layer'),
});

export type Parameters = z.infer<typeof parametersSchema>;
