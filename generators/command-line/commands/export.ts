import { type Command, Option } from 'commander';
import { wholeNumber } from './values.js';

const EXAMPLES = `
Examples:
  imcgen export network.json -o hardware.onnx
  imcgen export network.json -o hardware.onnx --qonnx      converters as MultiThreshold, for tools that read QONNX
  imcgen export network.json -o module --pytorch           a folder with a PyTorch module that can be trained
  imcgen export network.json -o die7.onnx --seed 7 --die die.json     its macros on the dies of number 7
  imcgen export network.json -o hardware.onnx --json | jq .bytes

Calibrates the network and writes its hardware as an ONNX graph of standard operators, which gives the same whole
numbers as the golden model in any runtime: it takes images as the float model does, [N, C, H, W], and hands out
"codes", the class scores as whole numbers. The PyTorch module computes the same, and trains: its parameters come back by
"trained" in network.json.
With --seed or --die, every macro is a die of its own: the graph has the whole currents of its cells, its levels and offsets, and gives the
codes of imcgen evaluate --dies. Noise and leakage are refused.
Exit code 0: written; 1: the network cannot be mapped, or a file is not as it should be; 3: no onnxruntime.`;

interface ExportFlags {
  readonly output: string;
  readonly qonnx: boolean;
  readonly pytorch: boolean;
  readonly seed?: number;
  readonly die?: string;
  readonly recalibrate: boolean;
  readonly json: boolean;
  readonly quiet: boolean;
}

/** Adds `imcgen export`. The implementation loads when the command runs. */
export function registerExport(program: Command): void {
  program
    .command('export')
    .description('write the hardware of a network as an ONNX graph of standard operators, or for PyTorch')
    .argument('<network>', 'config of the network (network.json), - for standard input')
    .requiredOption('-o, --output <path>', 'file of the graph, or folder of the PyTorch module')
    .option('--qonnx', 'converters as MultiThreshold of QONNX', false)
    .addOption(
      new Option('--pytorch', 'a PyTorch module with its weights, to train on')
        .default(false)
        .conflicts('qonnx'),
    )
    .addOption(
      new Option('--seed <number>', 'macros on the dies of this number, as of imcgen evaluate --dies')
        .argParser(wholeNumber)
        .conflicts(['qonnx', 'pytorch']),
    )
    .addOption(
      new Option(
        '--die <file>',
        'the same with the "die" section of this file (default: that of "macro")',
      ).conflicts(['qonnx', 'pytorch']),
    )
    .option('--recalibrate', 'calibrate also what an earlier run calibrated', false)
    .option('--json', 'print what was written as JSON', false)
    .option('--quiet', 'print nothing on success', false)
    .addHelpText('after', EXAMPLES)
    .action(async (file: string, { json, quiet, ...options }: ExportFlags) => {
      const { exportFile } = await import('../actions/export.js');
      const { shown } = await import('./shown.js');
      const written = await shown((work) => exportFile(file, options, work));
      if (json) process.stdout.write(`${JSON.stringify(written, null, 2)}\n`);
      else if (!quiet)
        process.stdout.write(
          `${options.output}: ${written.layers} layers, ${written.macros} macros${'die' in written ? `, dies of number ${written.die}` : ''}\n`,
        );
    });
}
