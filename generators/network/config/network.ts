import * as z from 'zod';
import { METHODS } from '../../levels/calibrate/options.js';
import { dieSchema } from '../../macro/config/die.js';
import { list, real, SCHEMA_KEY, scale, section, whole } from '../../macro/config/fields.js';
import { moduleName } from '../../macro/config/identifier.js';
import { MOST_ADC_BITS } from '../../macro/config/limits.js';
import { macroSchema } from '../../macro/config/macro.js';

/** Digits d_j that weights can be split into: powers of two (sign and magnitude) or of three (balanced). */
const DIGITS = [[1], [1, 2], [1, 2, 4], [1, 2, 4, 8], [1, 3], [1, 3, 9]] as const;

const file = (meaning: string) =>
  z.string().min(1, { error: 'is empty: name a file' }).describe(`${meaning}, relative to this file`);

const methodSchema = z
  .enum(['digits', 'ternary', 'bwma'])
  .describe(
    'digits: as many columns a weight; ternary: -1, 0, 1; bwma: signs alone, scale the mean magnitude',
  );
const digitsSchema = z
  .array(z.int(), { error: 'is no list of whole numbers' })
  .refine((digits) => DIGITS.some((known) => known.join() === digits.join()), {
    error: ({ input }) => {
      const known = DIGITS.map((digits) => `[${digits.join(', ')}]`).join(', ');
      return `${JSON.stringify(input)} is not one of ${known}`;
    },
  })
  .describe('what each column of a weight counts, for method digits');
const granularitySchema = z
  .enum(['layer', 'array', 'column'])
  .describe('weights that share a scale: of a layer, of the rows of a tile, of an output channel');
const adcBitsSchema = whole(1, MOST_ADC_BITS, 'width of the nonlinear code of the layer');
const levelMethodSchema = z
  .enum(Object.keys(METHODS) as [keyof typeof METHODS])
  .describe('how references and outputs are chosen, as --method of imcgen calibrate');

const { array, input, adc } = macroSchema.shape;

const tileSchema = section(
  'the macro that tiles use; each is cut to the rows and columns that its layer needs',
  {
    array: array.pick({ rows: true, columns: true, headroom: true }),
    input: input.pick({ bits: true, coding: true }),
    adc: adc.pick({ bits: true, readout: true, ramp: true, prechargeCycles: true }).extend({
      reference: adc.shape.reference
        .unwrap()
        .optional()
        .describe('reference cells; not set: as many as the levels of the tile need'),
    }),
    output: section('decoder tables', {
      bits: whole(
        2,
        16,
        "decoded width, two's complement: what an ADC hands to the adder of partial sums",
      ).default(8),
    }).prefault({}),
    die: dieSchema
      .optional()
      .describe('what the dies of the macros differ by, as imcgen evaluate --dies draws them'),
  },
);

/**
 * `network.json`: a trained network, the data that calibrate and test it, and the macros that compute it. Defaults
 * carry the confidence mark F (field practice).
 */
export const networkSchema = z.strictObject({
  $schema: SCHEMA_KEY,
  name: moduleName.describe('prefix of the macros: lower-case letters, digits, single underscores'),
  model: file('float ONNX model with one input and one output'),
  trained: file('parameters.json of this network after training, in the place of a calibration').optional(),
  images: section('what the network sees', {
    calibration: file('.npy of unlabelled images').optional(),
    count: whole(1, 1_000_000, 'calibration images that are used, from the first').default(256),
    test: file('.npy of held-out images').optional(),
    labels: file('.npy of their classes, from 0').optional(),
    layout: z.enum(['nchw', 'nhwc']).default('nchw').describe('order of the axes in the .npy files'),
    divide: scale('what values are divided by first: 255 for bytes').default(1),
    mean: list(real('mean'), 1, 1024)
      .describe('taken off each channel then, one or one a channel')
      .default([0]),
    deviation: list(scale('deviation'), 1, 1024)
      .describe('and divided by, one or one a channel')
      .default([1]),
  }).prefault({}),
  macro: tileSchema,
  weights: section('how weights become cells', {
    method: methodSchema.default('digits'),
    digits: digitsSchema.default([1, 2, 4]),
    granularity: granularitySchema.default('column'),
  }).prefault({}),
  levels: section('levels of the ADCs', {
    method: levelMethodSchema.default('optimal'),
    sharing: z
      .enum(['digit', 'tile', 'layer'])
      .default('digit')
      .describe(
        'columns that share references: a digit of a tile, on macros of its own; a tile; all of a layer',
      ),
  }).prefault({}),
  digital: section('what stands between the macros', {
    bits: whole(2, 12, 'width of codes that no macro reads: network input, class scores, summands').default(
      8,
    ),
    scaleBits: whole(6, 16, 'most bits of the factor of a column in the requantization').default(12),
    matching: z
      .boolean()
      .default(true)
      .describe('fit factor and bias of each column to mean and deviation of the float layer'),
  }).prefault({}),
  overrides: list(
    z.strictObject({
      layer: z.string().describe('name of a layer as imcgen map prints it, or first, or last'),
      on: z
        .enum(['macro', 'digital'])
        .default('macro')
        .describe('digital: exact sums of the same whole weights, without an array and an ADC'),
      weights: methodSchema.optional(),
      digits: digitsSchema.optional(),
      granularity: granularitySchema.optional(),
      bits: adcBitsSchema.optional(),
      levels: levelMethodSchema.optional(),
    }),
    0,
    1024,
  )
    .describe('layers that differ')
    .default([]),
});

export type NetworkConfig = z.infer<typeof networkSchema>;
export type NetworkConfigInput = z.input<typeof networkSchema>;
export type WeightMethod = NetworkConfig['weights']['method'];
export type Granularity = NetworkConfig['weights']['granularity'];

/** Files of images, and apart from them how what they hold becomes what the network sees. */
export function filesAndFormat({ calibration, test, labels, ...format }: NetworkConfig['images']) {
  return { files: { calibration, test, labels }, format };
}
