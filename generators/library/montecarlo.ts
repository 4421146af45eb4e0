/**
 * Many dies: what mismatch, offset, noise and drift make of a macro.
 *
 * @example
 * ```ts
 * import { monteCarlo } from 'imcgen';
 *
 * const { corners } = await monteCarlo('macro.json', { dies: 100, inputs: 1000 }); // with "die"
 * for (const { summary } of corners) console.log(summary.errorRate, summary.csnr, summary.yield.interval);
 * ```
 *
 * @module montecarlo
 */
export { CORNERS, type Corner, type CornerName } from '../campaign/montecarlo/corners.js';
export { type DieRecord, type Ideal, type OverColumns, simulateDies } from '../campaign/montecarlo/dies.js';
export { type Judged, LIMITS, type LimitName, type Limits } from '../campaign/montecarlo/limits.js';
export {
  type CornerResult,
  type MonteCarlo,
  type MonteCarloOptions,
  monteCarlo,
  type StudySamples,
} from '../campaign/montecarlo/montecarlo.js';
export type { SelfCalibration, TrimRecord } from '../campaign/montecarlo/self-calibration.js';
export type { Study } from '../campaign/montecarlo/study.js';
export {
  type Interval,
  type Linearity,
  type OverDies,
  type Spread,
  type StepSummary,
  type Summary,
  summaryOf,
  type TrimSummary,
  type Yield,
} from '../campaign/montecarlo/summary.js';
export { type ColumnCurrents, DieConverter } from '../macro/die-batch/converter.js';
