import { fork } from 'node:child_process';
import { availableParallelism } from 'node:os';
import { extname } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { PackageFile } from '../emit/package.js';
import type { MacroPlan } from '../plan/plan.js';
import { Interrupted } from '../problems.js';

/** Packages that a process must make before it has paid for its start: it loads and compiles all code anew. */
const LEAST_PER_WORKER = 4;

/** Processes that make so many packages soonest; 1 stands for this one alone. */
export function workersFor(packages: number): number {
  return Math.max(1, Math.min(availableParallelism(), Math.floor(packages / LEAST_PER_WORKER)));
}

/**
 * Makes the files of every plan and hands them on as they come, in any order.
 *
 * @param workers processes; 1 for none but this one
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
      if (index >= plans.length) return undefined;
      const files = generate(plans[index]!);
      // A failure is met where the files are awaited, which may be later.
      files.catch(() => undefined);
      return { index, files };
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
  const processes = Array.from({ length: workers }, () => new Generator());
  const end = () => {
    for (const each of processes) each.end();
  };
  stop?.addEventListener('abort', end, { once: true });
  try {
    const lanes = await Promise.allSettled(processes.map((each) => lane((plan) => each.generate(plan))));
    if (stop?.aborted) throw new Interrupted();
    for (const result of lanes) if (result.status === 'rejected') throw result.reason;
  } finally {
    stop?.removeEventListener('abort', end);
    end();
  }
}

const WORKER = fileURLToPath(new URL(`./worker${extname(import.meta.url)}`, import.meta.url));

/** A process that makes one package at a time. */
class Generator {
  private readonly child = fork(WORKER, {
    serialization: 'advanced',
    stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
    // Sources need the loader that this process was started with; nothing else of it is meant for another one.
    execArgv: WORKER.endsWith('.ts') ? process.execArgv : [],
  });

  generate(plan: MacroPlan): Promise<readonly PackageFile[]> {
    return new Promise((resolve, reject) => {
      const gone = () => reject(new Error('a process that generates packages has ended'));
      this.child.once('exit', gone).once('message', (files) => {
        this.child.off('exit', gone);
        resolve(files as PackageFile[]);
      });
      this.child.send(plan);
    });
  }

  end(): void {
    this.child.kill();
  }
}
