import { type Command, Option } from 'commander';
import type { ArrayView, PowerUp, Simulator } from '../../checks/cosim/simulator.js';
import { wholeNumber } from './values.js';

const EXAMPLES = `
Examples:
  imcgen cosim out/demo                              whole scenario on Icarus Verilog
  imcgen cosim out/demo --conversions 1000 --seed 7  more random conversions, other ones
  imcgen cosim out/demo --fst demo.fst               keep a waveform for GTKWave or Surfer
  imcgen cosim out/demo --simulator verilator        same vectors, same verdict
  imcgen cosim out/demo --cells random --seed 7      cells that power up random, as those of a chip do
  imcgen cosim out/demo --view die --die 7           a die with mismatch and noise, of a config that has "die"
  imcgen cosim out/demo --overrides                  other shapes by parameters, as an instantiation may ask`;

interface CosimFlags {
  readonly conversions: number;
  readonly seed: number;
  readonly simulator: Simulator;
  readonly view: ArrayView;
  readonly die?: number;
  readonly cells: 'zero' | PowerUp['contents'];
  readonly vcd?: string;
  readonly fst?: string;
  readonly overrides: boolean;
  readonly json: boolean;
  readonly quiet: boolean;
}

/** Adds `imcgen cosim`. The implementation loads when the command runs. */
export function registerCosim(program: Command): void {
  program
    .command('cosim')
    .description('simulate a package and compare it with the golden model, cycle by cycle')
    .argument('<folder>', 'package that imcgen generate wrote')
    .option(
      '--conversions <count>',
      'conversions of random inputs, besides the directed ones',
      wholeNumber,
      100,
    )
    .option('--seed <number>', 'same seed, same vectors', wholeNumber, 1)
    .addOption(new Option('--simulator <name>').choices(['icarus', 'verilator']).default('icarus'))
    .addOption(
      new Option('--view <view>', 'of the analog macro: behavioural model, digital equivalent, or one die')
        .choices(['model', 'digital', 'die'])
        .default('model'),
    )
    .option('--die <seed>', 'die to draw, with --view die; default: that of the config', wholeNumber)
    .addOption(
      new Option('--cells <contents>', 'at power-up, in the behavioural model; random ones follow the seed')
        .choices(['zero', 'random', 'x'])
        .default('zero'),
    )
    .addOption(new Option('--vcd <file>', 'keep the waveform as VCD').conflicts('fst'))
    .option('--fst <file>', 'keep the waveform as FST')
    .option('--overrides', 'also override the shape by Verilog parameters', false)
    .option('--json', 'print the verdict as JSON', false)
    .option('--quiet', 'print nothing on success', false)
    .addHelpText('after', EXAMPLES)
    .action(async (folder: string, flags: CosimFlags, command: Command) => {
      const impossible = powerUpProblem(flags) ?? dieProblem(flags);
      if (impossible !== undefined) command.error(`error: ${impossible}`);
      const { cosim, cosimOverride } = await import('../../checks/cosim/cosim.js');
      const { OVERRIDES } = await import('../../checks/cosim/overrides.js');
      const { verdictJson, verdictText } = await import('../report/verdict.js');
      const { interruptible } = await import('./interrupt.js');
      const { conversions, seed, simulator, view, cells, vcd, fst, die } = flags;
      const powerUp = cells === 'zero' ? {} : { powerUp: { contents: cells, seed } };
      const file = vcd ?? fst;
      const dump =
        file === undefined ? {} : { dump: { file, format: fst ? ('fst' as const) : ('vcd' as const) } };
      const { requireWritable } = await import('../../common/files/output.js');
      if (file !== undefined) requireWritable([{ path: file, kind: 'file' }]);
      const results = await interruptible(async (signal) => {
        const dieSeed = die === undefined ? {} : { dieSeed: die };
        const common = { conversions, seed, simulator, view, ...dieSeed, ...powerUp, signal };
        const runs = [{ name: 'as generated', result: await cosim(folder, { ...common, ...dump }) }];
        for (const { name, shape } of flags.overrides ? OVERRIDES : []) {
          runs.push({ name, result: await cosimOverride(folder, shape, common) });
        }
        return runs;
      });
      const failed = results.some(({ result }) => !result.passed);
      if (flags.json) {
        const plain = results.map(({ name, result }) => ({ name, ...verdictJson(result) }));
        process.stdout.write(`${JSON.stringify(plain, null, 2)}\n`);
      } else if (failed || !flags.quiet) {
        for (const { name, result } of results) process.stdout.write(verdictText(name, result));
      }
      if (failed) process.exitCode = 1;
    });
}

/** Why cells cannot power up as asked, or undefined where they can. */
function powerUpProblem({ cells, view, simulator }: CosimFlags): string | undefined {
  if (cells === 'zero') return undefined;
  if (view === 'die') return `--cells ${cells} is for --view model: the cells of a die power up 0`;
  if (view === 'digital') {
    return `--cells ${cells} is for --view model: the digital equivalent has registers for cells, 0 at power-up`;
  }
  if (cells === 'x' && simulator === 'verilator') {
    return '--cells x is for --simulator icarus: Verilator has no unknown values';
  }
  return undefined;
}

/** Why no die can be drawn as asked, or undefined where it can. */
function dieProblem({ die, view }: CosimFlags): string | undefined {
  return die !== undefined && view !== 'die'
    ? '--die is for --view die: the other views are ideal'
    : undefined;
}
