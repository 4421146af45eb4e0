import { readFile } from 'node:fs/promises';
import path from 'node:path';
import type { Files } from '../../common/files/text-file.js';
import { Interrupted, InvalidInput } from '../../common/problems.js';
import { unreadable } from '../../common/system-errors.js';
import type { MacroPlan } from '../../macro/plan/plan.js';
import { propertyFiles } from '../../package/formal/files.js';
import type { Claim, Proof, ProvedDesign } from '../../package/formal/proof.js';
import { proofsOf } from '../../package/formal/proofs.js';
import { designOf } from '../../package/formal/script.js';
import type { Engine, Outcome, Task } from './engines.js';

/** What came of one proof. */
export interface ProofResult {
  /** What was to be proved. */
  readonly proof: Proof;
  /** Whether it was, and if not a run that shows why. */
  readonly outcome: Outcome;
  /** Whether each state that the assumptions must leave within reach is. */
  readonly witnesses: readonly (Claim & {
    /** Whether a run was found that ends there; if not, the assumptions may exclude what matters. */
    readonly reached: boolean;
  })[];
  /** How long it took. */
  readonly seconds: number;
}

/**
 * Whether all properties of a proof hold, and its assumptions leave every witness within reach.
 *
 * @param result of {@link proveMacro}
 */
export function isProved({ outcome, witnesses }: ProofResult): boolean {
  return outcome.kind === 'proved' && witnesses.every(({ reached }) => reached);
}

/** How to prove. */
export interface ProveOptions {
  /** What proves, see {@link engineOf}. */
  readonly engine: Engine;
  /** Proofs that run at a time. */
  readonly jobs: number;
  /** Ends the proofs under way and all that they started. */
  readonly signal?: AbortSignal;
  /** Told at the start and as each proof ends; `title` is one that is still under way. */
  readonly progress?: (done: number, total: number, title: string) => void;
}

/**
 * Proves every property of a macro on the Verilog of its package, whatever has become of it; the properties are
 * those of its config.
 *
 * @param folder package that `imcgen generate` wrote
 * @param plan   of its config
 * @param options what proves, and how many proofs at a time
 * @returns results in the order of the proofs
 * @throws InvalidInput where a file is missing, or Yosys cannot read it
 * @throws MissingTool where what the engine runs is not installed
 * @throws Interrupted where the signal aborts, once all that was started has ended
 *
 * @example
 * ```ts
 * import { engineOf, type MacroPlan, proveMacro } from 'imcgen';
 *
 * declare const plan: MacroPlan;
 * const engine = await engineOf('builtin');
 * for (const { proof, outcome } of await proveMacro('out/demo', plan, { engine, jobs: 1 })) {
 *   if (outcome.kind === 'failed') console.log(proof.name, outcome.properties, outcome.run.cycles);
 * }
 * ```
 */
export async function proveMacro(
  folder: string,
  plan: MacroPlan,
  options: ProveOptions,
): Promise<readonly ProofResult[]> {
  return proveEach(proofsOf(plan), options, (proof, signal) =>
    prove(folder, plan, proof, options.engine, signal),
  );
}

/**
 * Does proofs side by side, the longest first.
 *
 * @param one does one of them
 * @returns results in the order of the proofs
 * @throws what one of them throws, once all that was started has ended
 */
export async function proveEach(
  proofs: readonly Proof[],
  options: ProveOptions,
  one: (proof: Proof, signal: AbortSignal) => Promise<ProofResult>,
): Promise<readonly ProofResult[]> {
  const results = new Map<Proof, ProofResult>();
  const waiting = [...proofs].sort((a, b) => b.effort - a.effort);
  const failed = new AbortController();
  const signal = options.signal ? AbortSignal.any([options.signal, failed.signal]) : failed.signal;
  const tell = () => {
    const title = proofs.find((proof) => !waiting.includes(proof) && !results.has(proof))?.title ?? '';
    options.progress?.(results.size, proofs.length, title);
  };
  const lane = async () => {
    for (let proof = waiting.shift(); proof !== undefined; proof = waiting.shift()) {
      tell();
      results.set(proof, await one(proof, signal));
    }
    tell();
  };
  const lanes = await Promise.allSettled(
    Array.from({ length: options.jobs }, () =>
      lane().catch((error: unknown) => {
        failed.abort();
        throw error;
      }),
    ),
  );
  const errors = lanes.flatMap((one) => (one.status === 'rejected' ? [one.reason as unknown] : []));
  // What stopped the others says more than that they were stopped.
  const cause = errors.find((error) => !(error instanceof Interrupted)) ?? errors[0];
  if (cause !== undefined) throw cause;
  return proofs.map((proof) => results.get(proof)!);
}

/** Proves every property of one proof. */
export async function prove(
  folder: string,
  plan: MacroPlan,
  proof: Proof,
  engine: Engine,
  signal: AbortSignal | undefined,
): Promise<ProofResult> {
  const files = await filesOf(folder, plan, proof);
  return proveTask(engine, { folder, plan, proof, files, signal });
}

/** Does one proof, of any design. */
export async function proveTask(engine: Engine, task: Task): Promise<ProofResult> {
  const started = performance.now();
  const { proof } = task;
  const { outcome, reached } = await engine.prove(task);
  return {
    proof,
    outcome,
    witnesses: proof.witnesses.map((witness) => ({ ...witness, reached: reached.has(witness.name) })),
    seconds: (performance.now() - started) / 1000,
  };
}

/** What a proof reads: the design as it is in the folder, the properties as the config has them. */
export async function filesOf(folder: string, plan: MacroPlan, proof: Proof): Promise<Files> {
  return new Map([...(await designFiles(folder, plan, proof)), ...propertyFiles(plan, proof)]);
}

/** The design that a proof is about, as it is in the folder. */
export async function designFiles(folder: string, plan: ProvedDesign, proof: Proof): Promise<Files> {
  const read = designOf(plan, proof).map(async (name) => {
    const file = path.join(folder, name);
    const text = await readFile(file, 'utf8').catch((error) => {
      throw new InvalidInput([unreadable(file, error, `imcgen verify ${folder} says what changed.`)]);
    });
    return [name, text] as const;
  });
  return new Map(await Promise.all(read));
}
