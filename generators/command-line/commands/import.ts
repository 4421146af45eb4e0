import { type Command, InvalidArgumentError, Option } from 'commander';
import type { ImportFlags } from '../actions/import.js';
import { number, range } from './values.js';

const EXAMPLES = `
Examples:
  imcgen import levels.npy --kind levels --convention midpoint -o conv1.levels.json
  imcgen import levels.csv --kind levels --convention floor -o conv1.levels.json
  imcgen import boundaries.npy --kind references --convention midpoint --edges both -o conv1.levels.json
  imcgen import table.csv -o conv1.levels.json                  two columns: references and outputs
  imcgen import frame.csv --columns threshold,level -o conv1.levels.json
  imcgen import boundaries.npy --outputs levels.npy --histogram-from calib/ -o conv1.levels.json

Files: .npy arrays of one dimension; JSON lists such as [0, 1.5, 3, 6] in a .json file; or text with one column,
one row, or two columns (references, outputs; a header may name them), separated by commas, semicolons, tabs or
blanks, comments after #. A column that is the row index of a data frame is left out. What could be read in two
ways is refused, and --columns, --decimal or --header settle it.

A code is the number of references at or below a value. What one list leaves open, the convention says:
  given       convention    references                 outputs
  levels      midpoint      midway between neighbours  the levels
  levels      floor         the levels but the first   the levels, lower edges of their bins
  levels      floor-middle  the levels but the first   middles of the bins
  references  midpoint      as given                   middles of the bins
  references  floor         as given                   lower edges of the bins
  both        -             as given                   as given, each in its bin

There are 2^b levels or outputs and 2^b - 1 references; the outer edge of the first bin (lower), of the last
(upper), or both may stand among the references, also as infinity.`;

/** Adds `imcgen import`. The implementation loads when the command runs. */
export function registerImport(program: Command): void {
  program
    .command('import')
    .description('make levels.json from the references or levels of another tool')
    .argument('<file>', '.npy array, JSON list, or text (CSV); - for standard input')
    .requiredOption('-o, --output <file>', 'levels file to write')
    .option('--name <name>', 'layer name (default: from the output file)')
    .addOption(new Option('--kind <kind>', 'what the only list is').choices(['references', 'levels']))
    .addOption(
      new Option('--convention <name>', 'how the list is meant; two lists are held to it').choices([
        'midpoint',
        'floor',
        'floor-middle',
      ]),
    )
    .option(
      '--columns <names>',
      'column of a text file to read, or references,outputs: titles, or places from 1',
      names,
    )
    .addOption(
      new Option('--decimal <mark>', 'before the fraction in a text file').choices(['point', 'comma']),
    )
    .option('--header', 'the first line of a text file names its columns, though it holds numbers', false)
    .option('--outputs <file>', 'second file: the outputs to the references of the first')
    .addOption(
      new Option('--edges <which>', 'outer edges among the references (default: by their number)').choices([
        'none',
        'lower',
        'upper',
        'both',
      ]),
    )
    .option('--range <low,high>', 'outer edges that the file does not hold, in its units', range)
    .option('--scale <factor>', 'activation units of one unit of the file', factor, 1)
    .option('--offset <activation>', 'activation at 0 of the file', number, 0)
    .option('--histogram-from <files...>', '.npy activations, for the errors that the plan reports')
    .option('--drop-nonfinite', 'leave NaN and infinities of the activations out', false)
    .option('--drop-below <value>', 'leave smaller activations out, such as those of a mask', number)
    .option('--drop-above <value>', 'leave larger activations out', number)
    .option('--clip <low,high>', 'take activations outside for the nearer end', range)
    .option('--refit', 'decode each code to the mean of its samples (F)', false)
    .option('--json', 'print the result as JSON', false)
    .option('--quiet', 'print nothing on success', false)
    .addHelpText('after', EXAMPLES)
    .action(async (file: string, flags: ImportFlags) => {
      const { runImport } = await import('../actions/import.js');
      await runImport(file, flags);
    });
}

function names(text: string): string[] {
  const columns = text.split(',').map((name) => name.trim());
  if (columns.length > 2 || columns.includes('')) {
    throw new InvalidArgumentError('Give one column, or references,outputs.');
  }
  return columns;
}

function factor(text: string): number {
  const value = number(text);
  if (!(value > 0)) throw new InvalidArgumentError('It must be above 0.');
  return value;
}
