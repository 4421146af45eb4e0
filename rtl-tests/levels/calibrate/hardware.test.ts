import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { distributionOfSamples } from '../../../generators/levels/calibrate/distribution.js';
import {
  type HardwareLimits,
  hardwareOptimal,
} from '../../../generators/levels/calibrate/hardware-optimal.js';
import { optimalClusters } from '../../../generators/levels/calibrate/optimal.js';
import { meanSquaredError } from '../../../generators/levels/calibrate/quantizer.js';
import { normals } from '../../fixtures/activations.js';

const distributionOf = (samples: readonly number[]) => distributionOfSamples(Float64Array.from(samples));

/** Every ramp and every table that the limits allow, tried one by one. */
function leastError(samples: readonly number[], bits: number, limits: HardwareLimits): number {
  const distribution = distributionOf(samples);
  const steps = 2 ** bits - 1;
  const { cell, stepCells, offsetCells, tableStep, tableMin, tableMax } = limits;
  const top = limits.highestReference ?? Number.POSITIVE_INFINITY;
  const entries = Array.from({ length: tableMax - tableMin + 1 }, (_, i) => tableMin + i);
  let least = Number.POSITIVE_INFINITY;
  const tables = (table: number[], references: number[]): void => {
    if (table.length === steps + 1) {
      const outputs = table.map((entry) => entry * tableStep);
      least = Math.min(least, meanSquaredError(distribution, { references, outputs }));
      return;
    }
    for (const entry of entries) {
      if (entry >= (table.at(-1) ?? tableMin)) tables([...table, entry], references);
    }
  };
  const ramps = (ramp: number[], reached: number): void => {
    if (ramp.length === steps) {
      tables(
        [],
        ramp.map((cells) => cells * cell),
      );
      return;
    }
    for (let cells = 1; cells <= stepCells; cells++) {
      if (reached + cells <= top) ramps([...ramp, reached + cells], reached + cells);
    }
  };
  for (let offset = 0; offset <= offsetCells; offset++) ramps([], -offset);
  return least;
}

const limits = fc.record({
  cell: fc.constantFrom(0.5, 1, 1.5),
  stepCells: fc.integer({ min: 1, max: 3 }),
  offsetCells: fc.integer({ min: 0, max: 2 }),
  tableStep: fc.constantFrom(0.5, 1, 2),
  tableMin: fc.constantFrom(-2, 0),
  tableMax: fc.constant(3),
});
const samples = fc.array(fc.double({ min: -3, max: 6, noNaN: true }), { minLength: 1, maxLength: 12 });

describe('hardware-optimal levels', () => {
  it.each([1, 2])('err as little as the best of all ramps and tables, %i bits', (bits) => {
    fc.assert(
      fc.property(samples, limits, (values, limit) => {
        const best = hardwareOptimal(distributionOf(values), bits, limit)!;
        expect(best.mse).toBeCloseTo(leastError(values, bits, limit), 9);
      }),
      { numRuns: bits === 1 ? 100 : 40 },
    );
  });

  it('keep every limit of the macro', () => {
    fc.assert(
      fc.property(samples, limits, fc.integer({ min: 1, max: 4 }), (values, limit, bits) => {
        const { cells, offset, entries, references, outputs } = hardwareOptimal(
          distributionOf(values),
          bits,
          limit,
        )!;
        expect(cells.length).toBe(2 ** bits - 1);
        for (const each of cells) expect(each >= 1 && each <= limit.stepCells).toBe(true);
        expect(offset >= 0 && offset <= limit.offsetCells).toBe(true);
        let ramp = -offset;
        cells.forEach((each, step) => {
          ramp += each;
          expect(references[step]).toBeCloseTo(ramp * limit.cell, 9);
        });
        entries.forEach((entry, code) => {
          expect(Number.isInteger(entry) && entry >= limit.tableMin && entry <= limit.tableMax).toBe(true);
          expect(entry).toBeGreaterThanOrEqual(entries[code - 1] ?? limit.tableMin);
          expect(outputs[code]).toBe(entry * limit.tableStep);
        });
      }),
    );
  });

  it('approach the unconstrained optimum as cells and table steps become fine', () => {
    const distribution = distributionOfSamples(normals(4000, 61));
    const optimum = optimalClusters(distribution, 8).cost / 4000;
    const errors = [0.4, 0.1, 0.025].map((unit) => {
      const reach = Math.ceil(4 / unit);
      const fine = {
        cell: unit,
        stepCells: reach,
        offsetCells: reach,
        tableStep: unit,
        tableMin: -reach,
        tableMax: reach,
      };
      return hardwareOptimal(distribution, 3, fine)!.mse / optimum;
    });
    expect(errors[0]).toBeGreaterThan(errors[1]!);
    expect(errors[1]).toBeGreaterThan(errors[2]!);
    expect(errors[2]).toBeGreaterThanOrEqual(1);
    expect(errors[2]).toBeLessThan(1.005);
  });

  it('climb to samples far above the start of the ramp', () => {
    const limit = { cell: 1, stepCells: 40, offsetCells: 0, tableStep: 1, tableMin: 0, tableMax: 200 };
    const { references, entries } = hardwareOptimal(distributionOf([100, 100, 110, 110]), 2, limit)!;
    expect(references[2]).toBeGreaterThan(100);
    expect(entries.slice(-2)).toEqual([100, 110]);
  });

  it('respect the highest reference, and say when no ramp fits under it', () => {
    const distribution = distributionOf([1, 2, 3, 4, 5, 6]);
    const limit = { cell: 1, stepCells: 9, offsetCells: 0, tableStep: 1, tableMin: 0, tableMax: 9 };
    const { references } = hardwareOptimal(distribution, 2, { ...limit, highestReference: 3 })!;
    expect(references).toEqual([1, 2, 3]);
    expect(hardwareOptimal(distribution, 2, { ...limit, highestReference: 2 })).toBeUndefined();
  });
});
