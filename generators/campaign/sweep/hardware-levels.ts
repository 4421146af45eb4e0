import type { Distribution } from '../../levels/calibrate/distribution.js';
import {
  type HardwareLevels,
  type HardwareLimits,
  hardwareOptimal,
} from '../../levels/calibrate/hardware-optimal.js';
import { optimalClusters } from '../../levels/calibrate/optimal.js';
import { fillLevels } from '../../levels/calibrate/quantizer.js';
import { lineCells, reachOfOffsets } from '../../macro/plan/ramp.js';
import {
  type MacroShape,
  maxMac,
  offsetCapacity,
  outputRange,
  rampLimit,
  stepCapacity,
} from '../../macro/plan/shape.js';
import { defaultOutputScale } from '../../macro/plan/table.js';

/** Most cells from the lowest to the highest reference that are searched. */
export const MOST_CELLS = 16384;

/** What the reference block and the decoder table of a macro can hold for a layer. */
export function limitsOf(
  shape: MacroShape,
  bits: number,
  unitActivation: number,
  tableStep: number,
): HardwareLimits {
  const pulses = shape.referencePulses;
  const { low, high } = outputRange(shape);
  return {
    cell: pulses * unitActivation,
    stepCells: stepCapacity(shape, bits),
    // Some mac must lie on each side of every reference.
    offsetCells: Math.min(offsetCapacity(shape), Math.ceil(maxMac(shape) / pulses)),
    highestReference: Math.floor(maxMac(shape) / pulses),
    tableStep,
    tableMin: low,
    tableMax: high,
  };
}

/** The table step that a layer leaves open: the finest one that holds the levels of the exact optimum. */
export function tableStepFor(distribution: Distribution, bits: number, shape: MacroShape): number {
  const clusters = Math.min(2 ** bits, distribution.values.length);
  const { means } = optimalClusters(distribution, clusters);
  return defaultOutputScale(fillLevels(means, 2 ** bits), shape);
}

/**
 * References and table entries with the least error that a macro can hold, the headroom of its reference lines
 * included. Where the ramp with its offset group is too long for a line, each size of the offset group up to the one
 * that a longer line would take leaves the ramp another top, and the best is taken.
 *
 * @returns undefined where no ramp fits
 */
export function bestForMacro(
  distribution: Distribution,
  bits: number,
  shape: MacroShape,
  limits: HardwareLimits,
): HardwareLevels | undefined {
  const any = hardwareOptimal(distribution, bits, limits);
  if (any === undefined || fitsTheLines(any, shape)) return any;
  let best: HardwareLevels | undefined;
  for (const { offset, highest } of reachOfOffsets(any.offset, shape)) {
    const highestReference = Math.min(limits.highestReference ?? highest, highest);
    const within = { ...limits, offsetCells: offset, highestReference };
    const levels = hardwareOptimal(distribution, bits, within);
    if (levels !== undefined && (best === undefined || levels.mse < best.mse)) best = levels;
  }
  return best;
}

function fitsTheLines({ cells, offset }: HardwareLevels, shape: MacroShape): boolean {
  const last = cells.reduce((sum, step) => sum + step, -offset);
  return lineCells(cells[0]! - offset, last, shape) <= rampLimit(shape);
}
