import { type Command, InvalidArgumentError, Option } from 'commander';
import { AXES, type AxisValue, axisValues } from '../../campaign/sweep/axes.js';
import type { SweepOptions } from '../../campaign/sweep/sweep.js';
import type { Shard } from '../../common/shard.js';
import type { Work } from '../../common/work.js';
import type { Method } from '../../levels/calibrate/options.js';
import { METHOD_NAMES } from './calibrate.js';
import { shardFlags } from './shard-flags.js';
import { atLeastOne, shard, wholeNumber } from './values.js';

const EXAMPLES = `
Examples:
  imcgen sweep macro.json --bits 2..6
  imcgen sweep macro.json --bits 2..6 --rows 128,256 -o out/study --json | jq '.rows[].layers[0].error'
  imcgen sweep macro.json --bits 2..6 --from activations/        calibrate every width from samples
  imcgen sweep macro.json --bits 2..6 --levels 'levels_{bits}.json'
  imcgen sweep macro.json --bits 4 --reference-columns 2,4,8 --method hardware-optimal
  imcgen sweep macro.json --rows 1..1000 --packages out/study --shard 3/40 -o results/3.jsonl

Values are ranges a..b or lists a,b,c; every combination is one package, in a folder named after its values.
Levels: a width of the macro's own keeps the levels it has. Another width takes new ones from the histogram in the
levels file, by the method and options that made the file (the exact optimum where it does not say), or from
--from, or from --levels. --method calibrates every width by one method; hardware-optimal takes its limits from the
macro's own reference block and table. {layer} in --from and --levels stands for the name of the layer.
Packages that are as they would be written stay untouched; after Ctrl-C the same command goes on.
Exit code 0: all are there; 1: some cannot be built (the table says which, the rest is written), or do not simulate.`;

interface SweepFlags {
  readonly output?: string;
  readonly method?: Method | 'hardware-optimal';
  readonly levels?: string;
  readonly from?: string[];
  readonly dryRun: boolean;
  readonly force: boolean;
  readonly simulate: boolean;
  readonly conversions: number;
  readonly jobs?: number;
  readonly packages?: string;
  readonly shard?: Shard;
  readonly json: boolean;
  readonly quiet: boolean;
  /** Values of the axes, by the names that commander gives their flags. */
  readonly [axis: string]: unknown;
}

/** Adds `imcgen sweep`. The implementation loads when the command runs. */
export function registerSweep(program: Command): void {
  const command = program
    .command('sweep')
    .description('generate a macro for every combination of some options, and compare')
    .argument('<macro>', 'config of the macro (macro.json), - for standard input');
  const axes = AXES.map((axis) => ({
    axis,
    option: new Option(`--${axis.flag} <values>`, axis.meaning).argParser(valuesOf),
  }));
  for (const { option } of axes) command.addOption(option);
  command
    .option('-o, --output <path>', 'folder of the packages (default: out/sweep/<name>); with --shard a file')
    .addOption(new Option('--method <method>', 'calibrate every width this way').choices(METHOD_NAMES))
    .addOption(new Option('--levels <pattern>', 'levels file of each width').conflicts(['method', 'from']))
    .option('--from <activations...>', 'calibrate every width from .npy files, or folders of them')
    .option('--dry-run', 'print the table, write nothing', false)
    .option('--force', 'write unchanged packages too, and into folders that imcgen did not make', false)
    .addOption(
      new Option('--simulate', 'simulate every package on Icarus Verilog').default(false).conflicts('dryRun'),
    )
    .option('--conversions <count>', 'conversions of random inputs in a simulation', wholeNumber, 100)
    .option('--jobs <count>', 'processes and simulations at a time (default: as many as pay)', atLeastOne)
    .addOption(
      new Option('--shard <i/n>', 'only this part of the macros, from 0; imcgen merge puts parts together')
        .argParser(shard)
        .conflicts(['dryRun', 'force']),
    )
    .option('--packages <folder>', 'with --shard: folder of the packages of all parts')
    .option('--json', 'print the table as JSON', false)
    .option('--quiet', 'print nothing on success', false)
    .addHelpText('after', EXAMPLES)
    .action(async (macro: string, flags: SweepFlags, command: Command) => {
      const chosen = axes.flatMap(({ axis, option }) => {
        const values = flags[option.attributeName()] as readonly AxisValue[] | undefined;
        return values === undefined ? [] : [{ axis, values }];
      });
      if (chosen.length === 0)
        command.error('error: nothing to sweep: name at least one option, such as --bits 2..6');
      const { shown } = await import('./shown.js');
      const { method, levels, from, dryRun, force, simulate, conversions } = flags;
      const options = (work: Work & { readonly stop: AbortSignal }): SweepOptions => ({
        ...{ axes: chosen, method, files: levels, samples: from, dryRun, force, workers: flags.jobs },
        simulate: simulate ? conversions : undefined,
        ...{ signal: work.stop, onProgress: work.onProgress },
      });
      if (flags.shard !== undefined) {
        const { sweepShard } = await import('../../campaign/shards/sweep.js');
        const { shard, file } = shardFlags(command, flags);
        const told = await shown((work) =>
          sweepShard(macro, { ...options(work), output: flags.packages }, shard, file),
        );
        if (!flags.quiet) process.stdout.write(`${told}\n`);
        return;
      }
      if (flags.packages !== undefined) {
        command.error('error: --packages is for --shard; without it -o names the folder', { exitCode: 2 });
      }
      const { sweep } = await import('../../campaign/sweep/sweep.js');
      const { sweepJson, sweepText } = await import('../report/sweep.js');
      const result = await shown((work) => sweep(macro, { ...options(work), output: flags.output }));
      if (flags.json) process.stdout.write(sweepJson(result));
      else if (!result.passed || !flags.quiet) process.stdout.write(sweepText(result));
      if (!result.passed) process.exitCode = 1;
    });
}

function valuesOf(text: string): AxisValue[] {
  const values = axisValues(text);
  if (values === undefined)
    throw new InvalidArgumentError('Give a range such as 2..6, or a list such as 64,128.');
  return values;
}
