/**
 * imcgen as a library. What it exports stands in a few groups: see `library/`, a module each.
 *
 * @example
 * ```ts
 * import { loadMacro, orThrow, packageFiles, planMacro, writePackage } from 'imcgen';
 *
 * const plan = orThrow(planMacro(orThrow(await loadMacro('macro.json'))));
 * orThrow(await writePackage('out/demo', packageFiles(plan)));
 * ```
 *
 * @module imcgen
 */
export * from './library/calibrate.js';
export * from './library/cosim.js';
export * from './library/die.js';
export * from './library/faults.js';
export * from './library/kernel.js';
export * from './library/maintain.js';
export * from './library/model.js';
export * from './library/montecarlo.js';
export * from './library/network.js';
export * from './library/package.js';
export * from './library/plan.js';
export * from './library/problems.js';
export * from './library/prove.js';
export * from './library/scenario.js';
export * from './library/sweep.js';
export * from './library/trim.js';
