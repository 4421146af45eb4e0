/**
 * Many dies: batches of inputs on one die after the other.
 *
 * @example
 * ```ts
 * import { DieConverter, dieConstants, loadMacro, Macro, orThrow, planMacro } from 'imcgen';
 *
 * const plan = orThrow(planMacro(orThrow(await loadMacro('macro.json')))); // with "die"
 * const { shape, config } = plan;
 * const macro = Macro.from(plan);
 * const inputs = new Uint8Array(100 * shape.rows).fill(3); // 100 vectors, one after the other
 * const converter = new DieConverter(macro, dieConstants(config.die!, shape), inputs);
 * for (const seed of [1, 2, 3]) console.log(seed, converter.convert(seed)[0]); // code of vector 0, column 0
 * ```
 *
 * @module montecarlo
 */
export { DieConverter } from '../macro/die-batch/converter.js';
