import { existsSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { fileURLToPath } from 'node:url';
import { onThreads } from '../threads/threads.js';
import { type ChipRecord, type ChipStudy, ChipTester } from './chip.js';

/** Beside the compiled source; sources that run uncompiled have no such file and take one thread. */
const WORKER = fileURLToPath(new URL('./worker.js', import.meta.url));

/**
 * Tests chips and hands their records on as they come, in any order.
 *
 * @param threads as many as there are cores where left out; 1: in this one
 * @throws Interrupted where `stop` aborts; what was handed on by then stays
 */
export async function testEach(
  study: ChipStudy,
  chips: readonly ChipRecord['chip'][],
  threads: number = availableParallelism(),
  stop: AbortSignal | undefined,
  use: (record: ChipRecord) => void,
): Promise<void> {
  if (threads === 1 || chips.length < 2 || !existsSync(WORKER)) {
    const tester = new ChipTester(study);
    for (const chip of chips) use(await tester.record(chip, stop));
    return;
  }
  await onThreads<ChipRecord['chip'], ChipRecord>({
    ...{ worker: WORKER, data: study, tasks: chips, atOnce: 1, threads, stop },
    use: (records) => {
      for (const record of records) use(record);
    },
  });
}
