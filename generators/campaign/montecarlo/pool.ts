import { availableParallelism } from 'node:os';
import { extname } from 'node:path';
import { fileURLToPath } from 'node:url';
import { Worker } from 'node:worker_threads';
import { Interrupted } from '../../common/problems.js';
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
  if (threads === 1) {
    const simulator = new DieSimulator(study, perfect);
    for (const seed of seeds) {
      // Signals and the bar have their turn.
      await new Promise(setImmediate);
      if (stop?.aborted) throw new Interrupted();
      use([simulator.record(seed)]);
    }
    return;
  }
  if (stop?.aborted) throw new Interrupted();
  let next = 0;
  const lane = (worker: Worker) =>
    new Promise<void>((resolve, reject) => {
      const send = () => {
        if (next >= seeds.length) return resolve();
        worker.postMessage(seeds.slice(next, next + AT_ONCE));
        next += AT_ONCE;
      };
      worker.on('message', (records: readonly DieRecord[]) => {
        try {
          use(records);
          send();
        } catch (error) {
          reject(error);
        }
      });
      worker.once('error', reject);
      worker.once('exit', () => reject(new Interrupted()));
      send();
    });
  const workers = Array.from(
    { length: Math.min(threads, Math.ceil(seeds.length / AT_ONCE)) },
    () => new Worker(WORKER, { workerData: study, execArgv: WORKER.endsWith('.ts') ? process.execArgv : [] }),
  );
  const end = () => {
    for (const worker of workers) void worker.terminate();
  };
  stop?.addEventListener('abort', end, { once: true });
  try {
    await Promise.all(workers.map(lane));
  } finally {
    stop?.removeEventListener('abort', end);
    await Promise.all(workers.map((worker) => worker.terminate()));
  }
}

const WORKER = fileURLToPath(new URL(`./worker${extname(import.meta.url)}`, import.meta.url));
