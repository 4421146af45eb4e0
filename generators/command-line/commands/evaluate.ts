import { type Command, Option } from 'commander';
import type { Shard } from '../../common/shard.js';
import { shardFlags } from './shard-flags.js';
import { withTestOptions } from './test-options.js';
import { count, shard } from './values.js';

const EXAMPLES = `
Examples:
  imcgen evaluate network.json
  imcgen evaluate network.json --images 500
  imcgen evaluate network.json --engine golden --images 50     on the golden model, bit for bit the same
  imcgen evaluate network.json --cosim 6                       and the Verilog of six of its macros, on Icarus
  imcgen evaluate network.json --shard 3/40 -o results/3.jsonl     a part of the images; imcgen merge results
  imcgen evaluate network.json --json | jq '.hardware.accuracy'

Calibrates the network on its calibration images, then classifies the held-out images with the float model and with
the hardware: whole inputs, cells, ADCs with their levels, partial sums, requantization. Runs on onnxruntime. The calibration is kept, and used again by later runs on the same
model, images and settings: in $IMCGEN_CACHE, or in imcgen of the user's folder of caches.
With --cosim, macros are drawn from all layers, generated, programmed with their weights and levels, and given input
vectors of held-out images: golden engine, golden model of the cycles and Verilog have to give the same.
Exit code 0: evaluated; 1: the network cannot be mapped, a file is not as it should be, or Verilog differs; 3: no
onnxruntime, or no Icarus.`;

interface EvaluateFlags {
  readonly images?: number;
  readonly engine: 'onnx' | 'golden';
  readonly recalibrate: boolean;
  readonly cosim?: number;
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
        .conflicts('shard'),
    )
    .option('--shard <i/n>', 'only this part of the images, from 0; imcgen merge puts parts together', shard)
    .option('-o, --output <file>', 'with --shard: the file of results; one that is there already is kept')
    .addHelpText('after', EXAMPLES)
    .action(async (file: string, flags: EvaluateFlags, own: Command) => {
      const { evaluateFile, evaluateFileShard } = await import('../actions/evaluate.js');
      const { shown } = await import('./shown.js');
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
