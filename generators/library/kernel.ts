/**
 * The kernel: batches of `Macro` in WebAssembly with SIMD, more than 50 times as fast as in plain JavaScript.
 *
 * `imcgen` has it in use. With `imcgen/model`, import `imcgen/model/kernel` as well: from then on all macros use it.
 *
 * @example
 * ```ts
 * import { Macro, type MacroPlan } from 'imcgen/model';
 * import { kernel } from 'imcgen/model/kernel';
 *
 * declare const plan: MacroPlan;
 * const { codes } = Macro.from(plan).convertBatch(new Uint8Array(1000 * plan.shape.rows));
 * console.log(codes.length, kernel() === undefined ? 'in plain JavaScript' : 'in WebAssembly');
 * ```
 *
 * @module kernel
 */
import '../macro/kernel/macro.js';

export { kernel } from '../macro/kernel/kernel.js';
