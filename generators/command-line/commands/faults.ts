import { type Command, Option } from 'commander';
import type { Simulator } from '../../checks/cosim/simulator.js';
import { wholeNumber } from './values.js';

const EXAMPLES = `
Examples:
  imcgen faults out/demo                                every defective cell, many pairs, some of them in the RTL
  imcgen faults out/demo --pairs 100000                 more random pairs of cells
  imcgen faults out/demo --simulate 50 --simulator verilator

Exit code 1 where the march misses a fault or the RTL does not report what the golden model does.`;

interface FaultsFlags {
  readonly pairs: number;
  readonly simulate: number;
  readonly simulator: Simulator;
  readonly seed: number;
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
    .option('--json', 'print the coverage as JSON', false)
    .option('--quiet', 'print nothing where every fault is found', false)
    .addHelpText('after', EXAMPLES)
    .action(async (folder: string, flags: FaultsFlags) => {
      const { faultRun } = await import('../../checks/faults/run.js');
      const { faultText } = await import('../report/faults.js');
      const { interruptible } = await import('./interrupt.js');
      const result = await interruptible((signal) => faultRun(folder, { ...flags, signal }));
      if (flags.json) process.stdout.write(`${JSON.stringify(result, null, 2)}\n`);
      else if (!flags.quiet || !result.passed) process.stdout.write(faultText(result));
      if (!result.passed) process.exitCode = 1;
    });
}
