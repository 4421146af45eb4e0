import { type Command, InvalidArgumentError, Option } from 'commander';
import { AXES, type AxisValue, axisValues } from '../../campaign/sweep/axes.js';
import type { Method } from '../../levels/calibrate/options.js';
import { METHOD_NAMES } from './calibrate.js';
import { wholeNumber } from './values.js';

const EXAMPLES = `
Examples:
  imcgen sweep macro.json --bits 2..6
  imcgen sweep macro.json --bits 2..6 --rows 128,256 -o out/study --json | jq '.rows[].layers[0].error'
  imcgen sweep macro.json --bits 2..6 --from activations/        calibrate every width from samples
  imcgen sweep macro.json --bits 2..6 --levels 'levels_{bits}.json'
  imcgen sweep macro.json --bits 4 --reference-columns 2,4,8 --method hardware-optimal

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
    .option('-o, --output <folder>', 'folder of the packages (default: out/sweep/<name>)')
    .addOption(new Option('--method <method>', 'calibrate every width this way').choices(METHOD_NAMES))
    .addOption(new Option('--levels <pattern>', 'levels file of each width').conflicts(['method', 'from']))
    .option('--from <activations...>', 'calibrate every width from .npy files, or folders of them')
    .option('--dry-run', 'print the table, write nothing', false)
    .option('--force', 'write unchanged packages too, and into folders that imcgen did not make', false)
    .addOption(
      new Option('--simulate', 'simulate every package on Icarus Verilog').default(false).conflicts('dryRun'),
    )
    .option('--conversions <count>', 'conversions of random inputs in a simulation', wholeNumber, 100)
    .option('--json', 'print the table as JSON', false)
    .option('--quiet', 'print nothing on success', false)
    .addHelpText('after', EXAMPLES)
    .action(async (macro: string, flags: SweepFlags) => {
      const chosen = axes.flatMap(({ axis, option }) => {
        const values = flags[option.attributeName()] as readonly AxisValue[] | undefined;
        return values === undefined ? [] : [{ axis, values }];
      });
      if (chosen.length === 0)
        command.error('error: nothing to sweep: name at least one option, such as --bits 2..6');
      const { sweep } = await import('../../campaign/sweep/sweep.js');
      const { sweepJson, sweepText } = await import('../report/sweep.js');
      const { interruptible } = await import('./interrupt.js');
      const { progressBar } = await import('./progress.js');
      const progress = progressBar();
      const { output, method, levels, from, dryRun, force, simulate, conversions } = flags;
      const result = await interruptible(async (signal) => {
        try {
          return await sweep(macro, {
            ...{ axes: chosen, output, method, files: levels, samples: from, dryRun, force, signal },
            simulate: simulate ? conversions : undefined,
            onProgress: progress.show,
          });
        } finally {
          progress.clear();
        }
      });
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
