import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { orThrow } from '../../../generators/common/problems.js';
import { BatchCollector, EXACT_SAMPLES } from '../../../generators/levels/calibrate/batches.js';
import { calibrate } from '../../../generators/levels/calibrate/calibrate.js';
import { distributionOfSamples, quantile } from '../../../generators/levels/calibrate/distribution.js';
import {
  type CalibrationOptions,
  METHODS,
  type Method,
} from '../../../generators/levels/calibrate/options.js';
import { meanSquaredError } from '../../../generators/levels/calibrate/quantizer.js';
import { type Levels, levelsSchema } from '../../../generators/macro/config/levels.js';
import { normals, reluBatch, reluBatches } from '../../fixtures/activations.js';
import { itLong } from '../../fixtures/every-change.js';

// A busy machine is slow, not wrong.

type Batch = Float32Array | Float64Array;

const levelsOf = (batches: readonly Batch[], options: Partial<CalibrationOptions> = {}): Levels =>
  orThrow(calibrate(batches, { name: 'layer', bits: 3, ...options }));

const plainOf = (batches: readonly Batch[], options: Partial<CalibrationOptions> = {}): Levels =>
  levelsOf(batches, { method: 'bs-kmq-plain', ...options });

const errorOf = (levels: Levels, samples: ArrayLike<number>) =>
  meanSquaredError(distributionOfSamples(Float64Array.from(samples)), levels);

/** numpy.quantile of few samples, by its definition. */
function quantileOf(samples: ArrayLike<number>, fraction: number): number {
  const sorted = Array.from(samples).sort((a, b) => a - b);
  const rank = fraction * (sorted.length - 1);
  const [below, above] = [sorted[Math.floor(rank)]!, sorted[Math.ceil(rank)]!];
  return below + (rank - Math.floor(rank)) * (above - below);
}

describe('quantiles', () => {
  it('are those of numpy.quantile', () => {
    const samples = fc.array(fc.integer({ min: -9, max: 9 }), { minLength: 1, maxLength: 40 });
    fc.assert(
      fc.property(samples, fc.double({ min: 0, max: 1, noNaN: true }), (values, fraction) => {
        const distribution = distributionOfSamples(Float64Array.from(values));
        expect(quantile(distribution, fraction)).toBeCloseTo(quantileOf(values, fraction), 9);
      }),
    );
  });
});

describe('plain BS-KMQ', () => {
  it('moves its range by a tenth of the way to the tail ends of each later batch', () => {
    const batches = [normals(1000, 1), normals(1000, 2).map((x) => x + 3), normals(1000, 3)];
    const ends = batches.map((batch) => ({ low: quantileOf(batch, 0.005), high: quantileOf(batch, 0.995) }));
    const expected = ends
      .slice(1)
      .reduce(
        (range, { low, high }) => ({ low: 0.9 * range.low + 0.1 * low, high: 0.9 * range.high + 0.1 * high }),
        ends[0]!,
      );
    const { range } = plainOf(batches);
    expect(range.low).toBeCloseTo(expected.low, 12);
    expect(range.high).toBeCloseTo(expected.high, 12);
  });

  it.each([1, 2, 3, 4, 5, 6, 7, 8])(
    'gives 2^%i ascending centres from lo to hi, references midway',
    (bits) => {
      const { centres, references, outputs, range } = plainOf([normals(5000, 4)], { bits });
      expect(centres.length).toBe(2 ** bits);
      expect([centres[0], centres.at(-1)]).toEqual([range.low, range.high]);
      expect(centres.every((centre, k) => k === 0 || centre > centres[k - 1]!)).toBe(true);
      references.forEach((reference, k) => {
        expect(reference).toBeCloseTo((centres[k]! + centres[k + 1]!) / 2, 12);
      });
      expect(outputs).toEqual(centres);
    },
  );

  it('takes ReLU zeros and clamped outliers out before it clusters', () => {
    // 0.5 % of 1000 samples is below the outliers' share, so both piles sit on the range's ends.
    const inside = Array.from({ length: 300 }, (_, i) => 1 + (i % 3));
    const batch = Float32Array.from([
      ...new Array<number>(680).fill(0),
      ...inside,
      ...new Array<number>(20).fill(9),
    ]);
    expect(plainOf([batch], { bits: 2 }).centres).toEqual([0, 1, 2.5, 9]);
  });

  it('decodes refitted codes to the mean of their samples and never errs more for it', () => {
    const batches = reluBatches(4, 4000);
    const all = batches.flatMap((batch) => Array.from(batch));
    const plain = plainOf(batches);
    const refitted = plainOf(batches, { refit: true });
    expect(refitted.references).toEqual(plain.references);
    expect(refitted.centres).toEqual(plain.centres);
    refitted.outputs.forEach((output, code) => {
      const [from, to] = [plain.references[code - 1] ?? -Infinity, plain.references[code] ?? Infinity];
      const landed = all.filter((value) => value >= from && value < to);
      expect(output).toBeCloseTo(landed.reduce((sum, value) => sum + value, 0) / landed.length, 9);
    });
    expect(errorOf(refitted, all)).toBeLessThan(errorOf(plain, all));
  });

  it.each([2, 4, 6])('with automatic tails errs no more than with fixed ones, %i bits', (bits) => {
    const batches = reluBatches(4, 4000);
    const all = batches.flatMap((batch) => Array.from(batch));
    for (const refit of [false, true]) {
      const auto = errorOf(plainOf(batches, { bits, refit, tails: 'auto' }), all);
      const fixed = [0.005, 0.001, 0.02].map((tails) =>
        errorOf(plainOf(batches, { bits, refit, tails }), all),
      );
      expect(auto).toBeLessThanOrEqual(Math.min(...fixed) * (1 + 1e-3));
    }
  });

  it('says in its provenance how it was made', () => {
    expect(plainOf(reluBatches(2, 500), { source: 'a.npy, b.npy' }).provenance).toMatchObject({
      tool: 'imcgen calibrate',
      method: 'bs-kmq-plain',
      source: 'a.npy, b.npy',
      batches: 2,
      samples: 1000,
      options: { tailLow: 0.005, tailHigh: 0.005, emaWeight: 0.1, refit: false },
    });
  });
});

describe('BS-KMQ as calibration without options makes it', () => {
  const batches = reluBatches(4, 4000);
  const numbersOf = ({ centres, references, outputs, range }: Levels) => ({
    centres,
    references,
    outputs,
    range,
  });

  it('is the plain form with tails chosen on the samples, and refitted', () => {
    const levels = levelsOf(batches);
    expect(numbersOf(levels)).toEqual(numbersOf(plainOf(batches, { tails: 'auto', refit: true })));
    expect(levels.provenance).toMatchObject({ method: 'bs-kmq', options: { tails: 'auto', refit: true } });
  });

  it('keeps to tails and outputs that are asked for', () => {
    const tails = { low: 0.3, high: 0.01 };
    expect(numbersOf(levelsOf(batches, { tails, refit: false }))).toEqual(
      numbersOf(plainOf(batches, { tails })),
    );
    expect(numbersOf(levelsOf(batches, { tails: 0.005 }))).toEqual(
      numbersOf(plainOf(batches, { refit: true })),
    );
  });

  it('gives the same bytes for the same batches', () => {
    const bytes = () => JSON.stringify(levelsOf(reluBatches(3, 2000)));
    expect(bytes()).toBe(bytes());
  });
});

describe('the histogram that goes with the levels', () => {
  it('lets the plan compute the error of any quantizer', () => {
    const batches = reluBatches(4, 20_000);
    const levels = levelsOf(batches, { bits: 4 });
    const { counts, means, withinBinVariance } = levels.histogram!;
    const total = counts.reduce((sum, count) => sum + count, 0);
    expect(total).toBe(80_000);
    let squares = 0;
    counts.forEach((count, bin) => {
      const code = levels.references.filter((reference) => reference <= means[bin]!).length;
      squares += count * (means[bin]! - levels.outputs[code]!) ** 2;
    });
    const all = batches.flatMap((batch) => Array.from(batch));
    expect(squares / total + withinBinVariance).toBeCloseTo(errorOf(levels, all), 5);
  });
});

describe('many samples', () => {
  const count = EXACT_SAMPLES + 40_000;
  const binned = reluBatch(count, 31);

  it('give the levels of exact samples to four digits', () => {
    const exact = distributionOfSamples(Float64Array.from(binned));
    const levels = plainOf([binned], { bits: 4 });
    expect(levels.range.high).toBeCloseTo(quantile(exact, 0.995), 3);
    // 12 bits of a float are kept, so an error relative to the signal of 2^-12 squared is what binning can hide.
    const fewer = plainOf([binned.subarray(0, EXACT_SAMPLES)], { bits: 4 });
    expect(errorOf(levels, binned)).toBeLessThan(1.02 * errorOf(fewer, binned));
  });

  it('keep counts, sums and means exact, in whatever pieces they come', () => {
    const integers = Float32Array.from(normals(count, 32), (x) => Math.round(100 * x));
    const collector = new BatchCollector([]);
    for (let at = 0; at < count; at += 77_777) collector.add(integers.subarray(at, at + 77_777));
    collector.endBatch();
    const { values, weights, samples } = collector.distribution();
    const expected = distributionOfSamples(Float64Array.from(integers));
    expect(samples).toBe(count);
    expect(values).toEqual(expected.values);
    expect(weights).toEqual(expected.weights);
  });

  it('resolve samples that are close together far from zero', () => {
    const near = Float32Array.from(normals(count, 33), (x) => 1000 + x);
    const levels = levelsOf([near], { bits: 4 });
    const optimum = errorOf(levelsOf([near], { bits: 4, method: 'optimal' }), near);
    expect(errorOf(levels, near) / optimum).toBeLessThan(1.1);
  });

  itLong('are binned alike in any order of batches', () => {
    const batches = [binned, reluBatch(count, 34).map((x) => -x), reluBatch(300_000, 35).map((x) => x * 1e6)];
    const gathered = (order: readonly number[]) => {
      const collector = new BatchCollector([]);
      for (const index of order) {
        collector.add(batches[index]!);
        collector.endBatch();
      }
      return collector.distribution();
    };
    expect(gathered([2, 0, 1])).toEqual(gathered([0, 1, 2]));
  });
});

describe('degenerate and hostile samples', () => {
  const constant = (value: number) => new Float32Array(1000).fill(value);

  it('all zero: one level, repeated, without error', () => {
    const { centres, range } = levelsOf([constant(0)], { allowConstant: true });
    expect(centres).toEqual(new Array(8).fill(0));
    expect(range).toEqual({ low: 0, high: 0 });
  });

  it.each([5, -5])(
    'all equal to %i: that level without error, the others ascend between it and 0',
    (value) => {
      const levels = levelsOf([constant(value)], { allowConstant: true });
      expect(
        levels.references.every((reference, k) => k === 0 || reference > levels.references[k - 1]!),
      ).toBe(true);
      expect(errorOf(levels, constant(value))).toBe(0);
    },
  );

  it('two values, and fewer distinct values than levels: no error, references still ascend', () => {
    for (const few of [
      [0, 1],
      [-1, 2],
      [1, 2, 3],
    ]) {
      const batch = Float32Array.from({ length: 999 }, (_, i) => few[i % few.length]!);
      const levels = levelsOf([batch]);
      expect(errorOf(levels, batch)).toBe(0);
      expect(
        levels.references.every((reference, k) => k === 0 || reference > levels.references[k - 1]!),
      ).toBe(true);
    }
  });

  it('NaN and infinities: counted and refused, or left out on request', () => {
    const batch = Float32Array.from([1, 2, 3, NaN, Infinity, -Infinity]);
    const refused = calibrate([batch], { name: 'layer', bits: 2, source: 'acts.npy' });
    expect(refused).toMatchObject({
      ok: false,
      problems: [{ file: 'acts.npy', message: '3 values are NaN, infinite or beyond float32' }],
    });
    expect(levelsOf([batch], { dropNonfinite: true }).provenance?.samples).toBe(3);
  });

  it('NaN and infinities among many samples: counted as well', () => {
    const batch = reluBatch(EXACT_SAMPLES + 10, 41);
    batch.set([NaN, -NaN, Infinity, -Infinity], 1000);
    const refused = calibrate([batch], { name: 'layer', bits: 2 });
    expect(!refused.ok && refused.problems[0]?.message).toContain('4 values are NaN');
    expect(levelsOf([batch], { dropNonfinite: true }).provenance?.samples).toBe(EXACT_SAMPLES + 6);
  });

  it('no finite value at all: refused', () => {
    for (const batches of [[], [new Float32Array(0)]]) {
      const refused = calibrate(batches, { name: 'layer', bits: 2 });
      expect(!refused.ok && refused.problems[0]?.message).toBe('holds no finite value');
    }
  });

  it('a name that no file could carry: refused', () => {
    const refused = calibrate([reluBatch(100, 1)], { name: '../x', bits: 2 });
    expect(!refused.ok && refused.problems[0]?.path).toBe('name');
  });

  it.each([
    ['outliers of 10^9', Float32Array.from([...reluBatch(5000, 42), 1e9, -1e9])],
    ['subnormals', normals(5000, 43).map((x) => x * 1e-42)],
    ['float32 subnormals, many', Float32Array.from(normals(EXACT_SAMPLES + 5, 44), (x) => x * 1e-42)],
    ['huge floats', Float32Array.from(normals(5000, 45), (x) => x * 1e13)],
    ['integers', Float64Array.from(normals(5000, 46), Math.round)],
  ])('%s: finite ascending levels for every method', (_, batch) => {
    for (const method of Object.keys(METHODS) as Method[]) {
      for (const refit of [false, true]) {
        // The limits say that outliers of 10^9 are wanted.
        const levels = levelsOf([batch], { method, refit, clip: { low: -1e15, high: 1e15 } });
        expect(levelsSchema.safeParse(levels).error).toBeUndefined();
      }
    }
  });

  it('magnitudes that no levels file holds: refused with the field', () => {
    const refused = calibrate([normals(100, 48).map((x) => x * 1e36)], { name: 'layer', bits: 2 });
    expect(!refused.ok && refused.problems[0]?.message).toMatch(/outside|finite/);
  });

  it('an outlier of 10^9 leaves the levels of the others as they were', () => {
    const batch = reluBatch(5000, 47);
    const clean = plainOf([batch]).centres;
    plainOf([Float32Array.from([...batch, 1e9])], { dropAbove: 1e9 }).centres.forEach((centre, k) => {
      expect(Math.abs(centre - clean[k]!)).toBeLessThan(0.02);
    });
  });
});
