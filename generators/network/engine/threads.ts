import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { fileURLToPath } from 'node:url';
import { Worker } from 'node:worker_threads';
import { sizeOf } from '../graph/steps.js';
import { GoldenNetwork } from './golden.js';
import type { NetworkHardware } from './hardware.js';

/** Beside the compiled source; sources that run uncompiled have no such file and take one thread. */
const WORKER = fileURLToPath(new URL('./worker.js', import.meta.url));

/** A {@link GoldenNetwork} on several threads, which share the images of a batch. */
export class GoldenThreads {
  private readonly workers: readonly { readonly worker: Worker; readonly failed: Promise<never> }[];
  private readonly own: GoldenNetwork | undefined;
  private readonly size: number;

  /** @param threads as many as there are cores where left out; with 1 the thread that calls does the work */
  constructor(hardware: NetworkHardware, threads: number = availableParallelism()) {
    const { network } = hardware.plan;
    this.size = sizeOf(network.shapes.get(network.input)!);
    const count = existsSync(WORKER) && threads > 1 ? threads : 0;
    this.own = count === 0 ? new GoldenNetwork(hardware) : undefined;
    this.workers = Array.from({ length: count }, () => started(hardware));
  }

  /** Threads that compute. */
  get threads(): number {
    return Math.max(1, this.workers.length);
  }

  /**
   * The codes of a batch, as {@link GoldenNetwork.run} gives them. One batch at a time.
   *
   * @throws whatever a thread throws
   */
  async run(samples: Float32Array): Promise<Int16Array> {
    if (this.own !== undefined) return this.own.run(samples);
    const images = samples.length / this.size;
    const share = Math.ceil(images / this.workers.length);
    const parts = await Promise.all(
      this.workers.map(async ({ worker, failed }, at) => {
        const part = samples.slice(at * share * this.size, (at + 1) * share * this.size);
        if (part.length === 0) return new Int16Array();
        const answer = once(worker, 'message');
        worker.postMessage(part, [part.buffer]);
        return (await Promise.race([answer, failed]))[0] as Int16Array;
      }),
    );
    const codes = new Int16Array(parts.reduce((length, part) => length + part.length, 0));
    let to = 0;
    for (const part of parts) {
      codes.set(part, to);
      to += part.length;
    }
    return codes;
  }

  async close(): Promise<void> {
    await Promise.all(this.workers.map(({ worker }) => worker.terminate()));
  }
}

/** A thread, and what becomes of it should it fail, then or later. */
function started(hardware: NetworkHardware) {
  const worker = new Worker(WORKER, { workerData: hardware });
  const failed = new Promise<never>((_, reject) => worker.once('error', reject));
  // Told by the next batch: until then nobody waits for it.
  failed.catch(() => undefined);
  return { worker, failed };
}
