import { availableParallelism } from 'node:os';
import { Worker } from 'node:worker_threads';
import type { PackageFile } from '../emit/package.js';
import type { MacroPlan } from '../plan/plan.js';
import { Interrupted } from '../problems.js';

/** Packages that a thread must make before it has paid for its start: a thread compiles all code anew. */
const LEAST_PER_WORKER = 4;

/** Threads that make so many packages soonest; 1 stands for this one alone. */
export function workersFor(packages: number): number {
  return Math.max(1, Math.min(availableParallelism(), Math.floor(packages / LEAST_PER_WORKER)));
}

/**
 * Makes the files of every plan and hands them on as they come, in any order.
 *
 * @param workers threads; 1 for none but this one
 * @param use     takes the files of plan number `index`; the next package is made meanwhile
 * @throws Interrupted where `stop` aborts, once every `use` has ended
 */
export async function generateEach(
  plans: readonly MacroPlan[],
  workers: number,
  stop: AbortSignal | undefined,
  use: (index: number, files: readonly PackageFile[]) => Promise<void>,
): Promise<void> {
  let next = 0;
  const lane = async (generate: (plan: MacroPlan) => Promise<readonly PackageFile[]>) => {
    const take = () => {
      const index = next++;
      return index < plans.length ? { index, files: generate(plans[index]!) } : undefined;
    };
    for (let current = take(); current !== undefined; ) {
      const files = await current.files;
      if (stop?.aborted) throw new Interrupted();
      const { index } = current;
      current = workers > 1 ? take() : undefined;
      await use(index, files);
      if (stop?.aborted) throw new Interrupted();
      current ??= take();
    }
  };
  if (workers <= 1) {
    const { packageFiles } = await import('../emit/package.js');
    return lane(async (plan) => packageFiles(plan));
  }
  const threads = Array.from({ length: workers }, () => new GeneratorThread());
  const end = () => {
    for (const thread of threads) thread.end();
  };
  stop?.addEventListener('abort', end, { once: true });
  try {
    const lanes = await Promise.allSettled(threads.map((thread) => lane((plan) => thread.generate(plan))));
    if (stop?.aborted) throw new Interrupted();
    for (const result of lanes) if (result.status === 'rejected') throw result.reason;
  } finally {
    stop?.removeEventListener('abort', end);
    end();
  }
}

/** A thread that makes one package at a time. */
class GeneratorThread {
  private readonly worker = new Worker(
    new URL(import.meta.url.endsWith('.ts') ? './worker.ts' : './worker.js', import.meta.url),
  );

  generate(plan: MacroPlan): Promise<readonly PackageFile[]> {
    return new Promise((resolve, reject) => {
      const settle = (then: () => void) => {
        this.worker.off('message', done).off('error', reject).off('exit', gone);
        then();
      };
      const done = (files: readonly PackageFile[]) => settle(() => resolve(files));
      const gone = (code: number) => settle(() => reject(new Error(`a generator thread ended with ${code}`)));
      this.worker.on('message', done).on('error', reject).on('exit', gone);
      this.worker.postMessage(plan);
    });
  }

  end(): void {
    void this.worker.terminate();
  }
}
