/**
 * A die: cells that differ, amplifiers with offsets, noise, temperature. `Macro` and `Machine` convert on it.
 *
 * Also importable as `imcgen/model/die`, wherever there is JavaScript.
 *
 * @example
 * ```ts
 * import { Die, Macro, type MacroPlan } from 'imcgen';
 *
 * declare const plan: MacroPlan; // its config has "die"
 * const macro = Macro.from(plan, { die: Die.from(plan, 7) });
 * console.log(macro.convert(new Uint8Array(plan.shape.rows)).codes);
 * ```
 *
 * @module die
 */
export { type DieConfig, type DieConstants, dieConstants } from '../macro/die/constants.js';
export {
  type ChosenDeviates,
  Die,
  type DieLines,
  type DieReference,
  type StoredCells,
} from '../macro/die/die.js';
