import { describe, expect, it } from 'vitest';
import { Random } from '../../../generators/common/random.js';
import { dieConstants } from '../../../generators/macro/die/constants.js';
import { Die, type StoredCells } from '../../../generators/macro/die/die.js';
import { Macro } from '../../../generators/macro/golden/macro.js';
import { packTernary } from '../../../generators/macro/golden/pack.js';
import type { MacroPlan } from '../../../generators/macro/plan/plan.js';
import { maxMagnitude } from '../../../generators/macro/plan/shape.js';
import { CONFIGURATIONS, type Configuration, planOf } from '../../fixtures/configurations.js';
import { Device } from '../../fixtures/device.js';
import { type DieInput, EFFECTS, EVERY_EFFECT, withDie } from '../../fixtures/dies.js';

const named = (name: string) => CONFIGURATIONS.find(({ config }) => config.name === name)!;
const ODD = named('odd');
const CLIPPED = named('clipped');
const BANKED = named('banked');
const DEMO = named('demo');

const READOUTS = ['counter', 'capture', 'column_lut', 'broadcast'] as const;
const RAMPS = [
  { ramp: 'rising', earlyStop: false },
  { ramp: 'rising', earlyStop: true },
  { ramp: 'falling', earlyStop: false },
  { ramp: 'falling', earlyStop: true },
] as const;

function adcOf(configuration: Configuration, adc: Partial<Configuration['config']['adc']>): Configuration {
  const { config } = configuration;
  return { ...configuration, config: { ...config, adc: { ...config.adc, ...adc } } };
}

function design(plan: MacroPlan, conversions: number, seed = 5) {
  const random = new Random(seed);
  const { rows, columns, inputSigned } = plan.shape;
  const most = maxMagnitude(plan.shape);
  const weights = Int8Array.from({ length: rows * columns }, () => random.whole(-1, 1));
  const vectors = Array.from({ length: conversions }, () =>
    Int16Array.from({ length: rows }, () => random.whole(inputSigned ? -most - 1 : 0, most)),
  );
  return { weights, vectors };
}

/** Codes of some conversions of a macro. */
function codesOf(plan: MacroPlan, die: Die | undefined, conversions = 20): string[] {
  const macro = Macro.from(plan, { die });
  const { weights, vectors } = design(plan, conversions);
  macro.loadWeights(weights);
  return plan.layers.flatMap(({ bank }) =>
    vectors.map((inputs) => [...macro.convert(inputs, bank).codes].join(' ')),
  );
}

const dieOf = (configuration: Configuration, die: DieInput) => {
  const plan = planOf(withDie(configuration, die));
  return { plan, die: Die.from(plan) };
};

describe('a die without effects', () => {
  it.each([ODD, CLIPPED, BANKED])('is the ideal macro: $name', (configuration) => {
    const { plan, die } = dieOf(configuration, {});
    expect(codesOf(plan, die)).toEqual(codesOf(plan, undefined));
  });
});

describe.each(Object.entries(EFFECTS))('%s', (_, effect) => {
  it('changes codes, the same for the same seed and others for another', () => {
    const { plan, die } = dieOf(BANKED, effect);
    const codes = codesOf(plan, die);
    expect(codes).not.toEqual(codesOf(plan, undefined));
    expect(codes).toEqual(codesOf(plan, Die.from(plan)));
    const drawn = !['compression', 'temperature', 'commonOffset'].some((name) => name in effect);
    expect(codes.join() !== codesOf(plan, Die.from(plan, 2)).join()).toBe(drawn);
  });
});

describe.each(READOUTS.flatMap((readout) => RAMPS.map((ramp) => ({ readout, ...ramp }))))(
  'a die with every effect: $readout, $ramp ramp, early stop $earlyStop',
  (adc) => {
    it('gives the same values in the macro, in a batch and in the machine', () => {
      const { plan, die } = dieOf(adcOf(ODD, adc), EVERY_EFFECT);
      const { weights, vectors } = design(plan, 6);
      const { bits } = plan.layers[0]!;
      const device = new Device(plan, weights, { die });
      const [single, batch] = [0, 1].map(() => {
        const macro = Macro.from(plan, { die: Die.from(plan) });
        macro.loadWeights(weights);
        return macro;
      });
      const values = vectors.map((inputs) => [...single!.convert(inputs).outputs]);
      expect(vectors.map((inputs) => device.convert(inputs, bits))).toEqual(values);
      expect([...batch!.convertBatch(vectors.flatMap((vector) => [...vector])).outputs]).toEqual(
        values.flat(),
      );
    });
  },
);

/** Standard deviation of some numbers about a value. */
const sigmaOf = (values: readonly number[], about: number) =>
  Math.sqrt(values.reduce((sum, x) => sum + (x - about) ** 2, 0) / values.length);

describe('what is drawn', () => {
  const { plan, die } = dieOf(DEMO, { mismatch: 0.05, offset: 3, noise: 2 });
  const cells = Array.from({ length: 256 * 128 }, (_, i) => [i >> 7, i & 127] as const);

  it('has the spread of the config: cells, reference cells, offsets, noise', () => {
    const sigmas = {
      plus: sigmaOf(
        cells.map(([row, column]) => die.weightCurrent(row, column, 0)),
        256,
      ),
      minus: sigmaOf(
        cells.map(([row, column]) => die.weightCurrent(row, column, 1)),
        256,
      ),
      noise: sigmaOf(
        cells.map(([conversion, column]) => die.noise(conversion, 3, column)),
        0,
      ),
    };
    expect(sigmas.plus / 256).toBeCloseTo(0.05, 2);
    expect(sigmas.minus / 256).toBeCloseTo(0.05, 2);
    expect(sigmas.noise / 256 / 2).toBeCloseTo(1, 1);
    const offsets = Array.from({ length: 100 }, (_, seed) => Die.from(plan, seed)).flatMap((one) =>
      Array.from({ length: 128 }, (_, column) => one.offset(column)),
    );
    expect(sigmaOf(offsets, 0) / 256 / 3).toBeCloseTo(1, 1);
    const references = Array.from({ length: 1024 }, (_, i) => die.referenceCurrent(0, i >> 2, i & 3));
    expect(sigmaOf(references, 256) / 256).toBeCloseTo(0.05, 2);
  });

  it('is no other cell again', () => {
    const first = cells.slice(0, 4000).map(([row, column]) => die.weightCurrent(row, column, 0));
    for (const other of [
      cells.slice(0, 4000).map(([row, column]) => die.weightCurrent(row, column, 1)),
      cells.slice(128, 4128).map(([row, column]) => die.weightCurrent(row, column, 0)),
    ]) {
      const equal = first.filter((current, i) => current === other[i]).length;
      expect(equal / first.length).toBeLessThan(0.05);
    }
  });

  it('stays between nothing and four units, however wide the spread', () => {
    const wide = dieOf(DEMO, { mismatch: 0.5, pulseError: 0.3 }).die;
    const currents = cells.map(([row, column]) => wide.weightCurrent(row, column, 0));
    expect(Math.min(...currents)).toBe(0);
    expect(Math.max(...currents)).toBeLessThan(1024);
  });
});

/** Discharge of the positive line of one column of `rows` cells that all conduct x pulses: the lowest MAC that is above. */
function positiveLine(configuration: Configuration, die: DieInput, x: number): number {
  const { plan, die: drawn } = dieOf(configuration, die);
  const { rows, columns, trimRows } = plan.shape;
  const none = new Uint8Array(trimRows * columns);
  const { plus, minus } = packTernary(new Int8Array(rows * columns).fill(1));
  const cells: StoredCells = { plus, minus, trimPlus: none, trimMinus: none };
  const lines = drawn.lines(cells, new Int16Array(rows).fill(x));
  // The reference is met by units of a line that no cell compresses: a search for the highest that is still met.
  let low = 0;
  let high = 2 ** 24;
  while (high - low > 1) {
    const middle = (low + high) >> 1;
    if (drawn.above(lines, 0, { positive: middle, negative: 0, cycles: 1 }, 0)) low = middle;
    else high = middle;
  }
  return low / 256;
}

describe('the laws of a die', () => {
  it.each([1, 13, 63])('temperature: what the references do not track, at an input of %i', (x) => {
    const temperature = { celsius: 85, nominalCelsius: 25, perKelvin: 0.002 };
    const ideal = 256 * x;
    const tracked = positiveLine(DEMO, { temperature }, x);
    const half = positiveLine(DEMO, { temperature: { ...temperature, tracking: 0.5 } }, x);
    expect(tracked / ideal).toBeCloseTo(1, 4);
    expect(half / ideal).toBeCloseTo(1.12 / 1.06, 4);
  });

  it('global spread: arrays and references follow it alike', () => {
    expect(positiveLine(DEMO, { globalSpread: 0.2, seed: 5 }, 20) / (256 * 20)).toBeCloseTo(1, 3);
  });

  it('compression: d = q - q^2 c / (2 S), of the bitline as of the reference line', () => {
    const swing = 16128;
    const c = 0.1;
    const constants = dieConstants(
      dieOf(DEMO, { compression: c }).plan.config.die!,
      dieOf(DEMO, {}).plan.shape,
    );
    for (const q of [100, 4000, 16128]) {
      const charge = q * 256;
      const lost = Math.floor((charge * constants.bend) / 2 ** 24);
      const left = charge - Math.floor((charge * lost) / 2 ** 24);
      expect(left / 256).toBeCloseTo(q - (q * q * c) / (2 * swing), 1);
    }
    expect(constants.bendEnd).toBe(Math.floor((swing * 256) / c));
    // Both lines bend alike, so one against the other is straight.
    expect(positiveLine(DEMO, { compression: c }, 40) / (256 * 40)).toBeCloseTo(1, 4);
  });

  it('clipping: a bitline stops at the headroom, its reference line does not', () => {
    expect(positiveLine(CLIPPED, {}, 15)).toBe(40);
    expect(positiveLine(CLIPPED, {}, 2)).toBe(32);
  });

  it('leakage: a line goes on while the ramp runs', () => {
    const { plan, die } = dieOf(DEMO, { leakage: 0.001 });
    const { rows, columns } = plan.shape;
    const { plus, minus } = packTernary(new Int8Array(rows * columns).fill(1));
    const none = new Uint8Array(0);
    const lines = die.lines({ plus, minus, trimPlus: none, trimMinus: none }, new Int16Array(rows));
    // 256 cells lose 0.256 u a cycle: 2.56 u after ten.
    const reaches = (units: number, cycles: number) =>
      die.above(lines, 0, { positive: Math.round(256 * units), negative: 0, cycles }, 0);
    expect([reaches(2.5, 10), reaches(2.6, 10), reaches(2.6, 11)]).toEqual([true, false, true]);
  });
});
