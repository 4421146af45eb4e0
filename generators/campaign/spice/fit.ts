/** In: what the bench of a read path says. Out: parameters of a die that compresses like it. */
import type { DieConfig } from '../../macro/die/constants.js';
import type { CellMeasurement } from './cell.js';
import { leastSquares } from './least-squares.js';

/** Most compression that a config takes. */
const MOST_COMPRESSION = 0.5;

/** What conversions of a nominal die have, on all columns alike, that the same die as a model does not. */
export interface Tracking {
  /** What the reference lines discharge of what they should, to be expected of any die. */
  readonly referenceGain: number;
  /** What a MAC lies higher above a reference of zero than it should, u. */
  readonly commonOffset: number;
}

/** The section of a config with compression and swing as measured; four digits of the first. The same of tracking, where it was. */
export function fittedDie(
  die: DieConfig,
  { compression, headroom }: Pick<CellMeasurement, 'compression' | 'headroom'>,
  tracking?: Tracking,
): DieConfig {
  return {
    ...die,
    compression: Number(Math.min(MOST_COMPRESSION, compression).toPrecision(4)),
    swing: headroom,
    ...(tracking && {
      referenceGain: Number(tracking.referenceGain.toFixed(5)),
      commonOffset: Number(tracking.commonOffset.toFixed(4)),
    }),
  };
}

/** The section without anything that differs from cell to cell, column to column, or comparison to comparison. */
export function nominalDie(die: DieConfig): DieConfig {
  return { ...die, mismatch: 0, globalSpread: 0, pulseError: 0, offset: 0, noise: 0 };
}

/** Margin of a step, u: of transistors, and of the model, whose reference lies at `level`. */
export interface ComparedMargin {
  readonly spice: number;
  readonly model: number;
  readonly level: number;
}

/**
 * Finds the gain of the reference lines and the offset that bring the margins of a nominal die to those of transistors: the line
 * of least squares through what they differ by, over the level of the reference.
 *
 * @param margins those that lie near their threshold
 * @throws RangeError where they have no two levels
 */
export function trackingOf(margins: readonly ComparedMargin[]): Tracking {
  const [offset, slope] = leastSquares(
    margins.map(({ level }) => [1, level]),
    margins.map(({ spice, model }) => spice - model),
  ) as [number, number];
  return { referenceGain: 1 - slope, commonOffset: offset };
}
