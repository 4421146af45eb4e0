/**
 * Proofs: what holds of a macro's Verilog for all inputs and at all times.
 *
 * {@link proveMacro} proves the properties of a package's config on the Verilog in its folder, with an {@link Engine} that
 * {@link engineOf} finds. A property that does not hold comes with a run that breaks it.
 *
 * @example
 * ```ts
 * import { engineOf, isProved, loadMacro, orThrow, planMacro, proveMacro } from 'imcgen';
 *
 * const plan = orThrow(planMacro(orThrow(await loadMacro('out/demo/config.resolved.json'))));
 * const results = await proveMacro('out/demo', plan, { engine: await engineOf('auto'), jobs: 2 });
 * for (const result of results) console.log(result.proof.title, isProved(result));
 * ```
 *
 * @module prove
 */
export {
  type Engine,
  engineOf,
  type Failed,
  type Open,
  type Outcome,
  type Proved,
} from '../checks/formal/engines.js';
export { isProved, type ProofResult, type ProveOptions, proveMacro } from '../checks/formal/prove.js';
export type { Signal, Waveform } from '../checks/formal/waveform.js';
export type { Claim, Proof, ProofName, PsumProofName, Witness } from '../package/formal/proof.js';
