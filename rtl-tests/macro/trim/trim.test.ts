import { describe, expect, it } from 'vitest';
import type { Die } from '../../../generators/macro/die/die.js';
import { Machine } from '../../../generators/macro/golden/machine.js';
import { Macro } from '../../../generators/macro/golden/macro.js';
import { cellWrites, packTernary } from '../../../generators/macro/golden/pack.js';
import { referenceAddress, tableAddress, weightAddress } from '../../../generators/macro/plan/addresses.js';
import type { MacroPlan } from '../../../generators/macro/plan/plan.js';
import { knownConversions, offsetConversions } from '../../../generators/macro/trim/known.js';
import {
  busOf,
  calibrateOffsets,
  calibrateTrims,
  settingCells,
} from '../../../generators/macro/trim/procedure.js';
import { searchTrims, UNTOLD } from '../../../generators/macro/trim/search.js';
import { type Configuration, planOf } from '../../fixtures/configurations.js';
import { type DieInput, withDie } from '../../fixtures/dies.js';
import { programmed, TRIMMED, trimmedWith } from '../../fixtures/trimmed.js';

const READOUTS = ['counter', 'capture', 'column_lut', 'broadcast'] as const;

/** What is left of the offset of every column with its trim, u. */
function residuals(plan: MacroPlan, die: Die, settings: ArrayLike<number>): number[] {
  const { plus, minus } = settingCells(plan.shape, settings);
  const trims = die.trims({ trimPlus: plus, trimMinus: minus });
  const one = 2 ** die.constants.fractionBits;
  return Array.from(trims, (trim, column) => (trim + die.offset(column)) / one);
}

const planWith = (configuration: Configuration, die: DieInput) => planOf(withDie(configuration, die));

describe('the search', () => {
  const shape = { columns: 9, trimRows: 4 };
  const offsets = [-100, -9.5, -9, -7.9, 0, 0.9, 7, 9, 100];
  // A step of 2 and a limit at 1: sums are the offset and what trim adds.
  const measured: Int16Array[] = [];
  const left = (settings: ArrayLike<number>) =>
    offsets.map((offset, column) => offset + 2 * settings[column]!);
  const measure = (settings: Int16Array) => {
    measured.push(settings.slice());
    return left(settings);
  };
  const every = (sum: number) => new Float64Array(9).fill(sum);
  // Nothing lies between 1 and what is just below.
  const known = { limits: every(1), most: every(1 - 1e-9), least: every(-1) };
  const within = (sum: number) => sum >= -1 && sum < 1;

  it('leaves from half a step below to half a step above, or reports the column', () => {
    const { settings, reported } = searchTrims(shape, known, measure);
    expect([...reported]).toEqual(left(settings).map((sum) => Number(!within(sum))));
    expect([...reported]).toEqual([1, 1, 0, 0, 0, 0, 0, 1, 1]);
    expect([...settings]).toEqual([4, 4, 4, 4, 0, 0, -4, -4, -4]);
    // Nine settings take four halvings, and one look at what is left in the trim rows.
    expect(measured.length).toBe(5);
    expect(measured.at(-1)).toEqual(settings);
  });

  it('reports a column whose last measurement shows it above, or below where the lower edge is another one', () => {
    const { settings } = searchTrims(shape, known, measure);
    let looks = 0;
    const tipped = searchTrims(shape, known, (now) => {
      const sums = left(now);
      // Noise has tipped the average of column 4 once all settings are found.
      if (++looks === 5) sums[4] = 1;
      return sums;
    });
    expect([tipped.settings[4], tipped.reported[4], tipped.reported[5]]).toEqual([0, 1, 0]);
    const lowered = searchTrims(shape, known, measure, (now) => {
      expect(now).toEqual(settings);
      return left(now).map((sum, column) => (column === 5 ? -1.1 : sum));
    });
    expect([lowered.reported[4], lowered.reported[5]]).toEqual([0, 1]);
  });

  it('leaves columns alone whose sums tell nothing, and reports them', () => {
    const limits = Float64Array.from(offsets, (_, column) => (column === 6 ? UNTOLD : 1));
    const { settings, reported } = searchTrims(shape, { ...known, limits }, measure);
    expect([settings[6], reported[6]]).toEqual([0, 1]);
    expect([settings[5], reported[5]]).toEqual([0, 0]);
  });
});

describe.each(
  READOUTS.flatMap((readout) => (['rising', 'falling'] as const).map((ramp) => ({ readout, ramp }))),
)('offsets over the registers: $readout, $ramp ramp', (adc) => {
  const plan = planWith(trimmedWith({ adc: { ...adc, earlyStop: true } }), { offset: 3, mismatch: 0.02 });

  it('are within half a trim step on every column, or the column is reported', () => {
    let reportedColumns = 0;
    for (const seed of [1, 2, 3, 4, 5]) {
      const { bus, die } = programmed(plan, seed);
      const { settings, reported } = calibrateOffsets(bus, plan.shape, { repeats: 1 });
      residuals(plan, die, settings).forEach((left, column) => {
        if (reported[column]) {
          reportedColumns++;
          expect(Math.abs(die.offset(column)) / 256).toBeGreaterThan(10);
        } else {
          // Trim cells and the reference cell differ by some hundredths.
          expect(left).toBeGreaterThan(-1.2);
          expect(left).toBeLessThan(1.1);
        }
      });
    }
    expect(reportedColumns).toBeLessThan(5);
  });

  it('leave references, tables and weights as they were, and the settings in the trim rows', () => {
    const { bus, weights } = programmed(plan, 9);
    const addresses = [
      ...Array.from({ length: 80 }, (_, row) => referenceAddress(0, row, 0)),
      ...Array.from({ length: 8 }, (_, code) => tableAddress(0, code)),
      ...cellWrites(packTernary(weights), 20).map(({ address }) => address),
    ];
    const before = addresses.map((address) => bus.read(address));
    const { settings } = calibrateOffsets(bus, plan.shape, { repeats: 1 });
    expect(addresses.map((address) => bus.read(address))).toEqual(before);
    const { plus, minus } = settingCells(plan.shape, settings);
    for (const [plane, cells] of [plus, minus].entries()) {
      for (let row = 0; row < 6; row++) {
        const word = cells
          .subarray(20 * row, 20 * (row + 1))
          .reduce((bits, cell, at) => bits + cell * 2 ** at, 0);
        expect(bus.read(weightAddress(1024 + row, plane as 0 | 1, 0))).toBe(word);
      }
    }
  });
});

describe('offsets under noise', () => {
  it('are as near as the average of the comparisons tells', () => {
    const plan = planWith(TRIMMED, { offset: 2.5, noise: 1 });
    const rms = (repeats: number) => {
      let [squares, count] = [0, 0];
      for (const seed of [1, 2, 3, 4, 5, 6]) {
        const { bus, die } = programmed(plan, seed);
        const { settings, reported } = calibrateOffsets(bus, plan.shape, { repeats });
        residuals(plan, die, settings).forEach((left, column) => {
          if (reported[column]) return;
          const beyond = Math.max(0, Math.abs(left) - 1);
          squares += beyond ** 2;
          count++;
        });
      }
      return Math.sqrt(squares / count);
    };
    const [once, often] = [rms(1), rms(64)];
    expect(once).toBeGreaterThan(0.3);
    expect(often).toBeLessThan(0.05);
  });

  it('reports all columns where all are out of reach', () => {
    const plan = planWith(trimmedWith({ array: { trimRows: 1, trimPulses: 1 } }), { offset: 300 });
    const { bus, die } = programmed(plan, 3);
    const { settings, reported } = calibrateOffsets(bus, plan.shape, { repeats: 1 });
    for (const [column, setting] of settings.entries()) {
      expect(reported[column]).toBe(1);
      expect(setting).toBe(-Math.sign(die.offset(column)));
    }
  });
});

describe('known conversions over the registers', () => {
  const plan = planWith(TRIMMED, { offset: 3, mismatch: 0.1 });

  it('cancel what offset and mismatch of the cells add together', () => {
    const mean = { before: 0, after: 0 };
    for (const seed of [1, 2, 3]) {
      const { bus, die, weights, random } = programmed(plan, seed);
      const vectors = (count: number) => Int8Array.from({ length: count * 24 }, () => random.whole(0, 15));
      const known = knownConversions(plan, { weights, inputs: vectors(128) });
      const { settings, reported } = calibrateTrims(bus, plan.shape, known);
      // Judged by other inputs than those that were known.
      const inputs = vectors(300);
      const ideal = Macro.from(plan);
      ideal.loadWeights(weights);
      const { outputs: wanted } = ideal.convertBatch(inputs);
      const errorsWith = (trims: ArrayLike<number>) => {
        const macro = Macro.from(plan, { die });
        macro.loadWeights(weights);
        macro.array.loadTrim(settingCells(plan.shape, trims));
        const { outputs } = macro.convertBatch(inputs);
        return outputs.reduce((wrong, value, at) => wrong + Number(value !== wanted[at]), 0) / outputs.length;
      };
      mean.before += errorsWith(new Int8Array(20)) / 3;
      mean.after += errorsWith(settings) / 3;
      expect(reported.reduce((sum, one) => sum + one, 0)).toBeLessThan(6);
    }
    expect(mean.after).toBeLessThan(0.75 * mean.before);
  });

  it('leave a column alone whose MACs meet no reference', () => {
    const { bus, weights } = programmed(plan, 2);
    for (let row = 0; row < 24; row++) weights[row * 20 + 4] = 0;
    for (const { address, data } of cellWrites(packTernary(weights), 20)) bus.write(address, data);
    const known = knownConversions(plan, { weights, inputs: new Int8Array(24 * 8).fill(5) });
    expect(known.limits[4]).toBe(UNTOLD);
    const { settings, reported } = calibrateTrims(bus, plan.shape, known);
    expect([settings[4], reported[4]]).toEqual([0, 1]);
  });

  it('ask of an ideal macro no trim', () => {
    const ideal = planWith(TRIMMED, {});
    const { bus, weights, random } = programmed(ideal, 5);
    const inputs = Int8Array.from({ length: 100 * 24 }, () => random.whole(0, 15));
    const { settings, reported } = calibrateTrims(
      bus,
      ideal.shape,
      knownConversions(ideal, { weights, inputs }),
    );
    expect([...settings].every((setting) => setting === 0)).toBe(true);
    expect(reported.includes(1)).toBe(false);
  });
});

describe('what cannot be calibrated is refused', () => {
  const { shape } = planOf(TRIMMED);
  it.each<[string, () => unknown]>([
    ['this macro has no trim rows', () => offsetConversions({ ...shape, trimRows: 0 })],
    ['bank 1 is outside 0..0', () => offsetConversions(shape, 1)],
    ['0 conversions of a setting are outside 1..16384', () => offsetConversions(shape, 0, 0)],
    [
      'half a trim step takes 400 reference cells, a step has 320',
      () => offsetConversions({ ...shape, trimPulses: 800 }),
    ],
    [
      'half a trim step takes 100 cells of the offset group, which has 80',
      () => offsetConversions({ ...shape, trimPulses: 200 }),
    ],
    [
      'a ramp that ends with the first columns does not tell the offsets of the others',
      () =>
        knownConversions(planOf(trimmedWith({ adc: { ramp: 'falling', earlyStop: true, topK: 3 } })), {
          weights: new Int8Array(480),
          inputs: new Int8Array(24),
        }),
    ],
  ])('%s', (message, act) => expect(act).toThrow(new RangeError(message)));

  it('and an access that the macro refuses is an error', () => {
    const bus = busOf(Machine.from(planOf(TRIMMED)));
    expect(() => bus.read(0x1_0000)).toThrow('the macro refuses address 0x10000');
  });
});
