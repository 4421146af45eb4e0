import path from 'node:path';
import { type Command, Option } from 'commander';
import type { Simulator } from '../../checks/cosim/simulator.js';
import type { ProveFlags } from './prove-action.js';
import type { SynthFlags } from './synth-action.js';
import { period, wholeNumber } from './values.js';

const EXAMPLES = `
Examples:
  imcgen psum check psum.json                                 widths, cycles, rules
  imcgen psum generate psum.json -o out/conv2_psum            Verilog, vectors, proofs, scripts, documents
  imcgen psum cosim out/conv2_psum --sums 1000 --seed 7       against the golden twin, every cycle
  imcgen psum prove out/conv2_psum                            no overflow, rounding, order, for all inputs
  imcgen psum synth out/conv2_psum --liberty cells.lib        area and timing

A partial-sum unit adds up the results of the tiles of a layer, weighs digits, scales, biases, rounds and clamps.
psum.json needs a name, channels, input.bits and result.bits; imcgen schema psum has all of it.`;

interface Common {
  readonly json: boolean;
  readonly quiet: boolean;
}

/** Adds `imcgen psum` and its commands. The implementations load when they run. */
export function registerPsum(program: Command): void {
  const psum = program
    .command('psum')
    .description('the partial-sum unit of a layer: check, generate, cosim, prove, synth')
    .addHelpText('after', EXAMPLES);
  registerCheck(psum);
  registerGenerate(psum);
  registerCosim(psum);
  registerProve(psum);
  registerSynth(psum);
}

function withCommon(command: Command, what: string): Command {
  return command
    .option('--json', `print ${what}, or the problems, as JSON`, false)
    .option('--quiet', 'print nothing on success', false);
}

function registerCheck(psum: Command): void {
  const command = psum
    .command('check')
    .description('plan a unit and print the plan')
    .argument('<psum>', 'config of the unit (psum.json)');
  withCommon(command, 'the plan').action(async (file: string, { json, quiet }: Common) => {
    const { planPsumFile } = await import('../../macro/psum/load.js');
    const { psumPlanJson, psumPlanText } = await import('../report/psum.js');
    const plan = await planPsumFile(file);
    if (json) process.stdout.write(psumPlanJson(plan));
    else if (!quiet) process.stdout.write(psumPlanText(plan));
  });
}

function registerGenerate(psum: Command): void {
  const command = psum
    .command('generate')
    .description('write the Verilog package of a unit')
    .argument('<psum>', 'config of the unit (psum.json)')
    .option('-o, --output <folder>', 'folder of the package (default: out/<name>_psum)')
    .option('--force', 'write into a folder that imcgen did not make', false);
  withCommon(command, 'the manifest').action(
    async (file: string, flags: Common & { readonly output?: string; readonly force: boolean }) => {
      const { planPsumFile } = await import('../../macro/psum/load.js');
      const { psumFiles } = await import('../../package/psum/package.js');
      const { MANIFEST } = await import('../../package/manifest.js');
      const { writePackage } = await import('../../package/write.js');
      const { orThrow } = await import('../../common/problems.js');
      const { requireWritable } = await import('../../common/files/output.js');
      if (flags.output !== undefined) requireWritable([{ path: flags.output, kind: 'folder' }]);
      const plan = await planPsumFile(file);
      const folder = flags.output ?? path.join('out', plan.name);
      requireWritable([{ path: folder, kind: 'folder' }]);
      const files = psumFiles(plan);
      orThrow(await writePackage(folder, files, { force: flags.force }));
      if (flags.json) process.stdout.write(files.find((one) => one.path === MANIFEST)!.text);
      else if (!flags.quiet) process.stdout.write(`${folder}: ${files.length} files, see README.md\n`);
    },
  );
}

function registerCosim(psum: Command): void {
  const command = psum
    .command('cosim')
    .description('simulate a package and compare it with the golden twin, cycle by cycle')
    .argument('<folder>', 'package that imcgen psum generate wrote')
    .option('--sums <count>', 'sums of random values, besides the directed ones', wholeNumber, 100)
    .option('--seed <number>', 'same seed, same vectors', wholeNumber, 1)
    .addOption(new Option('--simulator <name>').choices(['icarus', 'verilator']).default('icarus'));
  withCommon(command, 'the verdict').action(
    async (
      folder: string,
      flags: Common & { readonly sums: number; readonly seed: number; readonly simulator: Simulator },
    ) => {
      const { cosimPsum } = await import('../../checks/psum/cosim.js');
      const { psumVerdictText } = await import('../report/psum.js');
      const { shown } = await import('./shown.js');
      const { sums, seed, simulator } = flags;
      const result = await shown(
        ({ stop: signal }) => cosimPsum(folder, { sums, seed, simulator, signal }),
        'simulating',
      );
      if (flags.json) process.stdout.write(`${JSON.stringify(result, null, 2)}\n`);
      else if (!result.passed || !flags.quiet) process.stdout.write(psumVerdictText(result));
      if (!result.passed) process.exitCode = 1;
    },
  );
}

function registerProve(psum: Command): void {
  const command = psum
    .command('prove')
    .description('prove arithmetic, order and results of a package, for all inputs')
    .argument('<folder>', 'package that imcgen psum generate wrote')
    .addOption(
      new Option('--engine <name>', 'what proves: Yosys of npm, an installed one, or its SMT solver')
        .choices(['auto', 'builtin', 'native', 'smt'])
        .default('auto'),
    )
    .option('--waves <folder>', 'where counterexamples are written (default: formal/ of the package)');
  withCommon(command, 'the verdicts').action(async (folder: string, flags: ProveFlags) => {
    const { provePsum } = await import('../../checks/psum/prove.js');
    const { planOfPsumPackage } = await import('../../macro/psum/load.js');
    const { orThrow } = await import('../../common/problems.js');
    const { proveAndTell } = await import('./prove-action.js');
    const proved = await proveAndTell(
      folder,
      flags,
      async () => orThrow(await planOfPsumPackage(folder)),
      (plan, options) => provePsum(folder, plan, options),
    );
    if (!proved) process.exitCode = 1;
  });
}

function registerSynth(psum: Command): void {
  const command = psum
    .command('synth')
    .description('map a package to library cells: area, timing, simulation of the netlist')
    .argument('<folder>', 'package that imcgen psum generate wrote')
    .option('--liberty <file>', 'cell library (default: generic cells, areas in gate equivalents)')
    .option('--clock <ns>', 'target clock period (default: timing.clockNs of the config)', period)
    .option('--sta', 'fail where static timing cannot be run')
    .option('--no-sta', 'leave static timing out')
    .option('--gate-level', 'simulate the netlist with the vectors of the package', false)
    .option('--cells <file>', 'Verilog models of the cells (default: beside the library, ending in .v)')
    .option('-o, --output <folder>', 'keep netlist, scripts and logs in this folder');
  withCommon(command, 'the report').action(async (folder: string, flags: SynthFlags) => {
    const { synthesizePsum } = await import('../../checks/psum/synth.js');
    const { psumSynthesisJson, psumSynthesisText } = await import('../report/psum.js');
    const { synthesizeAndTell } = await import('./synth-action.js');
    const passed = await synthesizeAndTell(
      flags,
      (options) => synthesizePsum(folder, options),
      (synthesis) => ({
        text: psumSynthesisText(synthesis),
        json: psumSynthesisJson(synthesis),
        passed: synthesis.gateLevel?.passed !== false,
      }),
    );
    if (!passed) process.exitCode = 1;
  });
}
