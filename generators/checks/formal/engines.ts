import type { Files } from '../../common/files/text-file.js';
import { InvalidInput } from '../../common/problems.js';
import { isInstalled } from '../../common/tool.js';
import { outputsOf, type Proof, type ProvedDesign } from '../../package/formal/proof.js';
import { SCRIPT, type Yosys, yosysBuiltin } from '../yosys/builtin.js';
import { command, inFolder, yosysNative } from '../yosys/native.js';
import {
  counterexample,
  proofScript,
  searchScript,
  smtFile,
  smtReset,
  smtScript,
  stageLog,
  witnessLog,
} from './script.js';
import { readWaveform, type Waveform } from './waveform.js';

/** What has become of the properties of a proof, which are proved together. */
export type Outcome = Proved | Failed | Open;

/** All properties hold in every reachable cycle. */
export interface Proved {
  /** Tells it from the other outcomes. */
  readonly kind: 'proved';
}

/** Some properties do not hold. */
export interface Failed {
  /** Tells it from the other outcomes. */
  readonly kind: 'failed';
  /** Names of those that do not hold in the last cycle of the run. */
  readonly properties: readonly string[];
  /** From reset to the cycle in which they break. */
  readonly run: Waveform;
}

/**
 * Neither proved nor refuted: no run from reset that breaks a property was found, but a state in which all hold, and some
 * no longer in the next cycle. Whether reset leads there is not known.
 */
export interface Open {
  /** Tells it from the other outcomes. */
  readonly kind: 'open';
  /** Names of those that do not hold in the last cycle of the run. */
  readonly properties: readonly string[];
  /** From that state to the cycle in which they break. */
  readonly run: Waveform;
  /** Length of the runs from reset that were searched, clock cycles. */
  readonly cycles: number;
}

/** A proof to do: its Verilog by path in the package. */
export interface Task {
  readonly folder: string;
  readonly plan: ProvedDesign;
  readonly proof: Proof;
  readonly files: Files;
  readonly signal: AbortSignal | undefined;
}

/** A way to prove; {@link engineOf} gives one. */
export interface Engine {
  /** What reports call it. */
  readonly name: string;
  /**
   * Proves all properties of one proof, and tells which of its witnesses are within reach.
   *
   * @internal
   */
  readonly prove: (
    task: Task,
  ) => Promise<{ readonly outcome: Outcome; readonly reached: ReadonlySet<string> }>;
}

export const BUILTIN: Engine = byInduction('Yosys from npm', yosysBuiltin);
export const NATIVE: Engine = byInduction('installed Yosys', yosysNative);

/** A second opinion on the same properties: yosys-smtbmc with z3. What does not hold, Yosys shows. */
export const SMT: Engine = {
  name: 'yosys-smtbmc with z3',
  prove: async (task) => {
    const { plan, proof, files, signal } = task;
    const script = smtScript(plan, proof);
    const withReset = new Map([...files, [RESET, smtReset(plan)]]);
    const { finished, messages, holds, written } = await inFolder(
      { script, files: withReset },
      async (folder) => {
        const prepared = await command('yosys', ['-q', SCRIPT], folder, signal);
        let all = prepared.finished;
        for (const [at, { anyState }] of proof.stages.entries()) {
          const once = proof.clocked && !anyState;
          const runs = once
            ? [
                ['--smtc', RESET, '-t', '1:2'],
                ['-i', '-t', '1'],
              ]
            : [['-t', '1']];
          for (const args of runs) all &&= await passes([...args, smtFile(at)], folder, signal);
        }
        return { ...prepared, holds: all };
      },
    );
    if (!finished) throw unprepared(task, messages);
    if (holds) return { outcome: { kind: 'proved' }, reached: reachedIn(written, proof) };
    const shown = await NATIVE.prove(task);
    if (shown.outcome.kind !== 'proved') return shown;
    throw new Error(`z3 does not prove what Yosys proves: ${proof.title} of ${plan.name}`);
  },
};

const RESET = 'reset.smtc';

/** Whether the solver proves; `--unroll` keeps z3 from hanging. */
async function passes(
  args: readonly string[],
  folder: string,
  signal: AbortSignal | undefined,
): Promise<boolean> {
  const options = ['--noprogress', '-s', 'z3', '--unroll'];
  const { messages } = await command('yosys-smtbmc', [...options, ...args], folder, signal);
  const status = /Status: (PASSED|FAILED)/.exec(messages)?.[1];
  if (status !== undefined) return status === 'PASSED';
  throw new Error(`yosys-smtbmc ends without a verdict:\n${messages}`);
}

/**
 * The engine of a name.
 *
 * | name | what proves |
 * |---|---|
 * | `builtin` | induction by Yosys of npm, in this process: nothing to install |
 * | `native` | the same by an installed Yosys, which is faster |
 * | `smt` | yosys-smtbmc with z3, a second opinion on the same properties |
 * | `auto` | `native` where a Yosys is installed, else `builtin` |
 *
 * @param name from the table
 */
export async function engineOf(name: 'auto' | 'builtin' | 'native' | 'smt'): Promise<Engine> {
  if (name === 'auto') return isInstalled('yosys') ? NATIVE : BUILTIN;
  return { builtin: BUILTIN, native: NATIVE, smt: SMT }[name];
}

/** Yosys' own induction, which needs no solver. */
function byInduction(name: string, yosys: Yosys): Engine {
  return {
    name,
    prove: async (task) => {
      const { plan, proof } = task;
      const written = await run(yosys, task, proofScript(plan, proof));
      const broken = proof.stages.findIndex((_, at) => !logOf(written, at).includes('SUCCESS!'));
      const outcome =
        broken < 0 ? ({ kind: 'proved' } as const) : await explain(yosys, task, broken, written);
      return { outcome, reached: reachedIn(written, proof) };
    },
  };
}

function reachedIn(written: Files, { witnesses }: Proof): ReadonlySet<string> {
  const names = witnesses.map(({ name }) => name);
  return new Set(names.filter((name) => written.get(witnessLog(name))?.includes('model found:')));
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
  const { finished, messages, written } = await yosys({ script, files, signal });
  if (finished) return written;
  throw unprepared({ folder, proof }, messages);
}

function unprepared({ folder, proof }: Pick<Task, 'folder' | 'proof'>, messages: string): InvalidInput {
  const line = /^(.*ERROR: .*)$/m.exec(messages)?.[1] ?? messages.trim().split('\n').at(-1);
  const message = `Yosys cannot prepare the proof of ${proof.title}: ${line}`;
  return new InvalidInput([
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
