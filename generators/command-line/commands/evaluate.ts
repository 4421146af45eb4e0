import type { Command } from 'commander';
import { withTestOptions } from './test-options.js';
import { count } from './values.js';

const EXAMPLES = `
Examples:
  imcgen evaluate network.json
  imcgen evaluate network.json --images 500
  imcgen evaluate network.json --engine golden --images 50     on the golden model, bit for bit the same
  imcgen evaluate network.json --cosim 6                       and the Verilog of six of its macros, on Icarus
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
    .option('--cosim <macros>', 'macros whose Verilog is simulated on Icarus (default: none)', count)
    .addHelpText('after', EXAMPLES)
    .action(async (file: string, flags: EvaluateFlags) => {
      const { evaluateFile } = await import('../actions/network.js');
      const { evaluationJson, evaluationText } = await import('../report/evaluation.js');
      const { shown } = await import('./shown.js');
      const { agrees } = await import('../../network/cosim/simulate.js');
      const result = await shown((work) => evaluateFile(file, flags, work));
      const differs = result.simulated?.every(agrees) === false;
      if (flags.json) process.stdout.write(evaluationJson(result));
      else if (differs || !flags.quiet) process.stdout.write(evaluationText(result));
      if (differs) process.exitCode = 1;
    });
}
