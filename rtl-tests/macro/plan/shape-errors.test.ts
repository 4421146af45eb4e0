import { describe, expect, it } from 'vitest';
import { levelsFrom } from '../../fixtures/configurations.js';
import { describeRules, errorText, planned, RELU, type Rule } from '../../fixtures/plan-rules.js';

/* What planning refuses of a config: options that exclude or need each other, sizes that do not fit. */

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
];

describe('the macro of these tests', () => {
  it('can be built', () => {
    expect(errorText(planned({}))).toBe('no problem');
  });
});

describeRules(RULES);
