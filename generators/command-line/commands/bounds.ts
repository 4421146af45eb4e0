import { type Command, InvalidArgumentError } from 'commander';
import { countOrFile } from './montecarlo.js';
import { atLeastOne, count, number, wholeNumber } from './values.js';

const EXAMPLES = `
Examples:
  imcgen bounds macro.json
  imcgen bounds macro.json --sigmas 1 --inputs activations.npy --weights ternary.npy
  imcgen bounds macro.json --check 1000000           and look for a die that they do not hold for
  imcgen bounds network.json --die die.json          images whose class no die changes
  imcgen bounds network.json --json | jq '.certainUpTo'

Bounds the code of every conversion and column over all dies whose devices lie within so many sigma: interval arithmetic on the
whole numbers of a die, rounded outwards. A code whose lowest and highest value are the same cannot change. This is the worst
case of all devices at once, not a probability; how many dies err says imcgen montecarlo. Of a network, the
intervals go through tables, adders and layers to the classes, and the largest number of sigmas at which an image
keeps its class is found by halving. With --check dies are drawn within the same sigmas and held against the bounds; of a macro also
dies at corners, aimed at single codes.
Exit code 0: bounded; 1: no "die", a file is not as it should be, or a die lies outside; 3: no onnxruntime.`;

interface BoundsFlags {
  readonly die?: string;
  readonly sigmas: number;
  readonly inputs?: number | string;
  readonly weights?: string;
  readonly layer?: string;
  readonly images?: number;
  readonly seed: number;
  readonly check: number;
  readonly threads?: number;
  readonly json: boolean;
  readonly quiet: boolean;
}

/** Adds `imcgen bounds`. The implementation loads when the command runs. */
export function registerBounds(program: Command): void {
  program
    .command('bounds')
    .description('codes, or classes of images, that no die within some sigmas can change')
    .argument('<config>', 'config of a macro or of a network, - for standard input')
    .option('--die <file>', 'JSON with a "die" section (default: that of the config)')
    .option('--sigmas <number>', 'largest deviate of every device', sigmas, 3)
    .option(
      '--inputs <count|file>',
      'of a macro: random vectors, or an .npy file, vectors x rows (default: 1000)',
      countOrFile,
    )
    .option('--weights <file>', 'of a macro: ternary weights, .npy, rows x columns (default: random ones)')
    .option('--layer <name>', 'of a macro: layer whose levels convert (default: the first)')
    .option('--images <count>', 'of a network: held-out images, from the first (default: all)', count)
    .option('--seed <number>', 'of random weights and inputs, and the first die of --check', wholeNumber, 1)
    .option('--check <dies>', 'dies that are drawn and held against the bounds', wholeNumber, 0)
    .option('--threads <count>', 'threads that compute (default: as many as pay)', atLeastOne)
    .option('--json', 'print the result as JSON', false)
    .option('--quiet', 'print nothing on success', false)
    .addHelpText('after', EXAMPLES)
    .action(async (file: string, flags: BoundsFlags) => {
      const { boundFile } = await import('../actions/bounds.js');
      const { boundsJson, boundsText, isBroken } = await import('../report/bounds.js');
      const { shown } = await import('./shown.js');
      const found = await shown((work) => boundFile(file, flags, work));
      const broken = isBroken(found);
      if (flags.json) process.stdout.write(boundsJson(found));
      else if (broken || !flags.quiet) process.stdout.write(boundsText(found));
      if (broken) process.exitCode = 1;
    });
}

function sigmas(text: string): number {
  const value = number(text);
  if (value < 0 || value > 10) throw new InvalidArgumentError('It is outside 0..10.');
  return value;
}
