import { type Command, Option } from 'commander';
import type { Waveforms } from '../../checks/formal/waveform-files.js';

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

interface ProveFlags {
  readonly engine: 'auto' | 'builtin' | 'native' | 'smt';
  readonly waves?: string;
  readonly json: boolean;
  readonly quiet: boolean;
}

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
      const path = await import('node:path');
      const { availableParallelism } = await import('node:os');
      const { engineOf } = await import('../../checks/formal/engines.js');
      const { isProved, proveMacro } = await import('../../checks/formal/prove.js');
      const { writeWaveforms } = await import('../../checks/formal/waveform-files.js');
      const { planOfPackage } = await import('../../macro/plan/file.js');
      const { InvalidInput, orThrow } = await import('../../common/problems.js');
      const { proofsJson, proofsText } = await import('../report/prove.js');
      const { interruptible } = await import('./interrupt.js');
      const { progressBar } = await import('./progress.js');
      const { requireWritable } = await import('../../common/files/output.js');
      if (flags.waves !== undefined) requireWritable([{ path: flags.waves, kind: 'folder' }]);
      const plan = orThrow(await planOfPackage(folder));
      const engine = await engineOf(flags.engine);
      const progress = progressBar();
      const started = performance.now();
      const results = await interruptible((signal) =>
        proveMacro(folder, plan, {
          engine,
          jobs: availableParallelism(),
          signal,
          progress: (done, total, title) => progress.show(done, total, title),
        }),
      ).finally(() => progress.clear());
      const seconds = (performance.now() - started) / 1000;
      const proved = results.every(isProved);
      const tell = (waves: Waveforms) => {
        const run = { macro: plan.name, engine: engine.name, seconds, results, waves };
        if (flags.json) process.stdout.write(proofsJson(run));
        else if (!proved || !flags.quiet) process.stdout.write(proofsText(run));
      };
      try {
        tell(await writeWaveforms(results, plan, flags.waves ?? path.join(folder, 'formal')));
      } catch (error) {
        // The verdict is worth more than its pictures.
        if (error instanceof InvalidInput && !flags.json) tell(new Map());
        throw error;
      }
      if (!proved) process.exitCode = 1;
    });
}
