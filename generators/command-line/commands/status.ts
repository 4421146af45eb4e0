import type { Command } from 'commander';

const EXAMPLES = `
Examples:
  imcgen status results                 how far the shards are; merges them where all are there
  imcgen status results --json | jq .missing

Exit code 1: no shard is under way any more, and some have no results; their last lines are shown.`;

/** Adds `imcgen status`. The implementation loads when the command runs. */
export function registerStatus(program: Command): void {
  program
    .command('status')
    .description('how far the shards of imcgen submit are')
    .argument('<folder>', 'folder that imcgen submit wrote to')
    .option('--json', 'print it as JSON', false)
    .addHelpText('after', EXAMPLES)
    .action(async (folder: string, { json }: { readonly json: boolean }) => {
      const { status } = await import('../actions/submit.js');
      await status(folder, json);
    });
}
