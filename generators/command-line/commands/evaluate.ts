import { type Command, Option } from 'commander';
import { CORNERS, type CornerName } from '../../campaign/montecarlo/corners.js';
import type { Shard } from '../../common/shard.js';
import type { Granularity } from '../../network/config/network.js';
import type { WeightChoice } from '../../network/plan/compare-weights.js';
import { granularities, weightChoices } from './compare.js';
import { cornersOf } from './montecarlo.js';
import { shardFlags } from './shard-flags.js';
import { withTestOptions } from './test-options.js';
import { atLeastOne, count, shard, wholeNumber } from './values.js';

const EXAMPLES = `
Examples:
  imcgen evaluate network.json
  imcgen evaluate network.json --images 500
  imcgen evaluate network.json --engine golden --images 50     on the golden model, bit for bit the same
  imcgen evaluate network.json --cosim 6                       and the Verilog of six of its macros, on Icarus
  imcgen evaluate network.json --shard 3/40 -o results/3.jsonl     a part of the images; imcgen merge results
  imcgen evaluate network.json --dies 20                       accuracy over dies of its macros
  imcgen evaluate network.json --dies 20 --engine onnx         the same by graphs, where no noise and no leakage is drawn
  imcgen evaluate network.json --dies 20 --corner calibrated,stress --granularity layer,array,column
  imcgen evaluate network.json --json | jq '.hardware.accuracy'

Calibrates the network on its calibration images, then classifies the held-out images with the float model and with
the hardware: whole inputs, cells, ADCs with their levels, partial sums, requantization. Runs on onnxruntime. The calibration is kept, and used again by later runs on the same
model, images and settings: in $IMCGEN_CACHE, or in imcgen of the user's folder of caches.
With --cosim, macros are drawn from all layers, generated, programmed with their weights and levels, and given input
vectors of held-out images: golden engine, golden model of the cycles and Verilog have to give the same.
With --dies, every macro of every layer becomes a die of its own, drawn with the "die" section of "macro" or of the file that --die
names; the report has the accuracy over the dies beside the float model and ideal macros. The golden model computes both, and with
--engine onnx exported graphs do, which is faster: noise and leakage are in none. --granularity and --weights calibrate a hardware for each combination, as imcgen compare does, and
test the same dies of each. Corners: ${Object.keys(CORNERS).join(', ')}, as in imcgen montecarlo.
Exit code 0: evaluated; 1: the network cannot be mapped, a file is not as it should be, or Verilog differs; 3: no
onnxruntime, or no Icarus.`;

interface EvaluateFlags {
  readonly images?: number;
  readonly engine: 'onnx' | 'golden';
  readonly recalibrate: boolean;
  readonly cosim?: number;
  readonly dies?: number;
  readonly seed?: number;
  readonly die?: string;
  readonly corner?: readonly CornerName[];
  readonly granularity?: readonly Granularity[];
  readonly weights?: readonly WeightChoice[];
  readonly threads?: number;
  readonly shard?: Shard;
  readonly output?: string;
  readonly json: boolean;
  readonly quiet: boolean;
}

/** Adds `imcgen evaluate`. The implementation loads when the command runs. */
export function registerEvaluate(program: Command): void {
  const command = program
    .command('evaluate')
    .description('accuracy of a network on its macros, beside that of the float model')
    .argument('<network>', 'config of the network (network.json), - for standard input');
  withTestOptions(command)
    .addOption(
      new Option('--cosim <macros>', 'macros whose Verilog is simulated on Icarus (default: none)')
        .argParser(count)
        .conflicts(['shard', 'dies']),
    )
    .option('--dies <count>', 'dies of every macro, whose accuracy is told (default: none)', atLeastOne)
    .option('--seed <number>', 'with --dies: the first of them (default: 1)', wholeNumber)
    .option('--die <file>', 'with --dies: JSON with a "die" section (default: that of "macro")')
    .option('--corner <names>', 'with --dies: corners, such as typical,stress (default: typical)', cornersOf)
    .option(
      '--granularity <list>',
      'with --dies: weights that share a scale: layer, array, column',
      granularities,
    )
    .option('--weights <list>', 'with --dies: bwma, ternary, or digits as 1+2+4 or 1+3', weightChoices)
    .option('--shard <i/n>', 'only this part of the images, from 0; imcgen merge puts parts together', shard)
    .option('-o, --output <file>', 'with --shard: the file of results; one that is there already is kept')
    .addHelpText('after', EXAMPLES)
    .action(async (file: string, flags: EvaluateFlags, own: Command) => {
      const { evaluateFile, evaluateFileShard } = await import('../actions/evaluate.js');
      const { shown } = await import('./shown.js');
      if (flags.dies !== undefined) {
        const engine = own.getOptionValueSource('engine') === 'cli' ? flags.engine : 'golden';
        return evaluateDies(file, { ...flags, engine, dies: flags.dies }, own);
      }
      const alone = DIES_ALONE.find((name) => flags[name] !== undefined);
      if (alone !== undefined) own.error(`error: --${alone} goes with --dies <count>`, { exitCode: 2 });
      if (flags.shard !== undefined || flags.output !== undefined) {
        const { shard, file: output } = shardFlags(own, flags);
        const told = await shown((work) => evaluateFileShard(file, flags, work, shard, output));
        if (!flags.quiet) process.stdout.write(`${told}\n`);
        return;
      }
      const { evaluationJson, evaluationText } = await import('../report/evaluation.js');
      const { agrees } = await import('../../network/cosim/simulate.js');
      const result = await shown((work) => evaluateFile(file, flags, work));
      const differs = result.simulated?.every(agrees) === false;
      if (flags.json) process.stdout.write(evaluationJson(result));
      else if (differs || !flags.quiet) process.stdout.write(evaluationText(result));
      if (differs) process.exitCode = 1;
    });
}

/** Options that mean nothing without dies. */
const DIES_ALONE = ['seed', 'die', 'corner', 'granularity', 'weights'] as const;

async function evaluateDies(
  file: string,
  flags: EvaluateFlags & { readonly dies: number },
  own: Command,
): Promise<void> {
  const { evaluateChips, evaluateChipsShard } = await import('../actions/chips.js');
  const { chipsJson, chipsText } = await import('../report/chips.js');
  const { shown } = await import('./shown.js');
  const options = { ...flags, seed: flags.seed ?? 1, corner: flags.corner ?? (['typical'] as const) };
  if (flags.shard !== undefined || flags.output !== undefined) {
    const { shard, file: output } = shardFlags(own, flags);
    const told = await shown((work) => evaluateChipsShard(file, options, work, shard, output));
    if (!flags.quiet) process.stdout.write(`${told}\n`);
    return;
  }
  const result = await shown((work) => evaluateChips(file, options, work));
  if (flags.json) process.stdout.write(chipsJson(result));
  else if (!flags.quiet) process.stdout.write(chipsText(result));
}
