import type { Command } from 'commander';

const EXAMPLES = `
Examples:
  imcgen merge results                         the report that the command would have printed at once
  imcgen merge results -o all.jsonl            all results in one file, which is a file of results itself
  imcgen merge a.jsonl b.jsonl --json
  imcgen merge results --npy activations       tensors that imcgen capture has found, as it writes them in one run

Puts together what a command with --shard i/n has found, in any order and of any n: the merged bytes are the same
for 1 shard or 1,000, however often some of them ran. Shards that are missing, there twice, or of another campaign
are named, with the command line flags that make them.
Exit code 1: the shards are not one whole campaign, or what they found is what the command ends with 1 for.`;

interface MergeFlags {
  readonly output?: string;
  readonly npy?: string;
  readonly json: boolean;
  readonly quiet: boolean;
}

/** Adds `imcgen merge`. The implementation loads when the command runs. */
export function registerMerge(program: Command): void {
  program
    .command('merge')
    .description('put the results of shards together')
    .argument('<results...>', 'files that --shard wrote, or folders of them')
    .option('-o, --output <file>', 'write all results into one file')
    .option('--npy <folder>', 'results of imcgen capture: write the tensors there')
    .option('--json', 'print the report as JSON', false)
    .option('--quiet', 'print nothing', false)
    .addHelpText('after', EXAMPLES)
    .action(async (paths: string[], flags: MergeFlags) => {
      const { gather, writeMerged } = await import('../../campaign/shards/merge.js');
      const { requireWritable } = await import('../../common/files/output.js');
      const { mergedPasses, mergedReport } = await import('../actions/merge.js');
      if (flags.output !== undefined) requireWritable([{ path: flags.output, kind: 'file' }], paths);
      if (flags.npy !== undefined) requireWritable([{ path: flags.npy, kind: 'folder' }], paths);
      const results = gather(paths);
      if (flags.output !== undefined) writeMerged(results, flags.output);
      if (flags.npy !== undefined) {
        const { writeCaptured } = await import('../../campaign/shards/capture.js');
        writeCaptured(results, flags.npy);
      }
      if (!flags.quiet) {
        const { text, json } = mergedReport(results, flags.npy);
        process.stdout.write(flags.json ? json() : text());
      }
      if (!mergedPasses(results)) process.exitCode = 1;
    });
}
