/** A thread of {@link boundImages}: numbers of batches come in, what came of them goes out. */
import { parentPort, workerData } from 'node:worker_threads';
import { type BoundImages, ImageBounder, type ImageStudy } from './images.js';

const bounder = new ImageBounder(workerData as ImageStudy);
parentPort!.on('message', async (batches: readonly number[]) => {
  const found: BoundImages[] = [];
  for (const batch of batches) found.push(await bounder.bound(batch));
  parentPort!.postMessage(found);
});
