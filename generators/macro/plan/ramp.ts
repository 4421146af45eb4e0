import { rounded } from '../../common/figures.js';
import { failure, faultsOf, type Result, success } from '../../common/problems.js';
import { MOST_REFERENCE_COLUMNS, MOST_REFERENCE_PULSES } from '../config/limits.js';
import { fullScale, type MacroShape, offsetCapacity, rampLimit, stepCapacity } from './shape.js';

/** Directions for a scale, in the fixes of rules that one value alone cannot settle: plan/fixes.ts tries what they leave open. */
export const SMALLER_SCALE = 'a smaller inputScale * weightScale (more u per activation)';
export const LARGER_SCALE = 'a larger inputScale * weightScale (fewer u per activation)';

/** Contents of one reference bank, step by step, and what it realises. */
export interface RampPlan {
  /** Run-time code width of this bank. */
  readonly bits: number;
  /** N_k: 1-cells that step k drives, k = 1 .. 2^b - 1. */
  readonly stepCells: readonly number[];
  /** N_0: 1-cells of the offset group. */
  readonly offsetCells: number;
  /** ref[k] = p (N_1 + .. + N_k) - p N_0, in unit discharges. */
  readonly references: readonly number[];
}

/** ref[k] of every step, in unit discharges. */
export function rampReferences(
  stepCells: readonly number[],
  offsetCells: number,
  pulses: number,
): readonly number[] {
  let cells = -offsetCells;
  return stepCells.map((step) => {
    cells += step;
    return pulses * cells;
  });
}

/**
 * 1-cells that discharge the fuller of the two reference lines in a conversion.
 *
 * A rising ramp discharges one line and its offset group the other. A falling ramp discharges all steps at
 * once, then takes them back through the other line, all but the first.
 *
 * @param first ref[1] / p, whole cells
 * @param last  ref[2^b - 1] / p, whole cells
 */
export function lineCells(first: number, last: number, { ramp }: MacroShape): number {
  const offset = Math.max(0, 1 - first);
  const other = ramp === 'falling' ? offset + last - first : offset;
  return Math.max(last + offset, other);
}

/** The highest last reference, in cells, that the reference lines leave to a ramp with each size of the offset group. */
export function* reachOfOffsets(
  mostOffset: number,
  shape: MacroShape,
): Generator<{ readonly offset: number; readonly highest: number }> {
  const line = rampLimit(shape);
  for (let offset = 0; offset <= Math.min(mostOffset, line); offset++) {
    let highest = line - offset;
    while (lineCells(1 - offset, highest, shape) > line) highest--;
    yield { offset, highest };
  }
}

/**
 * Reference cells per ramp step, from references in unit discharges.
 *
 * Step k discharges `pulses` unit pulses through N_k cells, so the ramp passes
 * `pulses * (N_1 + .. + N_k - N_0)`. Rounds each reference to the nearest whole cell;
 * N_0 is the fewest cells that start the ramp at least one cell below the first reference.
 *
 * @param references ascending, unit discharges, length 2^bits - 1
 * @param bits       code width of the bank
 * @param shape      of the macro
 * @param at         how problems name the levels and the config
 * @returns the plan, or every violated rule with the change that would satisfy it
 */
export function planRamp(
  references: readonly number[],
  bits: number,
  shape: MacroShape,
  at: { readonly file: string; readonly levels: string },
): Result<RampPlan> {
  const pulses = shape.referencePulses;
  return rampFromCells(
    references.map((reference) => Math.round(reference / pulses)),
    bits,
    shape,
    at,
    references,
  );
}

/**
 * Checks every rule of the reference columns for a ramp given as cumulated cells.
 *
 * @param cumulated  ref[k] / p, whole cells
 * @param wanted     the real-valued references behind them, for the messages
 */
export function rampFromCells(
  cumulated: readonly number[],
  bits: number,
  shape: MacroShape,
  at: { readonly file: string; readonly levels: string },
  wanted: readonly number[],
): Result<RampPlan> {
  const { file, levels } = at;
  const pulses = shape.referencePulses;
  const { problems, refuse } = faultsOf(file);
  const offsetCells = Math.max(0, 1 - cumulated[0]!);
  const stepCells = cumulated.map((cells, k) => cells - (k === 0 ? -offsetCells : cumulated[k - 1]!));
  const references = rampReferences(stepCells, offsetCells, pulses);
  const path = 'adc.reference';

  if (offsetCells > 0 && shape.offsetRows === 0 && wanted[0]! > -0.5 * pulses && wanted[0]! < 0.5 * pulses) {
    refuse(
      `${path}.pulses`,
      `step 1 of levels "${levels}" is ${short(wanted[0]!)} u and rounds to no cell (a cell is ${pulses} u): a mac of 0 would read as code 1`,
      wanted[0]! >= 0.5
        ? `Use pulses <= ${Math.floor(2 * wanted[0]!)}.`
        : `Use ${SMALLER_SCALE}, or an offset group (offsetRows).`,
    );
  } else if (offsetCells > offsetCapacity(shape)) {
    const rows = Math.ceil(offsetCells / shape.referenceColumns);
    refuse(
      `${path}.offsetRows`,
      `${shape.offsetRows} rows x ${shape.referenceColumns} columns give ${offsetCapacity(shape)} offset cells, levels "${levels}" start at ${short(wanted[0]!)} u and need ${offsetCells}`,
      rows < shape.referenceRows
        ? `Use offsetRows >= ${rows}, or more reference.columns or pulses.`
        : `Use ${LARGER_SCALE}.`,
    );
  }

  const merged = stepCells.findIndex((cells, k) => k > 0 && cells < 1);
  if (merged > 0) {
    const gap = Math.min(...wanted.slice(1).map((reference, k) => reference - wanted[k]!));
    refuse(
      `${path}.pulses`,
      `steps ${merged} and ${merged + 1} of levels "${levels}" (${short(wanted[merged - 1]!)} u and ${short(wanted[merged]!)} u) fall on the same cell count: references must rise by at least one cell (${pulses} u)`,
      gap > 1 && pulses > 1
        ? `Use pulses <= ${Math.max(1, Math.floor(gap))}.`
        : `Use fewer bits for this layer, ${SMALLER_SCALE}, or adc.rounding "optimal".`,
    );
  }

  const capacity = stepCapacity(shape, bits);
  const largest = stepCells.reduce((best, cells, k) => (cells > stepCells[best]! ? k : best), 0);
  if (stepCells[largest]! > capacity) {
    const rows = capacity / shape.referenceColumns;
    refuse(
      `${path}.columns`,
      `${shape.referenceColumns} columns x ${rows} rows give ${capacity} cells a step, step ${largest + 1} of levels "${levels}" needs ${stepCells[largest]}`,
      capacityFix(stepCells[largest]!, rows, wanted, capacity, shape),
    );
  }

  const passed = lineCells(cumulated[0]!, cumulated.at(-1)!, shape);
  if (passed > rampLimit(shape)) {
    refuse(
      'array.headroom',
      `${shape.headroom} u do not cover the ramp of levels "${levels}": its reference line discharges ${pulses * passed} u by the last reference`,
      pulses * passed <= fullScale(shape)
        ? `Use headroom >= ${pulses * passed}.`
        : `Leave headroom out where bitlines never clip, or use ${LARGER_SCALE}.`,
    );
  }
  return problems.length > 0 ? failure(...problems) : success({ bits, stepCells, offsetCells, references });
}

/** Which columns, or which coarser step, would hold the largest step of a ramp. */
function capacityFix(
  cells: number,
  rows: number,
  wanted: readonly number[],
  capacity: number,
  shape: MacroShape,
): string {
  if (rows === 0) return `Use reference.rows >= ${shape.offsetRows + 2 ** shape.adcBits - 1}.`;
  const columns = Math.ceil(cells / rows);
  const fits = (pulses: number) => {
    const ramp = wanted.map((reference) => Math.round(reference / pulses));
    return ramp.every((reference, k) => reference - (ramp[k - 1] ?? Math.min(0, reference - 1)) <= capacity);
  };
  let pulses = shape.referencePulses + 1;
  while (pulses <= MOST_REFERENCE_PULSES && !fits(pulses)) pulses++;
  const added = short((pulses - shape.referencePulses) / 2);
  const choices = [
    ...(columns <= MOST_REFERENCE_COLUMNS ? [`columns >= ${columns}`] : []),
    ...(pulses <= MOST_REFERENCE_PULSES
      ? [`pulses >= ${pulses} (coarser steps: adds up to ${added} u of reference error)`]
      : []),
  ];
  if (choices.length > 0) return `Use ${choices.join(', or ')}.`;
  return `Use more reference.rows, or ${LARGER_SCALE}.`;
}

/** A number for a message: at most four significant digits. */
export function short(value: number): string {
  return String(rounded(value, 4));
}
