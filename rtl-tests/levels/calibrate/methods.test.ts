import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { comparisonText, sparkline } from '../../../generators/command-line/report/calibrate.js';
import { orThrow } from '../../../generators/common/problems.js';
import { BatchCollector } from '../../../generators/levels/calibrate/batches.js';
import { calibrate } from '../../../generators/levels/calibrate/calibrate.js';
import { BASELINES, checkClaim, compareMethods } from '../../../generators/levels/calibrate/compare.js';
import { distributionOfSamples } from '../../../generators/levels/calibrate/distribution.js';
import { samplesOf, tailsToRecord } from '../../../generators/levels/calibrate/methods.js';
import { METHODS, type Method, withDefaults } from '../../../generators/levels/calibrate/options.js';
import { meanSquaredError } from '../../../generators/levels/calibrate/quantizer.js';
import { errorOf, regionOf, sqnr } from '../../../generators/levels/calibrate/score.js';
import type { Levels } from '../../../generators/macro/config/levels.js';
import { normals, reluBatches } from '../../fixtures/activations.js';

// A busy machine is slow, not wrong.

const METHOD_NAMES = Object.keys(METHODS) as Method[];

const batch = fc
  .array(
    fc.oneof(fc.constant(0), fc.integer({ min: -20, max: 20 }), fc.double({ min: -3, max: 9, noNaN: true })),
    {
      minLength: 1,
      maxLength: 60,
    },
  )
  .map((values) => Float64Array.from(values));
const batches = fc.array(batch, { minLength: 1, maxLength: 4 });
const bitsAndMethod = fc.record({
  bits: fc.integer({ min: 1, max: 5 }),
  method: fc.constantFrom(...METHOD_NAMES),
});

/** Limits that let all values through, those of masks and constants included. */
const ANY = { allowConstant: true, dropBelow: -1e30, dropAbove: 1e30 };

const levelsOf = (
  data: readonly Float64Array[],
  options: { bits: number; method: Method; emaWeight?: number },
): Levels => orThrow(calibrate(data, { name: 'layer', ...ANY, ...options }));

const everything = (data: readonly Float64Array[]) =>
  distributionOfSamples(Float64Array.from(data.flatMap((each) => Array.from(each))));

describe('every method, on any data', () => {
  it('has ascending centres, and references between their neighbours', () => {
    fc.assert(
      fc.property(batches, bitsAndMethod, (data, options) => {
        const { centres, references } = levelsOf(data, options);
        references.forEach((reference, k) => {
          expect(reference).toBeGreaterThanOrEqual(centres[k]!);
          expect(reference).toBeLessThanOrEqual(centres[k + 1]!);
        });
      }),
    );
  });

  it('has them in order among the smallest numbers too, whose halves round', () => {
    const tiny = fc.constantFrom(-Number.MIN_VALUE, 0, 1, 2, ...[1, 2, 3].map((k) => k * Number.MIN_VALUE));
    const drawn = fc.array(tiny, { minLength: 1, maxLength: 14 }).map((values) => Float64Array.from(values));
    fc.assert(
      fc.property(drawn, bitsAndMethod, (data, options) => {
        const { centres } = levelsOf([data], options);
        expect(centres).toEqual([...centres].sort((a, b) => a - b));
      }),
      { numRuns: 1000 },
    );
  });

  it('errs at least as much as the optimum', () => {
    fc.assert(
      fc.property(batches, bitsAndMethod, (data, options) => {
        const distribution = everything(data);
        const optimum = meanSquaredError(distribution, levelsOf(data, { ...options, method: 'optimal' }));
        const error = meanSquaredError(distribution, levelsOf(data, options));
        expect(optimum).toBeLessThanOrEqual(error * (1 + 1e-9) + 1e-12);
      }),
    );
  });

  it('does not depend on the order of batches, once the moving average is switched off', () => {
    fc.assert(
      fc.property(batches, bitsAndMethod, (data, options) => {
        const still = { ...options, emaWeight: 0 };
        const reordered = [data[0]!, ...data.slice(1).reverse()];
        expect(levelsOf(reordered, still).centres).toEqual(levelsOf(data, still).centres);
      }),
    );
  });

  it('scales with the data', () => {
    fc.assert(
      fc.property(batches, bitsAndMethod, fc.integer({ min: -20, max: 20 }), (drawn, options, exponent) => {
        // Powers of two, and no digits below 2^-30: scaling must not round.
        const data = drawn.map((each) => each.map((value) => Math.round(value * 2 ** 30) / 2 ** 30));
        const scaled = data.map((each) => each.map((value) => value * 2 ** exponent));
        const expected = levelsOf(data, options).references.map((reference) => reference * 2 ** exponent);
        levelsOf(scaled, options).references.forEach((reference, k) => {
          expect(Math.abs(reference - expected[k]!)).toBeLessThanOrEqual(1e-9 * 2 ** exponent);
        });
      }),
    );
  });
});

describe('baselines by their definition', () => {
  const ramp = [Float64Array.from({ length: 1001 }, (_, i) => i / 100)];

  it('linear has 2^b levels from min to max, linear-floor 2^b lower edges', () => {
    expect(levelsOf(ramp, { bits: 1, method: 'linear' }).outputs).toEqual([0, 10]);
    const floor = levelsOf(ramp, { bits: 2, method: 'linear-floor' });
    expect(floor.outputs).toEqual([0, 2.5, 5, 7.5]);
    expect(floor.references).toEqual([2.5, 5, 7.5]);
  });

  it('cdf has the odd quantiles as levels and the even ones as references', () => {
    const { outputs, references } = levelsOf(ramp, { bits: 2, method: 'cdf' });
    for (const [k, output] of outputs.entries()) expect(output).toBeCloseTo(1.25 + 2.5 * k, 9);
    for (const [k, reference] of references.entries()) expect(reference).toBeCloseTo(2.5 * (k + 1), 9);
  });

  it('k-means depends on its seed; more restarts never err more', () => {
    // Eight heaps far apart: a start that misses one never finds it.
    const data = [normals(3000, 51).map((value, i) => value + 100 * (i % 8))];
    const all = everything(data);
    const error = (restarts: number, seed: number) =>
      meanSquaredError(
        all,
        orThrow(calibrate(data, { name: 'layer', bits: 3, method: 'kmeans', restarts, seed })),
      );
    expect(new Set([1, 2, 3, 4].map((seed) => error(1, seed))).size).toBeGreaterThan(1);
    expect(error(5, 1)).toBeLessThanOrEqual(error(1, 1));
    expect(error(1, 7)).toBe(error(1, 7));
  });
});

describe('scoring', () => {
  const distribution = distributionOfSamples(Float64Array.of(0, 0.9, 1.1, 5));
  const quantizer = { references: [0.5, 1], outputs: [0, 1, 2] };

  it('decides by own references, the nearest output, or the output below', () => {
    expect(errorOf(distribution, quantizer, 'own')).toBeCloseTo((0 + 0.01 + 0.81 + 9) / 4, 12);
    expect(errorOf(distribution, quantizer, 'nearest')).toBeCloseTo((0 + 0.01 + 0.01 + 9) / 4, 12);
    expect(errorOf(distribution, quantizer, 'floor')).toBeCloseTo((0 + 0.81 + 0.01 + 9) / 4, 12);
  });

  it('counts all samples, clamped samples, or those strictly inside the range', () => {
    const region = (name: 'all' | 'clamped' | 'interior') => {
      const { values, weights, samples } = regionOf(distribution, name, { low: 0, high: 1.1 });
      return { values: [...values], weights: [...weights], samples };
    };
    expect(region('all').values).toEqual([0, 0.9, 1.1, 5]);
    expect(region('clamped')).toEqual({ values: [0, 0.9, 1.1], weights: [1, 1, 2], samples: 4 });
    expect(region('interior')).toEqual({ values: [0.9], weights: [1], samples: 1 });
  });

  it('measures SQNR against the mean square of the samples', () => {
    expect(sqnr(distributionOfSamples(Float64Array.of(3, -3)), 0.09)).toBeCloseTo(20, 9);
  });
});

describe('a comparison', () => {
  const settings = withDefaults({ name: 'layer', bits: 3 });
  const collector = new BatchCollector(tailsToRecord(settings, true));
  for (const each of reluBatches(4, 5000)) {
    collector.add(each);
    collector.endBatch();
  }
  const heldOut = [
    { name: 'held out', distribution: everything([Float64Array.from(reluBatches(1, 5000, 99)[0]!)]) },
  ];
  const comparison = compareMethods('relu', samplesOf(collector), heldOut, settings);

  it('has no method below the optimum of the data that are scored, in any region', () => {
    for (const { scores } of comparison.rows) {
      for (const [index, { mse, overOptimum }] of scores.entries()) {
        expect(overOptimum).toBeGreaterThanOrEqual(1 - 1e-9);
        for (const region of ['all', 'clamped', 'interior'] as const) {
          for (const rule of ['own', 'nearest', 'floor'] as const) {
            const least = comparison.data[index]!.optimum[region] * (1 - 1e-9);
            expect(mse[region][rule]).toBeGreaterThanOrEqual(least);
          }
        }
      }
    }
  });

  it('shows that the published claim needs baselines that decode to lower edges', () => {
    const claims = checkClaim(comparison, 0);
    const byLabel = Object.fromEntries(claims.map((claim) => [claim.protocol.label, claim.holds]));
    expect(byLabel).toMatchObject({
      'nearest, all': false,
      'nearest, clamped': false,
      'floor, clamped': true,
    });
    expect(claims.every(({ ratios }) => ratios.length === BASELINES.length)).toBe(true);
  });

  it('prints one line per method and data set, and the claim', () => {
    const text = comparisonText(comparison);
    // Where the figures are long, the table has a second part.
    expect(text.match(/^method +MSE /gm)?.length).toBe(2);
    expect(text.match(/^bs-kmq +\S+ +\d+\.\d\d +\d/gm)?.length).toBe(2);
    expect(text).toMatch(/^optimal .* 1\.000x/m);
    expect(text).toMatch(/^floor, clamped +yes/m);
    expect(text).not.toMatch(/NaN|undefined/);
  });
});

describe('terminal figures', () => {
  it('draws counts as bars and leaves empty bins empty', () => {
    const histogram = { low: 0, high: 4, counts: [4, 0, 1, 4], means: [0, 1, 2, 3], withinBinVariance: 0 };
    expect(sparkline(histogram, 4)).toBe('█ ▄█');
  });
});
