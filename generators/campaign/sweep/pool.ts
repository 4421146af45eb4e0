import { fork } from 'node:child_process';
import { once } from 'node:events';
import { availableParallelism } from 'node:os';
import { extname } from 'node:path';
import { fileURLToPath } from 'node:url';
import { Interrupted } from '../../common/problems.js';
import type { Built, Job } from './build.js';

/** Packages that a process must make before it has paid for its start: it loads and compiles all code anew. */
const LEAST_PER_WORKER = 4;

/** Jobs that another process has: the one it works on, and the next. */
const AHEAD = 2;

/** Processes that make so many packages soonest; 1 stands for this one alone. */
export function workersFor(packages: number): number {
  return Math.max(1, Math.min(availableParallelism(), Math.floor(packages / LEAST_PER_WORKER)));
}

/**
 * Builds the package of every job, in any order. The first jobs go to other processes, so that those start while this one
 * finds the next.
 *
 * @param jobs    finds the next job when it is asked, in this process
 * @param workers processes, this one among them
 * @param use     is told what became of a job
 * @throws Interrupted where `stop` aborts, once every process has ended: a package is there whole, or as before
 */
export async function buildEach<Named extends Job>(
  jobs: AsyncGenerator<Named>,
  workers: number,
  stop: AbortSignal | undefined,
  use: (job: Named, built: Built) => void,
): Promise<void> {
  const next = async () => {
    if (stop?.aborted) throw new Interrupted();
    const { value, done } = await jobs.next();
    if (stop?.aborted) throw new Interrupted();
    return done === true ? undefined : value;
  };
  const handOn = (job: Named, built: Built) => {
    if (stop?.aborted) throw new Interrupted();
    use(job, built);
  };
  /** This process builds too. What builds is loaded with the first job: where nothing changed there is none. */
  const own = async () => {
    for (let job = await next(); job !== undefined; job = await next()) {
      const { buildPackage } = await import('./build.js');
      handOn(job, await buildPackage(job));
    }
  };
  const processes: Builder[] = [];
  const started = () => {
    const builder = new Builder();
    processes.push(builder);
    return builder;
  };
  /** Another process always has the next job, so that it need not wait until this one has time for it. */
  const other = async () => {
    let builder: Builder | undefined;
    const ahead: { readonly job: Named; readonly built: Promise<Built> }[] = [];
    const fill = async () => {
      while (ahead.length < AHEAD) {
        const job = await next();
        if (job === undefined) return;
        builder ??= started();
        const built = builder.build(job);
        // A failure is met where it is awaited, which may be later.
        built.catch(() => undefined);
        ahead.push({ job, built });
      }
    };
    for (await fill(); ahead.length > 0; await fill()) {
      const { job, built } = ahead.shift()!;
      handOn(job, await built);
    }
  };
  const end = () => Promise.all(processes.map((each) => each.end()));
  stop?.addEventListener('abort', end, { once: true });
  try {
    const lanes = await Promise.allSettled([...Array.from({ length: workers - 1 }, other), own()]);
    if (stop?.aborted) throw new Interrupted();
    for (const result of lanes) if (result.status === 'rejected') throw result.reason;
  } finally {
    stop?.removeEventListener('abort', end);
    await end();
  }
}

const WORKER = fileURLToPath(new URL(`./worker${extname(import.meta.url)}`, import.meta.url));

/** A process that builds one package after the other. */
class Builder {
  private readonly child = fork(WORKER, {
    serialization: 'advanced',
    stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
    // Sources need the loader that this process was started with; nothing else of it is meant for another one.
    execArgv: WORKER.endsWith('.ts') ? process.execArgv : [],
  });
  /** Who waits for the jobs that were sent, in that order. */
  private readonly waiting: {
    readonly resolve: (built: Built) => void;
    readonly reject: (error: Error) => void;
  }[] = [];
  private readonly ended = once(this.child, 'exit');

  constructor() {
    this.child.on('message', (built) => this.waiting.shift()!.resolve(built as Built));
    this.child.once('exit', () => {
      for (const { reject } of this.waiting) reject(new Error('a process that builds packages has ended'));
    });
  }

  build({ plan, folder, replaces, force }: Job): Promise<Built> {
    return new Promise((resolve, reject) => {
      this.waiting.push({ resolve, reject });
      // A process that was ended meanwhile takes nothing.
      this.child.send({ plan, folder, replaces, force } satisfies Job, (error) => error && reject(error));
    });
  }

  /** It ends when what it is writing has its place, or is cleaned up. */
  async end(): Promise<void> {
    this.child.kill();
    await this.ended;
  }
}
