import { type Command, Option } from 'commander';
import type { Shard } from '../../common/shard.js';
import { shardFlags } from './shard-flags.js';
import { atLeastOne, count, shard } from './values.js';

const EXAMPLES = `
Examples:
  imcgen capture network.json -o activations
  imcgen capture network.json -o activations --tensors n3_Conv,n7_Gemm --count 100
  imcgen capture network.json -o held-out --images test
  imcgen capture network.json --shard 3/40 -o results/3.jsonl     a part; imcgen merge results --npy activations
  imcgen calibrate activations/n3_Conv.npy -b 4 -o conv.levels.json

Runs the float model over the images of the config once, and writes tensors as float32 .npy, images first. A layer, named
as imcgen map prints it, stands for what it hands on, behind its activation; other tensors go by their name in the
model. A run that was stopped goes on where it was, and a folder that holds all of it is left as it is.
Exit code 0: captured; 1: no such tensor, or a file is not as it should be; 3: no onnxruntime.`;

interface CaptureFlags {
  readonly output: string;
  readonly tensors?: readonly string[];
  readonly images: 'calibration' | 'test';
  readonly count?: number;
  readonly threads?: number;
  readonly shard?: Shard;
  readonly json: boolean;
  readonly quiet: boolean;
}

/** Adds `imcgen capture`. The implementation loads when the command runs. */
export function registerCapture(program: Command): void {
  program
    .command('capture')
    .description('write activations of the float model as .npy')
    .argument('<network>', 'config of the network (network.json), - for standard input')
    .requiredOption('-o, --output <path>', 'folder to write them into; with --shard a file')
    .option('--tensors <list>', 'layers or tensors, comma between (default: all layers)', (text: string) =>
      text.split(',').map((name) => name.trim()),
    )
    .addOption(
      new Option('--images <which>', 'images of the config that are taken')
        .choices(['calibration', 'test'])
        .default('calibration'),
    )
    .option('--count <images>', 'from the first (default: all of the file)', count)
    .option('--threads <count>', 'threads that compute (default: one a core)', atLeastOne)
    .option('--shard <i/n>', 'only this part of the images, from 0; imcgen merge puts parts together', shard)
    .option('--json', 'print what was written as JSON', false)
    .option('--quiet', 'print nothing on success', false)
    .addHelpText('after', EXAMPLES)
    .action(async (file: string, flags: CaptureFlags, command: Command) => {
      const { captureFile, captureFileShard } = await import('../actions/capture.js');
      const { shown } = await import('./shown.js');
      if (flags.shard !== undefined) {
        const { shard, file: output } = shardFlags(command, flags);
        const told = await shown((work) => captureFileShard(file, flags, work, shard, output));
        if (!flags.quiet) process.stdout.write(`${told}\n`);
        return;
      }
      const { captureJson, captureText } = await import('../report/capture.js');
      const result = await shown((work) => captureFile(file, flags, work));
      if (flags.json) process.stdout.write(captureJson(result));
      else if (!flags.quiet) process.stdout.write(captureText(result));
    });
}
