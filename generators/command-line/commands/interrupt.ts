import { Interrupted } from '../../common/problems.js';

const SIGNALS = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;

/**
 * Work that Ctrl-C may stop. The first signal aborts it; when it has cleaned up, the command ends by that signal,
 * as a shell expects, and says nothing.
 *
 * @throws Interrupted where a signal came, whatever became of the work
 */
export async function interruptible<Value>(work: (stop: AbortSignal) => Promise<Value>): Promise<Value> {
  const stop = new AbortController();
  let received: (typeof SIGNALS)[number] | undefined;
  const remember = (signal: NodeJS.Signals) => {
    received ??= SIGNALS.find((known) => known === signal);
    stop.abort();
  };
  for (const signal of SIGNALS) process.on(signal, remember);
  try {
    const value = await work(stop.signal);
    // A signal that came during synchronous work has its turn first.
    await new Promise(setImmediate);
    if (received !== undefined) throw new Interrupted(received);
    return value;
  } catch (error) {
    throw received === undefined ? error : new Interrupted(received);
  } finally {
    for (const signal of SIGNALS) process.off(signal, remember);
  }
}
