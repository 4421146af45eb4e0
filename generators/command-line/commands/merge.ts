import type { Command } from 'commander';

const EXAMPLES = `
Examples:
  imcgen merge results                         the report that the command would have printed at once
  imcgen merge results -o all.jsonl            all results in one file, which is a file of results itself
  imcgen merge a.jsonl b.jsonl --json

Puts together what a command with --shard i/n has found, in any order and of any n: the merged bytes are the same
for 1 shard or 1,000, however often some of them ran. Shards that are missing, there twice, or of another campaign
are named, with the command line flags that make them.
Exit code 1: the shards are not one whole campaign, or what they found is what the command ends with 1 for.`;

interface MergeFlags {
  readonly output?: string;
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
    .option('--json', 'print the report as JSON', false)
    .option('--quiet', 'print nothing', false)
    .addHelpText('after', EXAMPLES)
    .action(async (paths: string[], flags: MergeFlags) => {
      const { gather, writeMerged } = await import('../../campaign/shards/merge.js');
      const { requireWritable } = await import('../../common/files/output.js');
      const { mergedPasses, mergedReport } = await import('../actions/merge.js');
      if (flags.output !== undefined) requireWritable([{ path: flags.output, kind: 'file' }], paths);
      const results = gather(paths);
      if (flags.output !== undefined) writeMerged(results, flags.output);
      if (!flags.quiet) {
        const { text, json } = mergedReport(results);
        process.stdout.write(flags.json ? json() : text());
      }
      if (!mergedPasses(results)) process.exitCode = 1;
    });
}
