import { failure, type Problem, type Result, success } from '../../common/problems.js';
import { type CalibrationSamples, fit } from '../../levels/calibrate/methods.js';
import { type Settings, withDefaults } from '../../levels/calibrate/options.js';
import { refitOutputs } from '../../levels/calibrate/quantizer.js';
import { macroInput } from '../../macro/config/input.js';
import type { Levels } from '../../macro/config/levels.js';
import type { MacroConfig } from '../../macro/config/macro.js';
import { type MacroPlan, planMacro } from '../../macro/plan/plan.js';
import type { LayerRule } from '../config/rules.js';
import type { ArrayColumns } from '../engine/arrays.js';
import type { ArrayHardware } from '../engine/hardware.js';
import { tileMacro } from '../plan/macro.js';
import type { LayerPlan, NetworkPlan } from '../plan/plan.js';

/** Whole references in ascending order, and what each code decodes to, both in unit discharges. */
export interface SumLevels {
  readonly references: readonly number[];
  readonly outputs: readonly number[];
}

/** How levels of a layer's column sums are chosen. */
export function levelSettings({ step, bits, levels }: LayerRule): Settings {
  return withDefaults({ name: step.name, bits, method: levels, allowConstant: true });
}

/** What references of column sums are held to, unit discharges. */
export interface SumLimits {
  /** Largest magnitude of a sum. */
  readonly most: number;
  /** What the reference line may discharge by the last reference; infinite where bitlines cannot clip. */
  readonly ramp: number;
}

/** What the least of a ramp that is too high is lowered by, before it is looked at again. */
const LOWER = 0.98;

/**
 * Levels of column sums by a method of calibration, references on the grid of unit discharges. A ramp that the headroom
 * does not cover is drawn together around zero, and outputs become the means of what is compared into them then.
 */
export function sumLevels(
  samples: CalibrationSamples,
  settings: Settings,
  { most, ramp }: SumLimits,
): SumLevels {
  const { references: wanted, outputs } = fit(samples, settings);
  const references = wholeReferences(wanted, most);
  if (discharge(references) <= ramp) return { references, outputs };
  let lowered = references;
  for (let scale = LOWER; discharge(lowered) > ramp && scale > 1e-3; scale *= LOWER) {
    lowered = wholeReferences(
      wanted.map((reference) => scale * reference),
      most,
    );
  }
  return {
    references: lowered,
    outputs: refitOutputs(samples.distribution, { references: lowered, outputs }),
  };
}

/** Unit discharges of the reference line by the last reference; a ramp starts one below its first, or at zero. */
function discharge(references: readonly number[]): number {
  return references.at(-1)! - Math.min(0, references[0]! - 1);
}

/**
 * The nearest whole references that rise by at least one and stay where sums can reach: above -most, up to most.
 * Sums that take few values leave references on top of each other, and a ramp has no step of no cells.
 */
export function wholeReferences(wanted: readonly number[], most: number): number[] {
  const whole: number[] = [];
  for (const [step, reference] of wanted.entries()) {
    const least = step === 0 ? 1 - most : whole[step - 1]! + 1;
    const greatest = most - (wanted.length - 1 - step);
    // The code of a reference is met from it upwards: 2.5 and 3 part whole sums at the same place.
    // + 0: there is no -0 in a file.
    whole.push(Math.max(least, Math.min(greatest, Math.ceil(reference))) + 0);
  }
  return whole;
}

/** The macros of a layer with the levels of their sets, or the rules that these break. */
export function programmed(
  plan: NetworkPlan,
  layer: LayerPlan,
  arrays: readonly ArrayColumns[],
  levels: readonly SumLevels[],
): Result<ArrayHardware[]> {
  const largest = Math.max(0, ...levels.flatMap(({ outputs }) => outputs.map(Math.abs)));
  const outputScale = Math.max(1, Math.ceil(largest / (2 ** (plan.config.macro.output.bits - 1) - 1)));
  const problems: Problem[] = [];
  const made: ArrayHardware[] = [];
  for (const [index, array] of arrays.entries()) {
    const macro = programmedPlan(plan, layer, array, index, levels[array.levelSet]!, outputScale);
    if (macro.ok) made.push({ ...array, macro: macro.value });
    else problems.push(...macro.problems);
  }
  return problems.length > 0 ? failure(...problems) : success(made);
}

function programmedPlan(
  { config, file }: NetworkPlan,
  layer: LayerPlan,
  array: ArrayColumns,
  index: number,
  levels: SumLevels,
  outputScale: number,
): Result<MacroPlan> {
  const { step, bits } = layer.rule;
  const macro = tileMacro(config, {
    name: macroName(config.name, step.name, index),
    ...{
      rows: array.tile.rows,
      columns: array.outputs.length,
      inputSigned: layer.input.signed,
      bits,
      outputScale,
    },
    reference: config.macro.adc.reference ?? referenceBlock(levels.references),
  });
  const { references, outputs } = levels;
  const named: Levels = {
    name: step.name,
    bits,
    centres: [...outputs],
    references: [...references],
    outputs: [...outputs],
    range: { low: outputs[0]!, high: outputs.at(-1)! },
  };
  return planMacro(macroInput(macro, [named], `${file}: layer ${step.name}, macro ${index}`));
}

/** A module name for each macro of a network. */
function macroName(network: string, layer: string, index: number): string {
  const plain = layer.toLowerCase().replace(/[^a-z0-9]+/g, '_');
  return `${network}_${plain}_${index}`.replace(/_+/g, '_').slice(0, 40).replace(/_$/, '');
}

/** Rows of a reference block that are no more than an array has. */
const BLOCK_ROWS = 256;

/** The smallest block of reference cells, in columns, that holds a ramp. */
export function referenceBlock(references: readonly number[]): MacroConfig['adc']['reference'] {
  const [first] = references as [number];
  const offset = first >= 1 ? 0 : 1 - first;
  const steps = references.map((reference, at) =>
    at === 0 ? first + offset : reference - references[at - 1]!,
  );
  const largest = Math.max(...steps);
  for (let columns = 1; ; columns *= 2) {
    const offsetRows = Math.ceil(offset / columns);
    const rows = offsetRows + Math.ceil(largest / columns) * references.length;
    if (rows <= BLOCK_ROWS || columns >= 128)
      return { columns, rows: Math.min(1024, rows), offsetRows, pulses: 1 };
  }
}
