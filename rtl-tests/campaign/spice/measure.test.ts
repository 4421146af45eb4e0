import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { bentLine } from '../../../generators/campaign/spice/cell.js';
import { disagreementsOf, modelConversion } from '../../../generators/campaign/spice/compare.js';
import { fittedDie, trackingOf } from '../../../generators/campaign/spice/fit.js';
import { leastSquares } from '../../../generators/campaign/spice/least-squares.js';
import { rampHeadrooms } from '../../../generators/campaign/spice/linearity.js';
import { readRaw, valueAt } from '../../../generators/campaign/spice/waveforms.js';
import type { MacroConfigInput } from '../../../generators/macro/config/macro.js';
import { Die } from '../../../generators/macro/die/die.js';
import { Macro } from '../../../generators/macro/golden/macro.js';
import { cellOf, SMALL, setupOf } from './case.js';

const DIES: Readonly<Record<string, MacroConfigInput>> = {
  rising: {
    ...SMALL,
    die: { mismatch: 0.1, pulseError: 0.05, offset: 2, noise: 1, globalSpread: 0.1, compression: 0.1 },
  },
  falling: {
    ...SMALL,
    adc: { ...SMALL.adc, ramp: 'falling' },
    die: { mismatch: 0.1, offset: 2, leakage: 0.005 },
  },
  capture: { ...SMALL, adc: { ...SMALL.adc, readout: 'capture' }, die: { noise: 4 } },
};

describe('the model that decks are compared with', () => {
  it.each(Object.entries(DIES))('is the golden one: %s', (_, config) => {
    const setup = setupOf(config, undefined, 40);
    const { plan, layer, weights } = setup;
    const { rows } = plan.shape;
    const die = new Die(setup.constants, plan.shape, 9);
    const golden = Macro.from(plan, { die });
    golden.loadWeights(weights);
    for (let vector = 0; vector < 40; vector++) {
      const inputs = setup.inputs.subarray(vector * rows, (vector + 1) * rows);
      const { codes, margins } = modelConversion(die, plan.shape, layer, weights, inputs, vector);
      expect(codes).toEqual(golden.convert(inputs).codes);
      expect(margins).toHaveLength(7 * 4);
    }
  });

  it('names the step that decides a disagreement, and how far it lies from its threshold', () => {
    const margins = (top: number) => Float64Array.of(20, 14, 8, top, -3, -9, -16);
    const codes = (code: number) => Uint8Array.of(code);
    const found = disagreementsOf(
      { die: 3, vector: 2 },
      { margins: margins(-0.1), codes: codes(3), ramp: [], macs: [] },
      { margins: margins(0.25), codes: codes(4), fullest: new Float64Array(1) },
      [-18, -12, -6, 0, 5, 11, 18],
    );
    expect(found).toEqual([
      {
        ...{ die: 3, vector: 2, column: 0, spice: 3, model: 4, step: 4 },
        ...{ modelMargin: 0.25, spiceMargin: -0.1, references: 0.05 },
      },
    ]);
  });
});

describe('what is read out of staircases', () => {
  it('finds the line that made them', () => {
    fc.assert(
      fc.property(
        fc.double({ min: 0.001, max: 0.1, noNaN: true }),
        fc.double({ min: 0, max: 0.01, noNaN: true }),
        (unit, bend) => {
          const charges = Array.from({ length: 12 }, (_, at) => 4 * (at + 1));
          const line = bentLine(
            charges,
            charges.map((q) => unit * (q - (bend * q ** 2) / 2)),
          );
          expect(line.unit / unit).toBeCloseTo(1, 6);
          expect(line.bend).toBeCloseTo(bend, 6);
          expect(line.residual).toBeLessThan(1e-6);
        },
      ),
    );
  });

  it('least squares find coefficients, and refuse functions that points do not tell apart', () => {
    const rows = [-2, -1, 0.5, 1, 3].map((x) => [1, x, x ** 2]);
    const values = rows.map(([one, x, square]) => 3 * one! - 2 * x! + 0.5 * square!);
    expect(leastSquares(rows, values)).toEqual([3, -2, 0.5].map((value) => expect.closeTo(value, 10)));
    expect(() =>
      leastSquares(
        [
          [1, 1],
          [1, 1],
        ],
        [1, 2],
      ),
    ).toThrow('too few different points');
  });

  it('an ideal line has headroom for every ramp, one that bends for few bits only', () => {
    expect(rampHeadrooms(cellOf(() => 1)).map(({ plain }) => plain)).toEqual([
      96,
      96,
      96,
      96,
      96,
      96,
      undefined,
    ]);
    // Each pulse takes 1 % less than the one before it: discharge q falls short by about q^2 / 800.
    const bent = rampHeadrooms(cellOf((n) => 1 - 0.01 * n));
    const inl = (headroom: number) => {
      const pulses = headroom / 4;
      return 0.04 * ((pulses * (pulses - 1)) / 2);
    };
    for (const { bits, plain, fitted } of bent) {
      if (plain === undefined) continue;
      expect(fitted!).toBeGreaterThanOrEqual(plain);
      const whole = Math.floor(plain / 4) * 4;
      expect(inl(whole)).toBeLessThanOrEqual(plain / 2 ** bits / 2);
      if (plain < 96) expect(inl(whole + 8)).toBeGreaterThan((whole + 8) / 2 ** bits / 2);
    }
    const none = bent.filter(({ plain }) => plain === undefined).map(({ bits }) => bits);
    expect(none).toEqual([5, 6, 7]);
  });

  it('a line that stops discharging carries no ramp beyond', () => {
    const stuck = rampHeadrooms(cellOf((n) => (n < 10 ? 1 : 0)));
    expect(stuck[0]!.plain).toBe(40);
  });

  it('tracking is the line through what margins of a nominal die differ by', () => {
    const margins = [-18, -6, 0, 7, 18].map((level) => ({
      level,
      model: 2,
      spice: 2 - 0.05 - 0.005 * level,
    }));
    const { referenceGain, commonOffset } = trackingOf(margins);
    expect(referenceGain).toBeCloseTo(1.005, 9);
    expect(commonOffset).toBeCloseTo(-0.05, 9);
  });

  it('the fit keeps what else the config says of its dies', () => {
    const { die } = setupOf(SMALL);
    const cell = { ...cellOf(() => 1), compression: 0.012345, headroom: 72 };
    expect(fittedDie(die, cell)).toEqual({ ...die, compression: 0.01235, swing: 72 });
    expect(fittedDie(die, { ...cell, compression: 0.9 }).compression).toBe(0.5);
  });
});

describe('waveforms', () => {
  const raw = (header: string, ...values: number[]) =>
    Buffer.concat([Buffer.from(`${header}Binary:\n`), Buffer.from(Float64Array.from(values).buffer)]);
  const HEADER =
    'Title: t\nFlags: real\nNo. Variables: 2\nNo. Points: 3\nVariables:\n\t0\ttime\ttime\n\t1\tv(A)\tvoltage\n';

  it('are read from a raw file, by names in lower case', () => {
    const waveforms = readRaw(raw(HEADER, 0, 1, 1, 3, 4, 0))!;
    expect(Object.fromEntries(waveforms)).toEqual({
      time: Float64Array.of(0, 1, 4),
      'v(a)': Float64Array.of(1, 3, 0),
    });
    expect([0, 0.5, 2, 4, 9].map((time) => valueAt(waveforms, 'v(a)', time))).toEqual([1, 2, 2, 0, 0]);
    expect(() => valueAt(waveforms, 'v(b)', 1)).toThrow('no vector v(b)');
  });

  it.each([
    ['nothing', Buffer.alloc(0)],
    ['other bytes', Buffer.from('Title: t\nFlags: real\n')],
    ['an end too early', raw(HEADER, 0, 1, 1, 3, 4)],
    ['complex numbers', raw(HEADER.replace('real', 'complex'), 0, 1, 1, 3, 4, 0)],
    ['no points', raw(HEADER.replace('Points: 3', 'Points: 0'))],
  ])('are none where there is %s', (_, bytes) => {
    expect(readRaw(bytes)).toBeUndefined();
  });
});
