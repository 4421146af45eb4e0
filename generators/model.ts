/**
 * `imcgen/model`: planning, golden model and bus words, for any JavaScript: a browser page, a worker, a simulation in the
 * cloud. `imcgen/model/scenario` has the vectors. Nothing in it reads files, starts programs or needs Node, and it
 * validates nothing: it takes a config with every default filled in, such as `config.resolved.json` of a package, and
 * levels as `imcgen calibrate` writes them. `imcgen` reads and validates both.
 *
 * @example
 * ```ts
 * import { type Levels, Macro, type MacroConfig, macroInput, orThrow, planMacro } from 'imcgen/model';
 *
 * declare const config: MacroConfig; // JSON.parse of config.resolved.json
 * declare const levels: Levels; // JSON.parse of levels/0_*.json beside it
 * const plan = orThrow(planMacro(macroInput(config, [levels], 'my macro')));
 * const { codes } = Macro.from(plan).convert(new Uint8Array(plan.shape.rows));
 * ```
 *
 * @module imcgen/model
 */
export {
  describeProblem,
  type Failure,
  InvalidInput,
  orThrow,
  type Problem,
  type Result,
  type Success,
} from './common/problems.js';
export * from './library/model.js';
export type { Bus, InputCoding, RampDirection, Readout, ResetStyle } from './macro/config/choices.js';
export { type MacroInput, macroInput } from './macro/config/input.js';
export type { Levels, LevelsHistogram, MacroConfig, Provenance } from './macro/config/types.js';
export type { QuantizationError } from './macro/plan/error.js';
export {
  type FixSearch,
  type LayerPlan,
  type MacroPlan,
  type PlanOptions,
  planMacro,
} from './macro/plan/plan.js';
export { planRamp, type RampPlan } from './macro/plan/ramp.js';
export { type Schedule, scheduleOf } from './macro/plan/schedule.js';
export { type MacroShape, shapeOf } from './macro/plan/shape.js';
export type { TablePlan } from './macro/plan/table.js';
