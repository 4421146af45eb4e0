/** A thread of {@link checkDies}: seeds come in, what they give goes out. */
import { parentPort, workerData } from 'node:worker_threads';
import { type CheckStudy, DrawnDies, type Seeds } from './check.js';

const drawn = new DrawnDies(workerData as CheckStudy);
parentPort!.on('message', (tasks: readonly Seeds[]) => {
  parentPort!.postMessage(tasks.map((seeds) => drawn.check(seeds)));
});
