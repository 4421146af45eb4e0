import type { Work } from '../actions/network.js';
import { interruptible } from './interrupt.js';
import { progressBar } from './progress.js';

/** Work that shows a bar where a person sees it, and that Ctrl-C may stop. */
export async function shown<Value>(work: (hooks: Work) => Promise<Value>): Promise<Value> {
  const progress = progressBar();
  return interruptible(async (stop) => {
    try {
      return await work({ stop, onProgress: progress.show });
    } finally {
      progress.clear();
    }
  });
}
