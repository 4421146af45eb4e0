import type { Command } from 'commander';
import { requireWritable } from '../../common/files/output.js';
import type { Shard } from '../../common/shard.js';

/**
 * The part of the work that a command does, and the file that it is for. Ends the command as wrong usage where only one of
 * them is given.
 *
 * @throws InvalidInput where the file cannot be written
 */
export function shardFlags(
  command: Command,
  { shard, output }: { readonly shard?: Shard; readonly output?: string },
): { readonly shard: Shard; readonly file: string } {
  if (shard === undefined || output === undefined) {
    return command.error('error: --shard i/n and -o <file> go together', { exitCode: 2 });
  }
  requireWritable([{ path: output, kind: 'file' }]);
  return { shard, file: output };
}
