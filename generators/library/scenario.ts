/**
 * The scenario of a package: all that a macro must do and all that it must refuse, as bus accesses with their answers.
 *
 * {@link buildVectors} makes the vectors that a package carries, {@link newBench} a macro after reset for stimulus of your own.
 * Also importable as `imcgen/model/scenario`, wherever there is JavaScript.
 *
 * @example
 * ```ts
 * import { buildVectors, type MacroPlan, PACKAGED } from 'imcgen';
 *
 * declare const plan: MacroPlan;
 * const { operations, trace, cycles } = buildVectors(plan, PACKAGED); // texts of vectors/ in a package
 * console.log(operations.length, trace.length, cycles);
 * ```
 *
 * @module scenario
 */
export { Random } from '../common/random.js';
export type { Bench } from '../package/vectors/bench.js';
export { streamConversions } from '../package/vectors/scenario.js';
export { buildVectors, newBench, PACKAGED, type VectorOptions } from '../package/vectors/vectors.js';
