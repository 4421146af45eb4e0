import { type Command, Option } from 'commander';
import type { ProveFlags } from './prove-action.js';

const EXAMPLES = `
Examples:
  imcgen prove out/demo                      every property; needs nothing but npm packages
  imcgen prove out/demo --engine smt         a second opinion: yosys-smtbmc with z3
  imcgen prove out/demo --waves bug          counterexamples into bug/ as .vcd, for GTKWave or Surfer
  imcgen prove out/demo --json | jq '.proofs[].properties[]'

Proves, for all inputs and all times, that the Verilog of the package does what its config says: decoder, ramp groups,
whole conversions with queued starts, and the rules of the bus. The engine is an installed Yosys where there is one,
else the one from npm. Without imcgen: yosys formal/decoder.ys, and the others, in the folder of the package.
Exit code 0: all proved; 1: not all.`;

/** Adds `imcgen prove`. The implementation loads when the command runs. */
export function registerProve(program: Command): void {
  program
    .command('prove')
    .description('prove decoder, ramp, conversions and bus of a package, for all inputs')
    .argument('<folder>', 'package that imcgen generate wrote')
    .addOption(
      new Option('--engine <name>', 'what proves: Yosys of npm, an installed one, or its SMT solver')
        .choices(['auto', 'builtin', 'native', 'smt'])
        .default('auto'),
    )
    .option('--waves <folder>', 'where counterexamples are written (default: formal/ of the package)')
    .option('--json', 'print the verdicts as JSON', false)
    .option('--quiet', 'print nothing on success', false)
    .addHelpText('after', EXAMPLES)
    .action(async (folder: string, flags: ProveFlags) => {
      const { proveMacro } = await import('../../checks/formal/prove.js');
      const { planOfPackage } = await import('../../macro/plan/file.js');
      const { orThrow } = await import('../../common/problems.js');
      const { proveAndTell } = await import('./prove-action.js');
      const proved = await proveAndTell(
        folder,
        flags,
        async () => orThrow(await planOfPackage(folder)),
        (plan, options) => proveMacro(folder, plan, options),
      );
      if (!proved) process.exitCode = 1;
    });
}
