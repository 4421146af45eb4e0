/** In: a plan, a layer of it, weights and inputs. Out: everything that a die's record depends on, as plain data. */
import { createHash } from 'node:crypto';
import { TOOL } from '../../common/version.js';
import { configHash } from '../../macro/config/hash.js';
import type { DieConstants } from '../../macro/die/constants.js';
import type { MacroPlan } from '../../macro/plan/plan.js';
import type { KnownConversions } from '../../macro/trim/known.js';

/** What is simulated on every die. A record of a die is a pure function of a study and its seed. */
export interface Study {
  /** The macro. */
  readonly plan: MacroPlan;
  /** Bank of the layer that converts. */
  readonly bank: number;
  /** Constants of the dies, those of the corner. */
  readonly constants: DieConstants;
  /** Ternary weights, rows x columns, row by row. */
  readonly weights: Int8Array;
  /** Whole numbers, one a row, vector after vector. */
  readonly inputs: Int16Array;
  /** Every die calibrates its trim rows first: by these conversions, against the offsets of its sense amplifiers, or in hardware. */
  readonly calibration?: KnownConversions | 'offsets' | 'hardware' | undefined;
}

/** What a study is known by: the same key, the same records. */
export function studyKey({ plan, bank, constants, weights, inputs, calibration }: Study): string {
  const hash = createHash('sha256');
  const known =
    typeof calibration === 'object'
      ? { ...calibration, inputs: Array.from(calibration.inputs) }
      : calibration;
  const trims = known === undefined ? [] : [known];
  hash.update(JSON.stringify([TOOL, configHash(plan), bank, constants, ...trims]));
  hash.update(weights);
  hash.update(new Uint8Array(inputs.buffer, inputs.byteOffset, inputs.byteLength));
  return hash.digest('hex');
}
