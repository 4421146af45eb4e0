/**
 * Manufacturing test: which defects of the memory cells the macro's march test finds.
 *
 * @example
 * ```ts
 * import { faultRun } from 'imcgen';
 *
 * const { coverage } = await faultRun('out/demo', { pairs: 2000, simulate: 0, simulator: 'icarus', seed: 1 });
 * for (const { kind, faults, found } of coverage) console.log(`${kind}: ${found} of ${faults}`);
 * ```
 *
 * @module faults
 */
export type { Coverage } from '../checks/faults/coverage.js';
export { type Cell, FAULT_MODELS, type Fault, type FaultModel } from '../checks/faults/fault.js';
export { type FaultRun, type FaultRunOptions, faultRun } from '../checks/faults/run.js';
export type { FaultSimulation } from '../checks/faults/simulate.js';
export type { CellWord } from '../macro/golden/march.js';
