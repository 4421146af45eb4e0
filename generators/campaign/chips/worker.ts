/** A thread of {@link testEach}: seeds of chips come in, records go out. */
import { parentPort, workerData } from 'node:worker_threads';
import { type ChipRecord, type ChipStudy, ChipTester } from './chip.js';

const tester = new ChipTester(workerData as ChipStudy);
parentPort!.on('message', async (chips: readonly ChipRecord['chip'][]) => {
  const records: ChipRecord[] = [];
  for (const chip of chips) records.push(await tester.record(chip));
  parentPort!.postMessage(records);
});
