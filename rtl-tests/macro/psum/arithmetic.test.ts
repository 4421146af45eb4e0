import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { partialSums, requantize } from '../../../generators/macro/psum/arithmetic.js';
import { PsumMachine, type TileBeat } from '../../../generators/macro/psum/machine.js';
import { LATENCY, sumCycles } from '../../../generators/macro/psum/plan.js';
import {
  biasAddress,
  psumAddress,
  rangeWord,
  scaleAddress,
} from '../../../generators/macro/psum/registers.js';
import {
  type Coefficients,
  newPsumBench,
  program,
  randomCoefficients,
  randomSum,
  type SumValues,
  sendSum,
  vectorOf,
} from '../../../generators/package/psum/bench.js';
import { PSUM_LAYER, PSUM_MATRIX, psumPlanOf } from '../../fixtures/psum.js';

/** The definition, in whole numbers of any size. */
function defined(sum: number, scale: number, bias: number, shift: number, low: number, high: number): number {
  const half = shift === 0 ? 0n : 1n << BigInt(shift - 1);
  const z = (BigInt(sum) * BigInt(scale) + BigInt(bias) + half) >> BigInt(shift);
  if (z < BigInt(low)) return low;
  return z > BigInt(high) ? high : Number(z);
}

describe('requantization', () => {
  it('is clamp((sum scale + bias + 2^(shift-1)) >> shift, low, high), up to the widest numbers', () => {
    const any = (bits: number) => fc.integer({ min: -(2 ** (bits - 1)), max: 2 ** (bits - 1) - 1 });
    fc.assert(
      fc.property(
        any(36).map((sum) => sum * 1),
        fc.integer({ min: 0, max: 2 ** 16 - 1 }),
        any(32),
        fc.integer({ min: 0, max: 31 }),
        any(16),
        any(16),
        (sum, scale, bias, shift, low, high) => {
          expect(requantize(sum, scale, bias, { shift, low, high })).toBe(
            defined(sum, scale, bias, shift, low, high),
          );
        },
      ),
      { numRuns: 3000 },
    );
  });

  it.each([
    { sum: 5, shift: 1, z: 3, why: 'half rounds up' },
    { sum: -5, shift: 1, z: -2, why: 'half rounds up, below 0 too' },
    { sum: -6, shift: 2, z: -1, why: 'half rounds up: -1.5 to -1' },
    { sum: 6, shift: 2, z: 2, why: '1.5 to 2' },
    { sum: 5, shift: 2, z: 1, why: '1.25 to 1' },
    { sum: -7, shift: 0, z: -7, why: 'nothing is added for shift 0' },
  ])('$sum >> $shift is $z: $why', ({ sum, shift, z }) => {
    expect(requantize(sum, 1, 0, { shift, low: -100, high: 100 })).toBe(z);
  });

  it('is a ReLU where low is 0, and looks at low first', () => {
    expect(requantize(-3, 1, 0, { shift: 0, low: 0, high: 15 })).toBe(0);
    expect(requantize(3, 1, 0, { shift: 0, low: 9, high: 5 })).toBe(9);
    expect(requantize(20, 1, 0, { shift: 0, low: 9, high: 5 })).toBe(5);
  });
});

/** What a layer gives, by its definition. */
function resultsOf(values: SumValues, coefficients: Coefficients): number[] {
  const { weights, scales, biases, shift, low, high } = coefficients;
  return partialSums(values, weights).map((sum, channel) =>
    defined(sum, scales[channel]!, biases[channel]!, shift, low, high),
  );
}

describe.each([PSUM_LAYER, ...PSUM_MATRIX])('$name', (plan) => {
  const { channels, lanes } = plan.shape;

  it('gives what the definition says, in order, whatever sender and receiver do', () => {
    const bench = newPsumBench(plan, 5);
    const { stimulus } = bench;
    const coefficients = randomCoefficients(bench);
    program(bench, coefficients);
    const sums = Array.from({ length: 6 }, () => randomSum(bench));
    for (const [at, values] of sums.entries()) {
      stimulus.streamPace = { sends: at % 2 === 0 ? 1 : 0.5, receives: at < 3 ? 1 : 0.4 };
      sendSum(bench, values);
    }
    stimulus.drain();
    const fields = stimulus.received.flatMap(({ results, last }) =>
      results.slice(0, last ? channels - Math.floor((channels - 1) / lanes) * lanes : lanes),
    );
    expect(fields).toEqual(sums.flatMap((values) => resultsOf(values, coefficients)));
    expect(stimulus.received.filter(({ last }) => last)).toHaveLength(sums.length);
    expect(stimulus.received.some(({ bad }) => bad)).toBe(false);
  });

  it('takes a beat a cycle where nobody stalls', () => {
    const bench = newPsumBench(plan, 5);
    program(bench, randomCoefficients(bench));
    const sums = 5;
    for (let sum = 0; sum < sums; sum++) sendSum(bench, randomSum(bench));
    const { machine } = bench.stimulus;
    const from = machine.cycle;
    bench.stimulus.drain();
    expect(machine.cycle - from).toBe(sums * sumCycles(plan.shape) + LATENCY);
  });
});

describe('a sum that goes wrong', () => {
  const plan = psumPlanOf({
    name: 'wrong',
    channels: 4,
    tiles: 2,
    lanes: 2,
    input: { bits: 4 },
    result: { bits: 8, signed: true },
  });

  /** Results of beats that are sent one a cycle, their vectors apart. */
  function played(beats: readonly TileBeat[]) {
    const machine = new PsumMachine(plan.shape, plan.weights, true);
    for (let channel = 0; channel < 4; channel++) {
      machine.tick({ write: true, address: scaleAddress(channel), data: 1, strobes: 15 }, undefined, true);
      machine.tick({ write: true, address: biasAddress(channel), data: 0, strobes: 15 }, undefined, true);
    }
    const range = { write: true, address: psumAddress('range'), data: rangeWord(-128, 127), strobes: 15 };
    machine.tick(range, undefined, true);
    const vectors: { results: number[]; bad: boolean }[] = [];
    let results: number[] = [];
    for (const beat of [...beats, ...new Array<undefined>(LATENCY + 4).fill(undefined)]) {
      const { shown } = machine;
      if (shown !== undefined) {
        results.push(...shown.results);
        if (shown.last) {
          vectors.push({ results, bad: shown.bad });
          results = [];
        }
      }
      machine.tick(undefined, beat, true);
    }
    const read = { write: false, address: psumAddress('error'), data: 0, strobes: 0 };
    return { vectors, errors: machine.tick(read, undefined, true)!.data };
  }

  const tile = (number: number, values: readonly number[]) =>
    vectorOf(newPsumBench(plan, 1), number, [values]);
  const first = tile(0, [1, 2, 3, 4]);
  const second = tile(1, [-1, 0, 1, 2]);
  const good = { results: [0, 2, 4, 6], bad: false };

  it('gives nothing where a vector before the last ended early, and then goes on', () => {
    const early = [{ ...first[0]!, last: true }];
    expect(played([...early, ...first, ...second])).toEqual({ vectors: [good], errors: 2 });
  });

  it('marks results that the last vector left short', () => {
    const early = [{ ...second[0]!, last: true }];
    expect(played([...first, ...early, ...first, ...second])).toEqual({
      vectors: [{ results: [0, 2], bad: true }, good],
      errors: 2,
    });
  });

  it('marks results of a last vector that goes on, and takes nothing up to its end', () => {
    const late = [second[0]!, { ...second[1]!, last: false }, { ...second[1]!, tile: 0 }];
    const { vectors, errors } = played([...first, ...late, ...first, ...second]);
    expect(vectors).toEqual([{ ...good, bad: true }, good]);
    expect(errors).toBe(2);
  });

  it('drops a vector of a tile that is not due', () => {
    expect(played([...second, ...first, ...second])).toEqual({ vectors: [good], errors: 2 });
  });

  it('begins anew with a vector of tile 0', () => {
    expect(played([...tile(0, [7, 7, 7, 7]), ...first, ...second])).toEqual({ vectors: [good], errors: 2 });
  });
});
