import type { Command } from 'commander';

/** Adds `imcgen calibrate`. The implementation loads when the command runs. */
export function registerCalibrate(program: Command): void {
  program
    .command('calibrate')
    .description('make nonlinear ADC levels (levels.json) from activations')
    .argument('<activations...>', '.npy files, or a folder of them; each file is one calibration batch')
    .requiredOption('-b, --bits <b>', 'width of the nonlinear code, 1..8')
    .requiredOption('-o, --output <file>', 'levels file to write')
    .option('--name <name>', 'layer name (default: the output file name)')
    .option('--tails <fraction>', 'dropped at each end of a batch', '0.005')
    .option('--ema-weight <weight>', 'of a new batch in the moving range', '0.1')
    .option('--refit', 'decode each code to the mean of its samples')
    .option('--drop-nonfinite', 'leave NaN and infinities out instead of refusing them')
    .option('--json', 'print the result as JSON')
    .option('--quiet', 'print nothing on success')
    .action(async (activations: string[], options: Record<string, string | boolean | undefined>) => {
      const { runCalibrate } = await import('../calibrate/command.js');
      await runCalibrate(activations, options);
    });
}
