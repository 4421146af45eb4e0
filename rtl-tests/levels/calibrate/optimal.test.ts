import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import ckmeans from 'ckmeans';
import fc from 'fast-check';
import { ckmeans as simpleCkmeans } from 'simple-statistics';
import { afterAll, describe, expect, it } from 'vitest';
import { Random } from '../../../generators/common/random.js';
import {
  type Distribution,
  distributionOfSamples,
} from '../../../generators/levels/calibrate/distribution.js';
import { exactClusters } from '../../../generators/levels/calibrate/exact-clusters.js';
import { lloyd, spreadStart } from '../../../generators/levels/calibrate/lloyd.js';
import { writeNpy } from '../../../generators/levels/calibrate/npy.js';
import { optimalClusters } from '../../../generators/levels/calibrate/optimal.js';
import { meanSquaredError, nearestCentre } from '../../../generators/levels/calibrate/quantizer.js';
import { floorSteps } from '../../../generators/levels/calibrate/rule-levels.js';
import { normals, reluBatch } from '../../fixtures/activations.js';
import { askScikitLearn, findScikitLearn, NO_SCIKIT_LEARN } from '../../fixtures/calibration-oracle.js';

// A busy machine is slow, not wrong.

const distributionOf = (samples: ArrayLike<number>) => distributionOfSamples(Float64Array.from(samples));

/** Summed squared distance of values to the mean of their group. */
function costOfGroups(groups: readonly (readonly number[])[]): number {
  return groups.reduce((total, group) => {
    const mean = group.reduce((sum, value) => sum + value, 0) / group.length;
    return total + group.reduce((sum, value) => sum + (value - mean) ** 2, 0);
  }, 0);
}

/** Groups of ascending values that start at the given ones. */
function groupsFrom(sorted: readonly number[], starts: readonly number[]): number[][] {
  return starts.map((start, k) => sorted.filter((value) => value >= start && !(value >= starts[k + 1]!)));
}

/** The least cost over every way to cut sorted values into groups: the definition, slowly. */
function leastCost(sorted: readonly number[], clusters: number): number {
  if (clusters === 1) return costOfGroups([sorted]);
  let least = Number.POSITIVE_INFINITY;
  for (let cut = clusters - 1; cut < sorted.length; cut++) {
    const cost = leastCost(sorted.slice(0, cut), clusters - 1) + costOfGroups([sorted.slice(cut)]);
    least = Math.min(least, cost);
  }
  return least;
}

const close = (cost: number, reference: number, samples: ArrayLike<number>) => {
  const power = Array.from(samples).reduce((sum, value) => sum + value * value, 0);
  expect(Math.abs(cost - reference)).toBeLessThanOrEqual(1e-12 * power + 1e-9 * reference);
};

const someSamples = fc.array(
  fc.oneof(
    fc.constantFrom(0, 0, 1, -1, 1e9, -1e9),
    fc.integer({ min: -50, max: 50 }),
    fc.double({ min: -4, max: 4, noNaN: true }),
  ),
  { minLength: 1, maxLength: 11 },
);

describe('optimal levels', () => {
  it('cost what the best of all partitions costs', () => {
    fc.assert(
      fc.property(someSamples, fc.integer({ min: 1, max: 5 }), (samples, wanted) => {
        const distribution = distributionOf(samples);
        const clusters = Math.min(wanted, distribution.values.length);
        const sorted = [...samples].sort((a, b) => a - b);
        close(optimalClusters(distribution, clusters).cost, leastCost(sorted, clusters), samples);
      }),
      { numRuns: 300 },
    );
  });

  const data: [string, Float64Array][] = [
    ['normal', normals(3000, 1)],
    ['ReLU', Float64Array.from(reluBatch(3000, 2))],
    ['integers', normals(3000, 3).map((value) => Math.round(20 * value))],
    ['far outlier', Float64Array.of(...normals(2000, 4), 1e9, -1e9)],
    ['far from zero', normals(2000, 5).map((value) => 1e6 + value)],
    ['subnormal', normals(500, 6).map((value) => value * 1e-310)],
    ['two heaps', Float64Array.of(...normals(900, 7), ...normals(900, 8).map((value) => 1e4 + value))],
  ];
  it.each(data)('cost no more than those of ckmeans and simple-statistics: %s', (_, samples) => {
    const distribution = distributionOf(samples);
    for (const clusters of [2, 3, 7, 16, 64]) {
      if (clusters > distribution.values.length) continue;
      const { cost } = optimalClusters(distribution, clusters);
      const sorted = Array.from(samples).sort((a, b) => a - b);
      for (const theirs of [simpleCkmeans(sorted, clusters), groupsFrom(sorted, ckmeans(sorted, clusters))]) {
        expect(theirs.flat().length).toBe(sorted.length);
        expect(cost).toBeLessThanOrEqual(costOfGroups(theirs) * (1 + 1e-9));
      }
    }
  });

  it('does not depend on how a layer of the programme is searched', () => {
    // 200 clusters cross from divided to scanned layers.
    const samples = normals(4000, 11);
    const distribution = distributionOf(samples);
    const theirs = costOfGroups(simpleCkmeans(Array.from(samples), 200));
    expect(optimalClusters(distribution, 200).cost).toBeLessThanOrEqual(theirs * (1 + 1e-9));
  });

  it('lose nothing when points are merged first and boundaries refined after', () => {
    const distribution = distributionOf(reluBatch(60_000, 9));
    for (const clusters of [2, 6, 14]) {
      const full = optimalClusters(distribution, clusters);
      const merged = optimalClusters(distribution, clusters, 1);
      expect(merged.cost).toBeLessThanOrEqual(full.cost * (1 + 1e-6));
      expect(merged.lowerBound).toBeLessThanOrEqual(full.cost);
      expect(merged.lowerBound).toBeGreaterThan(0.99 * full.cost);
      expect(full.lowerBound).toBe(full.cost);
    }
  });

  it('are where Lloyd cannot improve them', () => {
    const distribution = distributionOf(normals(5000, 10));
    const { means, cost } = optimalClusters(distribution, 8);
    const after = lloyd(distribution, means, 100);
    expect(meanSquaredError(distribution, nearestCentre(after.centres)) * 5000).toBeCloseTo(cost, 6);
  });

  it('refuse more clusters than points', () => {
    const { values, weights } = distributionOf([1, 2]);
    expect(() => exactClusters(values, weights, 3)).toThrow('3 clusters for 2 points');
  });
});

const python = findScikitLearn();
if (python === undefined) console.log(`comparison with scikit-learn skipped: ${NO_SCIKIT_LEARN}`);

describe.skipIf(python === undefined)('scikit-learn on the same data', () => {
  const folder = mkdtempSync(join(tmpdir(), 'imcgen-oracle-'));
  afterAll(() => rmSync(folder, { recursive: true }));
  const samplesPath = join(folder, 'samples.npy');
  const startPath = join(folder, 'start.npy');
  const samples = Float64Array.from(reluBatch(20_000, 21));
  const distribution: Distribution = distributionOf(samples);
  const save = (path: string, data: Float64Array) =>
    writeNpy(path, { shape: [data.length], fortranOrder: false, data });
  save(samplesPath, samples);

  it.each([
    ['k-means++', spreadStart(distribution, 16, new Random(5))],
    ['uniform, as lloyd-max has it', floorSteps({ low: 0, high: 4 }, 4).outputs.map((edge) => edge + 0.125)],
  ])('finds the same levels from the same start: %s', (_, start) => {
    save(startPath, Float64Array.from(start));
    const theirs = askScikitLearn(python!, 'lloyd', samplesPath, startPath);
    const ours = lloyd(distribution, start, 500);
    const cost = meanSquaredError(distribution, nearestCentre(ours.centres)) * samples.length;
    expect(cost).toBeCloseTo(theirs.inertia, 6);
    for (const [k, centre] of ours.centres.entries()) expect(centre).toBeCloseTo(theirs.centres[k]!, 6);
  });

  it.each([4, 16])('never finds a better quantizer than the optimum with %i levels', (clusters) => {
    const theirs = askScikitLearn(python!, 'best', samplesPath, String(clusters));
    expect(optimalClusters(distribution, clusters).cost).toBeLessThanOrEqual(theirs.inertia * (1 + 1e-9));
  });
});
