import * as z from 'zod';
import { list, SCHEMA_KEY, section, whole, within } from './fields.js';
import { moduleName } from './identifier.js';
import { macroSchema } from './macro.js';

/** Channels that a beat can carry. */
export const LANES = [1, 2, 4, 8, 16, 32, 64] as const;
/** Most bytes of a beat. */
export const MOST_BEAT_BYTES = 64;

const timingSchema = section('clock and time budget, for synthesis and static timing', {
  clockNs: within(0.01, 1e6, 'target clock period in ns').default(5),
  outsideShare: within(
    0,
    0.9,
    'share of the period spent outside the unit, before its inputs and after its outputs',
  ).default(0.25),
  uncertaintyShare: within(0, 0.5, 'share of the period kept for clock skew and jitter').default(0.05),
});

/** `psum.json`: the partial-sum unit of one layer, as an engineer orders it. */
export const psumSchema = z.strictObject({
  $schema: SCHEMA_KEY,
  name: moduleName.describe('prefix of every module and file, which end in _psum'),
  channels: whole(1, 1024, 'output channels: results of a sum (CHANNELS)'),
  tiles: whole(1, 256, 'tiles whose results add up to a sum (TILES)').default(1),
  digits: list(whole(1, 255, 'what a digit counts'), 1, 8)
    .default([1])
    .describe('what each digit of a weight counts: [1, 2, 4], [1, 3]; weights after reset'),
  weightBits: whole(
    1,
    8,
    'width of a weight, digit times array scale (WEIGHT_BITS); default: holds the largest digit',
  ).optional(),
  lanes: z
    .literal(LANES)
    .default(4)
    .describe('channels a beat (LANES)')
    .meta({ minimum: LANES[0], maximum: LANES[LANES.length - 1] }),
  input: section('values of the tiles', {
    bits: whole(1, 16, 'width of a value: output.bits of the tiles (VALUE_BITS)'),
    signed: z.boolean().default(true).describe("two's complement values"),
  }),
  scaleBits: whole(2, 16, 'width of a scale, unsigned (SCALE_BITS)').default(12),
  biasBits: whole(
    2,
    32,
    "width of a bias, two's complement, in units of sum times scale (BIAS_BITS); default: as wide as that product, 32 at most",
  ).optional(),
  result: section('requantized results', {
    bits: whole(1, 16, 'width of a result (RESULT_BITS)'),
    signed: z.boolean().default(false).describe("two's complement results"),
  }),
  bus: macroSchema.shape.bus,
  timing: timingSchema.prefault({}),
  reset: macroSchema.shape.reset,
  license: macroSchema.shape.license,
});

/** A config with every default filled in. */
export type PsumConfig = z.infer<typeof psumSchema>;
/** A config as it may be written: defaults left out. */
export type PsumConfigInput = z.input<typeof psumSchema>;
