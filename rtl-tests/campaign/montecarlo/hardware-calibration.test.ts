import { describe, expect, it } from 'vitest';
import { calibrateItself } from '../../../generators/campaign/montecarlo/hardware-calibration.js';
import { calibratorOf } from '../../../generators/campaign/montecarlo/self-calibration.js';
import { dieConstants } from '../../../generators/macro/die/constants.js';
import { Die } from '../../../generators/macro/die/die.js';
import { DieConverter } from '../../../generators/macro/die-batch/converter.js';
import { fieldIn } from '../../../generators/macro/golden/address-map.js';
import { Macro } from '../../../generators/macro/golden/macro.js';
import { referenceWrites } from '../../../generators/macro/golden/pack.js';
import { registerAddress } from '../../../generators/macro/plan/addresses.js';
import type { MacroPlan } from '../../../generators/macro/plan/plan.js';
import { calibrationWord } from '../../../generators/macro/plan/register-words.js';
import { windowReference } from '../../../generators/macro/plan/self-calibration.js';
import { settingWrites } from '../../../generators/macro/trim/procedure.js';
import { planOf } from '../../fixtures/configurations.js';
import { type DieInput, EVERY_EFFECT, withDie } from '../../fixtures/dies.js';
import { itLong } from '../../fixtures/every-change.js';
import { programmed, trimmedWith } from '../../fixtures/trimmed.js';

type Adc = Parameters<typeof trimmedWith>[0]['adc'];

function planWith(die: DieInput, adc: Adc = {}): MacroPlan {
  const array = { rows: 4, columns: 8, trimRows: 4, trimPulses: 4, selfCalibrate: true };
  return planOf(withDie(trimmedWith({ array, adc }), die));
}

const NOISY: DieInput = { ...EVERY_EFFECT, offset: 4, noise: 2 };

describe('a calibration by the macro itself, decision by decision', () => {
  it.each<[string, DieInput, Adc]>([
    ['every effect', NOISY, {}],
    ['a falling ramp', NOISY, { ramp: 'falling' }],
    // Ramps end before the upper edge is met.
    ['early stop', { offset: 8, noise: 6 }, { earlyStop: true }],
    ['no noise', { offset: 4, mismatch: 0.1 }, { readout: 'broadcast' }],
  ])('is what the machine does, cycle by cycle: %s', (_, effects, adc) => {
    const plan = planWith(effects, adc);
    const { shape } = plan;
    let conversions = 0;
    for (const seed of [1, 2, 3]) {
      const { bus, die, machine, weights } = programmed(plan, seed);
      for (const { address, data } of referenceWrites(windowReference(shape), 0, shape)) {
        bus.write(address, data);
      }
      bus.write(registerAddress('calibration'), calibrationWord(0, 3));
      while (machine.busy) machine.tick(undefined);

      const macro = Macro.from(plan);
      macro.loadWeights(weights);
      const converter = new DieConverter(macro, die.constants, new Int8Array(shape.rows));
      const found = calibrateItself(die, shape, 0, converter.currents(die), 3);
      conversions += found.conversions;
      expect(fieldIn('calibration', 'reported')(bus.read(registerAddress('calibration')))).toBe(
        found.reported.reduce((sum, flag) => sum + flag, 0),
      );
      for (const { address, data } of settingWrites(shape, found.settings)) {
        expect(bus.read(address)).toBe(data);
      }
      // Noise of what is converted next is that of the machine: it has counted the same ramps.
      expect(machine.conversions).toBe(found.conversions);
    }
    expect(conversions).toBeGreaterThan(3 * 8 * shape.columns);
  });

  itLong.each<[string, DieInput]>([
    ['even cells and noise', { offset: 5, noise: 0.5 }],
    ['uneven cells and noise', { offset: 5, mismatch: 0.1, noise: 0.5 }],
  ])('leaves columns within half a trim step on 1,000 dies, or reports them: %s', (_, effects) => {
    const plan = planWith(effects);
    const calibrator = calibratorOf({
      ...{ plan, bank: 0, calibration: 'hardware', constants: dieConstants(plan.config.die!, plan.shape) },
      ...{ weights: new Int8Array(32), inputs: new Int16Array(4) },
    })!;
    const sums = { columns: 0, reported: 0, unseen: 0 };
    for (let seed = 1; seed <= 1000; seed++) {
      const { record } = calibrator.calibrate(Die.from(plan, seed));
      sums.columns += record.columns;
      sums.reported += record.reported;
      sums.unseen += record.unseen!;
    }
    expect(sums).toMatchObject({ columns: 8000, unseen: 0 });
    expect(sums.reported).toBeLessThan(sums.columns / 4);
  });
});
