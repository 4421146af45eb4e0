/**
 * The scenario of a package: all that a macro must do and all that it must refuse, as bus accesses with their answers.
 *
 * {@link buildVectors} makes the vectors that a package carries, {@link newBench} a macro after reset for stimulus of your own:
 * a {@link Stimulus} writes bus accesses, which a golden model lives through as they are written.
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
export { NO_STALL, type Stall } from '../package/vectors/bus-timing.js';
export { streamConversions } from '../package/vectors/scenario.js';
export { type Access, Stimulus, type Vectors } from '../package/vectors/stimulus.js';
export { type Received, StreamPartners, type StreamTexts } from '../package/vectors/stream-partners.js';
export { buildVectors, newBench, PACKAGED, type VectorOptions } from '../package/vectors/vectors.js';
