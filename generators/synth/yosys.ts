import { type ChildProcess, fork } from 'node:child_process';
import { createRequire } from 'node:module';
import { extname } from 'node:path';
import { fileURLToPath } from 'node:url';
import { Interrupted } from '../problems.js';

/** A script for the Yosys that comes along as WebAssembly, always of the same version. */
export interface YosysRun {
  /** What it may read, by path; folders as in a package. */
  readonly files: ReadonlyMap<string, string>;
  /** The script, one of the files. */
  readonly script: string;
  /** What it writes. */
  readonly outputs: readonly string[];
}

export interface YosysResult {
  readonly log: string;
  /** Undefined where Yosys ended with an error; the log ends with it. */
  readonly outputs: ReadonlyMap<string, string> | undefined;
}

/** Where a script runs: synchronous code that only the end of its process can stop. */
const PROCESS = fileURLToPath(new URL(`./yosys-process${extname(import.meta.url)}`, import.meta.url));

/** It stays for the next script: the first one pays for compiling Yosys. */
let idle: ChildProcess | undefined;

/**
 * Runs a script in a virtual folder that holds the files.
 *
 * @throws Interrupted where `signal` aborts
 */
export async function runYosys(run: YosysRun, signal: AbortSignal | undefined): Promise<YosysResult> {
  if (signal?.aborted) throw new Interrupted();
  const child = idle ?? start();
  idle = undefined;
  child.ref();
  child.channel?.ref();
  const stop = () => child.kill();
  signal?.addEventListener('abort', stop, { once: true });
  try {
    const result = await new Promise<YosysResult>((resolve, reject) => {
      const gone = () =>
        reject(signal?.aborted ? new Interrupted() : new Error('the process of Yosys has ended'));
      child.once('exit', gone).once('message', (message) => {
        child.off('exit', gone);
        resolve(message as YosysResult);
      });
      child.send(run);
    });
    if (signal?.aborted) throw new Interrupted();
    idle = child;
    return result;
  } finally {
    signal?.removeEventListener('abort', stop);
    // What waits for another script keeps nobody from ending.
    child.unref();
    child.channel?.unref();
  }
}

function start(): ChildProcess {
  return fork(PROCESS, {
    serialization: 'advanced',
    stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
    // Sources need a loader of TypeScript.
    execArgv: PROCESS.endsWith('.ts') ? ['--import', createRequire(import.meta.url).resolve('tsx')] : [],
  });
}

/** `Yosys 0.55`, from a log. */
export function versionIn(log: string): string {
  return /^ *(Yosys [\d.]+)/m.exec(log)?.[1] ?? 'Yosys';
}

/** What Yosys complained about: its error, and warnings. */
export function complaintsIn(log: string): string[] {
  return log.split('\n').filter((line) => /^(ERROR|Warning): /.test(line));
}
