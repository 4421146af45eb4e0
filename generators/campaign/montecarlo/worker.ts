/** A thread of {@link simulateEach}: seeds come in, records go out. */
import { parentPort, workerData } from 'node:worker_threads';
import { DieSimulator } from './dies.js';
import type { Study } from './study.js';

const simulator = new DieSimulator(workerData as Study);
parentPort!.on('message', (seeds: readonly number[]) => {
  parentPort!.postMessage(seeds.map((seed) => simulator.record(seed)));
});
