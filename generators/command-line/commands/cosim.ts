import { type Command, Option } from 'commander';
import type { CosimResult } from '../../checks/cosim/cosim.js';
import type { ArrayView, PowerUp, Simulator } from '../../checks/cosim/simulator.js';
import type { Shard } from '../../common/shard.js';
import { shardFlags } from './shard-flags.js';
import { atLeastOne, shard, wholeNumber } from './values.js';

const EXAMPLES = `
Examples:
  imcgen cosim out/demo                              whole scenario on Icarus Verilog
  imcgen cosim out/demo --conversions 1000 --seed 7  more random conversions, other ones
  imcgen cosim out/demo --fst demo.fst               keep a waveform for GTKWave or Surfer
  imcgen cosim out/demo --simulator verilator        same vectors, same verdict
  imcgen cosim out/demo --cells random --seed 7      cells that power up random, as those of a chip do
  imcgen cosim out/demo --view die --die 7           a die with mismatch and noise, of a config that has "die"
  imcgen cosim out/demo --view die --self-calibrate  calibrate the trim rows of the die over the bus, then convert
  imcgen cosim out/demo --overrides                  other shapes by parameters, as an instantiation may ask
  imcgen cosim out/demo --runs 100 --seed 1          the scenario a hundred times, with seeds 1 to 100
  imcgen cosim out/demo --runs 100 --shard 3/10 -o results/3.jsonl     a part of them; imcgen merge results`;

interface CosimFlags {
  readonly conversions: number;
  readonly seed: number;
  readonly simulator: Simulator;
  readonly view: ArrayView;
  readonly die?: number;
  readonly cells: 'zero' | PowerUp['contents'];
  readonly vcd?: string;
  readonly fst?: string;
  readonly selfCalibrate: boolean;
  readonly overrides: boolean;
  readonly runs: number;
  readonly shard?: Shard;
  readonly output?: string;
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
    .addOption(
      new Option(
        '--self-calibrate',
        'calibrate the trim rows, in place of the whole scenario; with --view die',
      )
        .default(false)
        .conflicts('overrides'),
    )
    .option('--overrides', 'also override the shape by Verilog parameters', false)
    .option(
      '--runs <count>',
      'runs that do not depend on each other, with seeds from --seed on',
      atLeastOne,
      1,
    )
    .option('--shard <i/n>', 'only this part of the runs, from 0; imcgen merge puts parts together', shard)
    .option('-o, --output <file>', 'with --shard: the file of results; one that is there already is kept')
    .option('--json', 'print the verdict as JSON', false)
    .option('--quiet', 'print nothing on success', false)
    .addHelpText('after', EXAMPLES)
    .action(async (folder: string, flags: CosimFlags, command: Command) => {
      const impossible = powerUpProblem(flags) ?? dieProblem(flags) ?? waveformProblem(flags);
      if (impossible !== undefined) command.error(`error: ${impossible}`);
      const { cosimOf, cosimRuns } = await import('../../checks/cosim/runs.js');
      const { shown } = await import('./shown.js');
      const { conversions, seed, simulator, view, cells, vcd, fst, die } = flags;
      const runs = cosimRuns(seed, flags.runs, flags.overrides);
      const options = {
        ...{ conversions, simulator, view },
        ...(cells !== 'zero' && { powerUp: { contents: cells, seed } }),
        ...(die !== undefined && { dieSeed: die }),
        ...(flags.selfCalibrate && { selfCalibrate: true }),
      };
      if (flags.shard !== undefined || flags.output !== undefined) {
        const { cosimShard } = await import('../../campaign/shards/cosim.js');
        const { shard, file } = shardFlags(command, flags);
        const told = await shown(({ stop: signal, onProgress }) =>
          cosimShard(folder, runs, { ...options, signal, onProgress }, shard, file),
        );
        if (!flags.quiet) process.stdout.write(`${told}\n`);
        return;
      }
      const { cosimJson, cosimText } = await import('../report/verdict.js');
      const waveform = vcd ?? fst;
      const format = fst === undefined ? 'vcd' : 'fst';
      const { requireWritable } = await import('../../common/files/output.js');
      if (waveform !== undefined) requireWritable([{ path: waveform, kind: 'file' }]);
      const results = await shown(async ({ stop: signal, onProgress }) => {
        const found: { name: string; result: CosimResult }[] = [];
        for (const [at, run] of runs.entries()) {
          if (runs.length > 1) onProgress(at, runs.length, run.name);
          const dump =
            waveform !== undefined && at === 0 ? { dump: { file: waveform, format } as const } : {};
          found.push({ name: run.name, result: await cosimOf(folder, run, { ...options, ...dump, signal }) });
        }
        return found;
      }, 'simulating');
      const failed = results.some(({ result }) => !result.passed);
      if (flags.json) process.stdout.write(cosimJson(results));
      else if (failed || !flags.quiet) process.stdout.write(cosimText(results));
      if (failed) process.exitCode = 1;
    });
}

/** Why no waveform can be kept as asked, or undefined where it can. */
function waveformProblem({ vcd, fst, runs, shard }: CosimFlags): string | undefined {
  return (vcd ?? fst) !== undefined && (runs > 1 || shard !== undefined)
    ? '--vcd and --fst are for one run: without --shard, and with --runs 1'
    : undefined;
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
function dieProblem({ die, view, selfCalibrate }: CosimFlags): string | undefined {
  if (view === 'die') return undefined;
  if (die !== undefined) return '--die is for --view die: the other views are ideal';
  return selfCalibrate ? '--self-calibrate is for --view die: the other views have no offsets' : undefined;
}
