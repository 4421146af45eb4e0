import type { MacroPlan } from '../plan/plan.js';
import { InvalidInput } from '../problems.js';
import type { Proof } from './proof.js';
import { COUNTEREXAMPLE, PROPERTIES_LOG, proofScript, searchScript, witnessLog } from './script.js';
import { readWaveform, type Waveform } from './waveform.js';
import { type Files, isInstalled, type Yosys, yosysBuiltin, yosysNative } from './yosys.js';

/** What has become of the properties of a proof, which are proved together. */
export type Outcome =
  /** All hold in every reachable cycle. */
  | { readonly kind: 'proved' }
  /** A run from reset after which some do not hold. */
  | { readonly kind: 'failed'; readonly properties: readonly string[]; readonly run: Waveform }
  /**
   * No run from reset was found in so many cycles, but a state in which all hold, and some no longer in the next
   * cycle. Whether reset leads there is not known.
   */
  | {
      readonly kind: 'open';
      readonly properties: readonly string[];
      readonly run: Waveform;
      readonly cycles: number;
    };

/** A proof to do: its Verilog by path in the package. */
export interface Task {
  readonly folder: string;
  readonly plan: MacroPlan;
  readonly proof: Proof;
  readonly files: Files;
  readonly signal: AbortSignal | undefined;
}

/** A way to prove. */
export interface Engine {
  /** For reports. */
  readonly name: string;
  readonly prove: (
    task: Task,
  ) => Promise<{ readonly outcome: Outcome; readonly reached: ReadonlySet<string> }>;
}

export const BUILTIN: Engine = byInduction('Yosys from npm', yosysBuiltin);
export const NATIVE: Engine = byInduction('installed Yosys', yosysNative);

/** The engine of a name; `auto` takes an installed Yosys, which is faster, where there is one. */
export async function engineOf(name: 'auto' | 'builtin' | 'native' | 'smt'): Promise<Engine> {
  if (name === 'auto') return (await isInstalled('yosys')) ? NATIVE : BUILTIN;
  return name === 'builtin' ? BUILTIN : NATIVE;
}

/** Yosys' own induction, which needs no solver. */
function byInduction(name: string, yosys: Yosys): Engine {
  return {
    name,
    prove: async (task) => {
      const { plan, proof } = task;
      const { log, written } = await run(yosys, task, proofScript(plan, proof));
      const reached = new Set(
        proof.witnesses
          .map((one) => one.name)
          .filter((one) => written.get(witnessLog(one))?.includes('model found:')),
      );
      return { outcome: await outcomeOf(yosys, task, log, written), reached };
    },
  };
}

async function outcomeOf(yosys: Yosys, task: Task, log: string, written: Files): Promise<Outcome> {
  const { plan, proof } = task;
  if (log.includes('SUCCESS!')) return { kind: 'proved' };
  const found = violation(proof, log, written);
  if (proof.combinational || log.includes('model found for base case: FAIL!'))
    return { kind: 'failed', ...found };
  const search = await run(yosys, task, searchScript(plan, proof));
  if (search.log.includes('model found for base case: FAIL!')) {
    return { kind: 'failed', ...violation(proof, search.log, search.written) };
  }
  const tried = [...search.log.matchAll(/\[base case (\d+)\] Solving/g)];
  return { kind: 'open', ...found, cycles: Number(tried.at(-1)?.[1] ?? 1) };
}

async function run(yosys: Yosys, { folder, proof, files, signal }: Task, script: string) {
  const { finished, messages, written } = await yosys({ script, files, ...(signal && { signal }) });
  const log = written.get(PROPERTIES_LOG);
  if (!finished || log === undefined) {
    const line = /^(.*ERROR: .*)$/m.exec(messages)?.[1] ?? messages.trim();
    const message = `Yosys cannot prepare the proof of ${proof.title}: ${line}`;
    throw new InvalidInput([
      { file: folder, path: '', message, fix: `imcgen verify ${folder} says what changed.` },
    ]);
  }
  return { log, written };
}

/** The counterexample that a script left, and the properties that do not hold in its last cycle. */
function violation(proof: Proof, log: string, written: Files) {
  const counterexample = written.get(COUNTEREXAMPLE);
  if (counterexample === undefined)
    throw new Error(`Yosys ends a proof without a verdict:\n${log.slice(-2000)}`);
  const waveform = readWaveform(counterexample);
  const properties = proof.properties
    .map(({ name }) => name)
    .filter((name) => waveform.signals.find((one) => one.name === `${name}_o`)?.values.at(-1) === '0');
  return { properties, run: waveform };
}
