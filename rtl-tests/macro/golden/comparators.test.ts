import { describe, expect, it } from 'vitest';
import { Random } from '../../../generators/common/random.js';
import type { Comparator, Moment } from '../../../generators/macro/golden/comparator.js';
import { Macro } from '../../../generators/macro/golden/macro.js';
import type { MacroPlan } from '../../../generators/macro/plan/plan.js';
import { CONFIGURATIONS, planOf } from '../../fixtures/configurations.js';
import { Device } from '../../fixtures/device.js';

const PWM = CONFIGURATIONS.find(({ config }) => config.name === 'odd')!;
const READOUTS = ['counter', 'capture', 'column_lut', 'broadcast'] as const;
const RAMPS = [
  { ramp: 'rising', earlyStop: false },
  { ramp: 'rising', earlyStop: true },
  { ramp: 'falling', earlyStop: false },
  { ramp: 'falling', earlyStop: true },
] as const;
const VARIANTS = READOUTS.flatMap((readout) => RAMPS.map((ramp) => ({ readout, ...ramp })));

function planWith(adc: (typeof VARIANTS)[number]): MacroPlan {
  const { headroom: _, ...array } = PWM.config.array;
  return planOf({ ...PWM, config: { ...PWM.config, array, adc: { ...PWM.config.adc, ...adc } } });
}

/** A die: an offset for every column, noise for every comparison; up to 3 u either way, the same for the same seed. */
const noisy: Comparator = (mac, reference, column, { step, conversion, seed }) => {
  const offset = new Random(seed * 1009 + column).whole(-1, 1);
  const noise = new Random(((seed * 257 + conversion) * 131 + step) * 1031 + column).whole(-2, 2);
  return mac + offset + noise >= reference;
};

function randomDesign(plan: MacroPlan, conversions: number) {
  const random = new Random(11);
  const { rows, columns } = plan.shape;
  const weights = Int8Array.from({ length: rows * columns }, () => random.whole(-1, 1));
  const vectors = Array.from({ length: conversions }, () =>
    Int8Array.from({ length: rows }, () => random.whole(-8, 7)),
  );
  return { weights, vectors };
}

describe.each(VARIANTS)('noisy comparators: $readout, $ramp ramp, early stop $earlyStop', (adc) => {
  const plan = planWith(adc);
  const { weights, vectors } = randomDesign(plan, 12);
  const { bits } = plan.layers[0]!;

  it('give the same values in the macro, in a batch and in the machine', () => {
    const device = new Device(plan, weights, { comparator: noisy, seed: 3 });
    const [single, batch, exact] = [noisy, noisy, undefined].map((comparator) => {
      const macro = Macro.from(plan, { comparator, seed: 3 });
      macro.loadWeights(weights);
      return macro;
    });
    const values = vectors.map((inputs) => [...single!.convert(inputs).outputs]);
    expect(vectors.map((inputs) => device.convert(inputs, bits))).toEqual(values);
    const inputs = Int8Array.from(vectors.flatMap((vector) => [...vector]));
    expect([...batch!.convertBatch(inputs).outputs]).toEqual(values.flat());
    expect([...exact!.convertBatch(inputs).outputs], 'noise shows').not.toEqual(values.flat());
    expect(single!.conversions).toBe(12);
    expect(batch!.conversions).toBe(12);
    expect(exact!.conversions).toBe(12);
  });

  it('differ from conversion to conversion and from die to die', () => {
    const codesOf = (seed: number) => {
      const macro = Macro.from(plan, { comparator: noisy, seed });
      macro.loadWeights(weights);
      return Array.from({ length: 12 }, () => [...macro.convert(vectors[0]!).codes].join());
    };
    expect(new Set(codesOf(3)).size).toBeGreaterThan(1);
    expect(codesOf(3)).toEqual(codesOf(3));
    expect(codesOf(3)).not.toEqual(codesOf(4));
  });
});

describe('what a comparator is told', () => {
  const plan = planWith({ readout: 'counter', ramp: 'rising', earlyStop: false });
  const { weights, vectors } = randomDesign(plan, 3);
  const { bits } = plan.layers[0]!;
  const [first, second, third] = vectors;

  it('is column, step, conversion and seed, the same in both models', () => {
    const told = (run: (comparator: Comparator) => void) => {
      const seen = new Map<string, string>();
      run((mac, reference, column, moment: Moment) => {
        // The machine also looks while a step is under way: its last look is the one that counts.
        seen.set(`${moment.conversion} ${moment.step} ${column} ${moment.seed}`, `${mac} ${reference}`);
        return mac >= reference;
      });
      return seen;
    };
    const byMacro = told((comparator) => {
      const macro = Macro.from(plan, { comparator, seed: 9 });
      macro.loadWeights(weights);
      for (const inputs of vectors) macro.convert(inputs);
    });
    const byMachine = told((comparator) => {
      const device = new Device(plan, weights, { comparator, seed: 9 });
      for (const inputs of vectors) device.convert(inputs, bits);
    });
    expect(byMachine).toEqual(byMacro);
    expect(byMacro.size).toBe(3 * (2 ** bits - 1) * plan.shape.columns);
    expect(byMacro.has(`2 ${2 ** bits - 1} ${plan.shape.columns - 1} 9`)).toBe(true);
  });

  it('counts a conversion that a reset ends from its ramp on, and can be told another number', () => {
    const sensing = { comparator: noisy, seed: 5 };
    const device = new Device(plan, weights, sensing);
    const macro = Macro.from(plan, sensing);
    macro.loadWeights(weights);
    device.start(first!, bits);
    device.machine.reset(2);
    expect(device.machine.conversions).toBe(0);
    device.start(first!, bits);
    device.machine.idle(plan.schedule.precharge + plan.schedule.mac + 1);
    device.machine.reset(2);
    expect(device.machine.conversions).toBe(1);
    macro.conversions = 1;
    expect(device.convert(second!, bits)).toEqual([...macro.convert(second!).outputs]);
    device.machine.conversions = 40;
    macro.conversions = 40;
    expect(device.convert(third!, bits)).toEqual([...macro.convert(third!).outputs]);
    expect(device.machine.conversions).toBe(41);
  });
});
