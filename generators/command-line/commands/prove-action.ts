import { availableParallelism } from 'node:os';
import path from 'node:path';
import { engineOf } from '../../checks/formal/engines.js';
import { isProved, type ProofResult, type ProveOptions } from '../../checks/formal/prove.js';
import { type Waveforms, writeWaveforms } from '../../checks/formal/waveform-files.js';
import { requireWritable } from '../../common/files/output.js';
import { InvalidInput } from '../../common/problems.js';
import type { ProvedDesign } from '../../package/formal/proof.js';
import { proofsJson, proofsText } from '../report/prove.js';
import { interruptible } from './interrupt.js';
import { progressBar } from './progress.js';

/** Options of `imcgen prove` and `imcgen psum prove`. */
export interface ProveFlags {
  readonly engine: Parameters<typeof engineOf>[0];
  readonly waves?: string;
  readonly json: boolean;
  readonly quiet: boolean;
}

/**
 * Proves a package, tells what came of it, and writes the runs that break a property.
 *
 * @param read the plan of the package
 * @param prove all proofs of it
 * @returns whether all was proved
 */
export async function proveAndTell<Plan extends ProvedDesign>(
  folder: string,
  flags: ProveFlags,
  read: () => Promise<Plan>,
  prove: (plan: Plan, options: ProveOptions) => Promise<readonly ProofResult[]>,
): Promise<boolean> {
  if (flags.waves !== undefined) requireWritable([{ path: flags.waves, kind: 'folder' }]);
  const plan = await read();
  const engine = await engineOf(flags.engine);
  const progress = progressBar();
  const started = performance.now();
  const results = await interruptible((signal) =>
    prove(plan, { engine, jobs: availableParallelism(), signal, progress: progress.show }),
  ).finally(progress.clear);
  const seconds = (performance.now() - started) / 1000;
  const proved = results.every(isProved);
  const tell = (waves: Waveforms) => {
    const run = { macro: plan.name, engine: engine.name, seconds, results, waves };
    if (flags.json) process.stdout.write(proofsJson(run));
    else if (!proved || !flags.quiet) process.stdout.write(proofsText(run));
  };
  try {
    tell(await writeWaveforms(results, plan, flags.waves ?? path.join(folder, 'formal')));
  } catch (error) {
    // The verdict is worth more than its pictures.
    if (error instanceof InvalidInput && !flags.json) tell(new Map());
    throw error;
  }
  return proved;
}
