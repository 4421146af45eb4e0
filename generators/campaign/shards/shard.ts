import { type Range, rangeOf, type Shard, shardText } from '../../common/shard.js';
import { type Campaign, isThere, ResultWriter } from './result-file.js';

/** Work whose items are independent of each other. */
export interface Divisible {
  readonly campaign: Campaign;
  /** What the items are called: `mutants`. */
  readonly noun: string;
  /** Works on some items, at least one, and hands over a result of each, in their order. */
  readonly run: (range: Range, add: (item: unknown) => void) => Promise<void>;
}

/**
 * Does a part of a work and writes what it found into a file, which is whole or not there.
 *
 * @returns what was done, in a line
 * @throws InvalidInput where the file cannot be written, and whatever the work throws
 */
export async function runShard(
  { campaign, noun, run }: Divisible,
  shard: Shard,
  file: string,
): Promise<string> {
  const { items } = campaign;
  const range = rangeOf(shard, items);
  const none = range.from === range.to;
  const which = none ? `none of ${items} ${noun}` : `${noun} ${range.from} to ${range.to - 1} of ${items}`;
  const what = `${file}: shard ${shardText(shard)}, ${which}`;
  if (isThere(file, campaign, range)) return `${what}, there already`;
  // Made with the first result: a shard that is killed before leaves nothing.
  let writer: ResultWriter | undefined;
  const begun = () => (writer ??= new ResultWriter(file, campaign, range, shard));
  try {
    if (!none) await run(range, (item) => begun().add(item));
    begun().finish();
  } catch (error) {
    writer?.discard();
    throw error;
  }
  return what;
}
