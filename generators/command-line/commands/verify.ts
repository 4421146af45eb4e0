import { type Command, Option } from 'commander';
import type { Simulator } from '../../checks/cosim/simulator.js';
import { wholeNumber } from './values.js';

const EXAMPLES = `
Examples:
  imcgen verify out/demo                      files, manifest, config, and the whole scenario on Icarus Verilog
  imcgen verify out/demo --no-simulate        files, manifest and config
  imcgen verify out/demo --json | jq '.edits[].path'

Names each generated file that was edited, is missing or was added since, and says whether config and manifest
still belong together. Added files are allowed. A package of another version of imcgen is no failure: what this
version writes otherwise is listed. Writes nothing.
Exit code 0: as generated, and it simulates; 1: it is not, or does not.`;

interface VerifyFlags {
  readonly simulate: boolean;
  readonly conversions: number;
  readonly seed: number;
  readonly simulator: Simulator;
  readonly json: boolean;
  readonly quiet: boolean;
}

/** Adds `imcgen verify`. The implementation loads when the command runs. */
export function registerVerify(program: Command): void {
  program
    .command('verify')
    .description('say what became of a package: hand edits file by file, then simulate it again')
    .argument('<folder>', 'package that imcgen generate wrote')
    .option('--no-simulate', 'look at the files only')
    .option('--conversions <count>', 'conversions of random inputs', wholeNumber, 100)
    .option('--seed <number>', 'same seed, same vectors', wholeNumber, 1)
    .addOption(new Option('--simulator <name>').choices(['icarus', 'verilator']).default('icarus'))
    .option('--json', 'print what was found as JSON', false)
    .option('--quiet', 'print nothing on success', false)
    .addHelpText('after', EXAMPLES)
    .action(async (folder: string, flags: VerifyFlags) => {
      const { resimulate, verifyFiles } = await import('../../checks/maintain/verify.js');
      const { verificationJson, verificationText } = await import('../report/verify.js');
      const { shown } = await import('./shown.js');
      const { MissingTool } = await import('../../common/problems.js');
      const verification = await verifyFiles(folder);
      const { plan } = verification;
      const simulation =
        plan === undefined || !flags.simulate
          ? undefined
          : await shown(
              ({ stop: signal }) => resimulate(folder, plan, { ...flags, signal }),
              'simulating',
            ).catch((error: unknown) => {
              // A simulator that is missing takes nothing away from what the files tell.
              if (error instanceof MissingTool && !flags.json && !verification.intact) {
                process.stdout.write(verificationText(verification, undefined));
              }
              throw error;
            });
      const passed = verification.intact && simulation?.passed !== false;
      if (flags.json) process.stdout.write(verificationJson(verification, simulation));
      else if (!passed || !flags.quiet) process.stdout.write(verificationText(verification, simulation));
      if (!passed) process.exitCode = 1;
    });
}
