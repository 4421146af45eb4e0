import { CommanderError } from 'commander';
import { requireWritable } from '../../common/files/output.js';
import type { Shard } from '../../common/shard.js';

/**
 * The part of the work that a command does, and the file that it is for.
 *
 * @throws CommanderError where only one of them is given, InvalidInput where the file cannot be written
 */
export function shardFlags({ shard, output }: { readonly shard?: Shard; readonly output?: string }): {
  readonly shard: Shard;
  readonly file: string;
} {
  if (shard === undefined || output === undefined) {
    const message = 'error: --shard i/n and -o <file> go together';
    process.stderr.write(`${message}\n`);
    throw new CommanderError(2, 'imcgen.shard', message);
  }
  requireWritable([{ path: output, kind: 'file' }]);
  return { shard, file: output };
}
