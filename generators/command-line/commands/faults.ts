import { type Command, Option } from 'commander';
import type { Simulator } from '../../checks/cosim/simulator.js';
import type { Shard } from '../../common/shard.js';
import { shardFlags } from './shard-flags.js';
import { shard, wholeNumber } from './values.js';

const EXAMPLES = `
Examples:
  imcgen faults out/demo                                every defective cell, many pairs, some of them in the RTL
  imcgen faults out/demo --pairs 100000                 more random pairs of cells
  imcgen faults out/demo --simulate 50 --simulator verilator
  imcgen faults out/demo --pairs 1000000 --shard 3/40 -o results/3.jsonl     a part of the work; imcgen merge results

Exit code 1 where the march misses a fault or the RTL does not report what the golden model does.`;

interface FaultsFlags {
  readonly pairs: number;
  readonly simulate: number;
  readonly simulator: Simulator;
  readonly seed: number;
  readonly shard?: Shard;
  readonly output?: string;
  readonly json: boolean;
  readonly quiet: boolean;
}

/** Adds `imcgen faults`. The implementation loads when the command runs. */
export function registerFaults(program: Command): void {
  program
    .command('faults')
    .description('put defects into the cells and see what the march test finds')
    .argument('<folder>', 'package that imcgen generate wrote')
    .option('--pairs <count>', 'faults of each kind that takes two cells or words', wholeNumber, 20_000)
    .option('--simulate <count>', 'faults of each kind that are simulated in the RTL as well', wholeNumber, 4)
    .addOption(new Option('--simulator <name>').choices(['icarus', 'verilator']).default('icarus'))
    .option('--seed <number>', 'same seed, same faults', wholeNumber, 1)
    .option('--shard <i/n>', 'only this part of the work, from 0; imcgen merge puts parts together', shard)
    .option('-o, --output <file>', 'with --shard: the file of results; one that is there already is kept')
    .option('--json', 'print the coverage as JSON', false)
    .option('--quiet', 'print nothing where every fault is found', false)
    .addHelpText('after', EXAMPLES)
    .action(async (folder: string, flags: FaultsFlags, command: Command) => {
      const { faultRun } = await import('../../checks/faults/run.js');
      const { shown } = await import('./shown.js');
      const { pairs, simulate, simulator, seed } = flags;
      const options = { pairs, simulate, simulator, seed };
      if (flags.shard !== undefined || flags.output !== undefined) {
        const { faultsShard } = await import('../../campaign/shards/faults.js');
        const { shard, file } = shardFlags(command, flags);
        const told = await shown(({ stop: signal, onProgress }) =>
          faultsShard(folder, { ...options, signal, onProgress }, shard, file),
        );
        if (!flags.quiet) process.stdout.write(`${told}\n`);
        return;
      }
      const { faultJson, faultText } = await import('../report/faults.js');
      const result = await shown(({ stop: signal, onProgress }) =>
        faultRun(folder, { ...options, signal, onProgress }),
      );
      if (flags.json) process.stdout.write(faultJson(result));
      else if (!flags.quiet || !result.passed) process.stdout.write(faultText(result));
      if (!result.passed) process.exitCode = 1;
    });
}
