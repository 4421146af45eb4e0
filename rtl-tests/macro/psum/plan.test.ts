import { describe, expect, it } from 'vitest';
import { describeProblem, type Result } from '../../../generators/common/problems.js';
import { parse } from '../../../generators/macro/config/parse.js';
import { type PsumConfigInput, psumSchema } from '../../../generators/macro/config/psum.js';
import {
  columnOf,
  columnsOf,
  type PsumPlan,
  planPsum,
  psumInput,
} from '../../../generators/macro/psum/plan.js';
import { PSUM_MATRIX, psumPlanOf } from '../../fixtures/psum.js';

const BASE = { name: 'layer', channels: 10, tiles: 2, input: { bits: 6 }, result: { bits: 4 } } as const;

function planned(change: object): Result<PsumPlan> {
  const config = parse('psum.json', psumSchema, { ...BASE, ...change });
  return config.ok ? planPsum(psumInput(config.value, 'psum.json')) : config;
}

/** A rule: what breaks it, what the tool says, and the change that it proposes. */
interface Rule {
  readonly rule: string;
  readonly change: Partial<PsumConfigInput> | Readonly<Record<string, unknown>>;
  readonly says: string;
  readonly mended: Readonly<Record<string, unknown>>;
}

const RULES: readonly Rule[] = [
  {
    rule: 'signed values have a magnitude',
    change: { input: { bits: 1 } },
    says: `psum.json: input.bits: signed values of 1 bit have a sign and no magnitude
           Use input.bits >= 2, or input.signed: false.`,
    mended: { input: { bits: 1, signed: false } },
  },
  {
    rule: 'signed results have a magnitude',
    change: { result: { bits: 1, signed: true } },
    says: `psum.json: result.bits: signed results of 1 bit have a sign and no magnitude
           Use result.bits >= 2, or result.signed: false.`,
    mended: { result: { bits: 2, signed: true } },
  },
  {
    rule: 'weights hold the digits',
    change: { digits: [1, 3, 9], weightBits: 3 },
    says: `psum.json: weightBits: 3 bits do not hold the digit 9
           Use weightBits >= 4.`,
    mended: { digits: [1, 3, 9], weightBits: 4 },
  },
  {
    rule: 'lanes work together',
    change: { lanes: 32 },
    says: `psum.json: lanes: 32 lanes never work together on 10 channels
           Use lanes <= 16.`,
    mended: { lanes: 16 },
  },
  {
    rule: 'a beat has 64 bytes',
    change: { channels: 128, lanes: 64, result: { bits: 9 } },
    says: `psum.json: lanes: 64 fields of 2 bytes are 128 bytes a beat, at most 64 are allowed
           Use lanes <= 32.`,
    mended: { channels: 128, lanes: 32, result: { bits: 9 } },
  },
  {
    rule: 'lanes are a power of two',
    change: { lanes: 3 },
    says: 'psum.json: lanes: 3 is not one of 1, 2, 4, 8, 16, 32, 64',
    mended: { lanes: 4 },
  },
  {
    rule: 'keys are known',
    change: { chanels: 3 },
    says: `psum.json: chanels: is not a known key
           Did you mean "channels"?`,
    mended: {},
  },
];

describe('a config that breaks a rule', () => {
  it.each(RULES)('$rule', ({ change, says, mended }) => {
    const result = planned(change);
    expect(result.ok ? 'no problem' : result.problems.map(describeProblem).join('\n')).toBe(says);
    expect(planned(mended).ok).toBe(true);
  });

  it('is told of all rules at once', () => {
    const result = planned({ input: { bits: 1 }, digits: [4], weightBits: 1, lanes: 64 });
    expect(result.ok ? [] : result.problems.map(({ path }) => path)).toEqual([
      'input.bits',
      'weightBits',
      'lanes',
    ]);
  });
});

describe('a plan', () => {
  it.each(PSUM_MATRIX)('$name: an accumulator holds the largest sums, and little more', ({ shape }) => {
    const { tiles, digits, weightBits, valueBits, valueSigned, accBits } = shape;
    const terms = tiles * digits * (2 ** weightBits - 1);
    const low = valueSigned ? -terms * 2 ** (valueBits - 1) : 0;
    const high = terms * (2 ** (valueBits - Number(valueSigned)) - 1);
    expect(low).toBeGreaterThanOrEqual(-(2 ** (accBits - 1)));
    expect(high).toBeLessThan(2 ** (accBits - 1));
    // Weights are taken as a power of two, and terms too: two bits at most.
    expect(Math.max(-low, high + 1)).toBeGreaterThan(2 ** (accBits - 1) / 8);
  });

  it('gives each digit beats of its own', () => {
    const { shape } = psumPlanOf({ ...BASE, digits: [1, 2, 4], lanes: 4 });
    expect(columnOf(shape, 0, 9)).toBe(9);
    expect(columnOf(shape, 1, 0)).toBe(12);
    expect(columnsOf(shape)).toBe(24 + 10);
  });

  it('repeats the digits as weights for every tile', () => {
    expect(psumPlanOf({ ...BASE, digits: [1, 3] }).weights).toEqual([1, 3, 1, 3]);
  });
});
