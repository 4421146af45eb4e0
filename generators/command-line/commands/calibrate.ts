import { type Command, InvalidArgumentError, Option } from 'commander';
import type { CalibrateFlags } from '../actions/calibrate.js';
import { number, range } from './values.js';

const EXAMPLES = `
Examples:
  imcgen calibrate conv1.npy --bits 4 -o conv1.levels.json
  imcgen calibrate batches/ -b 3 -o conv1.levels.json --plot conv1.svg
  imcgen calibrate calib_*.npy -b 4 --compare --held-out heldout.npy
  imcgen calibrate conv1.npy -b 3 -o conv1.levels.json --axis 3        one file per channel
  imcgen calibrate conv1.npy -b 3 -o conv1.levels.json --method hardware-optimal \\
      --cell 0.02 --step-cells 64 --table-step 0.05 --table-bits 6

bs-kmq is boundary-suppressed k-means with tails chosen on the samples and each code decoded to the mean of its
samples; bs-kmq-plain the same with fixed tails of 0.5 % and centres as outputs, for comparison. --tails, --refit and
--no-refit change either.

Marks of the constants: S stated by a public source, 2 second-hand digest of one, I inferred, F field practice.
A file is one calibration batch; batches count in the order given, those of a folder in natural order.`;

/** What `--method` takes: METHODS of `calibrate/options.ts`, which would take time to load, and those of the hardware. */
export const METHOD_NAMES = [
  'bs-kmq',
  'bs-kmq-plain',
  'optimal',
  'hardware-optimal',
  'kmeans',
  'lloyd-max',
  'cdf',
  'linear',
  'linear-clipped',
  'linear-floor',
];

/** Adds `imcgen calibrate`. The implementation loads when the command runs. */
export function registerCalibrate(program: Command): void {
  program
    .command('calibrate')
    .description('make nonlinear ADC levels (levels.json) from activations')
    .argument('<activations...>', '.npy files, folders of them, - for standard input; each file is one batch')
    .requiredOption('-b, --bits <b>', 'width of the nonlinear code, 1..8', whole(1, 8))
    .option('-o, --output <file>', 'levels file to write')
    .option('--name <name>', 'layer name (default: from the output file)')
    .addOption(
      new Option('--method <method>', 'how levels are chosen').choices(METHOD_NAMES).default('bs-kmq'),
    )
    .option(
      '--tails <fraction>',
      'dropped at each end of a batch: 0..0.5, low,high or auto (default: auto for bs-kmq, else 0.005: I)',
      tails,
    )
    .option('--ema-weight <w>', 'weight of a new batch in the moving range, 0..1 (I)', within(0, 1), 0.1)
    .option('--refit', 'decode each code to the mean of its samples (F; default for bs-kmq)')
    .option('--no-refit', 'decode each code to its centre (default for all other methods)')
    .addOption(
      new Option('--start <start>', 'start of kmeans (F)').choices(['random', 'k-means++']).default('random'),
    )
    .option('--restarts <n>', 'starts of kmeans that are tried, the best wins (F)', whole(1, 1000), 1)
    .option('--seed <n>', 'of the kmeans starts', whole(0, 2 ** 32 - 1), 1)
    .option('--axis <axis>', 'calibrate each channel along this axis of the arrays', whole(-32, 31))
    .option('--drop-nonfinite', 'leave NaN and infinities out instead of refusing them', false)
    .option('--drop-below <value>', 'leave smaller values out, such as those of a mask', number)
    .option('--drop-above <value>', 'leave larger values out', number)
    .option('--clip <low,high>', 'take values outside for the nearer end', range)
    .option('--allow-constant', 'make levels of a layer whose samples are all the same', false)
    .option('--compare', 'run every method on the same data and print one table', false)
    .option('--held-out <files...>', 'samples that no method sees, scored as well')
    .option('--plot <file>', 'write a picture of histogram, levels and references (SVG)')
    .option('--cell <activation>', 'hardware-optimal: activation units of one reference cell', above0)
    .option('--step-cells <n>', 'hardware-optimal: most cells of a ramp step', whole(1, 65536))
    .option('--offset-cells <n>', 'hardware-optimal: most cells below zero', whole(0, 65536), 0)
    .option('--table-step <activation>', 'hardware-optimal: activation units of one table step', above0)
    .option('--table-bits <n>', 'hardware-optimal: width of a table entry', whole(1, 24), 6)
    .option('--table-signed', "hardware-optimal: two's complement table entries", false)
    .option(
      '--robust <activation>',
      'hardware-optimal: sigma of the offsets and mismatch of columns; least expected error over them',
      above0,
    )
    .option('--relu', '--robust: the samples are sums before a ReLU, outputs what it makes of them', false)
    .option('--json', 'print the result as JSON', false)
    .option('--quiet', 'print nothing on success', false)
    .addHelpText('after', EXAMPLES)
    .action(async (activations: string[], flags: CalibrateFlags) => {
      const { runCalibrate } = await import('../actions/calibrate.js');
      const { progressBar } = await import('./progress.js');
      const progress = progressBar();
      try {
        await runCalibrate(activations, flags, progress);
      } finally {
        progress.clear();
      }
    });
}

function within(low: number, high: number) {
  return (text: string): number => {
    const value = Number(text);
    if (text.trim() === '' || !(value >= low && value <= high)) {
      throw new InvalidArgumentError(`It is outside ${low}..${high}.`);
    }
    return value;
  };
}

function whole(low: number, high: number) {
  const inRange = within(low, high);
  return (text: string): number => {
    const value = inRange(text);
    if (!Number.isInteger(value)) throw new InvalidArgumentError(`It is no whole number in ${low}..${high}.`);
    return value;
  };
}

function above0(text: string): number {
  const value = Number(text);
  if (!(value > 0 && Number.isFinite(value))) throw new InvalidArgumentError('It must be above 0.');
  return value;
}

function tails(text: string): NonNullable<CalibrateFlags['tails']> {
  if (text === 'auto') return text;
  const [low, high, ...rest] = text.split(',').map(within(0, 0.5));
  if (low === undefined || rest.length > 0) throw new InvalidArgumentError('Give one fraction, or low,high.');
  return high === undefined ? low : { low, high };
}
