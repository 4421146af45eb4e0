import type { Die } from '../../macro/die/die.js';
import { TRIM_ROW_BASE, weightAddress, wordsOf } from '../../macro/plan/addresses.js';
import type { MacroPlan } from '../../macro/plan/plan.js';
import { calibrateOffsets } from '../../macro/trim/procedure.js';
import type { TrimSettings } from '../../macro/trim/search.js';
import { program, randomConversions } from './scenario.js';
import type { Vectors } from './stimulus.js';
import { newBench, type VectorOptions } from './vectors.js';

/** A calibration of the trim rows as a testbench plays it, and what it finds. */
export interface CalibrationVectors {
  /** Its accesses with the answers of the golden model. */
  readonly vectors: Vectors;
  /** What the golden model found; the testbench reads it back. */
  readonly found: TrimSettings;
}

/**
 * A macro that is programmed, calibrates its trim rows and then converts random inputs, all over the bus.
 *
 * @param plan    of a macro with trim rows
 * @param options seed of weights and inputs, conversions afterwards, and the die
 * @throws RangeError for a macro that cannot be calibrated
 */
export function calibrationVectors(
  plan: MacroPlan,
  { seed, conversions, die }: Pick<VectorOptions, 'seed' | 'conversions'> & { readonly die?: Die },
): CalibrationVectors {
  const { trimRows, columns } = plan.shape;
  const bench = newBench(plan, seed, undefined, { die });
  const { stimulus } = bench;
  program(bench);
  const bus = {
    write: (address: number, data: number) => stimulus.write(address, data),
    read: (address: number) => stimulus.read(address),
  };
  const found = calibrateOffsets(bus, plan.shape);
  for (let row = TRIM_ROW_BASE; row < TRIM_ROW_BASE + trimRows; row++) {
    for (const plane of [0, 1] as const) {
      for (let word = 0; word < wordsOf(columns); word++) bus.read(weightAddress(row, plane, word));
    }
  }
  randomConversions(bench, conversions);
  return { vectors: stimulus.vectors(), found };
}
