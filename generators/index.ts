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
export { calibrate } from './calibrate/calibrate.js';
export { readNpy, writeNpy } from './calibrate/npy.js';
export type { CalibrationOptions } from './calibrate/options.js';
export { type JsonSchema, jsonSchema } from './config/json-schema.js';
export { type Levels, type LevelsHistogram, levelsSchema } from './config/levels.js';
export { loadMacro, type MacroInput, macroInput, parse } from './config/load.js';
export { type MacroConfig, type MacroConfigInput, macroSchema } from './config/macro.js';
export { NO_STALL, type Stall } from './cosim/bus-timing.js';
export { type CosimResult, cosim, runVectors } from './cosim/cosim.js';
export { type Bench, streamConversions } from './cosim/scenario.js';
export { type Access, Stimulus, type Vectors } from './cosim/stimulus.js';
export { buildVectors, newBench } from './cosim/vectors.js';
export type { Manifest } from './emit/manifest.js';
export { type PackageFile, packageFiles } from './emit/package.js';
export { writePackage } from './emit/write.js';
export { type FaultRun, faultRun } from './faults/run.js';
export { type Engine, engineOf, type Outcome } from './formal/engines.js';
export { isProved, type ProofResult, proveMacro } from './formal/prove.js';
export type { Comparator } from './golden/comparator.js';
export type { BatchBuffers } from './golden/kernel.js';
export { Machine } from './golden/machine.js';
export { type Batch, type BatchOptions, type Conversion, codeOf, Macro } from './golden/macro.js';
export {
  cellWrites,
  inputWrites,
  packReferences,
  packTernary,
  packTrim,
  referenceWrites,
  tableWrites,
  trimWrites,
} from './golden/pack.js';
export { type Foreign, foreignQuantizer, type Statement } from './import/conventions.js';
export { importedLevels } from './import/levels.js';
export type { Lists, NumberList } from './import/list.js';
export { readLists } from './import/read.js';
export { presetFiles } from './init/files.js';
export { PRESETS, type Preset } from './init/presets.js';
export { writeNewFiles } from './init/write.js';
export type { Change } from './maintain/changes.js';
export { diffPackages, diffPlans, type PackageDiff, type PlanDiff } from './maintain/diff.js';
export { type Resimulation, resimulate, type Verification, verifyFiles } from './maintain/verify.js';
export type { QuantizationError } from './plan/error.js';
export { type LayerPlan, type MacroPlan, planMacro } from './plan/plan.js';
export { planRamp, type RampPlan } from './plan/ramp.js';
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
export { AXES, type Axis, type AxisValues } from './sweep/axes.js';
export { type Sweep, type SweepOptions, type SweepRow, sweep } from './sweep/sweep.js';
