import type { Command } from 'commander';
import { withTestOptions } from './test-options.js';

const EXAMPLES = `
Examples:
  imcgen evaluate network.json
  imcgen evaluate network.json --images 500
  imcgen evaluate network.json --engine golden --images 50     on the golden model, bit for bit the same
  imcgen evaluate network.json --json | jq '.hardware.accuracy'

Calibrates the network on its calibration images, then classifies the held-out images with the float model and with
the hardware: whole inputs, cells, ADCs with their levels, partial sums, requantization. Runs on onnxruntime. The calibration is kept, and used again by later runs on the same
model, images and settings: in $IMCGEN_CACHE, or in imcgen of the user's folder of caches.
Exit code 0: evaluated; 1: the network cannot be mapped, or a file is not as it should be; 3: no onnxruntime.`;

interface EvaluateFlags {
  readonly images?: number;
  readonly engine: 'onnx' | 'golden';
  readonly recalibrate: boolean;
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
    .addHelpText('after', EXAMPLES)
    .action(async (file: string, flags: EvaluateFlags) => {
      const { evaluateFile } = await import('../actions/network.js');
      const { evaluationJson, evaluationText } = await import('../report/evaluation.js');
      const { shown } = await import('./shown.js');
      const result = await shown((work) => evaluateFile(file, flags, work));
      if (flags.json) process.stdout.write(evaluationJson(result));
      else if (!flags.quiet) process.stdout.write(evaluationText(result));
    });
}
