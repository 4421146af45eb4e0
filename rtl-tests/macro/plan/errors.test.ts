import { describe, expect, it } from 'vitest';
import { describeProblem, orThrow, type Result } from '../../../generators/common/problems.js';
import { macroInput } from '../../../generators/macro/config/input.js';
import type { Levels } from '../../../generators/macro/config/levels.js';
import { macroSchema } from '../../../generators/macro/config/macro.js';
import { parse } from '../../../generators/macro/config/parse.js';
import { triedFix } from '../../../generators/macro/plan/fixes.js';
import { type MacroPlan, planMacro } from '../../../generators/macro/plan/plan.js';
import { type ConfigurationInput, levelsFrom } from '../../fixtures/configurations.js';

/** Sections of a config that a case changes; the layer stands for `layers[0]`. */
interface Change {
  readonly array?: Partial<ConfigurationInput['array']>;
  readonly input?: Partial<ConfigurationInput['input']>;
  readonly adc?: Partial<ConfigurationInput['adc']>;
  readonly reference?: NonNullable<ConfigurationInput['adc']['reference']>;
  readonly output?: Partial<ConfigurationInput['output']>;
  readonly streams?: ConfigurationInput['streams'];
  readonly packedWords?: boolean;
  readonly layer?: NonNullable<ConfigurationInput['layers']>[number];
}

const RELU = levelsFrom('relu', [2, 5, 10]);

/** 16 rows of 4-bit inputs, full scale 240 u; 3 groups of 4 reference rows x 2 columns: 8 cells a step. */
function planned(change: Change, levels: readonly Levels[] = [RELU], tryFixes = true): Result<MacroPlan> {
  const config = {
    name: 'demo',
    array: { rows: 16, columns: 4, ...change.array },
    input: { bits: 4, ...change.input },
    adc: { bits: 2, reference: { columns: 2, rows: 12, ...change.reference }, ...change.adc },
    output: { bits: 4, ...change.output },
    ...(change.streams && { streams: change.streams }),
    ...(change.packedWords && { packedWords: true }),
    layers: levels.map(({ name }) => ({ levels: `${name}.json`, ...change.layer })),
  };
  const macro = orThrow(parse('macro.json', macroSchema, config));
  return planMacro(macroInput(macro, levels, 'macro.json'), tryFixes ? { fixes: triedFix } : {});
}

function errorText(result: Result<unknown>): string {
  return result.ok ? 'no problem' : result.problems.map(describeProblem).join('\n');
}

/** A rule: what breaks it, what the tool says, and the change it proposes, which must mend it. */
interface Rule {
  readonly rule: string;
  readonly broken: Change;
  readonly levels?: readonly Levels[];
  readonly says: readonly string[];
  readonly mended: Change;
}

/** Trim rows that the macro calibrates, and references that it needs for it. */
const CALIBRATED = { trimRows: 2, trimPulses: 2, selfCalibrate: true } as const;
const WINDOWED = { reference: { columns: 2, rows: 12, offsetRows: 1 } } as const;

const RULES: readonly Rule[] = [
  {
    rule: 'signed inputs have a magnitude',
    broken: { input: { bits: 1, signed: true } },
    says: [
      'macro.json: input.bits: signed inputs of 1 bit have a sign and no magnitude',
      '            Use input.bits >= 2, or input.signed: false.',
    ],
    mended: { input: { bits: 2, signed: true } },
  },
  {
    rule: 'streams have a double buffer',
    broken: { streams: { inputBytes: 4, outputBytes: 4 }, output: { doubleBuffer: false } },
    says: [
      'macro.json: output.doubleBuffer: false leaves no time for streams: inputs and results could only move while nothing converts',
      '            Use output.doubleBuffer: true, or leave streams out.',
    ],
    mended: { streams: { inputBytes: 4, outputBytes: 4 } },
  },
  {
    rule: 'a vector fills a beat of the input',
    broken: { streams: { inputBytes: 32, outputBytes: 4 } },
    says: [
      'macro.json: streams.inputBytes: 32 bytes a beat are never filled: an input vector has 16',
      '            Use inputBytes <= 16.',
    ],
    mended: { streams: { inputBytes: 16, outputBytes: 4 } },
  },
  {
    rule: 'a result fills a beat of the output',
    broken: { streams: { inputBytes: 4, outputBytes: 16 }, output: { bits: 9 } },
    says: [
      'macro.json: streams.outputBytes: 16 bytes a beat are never filled: a result vector has 8',
      '            Use outputBytes <= 8.',
    ],
    mended: { streams: { inputBytes: 4, outputBytes: 8 }, output: { bits: 9 } },
  },
  {
    rule: 'a beat of the output holds a result',
    broken: { streams: { inputBytes: 4, outputBytes: 1 }, output: { bits: 9 } },
    says: [
      'macro.json: streams.outputBytes: 1 byte a beat cannot hold a result of 9 bits',
      '            Use outputBytes >= 2, or output.bits <= 8.',
    ],
    mended: { streams: { inputBytes: 4, outputBytes: 2 }, output: { bits: 9 } },
  },
  {
    rule: 'streams need no packed words',
    broken: { streams: { inputBytes: 4, outputBytes: 4 }, packedWords: true },
    says: [
      'macro.json: packedWords: true beside streams, which move more of the same in each cycle',
      '            Use packedWords: false, or leave streams out.',
    ],
    mended: { packedWords: true },
  },
  {
    rule: 'a calibration has trim rows',
    broken: { array: { selfCalibrate: true } },
    says: [
      'macro.json: array.selfCalibrate: true, and there are no trim rows to calibrate',
      '            Use array.trimRows >= 1, or leave selfCalibrate out.',
    ],
    mended: { ...WINDOWED, array: { ...CALIBRATED, trimRows: 1 } },
  },
  {
    rule: 'a calibration has a reference on each side of zero',
    broken: { ...WINDOWED, array: CALIBRATED, adc: { bits: 1 } },
    levels: [levelsFrom('sign', [4])],
    says: [
      'macro.json: adc.bits: 1 bit has one reference, a calibration needs one on each side of zero',
      '            Use adc.bits >= 2, or leave array.selfCalibrate out.',
    ],
    mended: { ...WINDOWED, array: CALIBRATED, adc: { bits: 2 } },
  },
  {
    rule: 'a falling ramp comes down to the reference below zero',
    broken: { ...WINDOWED, array: CALIBRATED, adc: { ramp: 'falling', earlyStop: true } },
    says: [
      'macro.json: adc.earlyStop: true ends a falling ramp before the reference below zero, which a calibration needs',
      '            Use adc.earlyStop: false, or leave array.selfCalibrate out.',
    ],
    mended: { ...WINDOWED, array: CALIBRATED, adc: { ramp: 'falling', earlyStop: false } },
  },
  {
    rule: 'half a trim step is a whole number of reference cells',
    broken: { array: CALIBRATED, reference: { ...WINDOWED.reference, pulses: 2 } },
    says: [
      'macro.json: array.trimPulses: half of 2 pulses is no whole number of reference cells of 2 pulses',
      '            Use trimPulses 4, or leave array.selfCalibrate out.',
    ],
    mended: {
      array: { ...CALIBRATED, trimPulses: 4 },
      reference: { ...WINDOWED.reference, pulses: 2 },
    },
    levels: [levelsFrom('even', [2, 6, 10])],
  },
  {
    rule: 'the offset group holds half a trim step',
    broken: { array: { ...CALIBRATED, trimPulses: 10 }, reference: WINDOWED.reference },
    says: [
      'macro.json: adc.reference.offsetRows: half a trim step takes 5 cells of the offset group, which has 2',
      '            Use offsetRows >= 3, or leave array.selfCalibrate out.',
      'macro.json: adc.reference.rows: a trim step takes 10 reference cells, a step of a ramp of 2 bits has 6',
      '            Use more reference rows or columns, or fewer trimPulses and more trimRows instead.',
    ],
    mended: {
      array: { ...CALIBRATED, trimPulses: 10 },
      reference: { columns: 2, rows: 18, offsetRows: 3 },
    },
  },
  {
    rule: 'signed results have a magnitude',
    broken: { output: { bits: 1, signed: true } },
    says: [
      'macro.json: output.bits: signed results of 1 bit have a sign and no magnitude',
      '            Use output.bits >= 2, or output.signed: false.',
    ],
    mended: { output: { bits: 2, signed: true } },
  },
  {
    rule: 'headroom can be used up',
    broken: { array: { headroom: 241 } },
    says: [
      'macro.json: array.headroom: 241 u can never be reached: 16 rows x 15 pulses discharge at most 240 u',
      '            Use headroom <= 240, or leave it out.',
    ],
    mended: { array: { headroom: 240 } },
  },
  {
    rule: 'trim pulses fit the input phase',
    broken: { array: { trimRows: 1, trimPulses: 16 } },
    says: [
      'macro.json: array.trimPulses: 16 pulses do not fit the input phase, which has 15',
      '            Use trimPulses <= 15, and more trimRows instead.',
    ],
    mended: { array: { trimRows: 1, trimPulses: 15 } },
  },
  {
    rule: 'every layer has a bank',
    broken: { adc: { banks: 1 } },
    levels: [RELU, RELU],
    says: ['macro.json: adc.banks: 1 banks cannot hold 2 layers', '            Use banks >= 2.'],
    mended: { adc: { banks: 2 } },
  },
  {
    rule: 'every ramp group has a row',
    broken: { reference: { rows: 5, offsetRows: 3 } },
    says: [
      'macro.json: adc.reference.rows: 5 rows less 3 offset rows cannot give 3 ramp groups a row each',
      '            Use reference.rows >= 6.',
    ],
    mended: { reference: { rows: 6, offsetRows: 3, columns: 5 } },
  },
  {
    rule: 'the ramp is as wide as the levels',
    broken: { adc: { bits: 1 } },
    says: [
      'macro.json: adc.bits: levels "relu" have 2 bits, the ramp is built for 1',
      '            Use adc.bits >= 2, or calibrate with --bits 1.',
    ],
    mended: { adc: { bits: 2, reference: { columns: 2, rows: 12 } } },
  },
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

describe('the macro of these tests', () => {
  it('can be built', () => {
    expect(errorText(planned({}))).toBe('no problem');
  });
});

describe.each(RULES)('$rule', ({ broken, levels, says, mended }) => {
  it('is told in the words of the config', () => {
    expect(errorText(planned(broken, levels)).split('\n')).toEqual(says);
  });

  it('is mended by what the message proposes', () => {
    expect(errorText(planned(mended, levels))).toBe('no problem');
  });
});

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
