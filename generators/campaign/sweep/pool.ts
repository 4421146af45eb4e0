import { fork } from 'node:child_process';
import { availableParallelism } from 'node:os';
import { extname } from 'node:path';
import { fileURLToPath } from 'node:url';
import { Interrupted } from '../../common/problems.js';
import type { MacroPlan } from '../../macro/plan/plan.js';
import type { PackageFile } from '../../package/text/contribution.js';

/** Packages that a process must make before it has paid for its start: it loads and compiles all code anew. */
const LEAST_PER_WORKER = 4;

/** Plans that another process has: the one it works on, and the next. */
const AHEAD = 2;

/** Processes that make so many packages soonest; 1 stands for this one alone. */
export function workersFor(packages: number): number {
  return Math.max(1, Math.min(availableParallelism(), Math.floor(packages / LEAST_PER_WORKER)));
}

/**
 * Makes the files of every plan and hands them on as they come, in any order.
 *
 * @param workers processes, this one among them
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
  const handOn = async (index: number, files: readonly PackageFile[]) => {
    if (stop?.aborted) throw new Interrupted();
    await use(index, files);
    if (stop?.aborted) throw new Interrupted();
  };
  /** This process makes packages too: it is loaded already. */
  const own = async () => {
    const { packageFiles } = await import('../../package/package.js');
    while (next < plans.length) {
      const index = next++;
      await handOn(index, packageFiles(plans[index]!));
    }
  };
  /** Another process always has the next plan, so that it need not wait until this one has time for it. */
  const other = async (generator: Generator) => {
    const ahead: { readonly index: number; readonly files: Promise<readonly PackageFile[]> }[] = [];
    const send = () => {
      while (ahead.length < AHEAD && next < plans.length) {
        const index = next++;
        const files = generator.generate(plans[index]!);
        // A failure is met where the files are awaited, which may be later.
        files.catch(() => undefined);
        ahead.push({ index, files });
      }
    };
    for (send(); ahead.length > 0; ) {
      const { index, files } = ahead.shift()!;
      const made = await files;
      send();
      await handOn(index, made);
    }
  };
  const processes = Array.from({ length: workers - 1 }, () => new Generator());
  const end = () => {
    for (const each of processes) each.end();
  };
  stop?.addEventListener('abort', end, { once: true });
  try {
    const lanes = await Promise.allSettled([...processes.map(other), own()]);
    if (stop?.aborted) throw new Interrupted();
    for (const result of lanes) if (result.status === 'rejected') throw result.reason;
  } finally {
    stop?.removeEventListener('abort', end);
    end();
  }
}

const WORKER = fileURLToPath(new URL(`./worker${extname(import.meta.url)}`, import.meta.url));

/** A process that makes one package after the other. */
class Generator {
  private readonly child = fork(WORKER, {
    serialization: 'advanced',
    stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
    // Sources need the loader that this process was started with; nothing else of it is meant for another one.
    execArgv: WORKER.endsWith('.ts') ? process.execArgv : [],
  });
  /** Who waits for the files of the plans that were sent, in that order. */
  private readonly waiting: {
    readonly resolve: (files: readonly PackageFile[]) => void;
    readonly reject: (error: Error) => void;
  }[] = [];

  constructor() {
    this.child.on('message', (files) => this.waiting.shift()!.resolve(files as PackageFile[]));
    this.child.once('exit', () => {
      for (const { reject } of this.waiting) reject(new Error('a process that generates packages has ended'));
    });
  }

  generate(plan: MacroPlan): Promise<readonly PackageFile[]> {
    return new Promise((resolve, reject) => {
      this.waiting.push({ resolve, reject });
      this.child.send(plan);
    });
  }

  end(): void {
    this.child.kill();
  }
}
