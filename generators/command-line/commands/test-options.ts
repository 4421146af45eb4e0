import { type Command, Option } from 'commander';
import { atLeastOne, count } from './values.js';

/** Adds what commands take that calibrate a network and test it on held-out images. */
export function withTestOptions(command: Command): Command {
  return command
    .option('--images <count>', 'held-out images, from the first (default: all)', count)
    .addOption(
      new Option('--engine <engine>', 'what computes the hardware: the exported graph, or the golden model')
        .choices(['onnx', 'golden'])
        .default('onnx'),
    )
    .option('--recalibrate', 'calibrate also what an earlier run calibrated', false)
    .option('--threads <count>', 'threads that compute (default: one a core)', atLeastOne)
    .option('--json', 'print the result as JSON', false)
    .option('--quiet', 'print nothing on success', false);
}
