import { describe, expect, it } from 'vitest';
import { Die } from '../../../generators/macro/die/die.js';
import { fieldIn } from '../../../generators/macro/golden/address-map.js';
import { Machine } from '../../../generators/macro/golden/machine.js';
import {
  cellWrites,
  inputWrites,
  packTernary,
  referenceWrites,
} from '../../../generators/macro/golden/pack.js';
import {
  registerAddress,
  resultAddress,
  TRIM_ROW_BASE,
  weightAddress,
} from '../../../generators/macro/plan/addresses.js';
import type { MacroPlan } from '../../../generators/macro/plan/plan.js';
import { calibrationWord, selfTestWord, startWord } from '../../../generators/macro/plan/register-words.js';
import { CALIBRATION } from '../../../generators/macro/plan/registers.js';
import {
  calibrationCycles,
  WINDOW_BITS,
  windowReference,
} from '../../../generators/macro/plan/self-calibration.js';
import { busOf, calibrateOffsets, type MacroBus } from '../../../generators/macro/trim/procedure.js';
import { planOf } from '../../fixtures/configurations.js';
import { type DieInput, withDie } from '../../fixtures/dies.js';
import { itLong } from '../../fixtures/every-change.js';
import { trimmedWith } from '../../fixtures/trimmed.js';

const reportedIn = fieldIn('calibration', 'reported');
const CALIBRATION_ADDRESS = registerAddress('calibration');

/** A small macro of a die that calibrates itself, with trim steps of four unit discharges. */
function planWith(die: DieInput, adc: Parameters<typeof trimmedWith>[0]['adc'] = {}): MacroPlan {
  const array = { rows: 4, columns: 8, trimRows: 4, trimPulses: 4, selfCalibrate: true };
  return planOf(withDie(trimmedWith({ array, adc }), die));
}

/** A machine with the references of a calibration in its bank. */
function windowed(plan: MacroPlan, die: Die) {
  const machine = Machine.from(plan, { die });
  const bus = busOf(machine);
  for (const { address, data } of referenceWrites(windowReference(plan.shape), 0, plan.shape)) {
    bus.write(address, data);
  }
  return { machine, bus };
}

/** Lets a machine calibrate itself, and tells how many columns it reports. */
function calibrate({ machine, bus }: ReturnType<typeof windowed>, repeats: number): number {
  const { shape } = machine;
  bus.write(CALIBRATION_ADDRESS, calibrationWord(0, repeats));
  const begun = machine.cycle;
  while (machine.busy) machine.tick(undefined);
  expect(machine.cycle - begun).toBeLessThanOrEqual(calibrationCycles(shape, repeats));
  const word = bus.read(CALIBRATION_ADDRESS);
  expect(word & (CALIBRATION.busy | CALIBRATION.done)).toBe(CALIBRATION.done);
  expect((word & CALIBRATION.fail) !== 0).toBe(reportedIn(word) > 0);
  return reportedIn(word);
}

/** The cells of the trim rows, a word each: wp and wn of the first row, then of the next. */
function trimWords(bus: MacroBus, { trimRows }: MacroPlan['shape']): number[] {
  return Array.from({ length: trimRows }, (_, row) => TRIM_ROW_BASE + row).flatMap((row) =>
    ([0, 1] as const).map((plane) => bus.read(weightAddress(row, plane, 0))),
  );
}

/** Codes of all columns for zero inputs: 1 within half a trim step. */
function codesOf(bus: MacroBus, { columns, rows }: MacroPlan['shape']): number[] {
  for (const { address, data } of inputWrites(new Uint8Array(rows))) bus.write(address, data);
  bus.write(registerAddress('start'), startWord(0, WINDOW_BITS));
  while (bus.read(registerAddress('status')) & 1);
  bus.write(registerAddress('status'), 4);
  return Array.from({ length: columns }, (_, column) => (bus.read(resultAddress(column)) >> 16) & 0xff);
}

/** Columns that are out of the window though nobody says so, on some dies, and all that are reported. */
function unseen(effects: DieInput, seeds: number, repeats: number, adc?: Parameters<typeof planWith>[1]) {
  const plan = planWith(effects, adc);
  const quiet = planWith({ ...effects, noise: 0 }, adc);
  const counts = { columns: 0, reported: 0, outside: 0, unseen: 0 };
  for (let seed = 1; seed <= seeds; seed++) {
    const one = windowed(plan, Die.from(plan, seed));
    const reported = calibrate(one, repeats);
    // The same die without noise tells where its columns are on average.
    const { bus } = windowed(quiet, Die.from(quiet, seed));
    trimWords(one.bus, plan.shape).forEach((word, at) => {
      bus.write(weightAddress(TRIM_ROW_BASE + (at >> 1), (at & 1) as 0 | 1, 0), word);
    });
    const outside = codesOf(bus, plan.shape).filter((code) => code !== 1).length;
    counts.columns += plan.shape.columns;
    counts.reported += reported;
    counts.outside += outside;
    counts.unseen += Math.max(0, outside - reported);
  }
  return counts;
}

const UNEVEN: DieInput = { offset: 5, mismatch: 0.05 };
const NOISY: DieInput = { offset: 5, mismatch: 0.05, noise: 0.5 };

describe('a macro that calibrates itself', () => {
  it.each(['rising', 'falling'] as const)(
    'brings columns within half a trim step, or reports them: %s ramp',
    (ramp) => {
      const counts = unseen(UNEVEN, 40, 0, { ramp });
      expect(counts.unseen).toBe(0);
      // Without noise it knows: what it reports is outside, and nothing else.
      expect(counts.reported).toBe(counts.outside);
      expect(counts.reported).toBeLessThan(counts.columns / 8);
    },
  );

  it('is sure of it under noise: columns near the edge are reported as well', () => {
    const counts = unseen(NOISY, 10, 6);
    expect(counts.unseen).toBe(0);
    expect(counts.reported).toBeGreaterThan(counts.outside);
  });

  itLong.each([
    [1000, UNEVEN, 0],
    [200, NOISY, 6],
  ] as const)('so on %i dies with %j', (dies, effects, repeats) => {
    const counts = unseen(effects, dies, repeats);
    expect(counts.columns).toBe(8 * dies);
    expect(counts.unseen).toBe(0);
    expect(counts.reported).toBeLessThan(counts.columns / 4);
  });

  it('finds what the procedure over the bus finds, where cells are even', () => {
    const plan = planWith({ offset: 4 });
    for (let seed = 1; seed <= 30; seed++) {
      const die = Die.from(plan, seed);
      const one = windowed(plan, die);
      const other = windowed(plan, die);
      const { reported } = calibrateOffsets(other.bus, plan.shape, { repeats: 1 });
      const count = reported.reduce((sum, flag) => sum + flag, 0);
      const itself = calibrate(one, 0);
      expect(itself).toBe(count);
      // A column that is reported may have been left at another setting.
      if (count === 0) expect(trimWords(one.bus, plan.shape)).toEqual(trimWords(other.bus, plan.shape));
    }
  });

  it('leaves weights, references, inputs, results and modes as they were', () => {
    const plan = planWith(NOISY);
    const { shape } = plan;
    const one = windowed(plan, Die.from(plan, 3));
    const { bus } = one;
    const weights = Int8Array.from({ length: 32 }, (_, cell) => (cell % 3) - 1);
    for (const { address, data } of cellWrites(packTernary(weights), shape.columns)) bus.write(address, data);
    for (const { address, data } of inputWrites([1, 15, 0, 9])) bus.write(address, data);
    const convert = () => {
      bus.write(registerAddress('start'), startWord(0, 3));
      while (bus.read(registerAddress('status')) & 1);
      bus.write(registerAddress('status'), 4);
    };
    convert();
    const addresses = [
      ...cellWrites(packTernary(weights), shape.columns),
      ...referenceWrites(windowReference(shape), 0, shape),
    ].map(({ address }) => address);
    const registers = (['status', 'error', 'interrupt', 'march', 'self_test'] as const).map(registerAddress);
    const all = [
      ...addresses,
      ...registers,
      ...Array.from({ length: shape.columns }, (_, at) => resultAddress(at)),
    ];
    const before = all.map((address) => bus.read(address));
    calibrate(one, 2);
    expect(all.map((address) => bus.read(address))).toEqual(before);
    // The inputs that were loaded are still there: trim rows alone have changed what they convert to.
    const trims = trimWords(bus, shape);
    trims.forEach((_, at) => {
      bus.write(weightAddress(TRIM_ROW_BASE + (at >> 1), (at & 1) as 0 | 1, 0), 0);
    });
    const ideal = planOf(trimmedWith({ array: { rows: 4, columns: 8, trimRows: 4, trimPulses: 4 } }));
    expect(ideal.shape.rows).toBe(shape.rows);
    expect(trims.some((word) => word !== 0)).toBe(true);
  });

  it('takes known codes where the self-test is on', () => {
    const plan = planWith({ offset: 5 });
    const one = windowed(plan, Die.from(plan, 1));
    one.bus.write(registerAddress('self_test'), selfTestWord(0));
    // Codes 0 1 2 3 0 1 2 3: two columns are within, two below whatever is added, four above from the start.
    expect(calibrate(one, 0)).toBe(6);
    const words = trimWords(one.bus, plan.shape);
    expect(words.filter((_, at) => at % 2 === 0)).toEqual(new Array(4).fill(0b0001_0001));
    expect(words.filter((_, at) => at % 2 === 1)).toEqual(new Array(4).fill(0b1110_1110));
  });
});
