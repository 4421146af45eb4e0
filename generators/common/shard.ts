/** In: which part of how many, and how many items there are. Out: the items of that part. */

/** One of several parts of a long work, from 0. */
export interface Shard {
  readonly index: number;
  readonly of: number;
}

/** Items from one number up to another one, which is not among them. */
export interface Range {
  readonly from: number;
  readonly to: number;
}

/** The items of a part: neighbours, as many as in any other part or one more or less, and each item in exactly one part. */
export function rangeOf({ index, of }: Shard, items: number): Range {
  const start = (part: number) => Math.floor((part * items) / of);
  return { from: start(index), to: start(index + 1) };
}

/** `2/8`, as the command line takes it. */
export function shardText({ index, of }: Shard): string {
  return `${index}/${of}`;
}
