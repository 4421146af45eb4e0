import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { orThrow, type Result } from '../../../generators/common/problems.js';
import { macroInput } from '../../../generators/macro/config/input.js';
import type { Levels, LevelsHistogram } from '../../../generators/macro/config/levels.js';
import { type MacroConfig, macroSchema } from '../../../generators/macro/config/macro.js';
import { parse } from '../../../generators/macro/config/parse.js';
import { meanSquaredError } from '../../../generators/macro/plan/error.js';
import { type MacroPlan, planMacro } from '../../../generators/macro/plan/plan.js';
import { rampReferences } from '../../../generators/macro/plan/ramp.js';
import {
  type MacroShape,
  maxMac,
  offsetCapacity,
  outputRange,
  rampLimit,
  shapeOf,
  stepCapacity,
} from '../../../generators/macro/plan/shape.js';
import { planTable } from '../../../generators/macro/plan/table.js';
import { CONFIGURATIONS, planOf } from '../../fixtures/configurations.js';

/** A macro that a plan may or may not fit. */
interface Order {
  readonly bits: number;
  readonly pulses: number;
  readonly columns: number;
  readonly offsetRows: number;
  readonly headroom: number | undefined;
  readonly rounding: 'nearest' | 'optimal';
  readonly levels: Levels;
}

function configOf({ bits, pulses, columns, offsetRows, headroom, rounding }: Order): MacroConfig {
  const config = {
    name: 'demo',
    array: { rows: 32, columns: 4, ...(headroom !== undefined && { headroom }) },
    input: { bits: 4 },
    adc: {
      bits,
      rounding,
      reference: { columns, pulses, offsetRows, rows: offsetRows + 2 * (2 ** bits - 1) },
    },
    output: { bits: 8, signed: true },
    layers: [{ levels: 'levels.json', inputScale: 0.5, weightScale: 0.25 }],
  };
  return orThrow(parse('macro.json', macroSchema, config));
}

function planned(order: Order): Result<MacroPlan> {
  return planMacro(macroInput(configOf(order), [order.levels], 'macro.json'));
}

const UNIT = 0.5 * 0.25;

/** Sorted real values, activation units. */
const ladder = (length: number, low: number, high: number) =>
  fc
    .array(fc.integer({ min: low * 64, max: high * 64 }), { minLength: length, maxLength: length })
    .map((values) => values.sort((a, b) => a - b).map((value) => value / 64));

const histograms: fc.Arbitrary<LevelsHistogram> = fc
  .array(fc.nat(9), { minLength: 24, maxLength: 24 })
  .map((counts) => ({
    low: -2,
    high: 10,
    counts,
    means: counts.map((_, bin) => -2 + (bin + 0.5) / 2),
    withinBinVariance: 0.02,
  }));

const ordersUpTo = (bits: number, columns: number): fc.Arbitrary<Order> =>
  fc
    .record({
      bits: fc.integer({ min: 1, max: bits }),
      pulses: fc.integer({ min: 1, max: 4 }),
      columns: fc.integer({ min: 2, max: columns }),
      offsetRows: fc.integer({ min: 0, max: 6 }),
      headroom: fc.option(fc.integer({ min: 20, max: 300 }), { nil: undefined }),
    })
    .chain(({ bits, ...shape }) =>
      fc
        .record({
          references: ladder(2 ** bits - 1, -1, 9),
          outputs: ladder(2 ** bits, -2, 10),
          histogram: histograms,
        })
        .map(({ references, outputs, histogram }) => ({
          ...shape,
          bits,
          rounding: 'nearest' as const,
          levels: {
            ...{ name: 'levels', bits, centres: outputs, references, outputs, histogram },
            range: { low: -2, high: 10 },
          },
        })),
    );

const orders = ordersUpTo(4, 8);

/** Random orders that plan, by rounding; what cannot be built says so, which other tests read. */
const planned1000 = new Map<Order['rounding'], readonly { plan: MacroPlan; order: Order }[]>();

/** Plans only; each is made once, for all the tests that look at it. */
function forEveryPlan(
  check: (plan: MacroPlan, order: Order) => void,
  rounding: Order['rounding'] = 'nearest',
) {
  const plans =
    planned1000.get(rounding) ??
    fc.sample(orders, { numRuns: 1000, seed: 5 }).flatMap((order) => {
      const plan = planned({ ...order, rounding });
      return plan.ok ? [{ plan: plan.value, order }] : [];
    });
  planned1000.set(rounding, plans);
  expect(plans.length).toBeGreaterThan(100);
  for (const { plan, order } of plans) check(plan, order);
}

const pairs = (values: readonly number[]) => values.slice(1).map((value, k) => [values[k]!, value] as const);

describe.each(['nearest', 'optimal'] as const)('a plan, rounding %s', (rounding) => {
  it('has references that rise by at least one cell, and a code below the first', () => {
    forEveryPlan(({ layers, shape }) => {
      const { ramp } = layers[0]!;
      for (const [below, above] of pairs(ramp.references)) {
        expect(above - below).toBeGreaterThanOrEqual(shape.referencePulses);
      }
      expect(ramp.stepCells.every((cells) => cells >= 1)).toBe(true);
      const start = -ramp.offsetCells * shape.referencePulses;
      expect(ramp.references[0]! - start).toBeGreaterThanOrEqual(shape.referencePulses);
    }, rounding);
  });

  it('puts the cells that the references say into groups that hold them', () => {
    forEveryPlan(({ layers, shape }) => {
      const { ramp, bits } = layers[0]!;
      expect(ramp.references).toEqual(
        rampReferences(ramp.stepCells, ramp.offsetCells, shape.referencePulses),
      );
      expect(Math.max(...ramp.stepCells)).toBeLessThanOrEqual(stepCapacity(shape, bits));
      expect(ramp.offsetCells).toBeLessThanOrEqual(offsetCapacity(shape));
      const passed = ramp.stepCells.reduce((sum, cells) => sum + cells, 0);
      expect(Math.max(passed, ramp.offsetCells)).toBeLessThanOrEqual(rampLimit(shape));
    }, rounding);
  });

  it('leaves a mac for every code', () => {
    forEveryPlan(({ layers, shape }) => {
      const { references } = layers[0]!.ramp;
      expect(references[0]).toBeGreaterThan(-maxMac(shape));
      expect(references.at(-1)).toBeLessThanOrEqual(maxMac(shape));
    }, rounding);
  });

  it('has table entries within the output range that do not decrease', () => {
    forEveryPlan(({ layers, shape }) => {
      const { entries } = layers[0]!.table;
      const { low, high } = outputRange(shape);
      expect(entries.every((entry) => Number.isInteger(entry) && entry >= low && entry <= high)).toBe(true);
      for (const [below, above] of pairs(entries)) expect(above).toBeGreaterThanOrEqual(below);
    }, rounding);
  });

  it('reports the error of each reference, and the MSE of what is built', () => {
    forEveryPlan(({ layers }, { levels }) => {
      const { ramp, referenceErrors, error, table } = layers[0]!;
      ramp.references.forEach((reference, k) => {
        expect(referenceErrors[k]).toBeCloseTo(reference - levels.references[k]! / UNIT, 9);
      });
      const outputs = table.entries.map((entry) => entry * table.outputScale);
      const references = ramp.references.map((reference) => reference * UNIT);
      expect(error!.realised).toBe(meanSquaredError(levels.histogram!, references, outputs));
      expect(error!.ideal).toBe(meanSquaredError(levels.histogram!, levels.references, levels.outputs));
    }, rounding);
  });
});

describe('rounding to the nearest cell', () => {
  it('moves no reference by more than half a cell', () => {
    forEveryPlan(({ layers, shape }) => {
      for (const error of layers[0]!.referenceErrors) {
        expect(Math.abs(error)).toBeLessThanOrEqual(shape.referencePulses / 2);
      }
    });
  });
});

describe('optimal rounding', () => {
  it('never has a larger MSE than rounding to the nearest cell', () => {
    forEveryPlan((nearest, order) => {
      const optimal = orThrow(planned({ ...order, rounding: 'optimal' }));
      const [best, other] = [optimal, nearest].map((plan) => plan.layers[0]!.error!.realised);
      expect(best).toBeLessThanOrEqual(other! * (1 + 1e-12));
    });
  });

  it('finds a ramp wherever one exists, and the best of all', () => {
    let found = 0;
    fc.assert(
      fc.property(ordersUpTo(2, 3), (nearest) => {
        const order: Order = { ...nearest, rounding: 'optimal' };
        const shape = shapeOf(configOf(order));
        const { levels, bits } = order;
        const at = { file: 'macro.json', layer: 'layers.0', levels: levels.name };
        const table = orThrow(planTable(levels.outputs, undefined, shape, at));
        const outputs = table.entries.map((entry) => entry * table.outputScale);
        const errors = everyRamp(bits, shape).map((cells) =>
          meanSquaredError(
            levels.histogram!,
            cells.map((cell) => cell * shape.referencePulses * UNIT),
            outputs,
          ),
        );
        const plan = planned(order);
        expect(plan.ok).toBe(errors.length > 0);
        if (!plan.ok) return;
        found++;
        expect(plan.value.layers[0]!.error!.realised).toBeCloseTo(Math.min(...errors), 9);
      }),
      { numRuns: 400, seed: 6 },
    );
    expect(found).toBeGreaterThan(200);
  });
});

/** Every ramp that the reference columns can hold and the array can reach, as cumulated cells. */
function everyRamp(bits: number, shape: MacroShape): number[][] {
  const capacity = stepCapacity(shape, bits);
  const reach = maxMac(shape) / shape.referencePulses;
  const starts: number[][] = [];
  for (let first = 1 - offsetCapacity(shape); first <= capacity; first++) starts.push([first]);
  let ramps = starts;
  for (let k = 1; k < 2 ** bits - 1; k++) {
    ramps = ramps.flatMap((ramp) =>
      Array.from({ length: capacity }, (_, cells) => [...ramp, ramp.at(-1)! + cells + 1]),
    );
  }
  return ramps.filter((ramp) => {
    const offset = Math.max(0, 1 - ramp[0]!);
    const line = Math.max(ramp.at(-1)! + offset, offset);
    return line <= rampLimit(shape) && ramp[0]! > -reach && ramp.at(-1)! <= reach;
  });
}

describe.each(CONFIGURATIONS)('the plan of $name', (configuration) => {
  const { layers, schedule, shape } = planOf(configuration);

  it('realises whole references exactly', () => {
    layers.forEach(({ ramp }, bank) => {
      const wanted = configuration.levels[bank]!.references;
      const cells = wanted.map((reference) => Math.round(reference / shape.referencePulses));
      expect(ramp.references).toEqual(cells.map((cell) => cell * shape.referencePulses));
    });
  });

  it('takes precharge, input, ramp and two more cycles', () => {
    const { precharge, mac, ramp, total } = schedule;
    expect(total - precharge - mac - ramp).toBe(2);
    expect(ramp).toBe((2 ** shape.adcBits - 1) * shape.referencePulses);
    for (const layer of layers)
      expect(layer.schedule.ramp).toBe(layer.ramp.stepCells.length * shape.referencePulses);
  });
});
