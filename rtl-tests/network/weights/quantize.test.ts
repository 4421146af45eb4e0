import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { LinearStep } from '../../../generators/network/graph/steps.js';
import { digitsOf, largestWeight } from '../../../generators/network/weights/digits.js';
import { commonScale, quantizeWeights } from '../../../generators/network/weights/quantize.js';
import { binaryScale, ternaryScale, uniformScale } from '../../../generators/network/weights/scale.js';
import { conv, networkOf } from '../../fixtures/onnx.js';

const DIGITS = [[1], [1, 2], [1, 2, 4], [1, 2, 4, 8], [1, 3], [1, 3, 9]];

describe.each(DIGITS)('digits %j', (...digits) => {
  it('add up to every weight that they can hold', () => {
    const most = largestWeight(digits);
    for (let weight = -most; weight <= most; weight++) {
      const split = digitsOf(weight, digits);
      expect(split.reduce((sum, digit, at) => sum + digit * digits[at]!, 0)).toBe(weight);
      expect(split.every((digit) => [-1, 0, 1].includes(digit))).toBe(true);
    }
  });
});

const weightList = fc
  .array(fc.double({ min: -1, max: 1, noNaN: true }), { minLength: 1, maxLength: 9 })
  .map((list) => Float32Array.from(list));

function errorOf(weights: Float32Array, { scale, codes }: { scale: number; codes: Int8Array }): number {
  return weights.reduce((sum, weight, at) => sum + (weight - scale * codes[at]!) ** 2, 0);
}

describe('scales', () => {
  it('of ternary weights are the best of all thresholds', () => {
    fc.assert(
      fc.property(weightList, (weights) => {
        const found = errorOf(weights, ternaryScale(weights));
        for (const threshold of weights.map(Math.abs)) {
          const codes = Int8Array.from(weights, (w) => (Math.abs(w) >= threshold ? Math.sign(w) : 0));
          const kept = weights.filter((_, at) => codes[at] !== 0).map(Math.abs);
          const scale = kept.reduce((sum, w) => sum + w, 0) / Math.max(1, kept.length);
          expect(found).toBeLessThanOrEqual(errorOf(weights, { scale, codes }) + 1e-6);
        }
      }),
    );
  });

  it('of binary weights are the mean magnitude, which no other scale beats', () => {
    fc.assert(
      fc.property(weightList, fc.double({ min: 0, max: 2, noNaN: true }), (weights, other) => {
        const binary = binaryScale(weights);
        const changed = errorOf(weights, { ...binary, scale: other });
        expect(errorOf(weights, binary)).toBeLessThanOrEqual(changed + 1e-6);
      }),
    );
  });

  it('of whole weights do no worse than the full range, and stay within it', () => {
    fc.assert(
      fc.property(weightList, fc.integer({ min: 1, max: 15 }), (weights, most) => {
        const found = uniformScale(weights, most);
        const full = Math.max(...weights.map(Math.abs)) / most || 1;
        const codes = Int8Array.from(weights, (w) => Math.round(w / full));
        expect(errorOf(weights, found)).toBeLessThanOrEqual(errorOf(weights, { scale: full, codes }) + 1e-6);
        expect(Math.max(...found.codes.map(Math.abs))).toBeLessThanOrEqual(most);
      }),
    );
  });

  it('of zeros are 1: there is nothing to scale', () => {
    const zeros = new Float32Array(4);
    for (const { scale, codes } of [ternaryScale(zeros), binaryScale(zeros), uniformScale(zeros, 7)]) {
      expect(scale).toBe(1);
      expect(codes.length).toBe(4);
    }
  });

  it('of tiles become small whole multiples of one', () => {
    expect(commonScale([0.2, 0.2])).toEqual({ scale: 0.2, factors: [1, 1] });
    const { scale, factors } = commonScale([0.1, 0.2, 0.3]);
    expect(factors.map((factor) => factor * scale)).toEqual(
      [0.1, 0.2, 0.3].map((each) => expect.closeTo(each, 6)),
    );
  });
});

describe('weights of a layer', () => {
  const step = networkOf([4, 3, 3], (graph) => conv(graph, 'x', [3, 4, 3], 1)).steps[0] as LinearStep;
  const tiles = [
    { first: 0, channels: 2 },
    { first: 2, channels: 2 },
  ];
  const errorBy = (granularity: 'layer' | 'array' | 'column') =>
    quantizeWeights(step, 'digits', [1, 2, 4], granularity, tiles).relativeError;

  it('are planes of ternary digits that add up to them', () => {
    const { codes, planes, digits } = quantizeWeights(step, 'digits', [1, 3], 'column', tiles);
    const sums = codes.map((_, at) => planes.reduce((sum, plane, j) => sum + digits[j]! * plane[at]!, 0));
    expect(sums).toEqual(codes);
    expect(codes.some((code) => code !== 0)).toBe(true);
  });

  it('err less with a scale for each column than with one for all', () => {
    expect(errorBy('column')).toBeLessThan(errorBy('layer'));
  });

  it('carry their scales: codes, factors and scales give the error that is stated', () => {
    for (const granularity of ['layer', 'array', 'column'] as const) {
      const made = quantizeWeights(step, 'ternary', [1], granularity, tiles);
      let [error, power] = [0, 0];
      for (const [at, weight] of step.weights.entries()) {
        const tile = Math.floor((at % 36) / 9) < 2 ? 0 : 1;
        const restored = made.codes[at]! * made.scales[Math.floor(at / 36)]! * made.factors[tile]!;
        error += (weight - restored) ** 2;
        power += weight ** 2;
      }
      expect(made.relativeError).toBeCloseTo(error / power, 9);
      expect(made.usedCells).toBe(made.codes.filter((code) => code !== 0).length);
    }
  });
});
