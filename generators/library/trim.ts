/**
 * Calibration of the trim rows: offsets of columns measured by conversions, and cancelled.
 *
 * @example
 * ```ts
 * import { busOf, calibrateOffsets, Die, loadMacro, Machine, orThrow, planMacro } from 'imcgen';
 *
 * const plan = orThrow(planMacro(orThrow(await loadMacro('macro.json')))); // with trim rows and "die"
 * const machine = Machine.from(plan, { die: Die.from(plan, 7) });
 * const { settings, reported } = calibrateOffsets(busOf(machine), plan.shape);
 * console.log(settings.join(' '), `${reported.filter((one) => one === 1).length} columns reported`);
 * ```
 *
 * @module trim
 */
export {
  type KnownConversions,
  type KnownInputs,
  knownConversions,
  type OffsetConversions,
  offsetConversions,
} from '../macro/trim/known.js';
export {
  busOf,
  calibrateOffsets,
  calibrateTrims,
  type MacroBus,
  type OffsetOptions,
  settingCells,
} from '../macro/trim/procedure.js';
export { type TrimLimits, type TrimSettings, UNTOLD } from '../macro/trim/search.js';
