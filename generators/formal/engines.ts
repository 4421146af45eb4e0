import type { MacroPlan } from '../plan/plan.js';
import { InvalidInput } from '../problems.js';
import { outputsOf, type Proof } from './proof.js';
import { counterexample, proofScript, searchScript, stageLog, witnessLog } from './script.js';
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
      const written = await run(yosys, task, proofScript(plan, proof));
      const reached = new Set(
        proof.witnesses
          .map(({ name }) => name)
          .filter((name) => written.get(witnessLog(name))?.includes('model found:')),
      );
      const broken = proof.stages.findIndex((_, at) => !logOf(written, at).includes('SUCCESS!'));
      const outcome =
        broken < 0 ? ({ kind: 'proved' } as const) : await explain(yosys, task, broken, written);
      return { outcome, reached };
    },
  };
}

/** What is known of a stage of which not every property could be proved. */
async function explain(yosys: Yosys, task: Task, stage: number, written: Files): Promise<Outcome> {
  const { plan, proof } = task;
  const found = violation(proof, stage, written);
  const fromReset = (log: string) => log.includes('model found for base case: FAIL!');
  if (!proof.clocked || fromReset(logOf(written, stage))) return { kind: 'failed', ...found };
  const search = await run(yosys, task, searchScript(plan, proof, stage));
  const log = logOf(search, stage);
  if (fromReset(log)) return { kind: 'failed', ...violation(proof, stage, search) };
  const tried = [...log.matchAll(/\[base case (\d+)\] Solving/g)];
  return { kind: 'open', ...found, cycles: Number(tried.at(-1)?.[1] ?? 1) };
}

async function run(yosys: Yosys, { folder, proof, files, signal }: Task, script: string): Promise<Files> {
  const { finished, messages, written } = await yosys({ script, files, ...(signal && { signal }) });
  if (finished) return written;
  const line = /^(.*ERROR: .*)$/m.exec(messages)?.[1] ?? messages.trim();
  const message = `Yosys cannot prepare the proof of ${proof.title}: ${line}`;
  throw new InvalidInput([
    { file: folder, path: '', message, fix: `imcgen verify ${folder} says what changed.` },
  ]);
}

function logOf(written: Files, stage: number): string {
  return written.get(stageLog(stage)) ?? '';
}

/** The counterexample that a stage left, and the properties that do not hold in its last cycle. */
function violation(proof: Proof, stage: number, written: Files) {
  const json = written.get(counterexample(stage));
  if (json === undefined) throw new Error(`Yosys ends a proof without a verdict:\n${logOf(written, stage)}`);
  const run = readWaveform(json, proof.clocked);
  const broken = (name: string) => run.signals.find((one) => one.name === `${name}_o`)?.values.at(-1) === '0';
  const properties = proof.properties
    .filter((claim) => outputsOf(claim).some(broken))
    .map(({ name }) => name);
  return { properties, run };
}
