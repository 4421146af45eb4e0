import { availableParallelism } from 'node:os';
import { extname } from 'node:path';
import { fileURLToPath } from 'node:url';
import { onThreadsOrHere } from '../threads/threads.js';
import { type DieRecord, DieSimulator, type IdealMacro } from './dies.js';
import type { Study } from './study.js';

/** Dies that a thread is given at a time. */
const AT_ONCE = 4;
/** Conversions for which another thread pays: it loads and draws up all anew. */
const LEAST_PER_THREAD = 20_000;

/** Threads that simulate so many dies soonest; 1 stands for this one alone. */
export function threadsFor({ inputs, plan }: Study, dies: number): number {
  const conversions = dies * (inputs.length / plan.shape.rows);
  return Math.max(1, Math.min(availableParallelism(), Math.floor(conversions / LEAST_PER_THREAD)));
}

/**
 * Simulates dies and hands their records on as they come, in any order.
 *
 * @param threads 1: in this one
 * @param ready   what its caller has made of the study, and what may end the work
 * @throws Interrupted where `stop` aborts; what was handed on by then stays
 */
export async function simulateEach(
  study: Study,
  seeds: readonly number[],
  threads: number,
  { perfect, stop }: { readonly perfect: IdealMacro; readonly stop: AbortSignal | undefined },
  use: (records: readonly DieRecord[]) => void,
): Promise<void> {
  if (seeds.length === 0) return;
  await onThreadsOrHere(
    { worker: WORKER, data: study, tasks: seeds, atOnce: AT_ONCE, threads, stop, use },
    () => {
      const simulator = new DieSimulator(study, perfect);
      return (seed) => simulator.record(seed);
    },
  );
}

const WORKER = fileURLToPath(new URL(`./worker${extname(import.meta.url)}`, import.meta.url));
