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

export { AXES, type Axis, type AxisValues } from './campaign/sweep/axes.js';
export { type Sweep, type SweepOptions, type SweepRow, sweep } from './campaign/sweep/sweep.js';
export { type CosimResult, cosim, runVectors } from './checks/cosim/cosim.js';
export { type FaultRun, faultRun } from './checks/faults/run.js';
export { type Engine, engineOf, type Outcome } from './checks/formal/engines.js';
export { isProved, type ProofResult, proveMacro } from './checks/formal/prove.js';
export type { Change } from './checks/maintain/changes.js';
export { diffPackages, diffPlans, type PackageDiff, type PlanDiff } from './checks/maintain/diff.js';
export { type Resimulation, resimulate, type Verification, verifyFiles } from './checks/maintain/verify.js';
export { planText } from './command-line/report/plan.js';
export {
  describeProblem,
  InvalidInput,
  MissingTool,
  orThrow,
  type Problem,
  type Result,
} from './common/problems.js';
export { calibrate } from './levels/calibrate/calibrate.js';
export { readNpy, writeNpy } from './levels/calibrate/npy.js';
export type { CalibrationOptions } from './levels/calibrate/options.js';
export { type Foreign, foreignQuantizer, type Statement } from './levels/import/conventions.js';
export { importedLevels } from './levels/import/levels.js';
export type { Lists, NumberList } from './levels/import/list.js';
export { readLists } from './levels/import/read.js';
export { type JsonSchema, jsonSchema } from './macro/config/json-schema.js';
export { type Levels, type LevelsHistogram, levelsSchema } from './macro/config/levels.js';
export { loadMacro, type MacroInput, macroInput, parse } from './macro/config/load.js';
export { type MacroConfig, type MacroConfigInput, macroSchema } from './macro/config/macro.js';
export type { Comparator } from './macro/golden/comparator.js';
export type { BatchBuffers } from './macro/golden/kernel.js';
export { Machine } from './macro/golden/machine.js';
export { type Batch, type BatchOptions, type Conversion, codeOf, Macro } from './macro/golden/macro.js';
export {
  cellWrites,
  inputWrites,
  packReferences,
  packTernary,
  packTrim,
  referenceWrites,
  tableWrites,
  trimWrites,
} from './macro/golden/pack.js';
export type { QuantizationError } from './macro/plan/error.js';
export { type LayerPlan, type MacroPlan, planMacro } from './macro/plan/plan.js';
export { planRamp, type RampPlan } from './macro/plan/ramp.js';
export * as registers from './macro/plan/registers.js';
export { type Schedule, scheduleOf } from './macro/plan/schedule.js';
export { type MacroShape, shapeOf } from './macro/plan/shape.js';
export type { TablePlan } from './macro/plan/table.js';
export { presetFiles } from './macro/presets/files.js';
export { PRESETS, type Preset } from './macro/presets/presets.js';
export { writeNewFiles } from './macro/presets/write.js';
export type { Manifest } from './package/manifest.js';
export { type PackageFile, packageFiles } from './package/package.js';
export { NO_STALL, type Stall } from './package/vectors/bus-timing.js';
export { type Bench, streamConversions } from './package/vectors/scenario.js';
export { type Access, Stimulus, type Vectors } from './package/vectors/stimulus.js';
export { buildVectors, newBench } from './package/vectors/vectors.js';
export { writePackage } from './package/write.js';
