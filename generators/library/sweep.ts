/**
 * Many macros from one config: a package for every combination of some options.
 *
 * @example
 * ```ts
 * import { AXES, sweep } from 'imcgen';
 *
 * const axis = AXES.find(({ flag }) => flag === 'bits')!;
 * const { rows } = await sweep('macro.json', { axes: [{ axis, values: [3, 4] }], dryRun: true });
 * for (const { variant, plan } of rows) console.log(variant.name, plan?.schedule.total);
 * ```
 *
 * @module sweep
 */
export { AXES, type Axis, type AxisValue, type AxisValues } from '../campaign/sweep/axes.js';
export type { LayerLevels, LevelsChoice } from '../campaign/sweep/levels.js';
export {
  type Sweep,
  type SweepOptions,
  type SweepRow,
  type SweepState,
  sweep,
} from '../campaign/sweep/sweep.js';
export type { Variant } from '../campaign/sweep/variants.js';
