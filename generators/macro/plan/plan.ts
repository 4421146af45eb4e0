import {
  type Failure,
  failure,
  faultsOf,
  type Problem,
  type Result,
  refused,
  success,
} from '../../common/problems.js';
import type { MacroInput } from '../config/input.js';
import { MOST_ADC_BITS, MOST_OUTPUT_BITS, MOST_REFERENCE_ROWS } from '../config/limits.js';
import type { Levels, MacroConfig } from '../config/types.js';
import { meanSquaredError, type QuantizationError } from './error.js';
import { checkPackedWords } from './packed-words.js';
import { LARGER_SCALE, planRamp, type RampPlan, rampFromCells, short } from './ramp.js';
import { optimalCells } from './rounding.js';
import { type Schedule, scheduleOf } from './schedule.js';
import { checkSelfCalibration } from './self-calibration.js';
import {
  fullScale,
  type MacroShape,
  magnitudeBits,
  maxMac,
  maxMagnitude,
  shapeOf,
  stepRows,
} from './shape.js';
import { checkStreams } from './streams.js';
import { planTable, type TablePlan } from './table.js';

/** One layer's share of the macro: its reference bank and its decoder table. */
export interface LayerPlan {
  /** Name of the layer. */
  readonly name: string;
  /** Its bank: the place of the layer in the config, from 0. */
  readonly bank: number;
  /** Code width b that the layer is converted with. */
  readonly bits: number;
  /** Activation units of one unit discharge: inputScale * weightScale. */
  readonly unitActivation: number;
  /** Contents of its reference bank. */
  readonly ramp: RampPlan;
  /** Contents of its decoder table. */
  readonly table: TablePlan;
  /** Realised minus wanted reference, unit discharges. */
  readonly referenceErrors: readonly number[];
  /** What the codes cost on the calibration samples; undefined where the levels file carries no histogram. */
  readonly error: QuantizationError | undefined;
  /** Clock cycles of a conversion of this layer. */
  readonly schedule: Schedule;
}

/** Everything the hardware needs, as pure numbers. */
export interface MacroPlan {
  /** Name of the macro: prefix of every module and file. */
  readonly name: string;
  /** The config that it was planned from. */
  readonly config: MacroConfig;
  /** The levels that it was planned from, one a layer. */
  readonly levels: readonly Levels[];
  /** The numbers that the Verilog parameters carry. */
  readonly shape: MacroShape;
  /** One a layer, in the order of banks. */
  readonly layers: readonly LayerPlan[];
  /** Clock cycles of a conversion at the built width. */
  readonly schedule: Schedule;
}

/** How much work planning may do. */
export interface PlanOptions {
  /**
   * Looks for changes of the config with which a layer that no ramp holds plans, and names them in place of the direction
   * to look in: `triedFix` of `imcgen`, which takes some 25 ms a problem. Where left out, directions are named.
   */
  readonly fixes?: FixSearch;
}

/**
 * Finds a better fix of a problem of a layer.
 *
 * @param problem as planning states it
 * @param bank    of the layer
 * @param config  that was planned
 * @param plans   whether the layer plans in another config
 * @returns the problem with another fix, or as it is
 */
export type FixSearch = (
  problem: Problem,
  bank: number,
  config: MacroConfig,
  plans: (config: MacroConfig) => boolean,
) => Problem;

/**
 * Plans the hardware of a macro. Pure: the same input gives the same plan.
 *
 * @param input   config and levels, as `loadMacro` and `macroInput` give them
 * @param options how far to look for fixes
 * @returns the plan, or every rule that they break, each with a change that helps or, without `fixes`, the direction to
 *          look in; docs/architecture.md lists the rules
 *
 * @example
 * ```ts
 * import { describeProblem, loadMacro, orThrow, planMacro } from 'imcgen';
 *
 * const plan = planMacro(orThrow(await loadMacro('macro.json')));
 * if (plan.ok) console.log(plan.value.layers[0]!.ramp.stepCells);
 * else console.error(plan.problems.map(describeProblem).join('\n'));
 * ```
 */
export function planMacro(input: MacroInput, { fixes }: PlanOptions = {}): Result<MacroPlan> {
  const { config, file } = input;
  const shape = shapeOf(config);
  const shapeProblems = checkShape(config, shape, file);
  if (shapeProblems.length > 0) return failure(...shapeProblems);
  const layers = input.levels.map((levels, bank) => planLayer(levels, bank, config, shape, file));
  const problems = layers.flatMap((layer, bank) => {
    if (layer.ok) return [];
    if (fixes === undefined) return layer.problems;
    const plans = (tried: MacroConfig) => {
      const changed = withAnyTable(tried);
      const changedShape = shapeOf(changed);
      return (
        checkShape(changed, changedShape, file).length === 0 &&
        planLayer(input.levels[bank]!, bank, changed, changedShape, file).ok
      );
    };
    return layer.problems.map((problem) => fixes(problem, bank, config, plans));
  });
  if (problems.length > 0) return failure(...problems);
  return success({
    name: config.name,
    config,
    levels: input.levels,
    shape,
    layers: layers.flatMap((layer) => (layer.ok ? [layer.value] : [])),
    schedule: scheduleOf(shape, shape.adcBits),
  });
}

/** A config whose table holds any outputs: rules of the ramp are tried without those of the table. */
function withAnyTable(config: MacroConfig): MacroConfig {
  const layers = config.layers.map(({ outputScale: _, ...layer }) => layer);
  return { ...config, layers, output: { ...config.output, bits: MOST_OUTPUT_BITS, signed: true } };
}

function checkShape(config: MacroConfig, shape: MacroShape, file: string): Problem[] {
  const { problems, refuse } = faultsOf(file);
  if (magnitudeBits(shape) < 1) {
    refuse(
      'input.bits',
      'signed inputs of 1 bit have a sign and no magnitude',
      'Use input.bits >= 2, or input.signed: false.',
    );
    return problems;
  }
  if (shape.outputSigned && shape.outputBits < 2) {
    refuse(
      'output.bits',
      'signed results of 1 bit have a sign and no magnitude',
      'Use output.bits >= 2, or output.signed: false.',
    );
  }
  if (shape.headroom > fullScale(shape)) {
    refuse(
      'array.headroom',
      `${shape.headroom} u can never be reached: ${shape.rows} rows x ${maxMagnitude(shape)} pulses discharge at most ${fullScale(shape)} u`,
      `Use headroom <= ${fullScale(shape)}, or leave it out.`,
    );
  }
  if (shape.trimRows > 0 && shape.trimPulses > maxMagnitude(shape)) {
    refuse(
      'array.trimPulses',
      `${shape.trimPulses} pulses do not fit the input phase, which has ${maxMagnitude(shape)}`,
      `Use trimPulses <= ${maxMagnitude(shape)}, and more trimRows instead.`,
    );
  }
  if (config.adc.topK !== undefined && !(shape.ramp === 'falling' && shape.earlyStop)) {
    refuse(
      'adc.topK',
      'counts the columns that end a falling ramp early, and this ramp does not',
      'Use adc.ramp: "falling" and adc.earlyStop: true, or leave topK out.',
    );
  } else if (shape.topK > shape.columns) {
    refuse(
      'adc.topK',
      `${shape.topK} columns can never be found among ${shape.columns}`,
      `Use topK <= ${shape.columns}.`,
    );
  }
  if (shape.banks < config.layers.length) {
    refuse(
      'adc.banks',
      `${shape.banks} banks cannot hold ${config.layers.length} layers`,
      `Use banks >= ${config.layers.length}.`,
    );
  }
  const groups = 2 ** shape.adcBits - 1;
  if (stepRows(shape) < 1) {
    refuse(
      'adc.reference.rows',
      `${shape.referenceRows} rows less ${shape.offsetRows} offset rows cannot give ${groups} ramp groups a row each`,
      groups + shape.offsetRows <= MOST_REFERENCE_ROWS
        ? `Use reference.rows >= ${groups + shape.offsetRows}.`
        : `Use offsetRows <= ${MOST_REFERENCE_ROWS - groups}.`,
    );
  }
  return [
    ...problems,
    ...checkStreams(shape, file),
    ...checkPackedWords(shape, file),
    ...checkSelfCalibration(shape, file),
  ];
}

function planLayer(
  levels: Levels,
  bank: number,
  config: MacroConfig,
  shape: MacroShape,
  file: string,
): Result<LayerPlan> {
  const layer = config.layers[bank]!;
  const at = { file, layer: `layers.${bank}`, levels: levels.name };
  if (levels.bits > shape.adcBits) {
    return refused(
      file,
      'adc.bits',
      `levels "${levels.name}" have ${levels.bits} bits, the ramp is built for ${shape.adcBits}`,
      levels.bits <= MOST_ADC_BITS
        ? `Use adc.bits >= ${levels.bits}, or calibrate with --bits ${shape.adcBits}.`
        : `Calibrate with --bits ${shape.adcBits}.`,
    );
  }
  const constant = constantFault(levels, at);
  if (constant !== undefined) return constant;
  const unitActivation = layer.inputScale * layer.weightScale;
  const wanted = levels.references.map((reference) => reference / unitActivation);
  const table = planTable(levels.outputs, layer.outputScale, shape, at);
  const ramp = roundRamp(levels, table, wanted, config, shape, unitActivation, at);
  const problems = [ramp, table].flatMap((part) => (part.ok ? [] : part.problems));
  if (!ramp.ok || !table.ok) return failure(...problems);
  const unreachable = checkReachable(ramp.value, shape, at);
  if (unreachable !== undefined) return unreachable;

  const decoded = table.value.entries.map((entry) => entry * table.value.outputScale);
  const realised = ramp.value.references.map((reference) => reference * unitActivation);
  return success({
    name: levels.name,
    bank,
    bits: levels.bits,
    unitActivation,
    ramp: ramp.value,
    table: table.value,
    referenceErrors: ramp.value.references.map((reference, k) => reference - wanted[k]!),
    error: levels.histogram && {
      ideal: meanSquaredError(levels.histogram, levels.references, levels.outputs),
      realised: meanSquaredError(levels.histogram, realised, decoded),
    },
    schedule: scheduleOf(shape, levels.bits),
  });
}

/** Levels whose references are all the same: those of a layer without information, which no scale tells apart. */
function constantFault(
  { references, name }: Levels,
  { file, layer }: { readonly file: string; readonly layer: string },
): Failure | undefined {
  const [first] = references;
  if (references.length < 2 || references.some((reference) => reference !== first)) return undefined;
  return refused(
    file,
    `${layer}.levels`,
    `all references of levels "${name}" are ${short(first!)}: a layer without information, whose samples were all the same`,
    'Calibrate on samples that the layer answers to.',
  );
}

function roundRamp(
  levels: Levels,
  table: Result<TablePlan>,
  wanted: readonly number[],
  config: MacroConfig,
  shape: MacroShape,
  unitActivation: number,
  at: { readonly file: string; readonly levels: string },
): Result<RampPlan> {
  if (config.adc.rounding === 'nearest') return planRamp(wanted, levels.bits, shape, at);
  if (levels.histogram === undefined) {
    return refused(
      at.file,
      'adc.rounding',
      `"optimal" weighs references by samples, and levels "${levels.name}" carry no histogram`,
      'Calibrate again with imcgen calibrate, or use "nearest".',
    );
  }
  const outputs = table.ok
    ? table.value.entries.map((entry) => entry * table.value.outputScale)
    : levels.outputs;
  const cells = optimalCells(levels.histogram, outputs, levels.bits, shape, unitActivation);
  // Where no ramp fits, rounding to nearest names the rule that stands in the way.
  return cells === undefined
    ? planRamp(wanted, levels.bits, shape, at)
    : rampFromCells(cells, levels.bits, shape, at, wanted);
}

/** Every code needs a mac that reads as it: the references must lie within what the array can produce. */
function checkReachable(
  ramp: RampPlan,
  shape: MacroShape,
  at: { readonly file: string; readonly layer: string; readonly levels: string },
): Failure | undefined {
  const top = maxMac(shape);
  const outside = ramp.references.findIndex((reference) => reference > top || reference <= -top);
  if (outside < 0) return undefined;
  const reference = ramp.references[outside]!;
  const code = reference > top ? outside + 1 : outside;
  return refused(
    at.file,
    `${at.layer}.inputScale`,
    `code ${code} of levels "${at.levels}" is unreachable: its reference is ${short(reference)} u, the array produces -${top}..${top} u`,
    `Use ${LARGER_SCALE}, or more rows, input bits or headroom.`,
  );
}
