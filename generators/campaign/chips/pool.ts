import { availableParallelism } from 'node:os';
import { fileURLToPath } from 'node:url';
import { onThreadsOrHere } from '../threads/threads.js';
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
  await onThreadsOrHere<ChipRecord['chip'], ChipRecord>(
    {
      ...{ worker: WORKER, data: study, tasks: chips, atOnce: 1, threads, stop },
      use: (records) => records.forEach(use),
    },
    () => {
      const tester = new ChipTester(study);
      return (chip) => tester.record(chip, stop);
    },
  );
}
