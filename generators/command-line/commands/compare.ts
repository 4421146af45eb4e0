import { type Command, InvalidArgumentError } from 'commander';
import type { Shard } from '../../common/shard.js';
import type { Method } from '../../levels/calibrate/options.js';
import type { Granularity } from '../../network/config/network.js';
import type { WeightChoice } from '../../network/plan/compare-weights.js';
import { METHOD_NAMES } from './calibrate.js';
import { shardFlags } from './shard-flags.js';
import { withTestOptions } from './test-options.js';
import { shard, wholeNumber } from './values.js';

const EXAMPLES = `
Examples:
  imcgen compare network.json
  imcgen compare network.json --bits 2,3,4 --levels linear,linear-clipped,bs-kmq,optimal
  imcgen compare network.json --weights bwma,ternary,1+3,1+2+4 --granularity layer,array,column
  imcgen compare network.json --bits 2,3,4 --shard 3/10 -o results/3.jsonl     a part of the rows; imcgen merge results
  imcgen compare network.json --images 500 --json | jq '.rows[].score.accuracy'

Calibrates one hardware for every combination, and classifies the same held-out images with each and with the float
model. All are matched to the float layers alike, as the config says. What an option leaves out stays as the config has
it; --weights takes all methods, --levels the linear ones and that of the config. Layers that the config has on digital
units stay there, other overrides do not count. A run that was stopped goes on: what is calibrated is kept.
Exit code 0: compared; 1: no combination can be built, or a file is not as it should be; 3: no onnxruntime.`;

interface CompareFlags {
  readonly weights?: readonly WeightChoice[];
  readonly granularity?: readonly Granularity[];
  readonly bits?: readonly number[];
  readonly levels?: readonly Method[];
  readonly images?: number;
  readonly engine: 'onnx' | 'golden';
  readonly recalibrate: boolean;
  readonly threads?: number;
  readonly shard?: Shard;
  readonly output?: string;
  readonly json: boolean;
  readonly quiet: boolean;
}

/** Adds `imcgen compare`. The implementation loads when the command runs. */
export function registerCompare(program: Command): void {
  const command = program
    .command('compare')
    .description('accuracy of a network by weight method, granularity, levels and ADC bits')
    .argument('<network>', 'config of the network (network.json), - for standard input')
    .option('--weights <list>', 'bwma, ternary, or digits as 1+2+4 or 1+3', weightChoices)
    .option('--granularity <list>', 'weights that share a scale: layer, array, column', granularities)
    .option('--bits <list>', 'bits of the ADCs, as 3,4', listOf(wholeNumber))
    .option('--levels <list>', 'methods of levels, as --method of imcgen calibrate', listOf(levelMethod));
  withTestOptions(command)
    .option('--shard <i/n>', 'only this part of the rows, from 0; imcgen merge puts parts together', shard)
    .option('-o, --output <file>', 'with --shard: the file of results; one that is there already is kept')
    .addHelpText('after', EXAMPLES)
    .action(async (file: string, flags: CompareFlags, own: Command) => {
      const { compareFile, compareFileShard } = await import('../actions/compare.js');
      const { shown } = await import('./shown.js');
      if (flags.shard !== undefined || flags.output !== undefined) {
        const { shard, file: output } = shardFlags(own, flags);
        const told = await shown((work) => compareFileShard(file, flags, work, shard, output));
        if (!flags.quiet) process.stdout.write(`${told}\n`);
        return;
      }
      const { comparisonJson, comparisonText } = await import('../report/comparison.js');
      const result = await shown((work) => compareFile(file, flags, work));
      if (flags.json) process.stdout.write(comparisonJson(result));
      else if (!flags.quiet) process.stdout.write(comparisonText(result));
    });
}

/** `1+2+4,ternary`. */
export const weightChoices = listOf(weights);
/** `layer,column`. */
export const granularities = listOf(granularity);

function listOf<Value>(one: (text: string) => Value) {
  return (text: string): Value[] => text.split(',').map((each) => one(each.trim()));
}

function weights(text: string): WeightChoice {
  if (text === 'bwma' || text === 'ternary') return { method: text, digits: [1] };
  if (/^\d+(\+\d+)*$/.test(text)) return { method: 'digits', digits: text.split('+').map(Number) };
  throw new InvalidArgumentError(`${JSON.stringify(text)} is none of bwma, ternary, 1+3, 1+2+4.`);
}

function granularity(text: string): Granularity {
  if (text === 'layer' || text === 'array' || text === 'column') return text;
  throw new InvalidArgumentError(`${JSON.stringify(text)} is none of layer, array, column.`);
}

function levelMethod(text: string): Method {
  // Levels of partial sums are whole references already.
  const known = METHOD_NAMES.filter((name) => name !== 'hardware-optimal');
  if (known.includes(text)) return text as Method;
  throw new InvalidArgumentError(`${JSON.stringify(text)} is none of ${known.join(', ')}.`);
}
