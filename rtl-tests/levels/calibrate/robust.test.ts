import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { DieSimulator, IdealMacro } from '../../../generators/campaign/montecarlo/dies.js';
import { summaryOf } from '../../../generators/campaign/montecarlo/summary.js';
import { Random } from '../../../generators/common/random.js';
import {
  afterRelu,
  beforeRelu,
  type Distribution,
  distributionOfSamples,
} from '../../../generators/levels/calibrate/distribution.js';
import { expectedError } from '../../../generators/levels/calibrate/expected-error.js';
import {
  type HardwareLimits,
  hardwareOptimal,
} from '../../../generators/levels/calibrate/hardware-optimal.js';
import { meanSquaredError } from '../../../generators/levels/calibrate/quantizer.js';
import { dieConstants } from '../../../generators/macro/die/constants.js';
import { Macro } from '../../../generators/macro/golden/macro.js';
import { levelsFrom, planOf } from '../../fixtures/configurations.js';

const distributionOf = (samples: readonly number[]) => distributionOfSamples(Float64Array.from(samples));

/** The least expected error of every ramp and table that the limits allow, tried one by one. */
function leastExpected(distribution: Distribution, bits: number, limits: HardwareLimits): number {
  const { cell, stepCells, offsetCells, tableStep, tableMin, tableMax, sigma } = limits;
  const steps = 2 ** bits - 1;
  let least = Number.POSITIVE_INFINITY;
  const tables = (references: number[], table: number[]): void => {
    if (table.length > steps) {
      const outputs = table.map((entry) => entry * tableStep);
      least = Math.min(least, expectedError(distribution, { references, outputs }, sigma!));
      return;
    }
    for (let entry = table.at(-1) ?? tableMin; entry <= tableMax; entry++)
      tables(references, [...table, entry]);
  };
  const ramps = (ramp: number[], reached: number): void => {
    if (ramp.length === steps) tables(ramp, []);
    else grow(ramp, reached);
  };
  const grow = (ramp: number[], reached: number): void => {
    for (let cells = 1; cells <= stepCells; cells++)
      ramps([...ramp, (reached + cells) * cell], reached + cells);
  };
  for (let offset = 0; offset <= offsetCells; offset++) ramps([], -offset);
  return least;
}

const limits = fc.record({
  cell: fc.constantFrom(0.5, 1),
  stepCells: fc.integer({ min: 1, max: 3 }),
  offsetCells: fc.integer({ min: 0, max: 2 }),
  tableStep: fc.constantFrom(0.5, 1),
  tableMin: fc.constantFrom(-2, 0),
  tableMax: fc.constant(3),
  sigma: fc.constantFrom(0.05, 0.4, 1.5),
});
const samples = fc.array(fc.double({ min: -3, max: 6, noNaN: true }), { minLength: 1, maxLength: 10 });

describe('the expected error', () => {
  it('is the mean over drawn deviates', () => {
    const random = new Random(7);
    const values = [-2, 0, 0.3, 1, 1, 4.5];
    const quantizer = { references: [0.2, 1.4, 3], outputs: [-1, 1, 2, 4] };
    for (const sigma of [0.1, 0.8, 3]) {
      let total = 0;
      const draws = 40_000;
      for (let draw = 0; draw < draws; draw++) {
        // Box and Muller's transform.
        const e = sigma * Math.sqrt(-2 * Math.log(1 - random.next())) * Math.cos(2 * Math.PI * random.next());
        for (const value of values) {
          const code = quantizer.references.filter((reference) => reference <= value + e).length;
          total += (value - quantizer.outputs[code]!) ** 2;
        }
      }
      const expected = expectedError(distributionOf(values), quantizer, sigma);
      expect(Math.abs(total / draws / values.length / expected - 1)).toBeLessThan(0.03);
    }
  });

  it('is about what a ReLU makes of sums, which are compared as they are', () => {
    const sums = distributionOf([-2, -0.1, 0.3, 1, 4.5]);
    const quantizer = { references: [-1, 1.4, 3], outputs: [0, 1, 2, 4] };
    // Codes 0 1 1 1 3 of targets 0 0 0.3 1 4.5.
    const wanted = (0 + 1 + 0.49 + 0 + 0.25) / 5;
    expect(meanSquaredError(beforeRelu(sums), quantizer)).toBeCloseTo(wanted, 12);
    expect(expectedError(beforeRelu(sums), quantizer, 1e-9)).toBeCloseTo(wanted, 6);
    expect(afterRelu(sums)).toEqual(distributionOf([0, 0, 0.3, 1, 4.5]));
    // A sum far below zero is never read as more than 0; one that is 0 often is.
    const above0 = { references: [0.5], outputs: [0, 1] };
    expect(expectedError(beforeRelu(distributionOf([-9])), above0, 1)).toBeLessThan(1e-9);
    expect(expectedError(afterRelu(distributionOf([-9])), above0, 1)).toBeGreaterThan(0.3);
  });

  it('without deviates is the error', () => {
    const data = distributionOf([-2, 0.1, 0.3, 1, 4.5]);
    const quantizer = { references: [0.2, 1.4, 3], outputs: [-1, 1, 2, 4] };
    expect(expectedError(data, quantizer, 1e-9)).toBeCloseTo(meanSquaredError(data, quantizer), 6);
  });
});

describe('robust levels', () => {
  it.each([
    [1, 'samples', (data: Distribution) => data],
    [2, 'samples', (data: Distribution) => data],
    [1, 'sums before a ReLU', beforeRelu],
    [2, 'sums before a ReLU', beforeRelu],
  ])('are expected to err as little as the best of all ramps and tables: %i bits, %s', (bits, _, taken) => {
    fc.assert(
      fc.property(samples, limits, (values, limit) => {
        const data = taken(distributionOf(values));
        const best = hardwareOptimal(data, bits, limit)!;
        const least = leastExpected(data, bits, limit);
        expect(best.mse).toBeLessThan(least + 1e-4 * (1 + least));
        for (let code = 1; code < best.entries.length; code++) {
          expect(best.entries[code]).toBeGreaterThanOrEqual(best.entries[code - 1]!);
        }
      }),
      { numRuns: bits === 1 ? 60 : 25 },
    );
  });

  it('have a lower error on dies with offsets than those that are best without', () => {
    const random = new Random(3);
    const rows = 16;
    const shape = { rows, columns: 64 };
    const weights = Int8Array.from({ length: rows * 64 }, () => random.whole(-1, 1));
    const inputs = Int16Array.from({ length: 400 * rows }, () => random.whole(0, 7));
    const errorOf = (sigma: number) => {
      const planWith = (levels: ReturnType<typeof levelsFrom>) =>
        planOf({
          name: 'robust',
          config: {
            name: 'robust',
            array: shape,
            input: { bits: 3 },
            adc: { bits: 3, reference: { columns: 8, rows: 80, offsetRows: 24 } },
            output: { bits: 8, signed: true },
            die: { offset: 12 },
          },
          levels: [levels],
        });
      const any = planWith(levelsFrom('any', [-24, -16, -8, 1, 8, 16, 24]));
      const macro = Macro.from(any);
      macro.loadWeights(weights);
      const macs = new Int32Array(400 * 64);
      macro.convertBatch(inputs, {}, { macs });
      const best = hardwareOptimal(distributionOf([...macs]), 3, {
        ...{ cell: 1, stepCells: 64, offsetCells: 150, tableStep: 1, tableMin: -128, tableMax: 127 },
        ...(sigma > 0 && { sigma }),
      })!;
      const { outputs, references } = best;
      const plan = planWith({
        ...levelsFrom('best', references),
        ...{
          outputs: [...outputs],
          centres: [...outputs],
          range: { low: outputs[0]!, high: outputs.at(-1)! },
        },
      });
      const constants = dieConstants(plan.config.die!, plan.shape);
      const study = { plan, bank: 0, weights, inputs, constants };
      const perfect = new IdealMacro(study);
      const simulator = new DieSimulator(study, perfect);
      const records = Array.from({ length: 20 }, (_, at) => simulator.record(at + 1));
      const { mse } = summaryOf(records, perfect.ideal, plan.layers[0]!, {});
      return mse;
    };
    const [nominal, robust] = [errorOf(0), errorOf(12)];
    expect(robust).toBeLessThan(0.97 * nominal);
  });
});
