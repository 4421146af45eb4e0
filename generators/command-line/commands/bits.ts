import { type Command, InvalidArgumentError, Option } from 'commander';
import type { Spent } from '../../network/bits/losses.js';
import { count, wholeNumber } from './values.js';

const EXAMPLES = `
Examples:
  imcgen bits network.json
  imcgen bits network.json --measure                         accuracy on the held-out images as well
  imcgen bits network.json --budget 60000 -o network-60k.json
  imcgen bits network.json --spend cells --widths 2,3,4
  imcgen bits network.json --sensitivity --measure           which layers matter
  imcgen bits network.json --json | jq '.rows[] | {cost, loss, bits}'

Chooses bits for the ADCs of every layer: of least loss for the ramp steps of a sample, or for the reference cells of all
macros. The loss of a layer is the error that its ADCs leave in its sums, over the variance of these sums; losses of
layers add up. Prints the best bits at the cost of each width for all layers, and between two of them. With --sensitivity
in their place: what the bits of each layer are worth, from those of the config, or within --budget.
Exit code 0: chosen; 1: no bits are within the budget, or a file is not as it should be; 3: no onnxruntime.`;

interface BitsFlags {
  readonly spend: Spent;
  readonly widths: readonly number[];
  readonly budget?: number;
  readonly sensitivity: boolean;
  readonly measure: boolean;
  readonly images?: number;
  readonly output?: string;
  readonly recalibrate: boolean;
  readonly json: boolean;
  readonly quiet: boolean;
}

/** Adds `imcgen bits`. The implementation loads when the command runs. */
export function registerBits(program: Command): void {
  program
    .command('bits')
    .description('choose ADC bits layer by layer, of least loss for what they cost')
    .argument('<network>', 'config of the network (network.json), - for standard input')
    .addOption(
      new Option('--spend <what>', 'what bits cost: ramp steps of a sample, or reference cells')
        .choices(['steps', 'cells'])
        .default('steps'),
    )
    .option('--widths <list>', 'bits that a layer may have', widths, [2, 3, 4, 5, 6])
    .option('--budget <count>', 'most steps or cells: choose bits within them', count)
    .option('--sensitivity', 'each layer alone with fewer and with more bits', false)
    .option('--measure', 'accuracy of every row on the held-out images', false)
    .option('--images <count>', 'held-out images for --measure, from the first (default: all)', count)
    .option('-o, --output <file>', 'with --budget: write the config with the bits chosen')
    .option('--recalibrate', 'calibrate also what an earlier run calibrated', false)
    .option('--json', 'print the result as JSON', false)
    .option('--quiet', 'print nothing on success', false)
    .addHelpText('after', EXAMPLES)
    .action(async (file: string, flags: BitsFlags, command: Command) => {
      if (flags.output !== undefined && flags.budget === undefined) {
        command.error('error: -o writes the bits within a budget: give --budget too', { exitCode: 2 });
      }
      const { bitsFile } = await import('../actions/bits.js');
      const { bitsJson, bitsText } = await import('../report/bits.js');
      const { shown } = await import('./shown.js');
      const result = await shown((work) => bitsFile(file, flags, work));
      if (flags.json) process.stdout.write(bitsJson(result));
      else if (!flags.quiet) process.stdout.write(bitsText(result));
    });
}

function widths(text: string): number[] {
  const list = [...new Set(text.split(',').map((each) => wholeNumber(each.trim())))];
  if (list.some((bits) => bits < 1 || bits > 7)) throw new InvalidArgumentError('Bits are 1..7.');
  return list.sort((one, other) => one - other);
}
