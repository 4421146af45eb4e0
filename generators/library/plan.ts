/**
 * From a macro config and its levels to numbers of hardware: shape, reference cells, decoder tables, clock cycles.
 *
 * {@link loadMacro} reads `macro.json` and the levels files that it names; {@link macroInput} joins a config and levels that are in
 * memory. {@link planMacro} turns either into a {@link MacroPlan}, from which everything else is made, or into the rules that
 * they break. {@link PRESETS} are configs to start from.
 *
 * @example
 * ```ts
 * import { type Levels, macroInput, macroSchema, orThrow, parse, planMacro, planText } from 'imcgen';
 *
 * declare const levels: Levels; // for example what `calibrate` gives
 * const config = orThrow(
 *   parse('my macro', macroSchema, {
 *     name: 'demo',
 *     array: { rows: 64, columns: 16 },
 *     input: { bits: 4 },
 *     adc: { bits: levels.bits },
 *     output: { bits: 8 },
 *     layers: [{ levels: 'fc1.levels.json', inputScale: 0.25, weightScale: 0.1 }],
 *   }),
 * );
 * const plan = orThrow(planMacro(macroInput(config, [levels], 'my macro')));
 * console.log(planText(plan)); // what `imcgen check` prints
 * ```
 *
 * @module plan
 */
import type * as z from 'zod';
import type { MacroConfigInput } from '../macro/config/input-types.js';
import { macroSchema as schema } from '../macro/config/macro.js';
import type { MacroConfig } from '../macro/config/types.js';

export { planText } from '../command-line/report/plan.js';
export { configHash } from '../macro/config/hash.js';
export { type MacroInput, macroInput } from '../macro/config/input.js';
export type { MacroConfigInput } from '../macro/config/input-types.js';
export { type JsonSchema, jsonSchema, type Published } from '../macro/config/json-schema.js';
export { loadMacro } from '../macro/config/load.js';
export type {
  Bus,
  InputCoding,
  RampDirection,
  Readout,
  ResetStyle,
} from '../macro/config/macro.js';
export { parse, parseText } from '../macro/config/parse.js';
export type { MacroConfig } from '../macro/config/types.js';
export type { QuantizationError } from '../macro/plan/error.js';
export { triedFix } from '../macro/plan/fixes.js';
export {
  type FixSearch,
  type LayerPlan,
  type MacroPlan,
  type PlanOptions,
  planMacro,
} from '../macro/plan/plan.js';
export { planRamp, type RampPlan } from '../macro/plan/ramp.js';
export { type Schedule, scheduleOf } from '../macro/plan/schedule.js';
export { calibrationCycles, type WindowReference, windowReference } from '../macro/plan/self-calibration.js';
export { type MacroShape, shapeOf } from '../macro/plan/shape.js';
export type { TablePlan } from '../macro/plan/table.js';
export { presetFiles } from '../macro/presets/files.js';
export { PRESETS, type Preset } from '../macro/presets/presets.js';

/** Validates the content of `macro.json` and fills in its defaults, see {@link parse}. */
export const macroSchema: z.ZodType<MacroConfig, MacroConfigInput> = schema;
