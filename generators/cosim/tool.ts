import { execa } from 'execa';
import { Interrupted } from '../problems.js';

export interface ToolOutput {
  /** stdout and stderr, as they came. */
  readonly output: string;
  readonly exitCode: number | undefined;
  /** There is no such command. */
  readonly missing: boolean;
}

/** How long the children of a stopped tool may take to end by themselves. */
const GRACE_MS = 2000;

/**
 * Runs a simulator or compiler to its end, in a process group of its own: compilers start others, and on a stop
 * all of them have to go before their folder is removed.
 *
 * @throws Interrupted where `signal` aborts, once the whole group has ended
 */
export async function runTool(
  command: string,
  args: readonly string[],
  signal: AbortSignal | undefined,
  options: { readonly cwd?: string; readonly env?: Readonly<Record<string, string>> } = {},
): Promise<ToolOutput> {
  if (signal?.aborted) throw new Interrupted();
  const run = execa(command, args, { ...options, stdin: 'ignore', all: true, reject: false, detached: true });
  const stop = () => signalGroup(run.pid, 'SIGTERM');
  signal?.addEventListener('abort', stop, { once: true });
  try {
    const result = await run;
    if (signal?.aborted) {
      await endOfGroup(run.pid);
      throw new Interrupted();
    }
    const missing = (result as { code?: string }).code === 'ENOENT';
    return { output: result.all ?? '', exitCode: result.exitCode, missing };
  } finally {
    signal?.removeEventListener('abort', stop);
  }
}

/** Whether there was anybody left to tell. */
function signalGroup(pid: number | undefined, signal: NodeJS.Signals | 0): boolean {
  if (pid === undefined) return false;
  try {
    return process.kill(-pid, signal);
  } catch {
    return false;
  }
}

async function endOfGroup(pid: number | undefined): Promise<void> {
  const deadline = performance.now() + GRACE_MS;
  while (signalGroup(pid, 0) && performance.now() < deadline) {
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
  signalGroup(pid, 'SIGKILL');
}
