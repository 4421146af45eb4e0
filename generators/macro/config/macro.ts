import * as z from 'zod';
import { dieSchema } from './die.js';
import { list, SCHEMA_KEY, scale, section, whole, within } from './fields.js';
import { moduleName } from './identifier.js';
import {
  MOST_ADC_BITS,
  MOST_BANKS,
  MOST_COLUMNS,
  MOST_OUTPUT_BITS,
  MOST_REFERENCE_COLUMNS,
  MOST_REFERENCE_PULSES,
  MOST_REFERENCE_ROWS,
  MOST_ROWS,
} from './limits.js';
import { physicalSchema } from './physical.js';
import type { MacroConfig } from './types.js';

export type { Bus, InputCoding, RampDirection, Readout, ResetStyle } from './choices.js';
export type { MacroConfigInput } from './input-types.js';
export type { MacroConfig };

/** Bytes a beat of a stream port. */
const STREAM_BYTES = [1, 2, 4, 8, 16, 32, 64] as const;

/** Longest licence expression: its line in a file header keeps to 100 columns. */
const LONGEST_LICENSE = 70;

const layerSchema = z.strictObject({
  levels: z
    .string()
    .min(1, { error: 'is empty: name a levels.json' })
    .describe('levels.json of this layer, relative to the macro config'),
  inputScale: scale('activation units per input code step').default(1),
  weightScale: scale('weight units per ternary weight').default(1),
  outputScale: scale('activation units per output code step').optional(),
});

const referenceSchema = section('reference cells, which make the ramp', {
  columns: whole(1, MOST_REFERENCE_COLUMNS, 'cells per reference row and bank (REF_COLS)').default(4),
  rows: whole(1, MOST_REFERENCE_ROWS, 'reference rows, offset group included (REF_ROWS)').default(256),
  offsetRows: whole(
    0,
    MOST_REFERENCE_ROWS,
    'rows of the offset group that starts the ramp below zero',
  ).default(0),
  pulses: whole(1, MOST_REFERENCE_PULSES, 'unit pulses a ramp step (REF_PULSES)').default(1),
});

function bytesOfBeat(meaning: string) {
  const error = ({ input }: { readonly input?: unknown }) =>
    typeof input === 'number' ? `${input} is not one of ${STREAM_BYTES.join(', ')}` : undefined;
  return z.literal(STREAM_BYTES, { error }).describe(meaning);
}

const streamsSchema = section('AXI4-Stream ports for inputs and results; left out, there are none', {
  inputBytes: bytesOfBeat('bytes a beat of the input port, one a row'),
  outputBytes: bytesOfBeat(
    'bytes a beat of the output port; a column takes one, or two where output.bits is above 8',
  ),
});

const timingSchema = section('clock and time budget, for synthesis and static timing', {
  clockNs: within(0.01, 1e6, 'target clock period in ns; 5: 200 MHz, as in sibling macros (S)').default(5),
  outsideShare: within(
    0,
    0.9,
    'share of the period spent outside the macro, before its inputs and after its outputs',
  ).default(0.25),
  arrayShare: within(
    0,
    0.9,
    'share of the period of the analog macro, before the clock at its inputs and after it at its outputs',
  ).default(0.3),
  uncertaintyShare: within(0, 0.5, 'share of the period kept for clock skew and jitter').default(0.05),
});

/**
 * `macro.json`: one macro, as an engineer orders it. Defaults carry the confidence mark F
 * (field practice) unless the description says otherwise.
 */
export const macroSchema = z.strictObject({
  $schema: SCHEMA_KEY,
  name: moduleName.describe(
    'prefix of every module and file: lower-case letters, digits, single underscores',
  ),
  array: section('bitcells', {
    rows: whole(1, MOST_ROWS, 'word lines (ROWS)'),
    columns: whole(1, MOST_COLUMNS, 'columns (COLS)'),
    headroom: whole(
      1,
      2 ** 20,
      'unit discharges a bitline can lose before it clips; default: never clips',
    ).optional(),
    trimRows: whole(0, 16, 'calibration rows: cancel sense-amplifier offset, carry a folded bias').default(0),
    trimPulses: whole(1, 255, 'unit pulses that drive every trim row').default(1),
    selfCalibrate: z
      .boolean()
      .optional()
      .describe('the macro measures its columns and writes its trim rows by itself, started by a register'),
  }),
  input: section('word line drivers', {
    bits: whole(1, 8, 'input width, sign included (IN_BITS)'),
    signed: z.boolean().default(false).describe("two's complement inputs; a negative input swaps the lines"),
    coding: z
      .enum(['pwm', 'bit_serial'])
      .default('bit_serial')
      .describe('pwm: 2^n - 1 cycles; bit_serial: n + 1 cycles; n magnitude bits'),
  }),
  adc: section('nonlinear in-memory ADC', {
    bits: whole(1, MOST_ADC_BITS, 'widest nonlinear code (ADC_BITS); narrower is selectable at run time'),
    readout: z
      .enum(['counter', 'capture', 'column_lut', 'broadcast'])
      .default('counter')
      .describe('column converter; column_lut and broadcast give the values of all columns at once'),
    ramp: z
      .enum(['rising', 'falling'])
      .default('rising')
      .describe('falling: from the last reference down, so that the largest columns are known first'),
    earlyStop: z
      .boolean()
      .default(false)
      .describe('end the ramp when no later step can change a code; falling: when topK columns are found'),
    topK: whole(
      1,
      MOST_COLUMNS,
      'columns found that end a falling ramp with earlyStop; default: all',
    ).optional(),
    reference: referenceSchema.prefault({}),
    banks: whole(1, MOST_BANKS, 'resident reference sets and tables; default: one a layer').optional(),
    prechargeCycles: whole(1, 64, 'cycles that precharge the bitlines').default(1),
    rounding: z
      .enum(['nearest', 'optimal'])
      .default('nearest')
      .describe('references to whole cells: the nearest, or least error on the histogram'),
  }),
  output: section('decoder tables', {
    bits: whole(1, MOST_OUTPUT_BITS, 'decoded width (OUT_BITS)'),
    signed: z.boolean().default(false).describe("two's complement table entries"),
    doubleBuffer: z.boolean().default(true).describe('readout and next load overlap the conversion'),
  }),
  test: z
    .strictObject({
      march: z.boolean().default(true).describe('March C- over all cells, started by a register'),
      selfTest: z
        .boolean()
        .default(true)
        .describe('a register puts known codes in place of the sense amplifiers'),
    })
    .prefault({})
    .describe('manufacturing test'),
  layers: list(layerSchema, 1, MOST_BANKS).describe('one reference bank each'),
  bus: z
    .enum(['apb', 'axi4lite', 'wishbone', 'wishbone_pipelined'])
    .default('apb')
    .describe('control and data bus: APB4, AXI4-Lite, Wishbone B4 classic or pipelined'),
  streams: streamsSchema.optional(),
  packedWords: z
    .boolean()
    .optional()
    .describe('further bus addresses whose words hold many inputs, or the results of several columns'),
  timing: timingSchema.prefault({}),
  physical: physicalSchema.prefault({}),
  die: dieSchema.optional(),
  reset: z
    .enum(['async_low', 'async_high', 'sync_low', 'sync_high'])
    .default('async_low')
    .describe('reset style of every flip-flop'),
  license: z
    .string()
    .max(LONGEST_LICENSE, { error: `has more than ${LONGEST_LICENSE} characters` })
    .regex(/^[A-Za-z0-9.+-]+( (OR|AND|WITH) [A-Za-z0-9.+-]+)*$/, {
      error: ({ input }) => `${JSON.stringify(input)} is not an SPDX licence expression such as Apache-2.0`,
    })
    .default('Apache-2.0')
    .describe('SPDX licence of the generated files'),
});
