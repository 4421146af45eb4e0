import { failure, type Problem, type Result, success } from '../problems.js';
import { fullScale, type MacroShape, offsetCapacity, stepCapacity, stepRows } from './shape.js';

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
 * Reference cells per ramp step, from references in unit discharges.
 *
 * Step k discharges `pulses` unit pulses through N_k cells, so the ramp passes
 * `pulses * (N_1 + .. + N_k - N_0)`. Rounds each reference to the nearest whole cell;
 * N_0 is the fewest cells that start the ramp at least one cell below the first reference.
 *
 * @param references ascending, unit discharges, length 2^bits - 1
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
  const problems: Problem[] = [];
  const offsetCells = Math.max(0, 1 - cumulated[0]!);
  const stepCells = cumulated.map((cells, k) => cells - (k === 0 ? -offsetCells : cumulated[k - 1]!));
  const references = rampReferences(stepCells, offsetCells, pulses);
  const path = 'adc.reference';

  if (offsetCells > 0 && shape.offsetRows === 0 && wanted[0]! > -0.5 * pulses && wanted[0]! < 0.5 * pulses) {
    problems.push({
      file,
      path: `${path}.pulses`,
      message: `step 1 of levels "${levels}" is ${short(wanted[0]!)} u, less than half a cell (${pulses} u): code 0 would be unreachable`,
      fix:
        pulses > 1
          ? 'Use fewer pulses, or a smaller inputScale * weightScale.'
          : 'Use a smaller inputScale * weightScale (more u per activation), or an offset group (offsetRows).',
    });
  } else if (offsetCells > offsetCapacity(shape)) {
    const rows = Math.ceil(offsetCells / shape.referenceColumns);
    problems.push({
      file,
      path: `${path}.offsetRows`,
      message: `${shape.offsetRows} rows x ${shape.referenceColumns} columns give ${offsetCapacity(shape)} offset cells, levels "${levels}" start at ${short(wanted[0]!)} u and need ${offsetCells}`,
      fix: `Use offsetRows >= ${rows}, or more reference.columns or pulses.`,
    });
  }

  const merged = stepCells.findIndex((cells, k) => k > 0 && cells < 1);
  if (merged > 0) {
    const gap = Math.min(...wanted.slice(1).map((reference, k) => reference - wanted[k]!));
    problems.push({
      file,
      path: `${path}.pulses`,
      message: `steps ${merged} and ${merged + 1} of levels "${levels}" (${short(wanted[merged - 1]!)} u and ${short(wanted[merged]!)} u) fall on the same cell count: references must rise by at least one cell (${pulses} u)`,
      fix:
        gap > 1 && pulses > 1
          ? `Use pulses <= ${Math.max(1, Math.floor(gap))}.`
          : 'Use fewer bits for this layer, a smaller inputScale * weightScale (more u per activation), or adc.rounding "optimal".',
    });
  }

  const capacity = stepCapacity(shape, bits);
  const largest = stepCells.reduce((best, cells, k) => (cells > stepCells[best]! ? k : best), 0);
  if (stepCells[largest]! > capacity) {
    const rows = capacity / shape.referenceColumns;
    const columns = rows === 0 ? 0 : Math.ceil(stepCells[largest]! / rows);
    const coarser = Math.ceil((stepCells[largest]! * pulses) / Math.max(1, capacity));
    problems.push({
      file,
      path: `${path}.columns`,
      message: `${shape.referenceColumns} columns x ${rows} rows give ${capacity} cells a step, step ${largest + 1} of levels "${levels}" needs ${stepCells[largest]}`,
      fix:
        stepRows(shape) === 0
          ? `Use reference.rows >= ${shape.offsetRows + 2 ** shape.adcBits - 1}.`
          : `Use columns >= ${columns}, or pulses >= ${coarser} (coarser steps: adds up to ${short((coarser - pulses) / 2)} u of reference error).`,
    });
  }

  const rampTop = pulses * stepCells.reduce((sum, cells) => sum + cells, 0);
  const lineLimit = Math.max(rampTop, pulses * offsetCells);
  if (lineLimit > shape.headroom) {
    problems.push({
      file,
      path: 'array.headroom',
      message: `${shape.headroom} u do not cover the ramp of levels "${levels}": its reference line discharges ${lineLimit} u by the last reference`,
      fix:
        lineLimit <= fullScale(shape)
          ? `Use headroom >= ${lineLimit}.`
          : 'Use a larger inputScale * weightScale (fewer u per activation), or more rows or input bits.',
    });
  }
  return problems.length > 0 ? failure(...problems) : success({ bits, stepCells, offsetCells, references });
}

/** A number for a message: at most four significant digits. */
export function short(value: number): string {
  return String(Number(value.toPrecision(4)));
}
