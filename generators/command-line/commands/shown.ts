import type { Work } from '../../common/work.js';
import { interruptible } from './interrupt.js';
import { progressBar } from './progress.js';

/**
 * Work that shows where a person sees it how far it is, and that Ctrl-C may stop.
 *
 * @param doing what to say, with the seconds that have passed, until the work tells how far it is
 */
export async function shown<Value>(
  work: (hooks: Work & { readonly stop: AbortSignal }) => Promise<Value>,
  doing?: string,
): Promise<Value> {
  const progress = progressBar();
  const started = Date.now();
  const tell = () => progress.say(`${doing}: ${Math.round((Date.now() - started) / 1000)} s`);
  const clock = doing === undefined ? undefined : setInterval(tell, 1000);
  return interruptible(async (stop) => {
    try {
      return await work({
        stop,
        onProgress: (done, total, name) => {
          clearInterval(clock);
          progress.show(done, total, name);
        },
      });
    } finally {
      clearInterval(clock);
      progress.clear();
    }
  });
}
