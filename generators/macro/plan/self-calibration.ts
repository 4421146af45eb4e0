import type { Problem } from '../../common/problems.js';
import { scheduleOf } from './schedule.js';
import { type MacroShape, offsetCapacity, stepCapacity } from './shape.js';

/* Calibration of the trim rows by the macro itself. */

/** Code width of its conversions: the first reference lies half a trim step below zero, the other two as much above. */
export const WINDOW_BITS = 2;

/** Largest power of two of conversions a setting. */
export const MOST_REPEATS = 7;

/** Power of two of conversions a setting where nothing else is said: 64. */
export const USUAL_REPEATS = 6;

/**
 * Most comparisons of a setting beyond an edge of the window with which a column is not reported: a quarter of them. The macro
 * that calibrates itself and calibrations by software share this rule. A column that lies beyond an edge is expected there in half of
 * its comparisons or more, where the median of noise is zero; of 64, no more than a quarter has a probability below 4e-5.
 */
export function toleratedBeyond(comparisons: number): number {
  return Math.floor(comparisons / 4);
}

/** References of a calibration in cells, as `referenceWrites` takes them. */
export interface WindowReference {
  /** Code width of its conversions. */
  readonly bits: number;
  /** 1-cells of each step. */
  readonly stepCells: readonly number[];
  /** 1-cells of the offset group. */
  readonly offsetCells: number;
}

/**
 * What the reference bank of a calibration holds: half a trim step in the offset group, which starts the ramp below zero, a
 * whole one in the second step, nothing in the others. A column within half a trim step of zero reads as code 1.
 */
export function windowReference({ trimPulses, referencePulses }: MacroShape): WindowReference {
  const half = trimPulses / (2 * referencePulses);
  return { bits: WINDOW_BITS, stepCells: [0, 2 * half, 0], offsetCells: half };
}

/**
 * Most clock cycles that a calibration takes, from the first one in which it is busy: all columns with all settings.
 *
 * @param repeats power of two of conversions a setting
 */
export function calibrationCycles(shape: MacroShape, repeats: number): number {
  const { columns, trimRows } = shape;
  const cells = 2 * trimRows;
  // The cells of a column are taken to one end, then changed one by one: a read and a write each.
  const edits = 2 * (cells + cells);
  const conversions = (cells + 1) * 2 ** repeats;
  return columns * (edits + conversions * (1 + scheduleOf(shape, WINDOW_BITS).total));
}

/** What stands in the way of a calibration by the macro itself. */
export function checkSelfCalibration(shape: MacroShape, file: string): Problem[] {
  if (!shape.selfCalibrate) return [];
  const problems: Problem[] = [];
  const refuse = (path: string, message: string, fix: string) => problems.push({ file, path, message, fix });
  const { trimRows, trimPulses, referencePulses } = shape;
  if (trimRows === 0) {
    refuse(
      'array.selfCalibrate',
      'true, and there are no trim rows to calibrate',
      'Use array.trimRows >= 1, or leave selfCalibrate out.',
    );
    return problems;
  }
  if (shape.adcBits < WINDOW_BITS) {
    refuse(
      'adc.bits',
      `${shape.adcBits} bit has one reference, a calibration needs one on each side of zero`,
      `Use adc.bits >= ${WINDOW_BITS}, or leave array.selfCalibrate out.`,
    );
  }
  if (shape.ramp === 'falling' && shape.earlyStop) {
    refuse(
      'adc.earlyStop',
      'true ends a falling ramp before the reference below zero, which a calibration needs',
      'Use adc.earlyStop: false, or leave array.selfCalibrate out.',
    );
  }
  const step = 2 * referencePulses;
  if (trimPulses % step !== 0) {
    refuse(
      'array.trimPulses',
      `half of ${trimPulses} pulses is no whole number of reference cells of ${referencePulses} ${referencePulses === 1 ? 'pulse' : 'pulses'}`,
      `Use trimPulses ${step * Math.max(1, Math.round(trimPulses / step))}, or leave array.selfCalibrate out.`,
    );
    return problems;
  }
  const { stepCells, offsetCells } = windowReference(shape);
  if (offsetCells > offsetCapacity(shape)) {
    const rows = Math.ceil(offsetCells / shape.referenceColumns);
    refuse(
      'adc.reference.offsetRows',
      `half a trim step takes ${offsetCells} cells of the offset group, which has ${offsetCapacity(shape)}`,
      `Use offsetRows >= ${rows}, or leave array.selfCalibrate out.`,
    );
  }
  const capacity = shape.adcBits < WINDOW_BITS ? Infinity : stepCapacity(shape, WINDOW_BITS);
  if (stepCells[1]! > capacity) {
    refuse(
      'adc.reference.rows',
      `a trim step takes ${stepCells[1]} reference cells, a step of a ramp of ${WINDOW_BITS} bits has ${capacity}`,
      'Use more reference rows or columns, or fewer trimPulses and more trimRows instead.',
    );
  }
  return problems;
}
