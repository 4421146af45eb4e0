import { availableParallelism } from 'node:os';
import { type Command, InvalidArgumentError, Option } from 'commander';
import type { Shard } from '../../common/shard.js';
import { shardFlags } from './shard-flags.js';
import { atLeastOne, shard, wholeNumber } from './values.js';

const EXAMPLES = `
Examples:
  imcgen qualify out/demo                              100 mutants at random, on all cores
  imcgen qualify out/demo --all --files controller,decoder
  imcgen qualify out/demo --data                       one digit of a generated number at a time: tables, sizes
  imcgen qualify out/demo --sample 400 --min-score 97  exit code 1 below it, for a sign-off
  imcgen qualify out/demo --json | jq '.survivors[]'
  imcgen qualify out/demo --all --shard 3/40 -o results/3.jsonl     a part of the work; imcgen merge results

How good the package's vectors are: each mutant is the package's own Verilog with one change (an operator, a constant, a
condition, a signal dropped, stuck or swapped), and the package's own testbench has to fail on it. Mutants that elaborate
to the same design, or that Yosys proves equal, could not be told by any test and do not count. The package may have been
edited by hand; the report says so. Needs Icarus Verilog. Writes nothing into the package.
Exit code 1: it fails without any mutant, or scores below --min-score.`;

interface QualifyFlags {
  readonly sample: number;
  readonly all: boolean;
  readonly seed: number;
  readonly files?: readonly string[];
  readonly data: boolean;
  readonly jobs: number;
  readonly minScore?: number;
  readonly shard?: Shard;
  readonly output?: string;
  readonly json: boolean;
  readonly quiet: boolean;
}

/** Adds `imcgen qualify`. The implementation loads when the command runs. */
export function registerQualify(program: Command): void {
  program
    .command('qualify')
    .description('put faults into the Verilog of a package and see which its own vectors find')
    .argument('<folder>', 'package that imcgen generate or imcgen psum generate wrote')
    .addOption(
      new Option('--sample <count>', 'mutants to try, chosen at random').argParser(atLeastOne).default(100),
    )
    .addOption(new Option('--all', 'try every mutant').conflicts('sample').default(false))
    .option('--seed <number>', 'same seed, same mutants', wholeNumber, 1)
    .option('--files <names>', 'only files of rtl/ with such parts in their names: a,b,c', namesIn)
    .option('--data', 'change digits of generated numbers in place of logic', false)
    .option('--jobs <count>', 'simulations at a time', atLeastOne, availableParallelism())
    .option('--min-score <percent>', 'exit code 1 where the score is lower', percentage)
    .option('--shard <i/n>', 'only this part of the mutants, from 0; imcgen merge puts parts together', shard)
    .option('-o, --output <file>', 'with --shard: the file of results; one that is there already is kept')
    .option('--json', 'print the result as JSON', false)
    .option('--quiet', 'print nothing where no mutant survives', false)
    .addHelpText('after', EXAMPLES)
    .action(async (folder: string, flags: QualifyFlags, command: Command) => {
      const { qualify } = await import('../../checks/qualify/qualify.js');
      const { interruptible } = await import('./interrupt.js');
      const { progressBar } = await import('./progress.js');
      const progress = progressBar();
      const { seed, files = [], data, jobs, minScore = 0 } = flags;
      const options = {
        ...{ seed, files, data, jobs, progress: progress.show },
        sample: flags.all ? undefined : flags.sample,
      };
      if (flags.shard !== undefined || flags.output !== undefined) {
        const { qualifyShard } = await import('../../campaign/shards/qualify.js');
        const { shard, file } = shardFlags(command, flags);
        const told = await interruptible((signal) =>
          qualifyShard(folder, { ...options, signal }, shard, file),
        ).finally(progress.clear);
        if (!flags.quiet) process.stdout.write(`${told}\n`);
        return;
      }
      const { qualificationJson, qualificationText } = await import('../report/qualify.js');
      const result = await interruptible((signal) => qualify(folder, { ...options, signal })).finally(
        progress.clear,
      );
      const low = result.score !== undefined && 100 * result.score < minScore;
      const clean = !result.mutants.some(({ fate }) => fate === 'survived');
      if (flags.json) process.stdout.write(qualificationJson(result));
      else if (!flags.quiet || low || !clean) process.stdout.write(qualificationText(result));
      if (low) process.exitCode = 1;
    });
}

function percentage(text: string): number {
  const value = Number(text);
  if (text.trim() === '' || !(value >= 0 && value <= 100))
    throw new InvalidArgumentError('must be in 0..100');
  return value;
}

function namesIn(text: string): string[] {
  const names = text.split(',').map((name) => name.trim());
  if (names.some((name) => name === ''))
    throw new InvalidArgumentError('Give names such as controller,decoder.');
  return names;
}
