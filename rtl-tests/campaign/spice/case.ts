import { TYPICAL_CALIBRATION } from '../../../generators/campaign/spice/calibration.js';
import type { CellMeasurement, PathMeasurement } from '../../../generators/campaign/spice/cell.js';
import { CELLS_AT_ONCE, type DeckSetup, STAIRCASE_PULSES } from '../../../generators/campaign/spice/deck.js';
import { ENGINE_MODELS } from '../../../generators/campaign/spice/engine.js';
import { TYPICAL } from '../../../generators/campaign/spice/operating.js';
import { orThrow } from '../../../generators/common/problems.js';
import { Random } from '../../../generators/common/random.js';
import { macroInput } from '../../../generators/macro/config/input.js';
import { type MacroConfigInput, macroSchema } from '../../../generators/macro/config/macro.js';
import { dieConstants } from '../../../generators/macro/die/constants.js';
import { planMacro } from '../../../generators/macro/plan/plan.js';
import { levelsFrom } from '../../fixtures/configurations.js';

/** 16 rows x 4 columns, 3 bits: what a user would simulate. */
export const SMALL: MacroConfigInput = {
  name: 'transistors',
  array: { rows: 16, columns: 4 },
  input: { bits: 3, signed: true, coding: 'pwm' },
  adc: { bits: 3, prechargeCycles: 8, reference: { columns: 4, rows: 19, offsetRows: 5 } },
  output: { bits: 8, signed: true },
  die: { mismatch: 0.025, pulseError: 0.01, offset: 0.5 },
  layers: [{ levels: 'small.levels.json' }],
};
/** References of {@link SMALL}, u. */
export const SMALL_LEVELS = levelsFrom('small', [-18, -12, -6, 0, 5, 11, 18]);

/** 4 rows x 2 columns, 2 bits: seconds in any simulator. */
export const TINY: MacroConfigInput = {
  ...SMALL,
  name: 'tiny_transistors',
  array: { rows: 4, columns: 2 },
  adc: { bits: 2, prechargeCycles: 4, reference: { columns: 2, rows: 8, offsetRows: 2 } },
};
/** References of {@link TINY}, u. */
export const TINY_LEVELS = levelsFrom('tiny', [-3, 0, 3]);

/** Decks of a config, with random weights and inputs. */
export function setupOf(config: MacroConfigInput, levels = SMALL_LEVELS, vectors = 3): DeckSetup {
  const plan = orThrow(planMacro(macroInput(macroSchema.parse(config), [levels], 'macro.json')));
  const { rows, columns } = plan.shape;
  const random = new Random(5);
  const die = plan.config.die!;
  return {
    ...{ plan, layer: plan.layers[0]!, point: TYPICAL, models: ENGINE_MODELS, comparator: 'ideal' },
    ...{ calibration: TYPICAL_CALIBRATION, measured: false, die, constants: dieConstants(die, plan.shape) },
    weights: Int8Array.from({ length: rows * columns }, () => random.whole(-1, 1)),
    inputs: Int16Array.from({ length: vectors * rows }, () => random.whole(-3, 3)),
  };
}

/** A measurement of a read path whose n-th pulse takes `pulse(n)` of a unit of 10 mV. */
export function cellOf(pulse: (n: number) => number): CellMeasurement {
  const path: PathMeasurement = {
    ...{ current: 2e-6, ranges: [], variation: 0 },
    pulses: Array.from({ length: STAIRCASE_PULSES }, (_, n) => 0.01 * pulse(n)),
  };
  return {
    calibration: { unit: 0.01, shift: [0, 0, 0] },
    paths: { single: path, plain: path, under: path },
    ...{ swing: 0.7, headroom: CELLS_AT_ONCE * STAIRCASE_PULSES, headroomVolts: 0.9 },
    ...{ headroomReached: false, compression: 0, residual: 0 },
  };
}
