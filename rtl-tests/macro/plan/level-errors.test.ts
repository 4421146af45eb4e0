import { describe, expect, it } from 'vitest';
import { levelsFrom } from '../../fixtures/configurations.js';
import {
  type Change,
  describeRules,
  errorText,
  planned,
  RELU,
  type Rule,
} from '../../fixtures/plan-rules.js';

/* What planning refuses of levels on a macro: ramps that do not fit, codes out of reach, tables that hold no output. */

const RULES: readonly Rule[] = [
  {
    rule: 'a ReLU zero reads as code 0',
    broken: {},
    levels: [levelsFrom('relu', [0.4, 5, 10], { outputs: [0, 3, 7, 10] })],
    says: [
      'macro.json: adc.reference.pulses: step 1 of levels "relu" is 0.4 u and rounds to no cell (a cell is 1 u): a mac of 0 would read as code 1',
      '            Use layers.0.inputScale 0.7711, or adc.reference.offsetRows 1.',
    ],
    mended: { reference: { offsetRows: 1, rows: 13 } },
  },
  {
    rule: 'a ReLU zero reads as code 0, with several pulses a step',
    broken: { reference: { pulses: 5 } },
    levels: [levelsFrom('relu', [2, 8, 14])],
    says: [
      'macro.json: adc.reference.pulses: step 1 of levels "relu" is 2 u and rounds to no cell (a cell is 5 u): a mac of 0 would read as code 1',
      '            Use pulses <= 4.',
    ],
    mended: { reference: { pulses: 4 } },
  },
  {
    rule: 'the offset group starts the ramp below the first reference',
    broken: { reference: { offsetRows: 1, rows: 13 }, output: { bits: 4, signed: true } },
    levels: [levelsFrom('signed', [-4, 0, 4])],
    says: [
      'macro.json: adc.reference.offsetRows: 1 rows x 2 columns give 2 offset cells, levels "signed" start at -4 u and need 5',
      '            Use offsetRows >= 3, or more reference.columns or pulses.',
    ],
    mended: { reference: { offsetRows: 3, rows: 15 }, output: { bits: 4, signed: true } },
  },
  {
    rule: 'references rise by a cell',
    broken: {},
    levels: [levelsFrom('relu', [2, 5, 5.2])],
    says: [
      'macro.json: adc.reference.pulses: steps 2 and 3 of levels "relu" (5 u and 5.2 u) fall on the same cell count: references must rise by at least one cell (1 u)',
      '            Use layers.0.inputScale 0.917.',
    ],
    mended: { layer: { inputScale: 0.2 }, reference: { columns: 4 } },
  },
  {
    rule: 'references rise by a cell, with several pulses a step',
    broken: { reference: { pulses: 4 } },
    levels: [levelsFrom('relu', [3, 5, 10])],
    says: [
      'macro.json: adc.reference.pulses: steps 1 and 2 of levels "relu" (3 u and 5 u) fall on the same cell count: references must rise by at least one cell (4 u)',
      '            Use pulses <= 2.',
    ],
    mended: { reference: { pulses: 2 } },
  },
  {
    rule: 'a step fits its groups',
    broken: {},
    levels: [levelsFrom('relu', [2, 5, 25])],
    says: [
      'macro.json: adc.reference.columns: 2 columns x 4 rows give 8 cells a step, step 3 of levels "relu" needs 20',
      '            Use columns >= 5, or pulses >= 3 (coarser steps: adds up to 1 u of reference error).',
    ],
    mended: { reference: { columns: 5 } },
  },
  {
    rule: 'a step fits its groups, by coarser steps',
    broken: {},
    levels: [levelsFrom('relu', [2, 5, 25])],
    says: [
      'macro.json: adc.reference.columns: 2 columns x 4 rows give 8 cells a step, step 3 of levels "relu" needs 20',
      '            Use columns >= 5, or pulses >= 3 (coarser steps: adds up to 1 u of reference error).',
    ],
    mended: { reference: { pulses: 3 } },
  },
  {
    rule: 'a step that no columns and no pulses hold needs rows',
    broken: { array: { rows: 1024 }, input: { bits: 8 }, reference: { columns: 128, rows: 3, pulses: 64 } },
    levels: [levelsFrom('relu', [64, 128, 64 * 200])],
    says: [
      'macro.json: adc.reference.columns: 128 columns x 1 rows give 128 cells a step, step 3 of levels "relu" needs 198',
      '            Use adc.reference.rows 8.',
    ],
    mended: {
      array: { rows: 1024 },
      input: { bits: 8 },
      reference: { columns: 128, rows: 6, pulses: 64 },
    },
  },
  {
    rule: 'headroom covers the ramp',
    broken: { array: { headroom: 9 } },
    says: [
      'macro.json: array.headroom: 9 u do not cover the ramp of levels "relu": its reference line discharges 10 u by the last reference',
      '            Use headroom >= 10.',
    ],
    mended: { array: { headroom: 10 } },
  },
  {
    rule: 'headroom covers the offset group too',
    broken: {
      array: { headroom: 13 },
      reference: { columns: 4, offsetRows: 4, rows: 16 },
      output: { bits: 4, signed: true },
    },
    levels: [levelsFrom('low', [-13, -9, -6])],
    says: [
      'macro.json: array.headroom: 13 u do not cover the ramp of levels "low": its reference line discharges 14 u by the last reference',
      '            Use headroom >= 14.',
    ],
    mended: {
      array: { headroom: 14 },
      reference: { columns: 4, offsetRows: 4, rows: 16 },
      output: { bits: 4, signed: true },
    },
  },
  {
    rule: 'headroom that the array cannot use up covers no longer ramp',
    broken: {
      array: { rows: 1, headroom: 14 },
      reference: { columns: 4, offsetRows: 4, rows: 16 },
      output: { bits: 4, signed: true },
    },
    levels: [levelsFrom('wide', [-8, 0, 8])],
    says: [
      'macro.json: array.headroom: 14 u do not cover the ramp of levels "wide": its reference line discharges 17 u by the last reference',
      '            Use layers.0.inputScale 1.297, or no array.headroom.',
    ],
    mended: {
      array: { rows: 1 },
      reference: { columns: 4, offsetRows: 4, rows: 16 },
      output: { bits: 4, signed: true },
    },
  },
  {
    rule: 'some mac reads as every code, at the top',
    broken: { array: { rows: 1 }, input: { bits: 3 } },
    says: [
      'macro.json: layers.0.inputScale: code 3 of levels "relu" is unreachable: its reference is 10 u, the array produces -7..7 u',
      '            Use layers.0.inputScale 1.414.',
    ],
    mended: { array: { rows: 1 }, input: { bits: 3 }, layer: { inputScale: 1.5 } },
  },
  {
    rule: 'some mac reads as every code, at the bottom',
    broken: {
      array: { rows: 1 },
      input: { bits: 3 },
      reference: { offsetRows: 4, rows: 16 },
      output: { bits: 4, signed: true },
    },
    levels: [levelsFrom('low', [-7, -5, -2])],
    says: [
      'macro.json: layers.0.inputScale: code 0 of levels "low" is unreachable: its reference is -7 u, the array produces -7..7 u',
      '            Use layers.0.inputScale 1.091.',
    ],
    mended: {
      array: { rows: 2 },
      input: { bits: 3 },
      reference: { offsetRows: 4, rows: 16 },
      output: { bits: 4, signed: true },
    },
  },
  {
    rule: 'table entries fit the output',
    broken: { layer: { outputScale: 0.5 } },
    says: [
      'macro.json: layers.0.outputScale: code 3 of levels "relu" decodes to 10 = 20 steps of 0.5, outside 0..15',
      '            Use outputScale >= 0.667, or more output.bits.',
    ],
    mended: { layer: { outputScale: 0.667 } },
  },
  {
    rule: 'unsigned outputs hold no negative value',
    broken: {},
    levels: [levelsFrom('relu', [2, 5, 10], { outputs: [-3, 3, 7, 10] })],
    says: [
      'macro.json: output.signed: code 0 of levels "relu" decodes to -3 = -4 steps of 0.6667, outside 0..15',
      '            Use output.signed: true.',
    ],
    mended: { output: { bits: 4, signed: true } },
  },
  {
    rule: 'optimal rounding has samples to weigh',
    broken: { adc: { rounding: 'optimal' } },
    says: [
      'macro.json: adc.rounding: "optimal" weighs references by samples, and levels "relu" carry no histogram',
      '            Calibrate again with imcgen calibrate, or use "nearest".',
    ],
    mended: { adc: { rounding: 'nearest', reference: { columns: 2, rows: 12 } } },
  },
];

describeRules(RULES);

describe('several rules at once', () => {
  it('are all told, layer by layer', () => {
    const change: Change = { layer: { outputScale: 0.5 }, array: { headroom: 10 } };
    const levels = [levelsFrom('first', [2, 5, 25]), levelsFrom('second', [-1, 0, 1])];
    expect(errorText(planned(change, levels)).match(/^macro\.json: [\w.]+/gm)).toEqual([
      'macro.json: adc.reference.columns',
      'macro.json: array.headroom',
      'macro.json: layers.0.outputScale',
      'macro.json: adc.reference.offsetRows',
      'macro.json: output.signed',
    ]);
  });

  it('name no layer where the shape itself is wrong', () => {
    const change: Change = {
      array: { headroom: 999, trimRows: 1, trimPulses: 99 },
      output: { bits: 1, signed: true },
    };
    expect(errorText(planned(change)).match(/^macro\.json: [\w.]+/gm)).toEqual([
      'macro.json: output.bits',
      'macro.json: array.headroom',
      'macro.json: array.trimPulses',
    ]);
  });
});

describe('levels that were never validated', () => {
  it('still cannot make a table that decreases', () => {
    const levels = { ...RELU, outputs: [0, 9, 3, 10] };
    expect(errorText(planned({}, [levels]))).toBe(
      'macro.json: layers.0.levels: table entry 5 of code 2 of levels "relu" is below 14 of code 1: entries must not decrease\n' +
        '            Sort the outputs of the levels file.',
    );
  });
});

describe('a plan that is refused without a search for fixes', () => {
  it('names the direction to look in', () => {
    const { broken, levels, says } = RULES.find(({ says }) =>
      says[1]!.includes('layers.0.inputScale 1.091'),
    )!;
    expect(errorText(planned(broken, levels, false))).toBe(
      `${says[0]}\n            Use a larger inputScale * weightScale (fewer u per activation), or more rows, input bits or headroom.`,
    );
  });
});
