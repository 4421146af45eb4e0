import { type Command, InvalidArgumentError, Option } from 'commander';
import { CORNERS, type CornerName, isCorner } from '../../campaign/montecarlo/corners.js';
import { LIMITS, type Limits, limitsOf } from '../../campaign/montecarlo/limits.js';
import type { SelfCalibration } from '../../campaign/montecarlo/self-calibration.js';
import type { Shard } from '../../common/shard.js';
import { shardFlags } from './shard-flags.js';
import { shard, wholeNumber } from './values.js';

const listed = (entries: readonly (readonly [string, string])[]) =>
  entries.map(([name, meaning]) => `  ${name.padEnd(11)} ${meaning}`).join('\n');

const EXAMPLES = `
Examples:
  imcgen montecarlo macro.json
  imcgen montecarlo macro.json --dies 1000 --limit inl=0.5,missing=0 -o out/dies
  imcgen montecarlo macro.json --corner typical,hot,low-supply
  imcgen montecarlo macro.json --self-calibrate offsets --limit csnr=12
  imcgen montecarlo macro.json --dies 1000000 --shard 3/400 -o results/3.jsonl
  imcgen montecarlo macro.json --inputs activations.npy --weights ternary.npy --json | jq '.corners[0].summary.csnr'

Simulates dies of a config that has "die" on the same weights and inputs, and compares each with the ideal macro. The
results do not depend on the number of threads. With -o finished dies are kept in the folder: after Ctrl-C the same
command goes on, and more dies are added to those that are there.

Corners:
${listed(Object.entries(CORNERS).map(([name, { meaning, source }]) => [name, `${meaning} (${source})`]))}

Limits (csnr is a least value, the others are largest ones):
${listed(Object.entries(LIMITS))}

Exit code 0: simulated, whatever the yield; 1: the config has no "die", or a file is not as it should be.`;

interface MonteCarloFlags {
  readonly dies: number;
  readonly inputs: number | string;
  readonly weights?: string;
  readonly seed: number;
  readonly layer?: string;
  readonly corner: readonly CornerName[];
  readonly selfCalibrate?: SelfCalibration;
  readonly limit?: Limits;
  readonly workers?: number;
  readonly shard?: Shard;
  readonly output?: string;
  readonly force: boolean;
  readonly json: boolean;
  readonly quiet: boolean;
}

/** Adds `imcgen montecarlo`. The implementation loads when the command runs. */
export function registerMonteCarlo(program: Command): void {
  program
    .command('montecarlo')
    .description('error rates, INL, DNL, CSNR and yield of a macro over many dies')
    .argument('<macro>', 'config of the macro (macro.json), - for standard input')
    .option('--dies <count>', 'dies, from that of --seed on', wholeNumber, 100)
    .option(
      '--inputs <count|file>',
      'random input vectors, or an .npy file, vectors x rows',
      countOrFile,
      1000,
    )
    .option('--weights <file>', 'ternary weights, .npy, rows x columns (default: random ones)')
    .option('--seed <number>', 'first die; also of random weights and inputs', wholeNumber, 1)
    .option('--layer <name>', 'layer whose levels convert (default: the first)')
    .option('--corner <names>', 'corners, such as typical,hot', cornersOf, ['typical'])
    .addOption(
      new Option(
        '--self-calibrate <how>',
        'simulate again with trim rows that each die calibrates: by software against offsets, or with known inputs, or in hardware',
      ).choices(['offsets', 'inputs', 'hardware']),
    )
    .option('--limit <limits>', 'what a good die keeps, such as inl=0.5,csnr=20 (default: missing=0)', limits)
    .option('--workers <count>', 'threads (default: as many as pay)', threads)
    .option('--shard <i/n>', 'only this part of the dies, from 0; imcgen merge puts parts together', shard)
    .option('-o, --output <folder>', 'keep records of the dies, report and plots there; with --shard a file')
    .option('--force', 'write into a folder with other files', false)
    .option('--json', 'print the result as JSON', false)
    .option('--quiet', 'print nothing on success', false)
    .addHelpText('after', EXAMPLES)
    .action(async (macro: string, flags: MonteCarloFlags, command: Command) => {
      const { monteCarlo } = await import('../../campaign/montecarlo/montecarlo.js');
      const { shown } = await import('./shown.js');
      const { corner, limit, json, quiet, shard: part, ...options } = flags;
      if (part !== undefined) {
        const { monteCarloShard } = await import('../../campaign/shards/montecarlo.js');
        const { shard, file } = shardFlags(command, flags);
        const told = await shown((work) =>
          monteCarloShard(macro, { ...options, ...work, corners: corner, limits: limit }, shard, file),
        );
        if (!quiet) process.stdout.write(`${told}\n`);
        return;
      }
      const { monteCarloJson, monteCarloText } = await import('../report/montecarlo.js');
      const result = await shown((work) =>
        monteCarlo(macro, { ...options, ...work, corners: corner, limits: limit }, monteCarloText),
      );
      if (json) process.stdout.write(monteCarloJson(result));
      else if (!quiet) process.stdout.write(monteCarloText(result));
    });
}

export function countOrFile(text: string): number | string {
  return /^\d+$/.test(text) ? wholeNumber(text) : text;
}

function threads(text: string): number {
  const count = wholeNumber(text);
  if (count < 1 || count > 256) throw new InvalidArgumentError('must be a whole number in 1..256');
  return count;
}

/** `typical,hot`. */
export function cornersOf(text: string): CornerName[] {
  return [...new Set(text.split(','))].map((word) => {
    if (isCorner(word)) return word;
    throw new InvalidArgumentError(`Known corners: ${Object.keys(CORNERS).join(', ')}.`);
  });
}

function limits(text: string): Limits {
  const found = limitsOf(text);
  if (found !== undefined) return found;
  const names = Object.keys(LIMITS).join(', ');
  throw new InvalidArgumentError(`Give limits such as inl=0.5,missing=0; known: ${names}.`);
}
