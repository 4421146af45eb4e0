import { availableParallelism } from 'node:os';
import { type Command, InvalidArgumentError, Option } from 'commander';
import { ENGINES, MOST_SHARDS } from '../../campaign/submit/plan.js';
import type { SubmitFlags } from '../actions/submit.js';
import { atLeastOne } from './values.js';

const EXAMPLES = `
Examples:
  imcgen submit --shards 8 -o results -- qualify out/demo --all
  imcgen submit --engine parallel --shards 40 -o results -- qualify out/demo --all
  imcgen submit --engine slurm --partition short --time 0:30:00 --shards 200 --wait -o results -- qualify out/demo --all
  imcgen submit --engine slurm --shards 200 -o results --dry-run -- qualify out/demo --all
  imcgen submit --shards 400 --estimate -- montecarlo macro.json --dies 1000000

Cuts a command into shards and has them run: by this process, by GNU parallel, or as an array job of Slurm. The folder
keeps the scripts, which are meant to be read, a log and a file of results for each shard, and the results merged.
Shards that are there already, of the same inputs, are not run again: after Ctrl-C, or where some failed, the same command goes
on. Without --wait, imcgen status <folder> says how far a cluster is, and merges what is whole.
The command runs as \`imcgen\`, or as the environment variable IMCGEN says, on every node.
Exit code 1: some shards failed; their last lines are shown, and how to run them again.`;

/** Adds `imcgen submit`. The implementation loads when the command runs. */
export function registerSubmit(program: Command): void {
  program
    .command('submit')
    .description('cut a command into shards and run them, here or on a cluster')
    .argument('<command...>', 'after --: the command and its options')
    .addOption(new Option('--engine <name>', 'what runs the shards').choices(ENGINES).default('local'))
    .requiredOption('--shards <count>', 'parts of the work', shards)
    .option('-o, --output <folder>', 'folder of scripts, logs and results; an estimate needs none')
    .option('--jobs <count>', 'local, parallel: shards at a time', atLeastOne, availableParallelism())
    .option('--at-a-time <count>', 'slurm: most shards that run at a time', atLeastOne)
    .option('--partition <name>', 'slurm: partition of the cluster', word)
    .option('--time <limit>', 'slurm: time limit of a shard', word)
    .option('--memory <size>', 'slurm: memory of a shard', word)
    .option('--wait', 'slurm: wait for the shards, run again what died, and merge', false)
    .option('--dry-run', 'print the scripts, write and run nothing', false)
    .addOption(
      new Option('--estimate', 'run small pieces here, and print what all of it costs in core hours')
        .default(false)
        .conflicts('dryRun'),
    )
    .option('--quiet', 'print nothing on success', false)
    .addHelpText('after', EXAMPLES)
    .action(async (command: string[], flags: SubmitFlags, own: Command) => {
      if (flags.output === undefined && !flags.estimate) {
        own.error("error: required option '-o, --output <folder>' not specified", { exitCode: 2 });
      }
      const { submit } = await import('../actions/submit.js');
      const { interruptible } = await import('./interrupt.js');
      const { progressBar } = await import('./progress.js');
      const progress = progressBar();
      const imcgen = process.env.IMCGEN ?? process.argv[1]!;
      await interruptible((signal) =>
        submit(command, flags, { imcgen, signal, progress: progress.show }),
      ).finally(progress.clear);
    });
}

function shards(text: string): number {
  const value = atLeastOne(text);
  if (value > MOST_SHARDS) throw new InvalidArgumentError(`must be in 1..${MOST_SHARDS}`);
  return value;
}

/** What goes into a directive of the script as it is. */
function word(text: string): string {
  if (!/^[\w:.,-]{1,64}$/.test(text))
    throw new InvalidArgumentError('has characters other than letters, digits and _:.,-');
  return text;
}
