/** In: tasks, a worker that does them. Out: what came of them, in any order. */
import { existsSync } from 'node:fs';
import { Worker } from 'node:worker_threads';
import { Interrupted } from '../../common/problems.js';

/** What threads do. */
export interface ThreadedWork<Task, Found> {
  /** Path of the module that answers a list of tasks with a list of what it found. */
  readonly worker: string;
  /** What each worker is given when it begins. */
  readonly data: unknown;
  readonly tasks: readonly Task[];
  /** Tasks that a thread is given at a time. */
  readonly atOnce: number;
  readonly threads: number;
  readonly stop: AbortSignal | undefined;
  readonly use: (found: readonly Found[]) => void;
}

/**
 * Does tasks on several threads; in this one where there is one alone, where another has nothing to do, and where sources run
 * uncompiled, which have no compiled worker beside them.
 *
 * @param here what does a task in this thread, made when it is needed
 * @throws Interrupted where `stop` aborts; what was handed on by then stays
 */
export async function onThreadsOrHere<Task, Found>(
  work: ThreadedWork<Task, Found>,
  here: () => (task: Task) => Found | Promise<Found>,
): Promise<void> {
  const { worker, tasks, atOnce, threads, stop, use } = work;
  if (threads > 1 && tasks.length > atOnce && existsSync(worker)) return onThreads(work);
  const found = here();
  for (const task of tasks) {
    // Signals and the bar have their turn.
    await new Promise(setImmediate);
    if (stop?.aborted) throw new Interrupted();
    use([await found(task)]);
  }
}

/**
 * Does tasks on several threads.
 *
 * @throws Interrupted where `stop` aborts; what was handed on by then stays
 */
export async function onThreads<Task, Found>(work: ThreadedWork<Task, Found>): Promise<void> {
  const { worker: file, data, tasks, atOnce, threads, stop, use } = work;
  if (stop?.aborted) throw new Interrupted();
  let next = 0;
  const lane = (worker: Worker) =>
    new Promise<void>((resolve, reject) => {
      const send = () => {
        if (next >= tasks.length) return resolve();
        worker.postMessage(tasks.slice(next, next + atOnce));
        next += atOnce;
      };
      worker.on('message', (found: readonly Found[]) => {
        try {
          use(found);
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
    { length: Math.min(threads, Math.ceil(tasks.length / atOnce)) },
    () => new Worker(file, { workerData: data, execArgv: file.endsWith('.ts') ? process.execArgv : [] }),
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
