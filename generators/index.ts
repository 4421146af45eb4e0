/**
 * imcgen as a library: read a macro, plan its hardware, make and write its Verilog package.
 *
 * @example
 * ```ts
 * import { loadMacro, orThrow, packageFiles, planMacro, writePackage } from 'imcgen';
 *
 * const plan = orThrow(planMacro(orThrow(await loadMacro('macro.json'))));
 * orThrow(await writePackage('out/demo', packageFiles(plan)));
 * ```
 */
export { type Levels, type LevelsHistogram, levelsSchema } from './config/levels.js';
export { loadMacro, type MacroInput, macroInput, parse } from './config/load.js';
export { type MacroConfig, type MacroConfigInput, macroSchema } from './config/macro.js';
export { type Manifest, type PackageFile, packageFiles } from './emit/package.js';
export { writePackage } from './emit/write.js';
export type { QuantizationError } from './plan/error.js';
export { type LayerPlan, type MacroPlan, planMacro } from './plan/plan.js';
export type { RampPlan } from './plan/ramp.js';
export * as registers from './plan/registers.js';
export { type Schedule, scheduleOf } from './plan/schedule.js';
export { type MacroShape, shapeOf } from './plan/shape.js';
export type { TablePlan } from './plan/table.js';
export {
  describeProblem,
  InvalidInput,
  MissingTool,
  orThrow,
  type Problem,
  type Result,
} from './problems.js';
export { planText } from './report/plan.js';
