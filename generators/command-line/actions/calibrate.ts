import { basename } from 'node:path';
import { requireOneStdin } from '../../common/files/input.js';
import { type Output, requireWritable } from '../../common/files/output.js';
import { writeWhole } from '../../common/files/writer.js';
import { InvalidInput, orThrow, type Problem } from '../../common/problems.js';
import { BatchCollector } from '../../levels/calibrate/batches.js';
import { checkedSamples, levelsOf } from '../../levels/calibrate/calibrate.js';
import { collectChannels } from '../../levels/calibrate/channels.js';
import { compareMethods } from '../../levels/calibrate/compare.js';
import { afterRelu, beforeRelu, type Distribution } from '../../levels/calibrate/distribution.js';
import { hardwareLevels } from '../../levels/calibrate/hardware-levels.js';
import { type CalibrationSamples, fit, tailsToRecord } from '../../levels/calibrate/methods.js';
import { optimalClusters } from '../../levels/calibrate/optimal.js';
import {
  METHODS,
  type Method,
  type Settings,
  usesTails,
  withDefaults,
} from '../../levels/calibrate/options.js';
import { meanSquaredError } from '../../levels/calibrate/quantizer.js';
import { constantProblem, fewValues } from '../../levels/calibrate/sample-problems.js';
import { collectFiles, npyFiles, type OnProgress, sourceName } from '../../levels/calibrate/sources.js';
import type { Levels } from '../../macro/config/levels.js';
import { comparisonText, type LevelsSummary, levelsText } from '../report/calibrate.js';

/** The command line as commander hands it over. */
export interface CalibrateFlags {
  readonly bits: number;
  readonly output?: string;
  readonly name?: string;
  readonly method: string;
  readonly tails?: number | { low: number; high: number } | 'auto';
  readonly emaWeight: number;
  readonly refit?: boolean;
  readonly start: 'random' | 'k-means++';
  readonly restarts: number;
  readonly seed: number;
  readonly axis?: number;
  readonly dropNonfinite: boolean;
  readonly dropBelow?: number;
  readonly dropAbove?: number;
  readonly clip?: { low: number; high: number };
  readonly allowConstant: boolean;
  readonly compare: boolean;
  readonly heldOut?: string[];
  readonly plot?: string;
  readonly cell?: number;
  readonly stepCells?: number;
  readonly offsetCells: number;
  readonly tableStep?: number;
  readonly tableBits: number;
  readonly tableSigned: boolean;
  readonly robust?: number;
  readonly relu: boolean;
  readonly json: boolean;
  readonly quiet: boolean;
}

/** Where a person sees how far the work is. */
interface Told {
  readonly show: OnProgress;
  readonly clear: () => void;
}

/** `imcgen calibrate`: reads activations, writes levels, prints what was found. */
export async function runCalibrate(
  activations: readonly string[],
  flags: CalibrateFlags,
  progress: Told,
): Promise<void> {
  if (flags.output === undefined && !flags.compare) {
    throw new InvalidInput([
      { file: '--output', path: '', message: 'is missing', fix: 'give a levels file to write, or --compare' },
    ]);
  }
  const problems = unused(flags);
  if (problems.length > 0) throw new InvalidInput(problems);
  requireOneStdin([...activations, ...(flags.heldOut ?? [])]);
  const settings = settingsOf(activations, flags);
  const files = orThrow(npyFiles(activations));
  requireWritable(outputsOf(flags), [...files, ...(flags.heldOut ?? [])]);
  if (flags.axis !== undefined) return calibrateChannels(files, flags, flags.axis, settings, progress);

  const collector = new BatchCollector(tailsToRecord(settings, flags.compare), undefined, settings);
  orThrow(collectFiles(files, collector, progress.show));
  progress.clear();
  const samples = orThrow(checkedSamples(collector, settings));
  warn(collector, samples, settings);
  const heldOut = heldOutSets(flags);
  const levels = flags.output === undefined ? undefined : makeLevels(samples, collector, settings, flags);
  if (levels !== undefined) await writeLevels(levels, flags.output!, flags.plot);
  if (flags.compare) {
    const comparison = compareMethods(settings.source, samples, heldOut, settings, progress.show);
    progress.clear();
    print(flags, comparison, () => comparisonText(comparison));
  } else if (levels !== undefined) {
    const summary = summaryOf(levels, samples.distribution, heldOut, flags.relu);
    print(flags, { levels, ...summary }, () => levelsText(levels, summary));
  }
}

async function calibrateChannels(
  files: readonly string[],
  flags: CalibrateFlags,
  axis: number,
  settings: Settings,
  progress: Told,
): Promise<void> {
  if (flags.output === undefined || flags.compare) {
    throw new InvalidInput([
      { file: '--axis', path: '', message: 'needs --output and does not go with --compare' },
    ]);
  }
  const collectors = orThrow(collectChannels(files, axis, tailsToRecord(settings), settings, progress.show));
  progress.clear();
  const channels = collectors.map((collector, channel) => {
    const own = {
      ...settings,
      name: `${settings.name}.c${channel}`,
      source: `${settings.source}, channel ${channel}`,
    };
    return { collector, own, samples: checkedSamples(collector, own) };
  });
  const problems = channels.flatMap(({ samples }) => (samples.ok ? [] : samples.problems));
  if (problems.length > 0) throw new InvalidInput(problems);
  const results = channels.map(({ collector, own, ...checked }) => {
    const samples = orThrow(checked.samples);
    warn(collector, samples, own);
    const levels = makeLevels(samples, collector, own, flags);
    return { levels, ...summaryOf(levels, samples.distribution, [], flags.relu) };
  });
  for (const [channel, { levels }] of results.entries()) {
    const plot = flags.plot === undefined ? undefined : ofChannel(flags.plot, channel);
    await writeLevels(levels, ofChannel(flags.output, channel), plot);
  }
  print(flags, results, () => results.map(({ levels, ...summary }) => levelsText(levels, summary)).join(''));
}

/** The file of a channel: `conv1.levels.json` is `conv1.c0.levels.json` and so on. */
function ofChannel(file: string, channel: number): string {
  return file.replace(/((\.levels)?\.[a-z]+)?$/i, `.c${channel}$1`);
}

/** What is going to be written; of channels, the first one. */
function outputsOf({ output, plot, axis }: CalibrateFlags): Output[] {
  const named = [output, plot].flatMap((file) => (file === undefined ? [] : [file]));
  // A folder stays one, and nothing stays nothing: they are not told by the name of a channel.
  const told = (file: string) => (axis === undefined || /^-?$|[\\/]$/.test(file) ? file : ofChannel(file, 0));
  return named.map((file) => ({ path: told(file), kind: 'file' }));
}

function settingsOf(activations: readonly string[], flags: CalibrateFlags): Settings {
  const { bits, tails, emaWeight, refit, start, restarts, seed, dropNonfinite } = flags;
  const { dropBelow, dropAbove, clip } = flags;
  const source = sourceName(activations);
  const name = flags.name ?? basename(flags.output ?? 'layer').replace(/(\.levels)?\.json$/i, '');
  const method: Method = flags.method in METHODS ? (flags.method as Method) : 'optimal';
  const options = {
    bits,
    method,
    emaWeight,
    start,
    restarts,
    seed,
    dropNonfinite,
    allowConstant: flags.allowConstant,
    ...(dropBelow === undefined ? {} : { dropBelow }),
    ...(dropAbove === undefined ? {} : { dropAbove }),
    ...(clip === undefined ? {} : { clip }),
    name,
    source,
    ...(tails === undefined ? {} : { tails }),
    ...(refit === undefined ? {} : { refit }),
  };
  return withDefaults(options);
}

/** Options that the method would not look at: whoever gives them expects something of them. */
function unused({ method, tails, refit, compare, robust, relu }: CalibrateFlags): Problem[] {
  const problems: Problem[] = [];
  if (tails !== undefined && !usesTails(method) && !compare) {
    const message = `does not go with --method ${method}, which clips nothing`;
    problems.push({ file: '--tails', path: '', message, fix: 'Leave it out, or use --method bs-kmq.' });
  }
  if (tails === 'auto' && method === 'linear-clipped') {
    const message = 'auto does not go with --method linear-clipped: its tails are given';
    problems.push({ file: '--tails', path: '', message, fix: 'Give a fraction, such as --tails 0.005.' });
  }
  if (robust !== undefined && method !== 'hardware-optimal') {
    const message = `does not go with --method ${method}, which knows no hardware`;
    problems.push({ file: '--robust', path: '', message, fix: 'Use --method hardware-optimal.' });
  }
  if (relu && robust === undefined) {
    const message = 'needs --robust: without offsets, samples after the ReLU give the same levels';
    problems.push({ file: '--relu', path: '', message, fix: 'Give --robust, or samples after the ReLU.' });
  }
  if (relu && compare) {
    const message = 'does not go with --compare, whose methods know no ReLU';
    problems.push({ file: '--relu', path: '', message, fix: 'Leave one of them out.' });
  }
  if (refit && method === 'hardware-optimal') {
    const message = 'does not go with --method hardware-optimal: its outputs are table entries';
    problems.push({ file: '--refit', path: '', message, fix: 'Leave it out.' });
  }
  return problems;
}

function makeLevels(
  samples: CalibrationSamples,
  collector: BatchCollector,
  settings: Settings,
  flags: CalibrateFlags,
): Levels {
  if (flags.method !== 'hardware-optimal') {
    return orThrow(levelsOf(samples, collector, fit(samples, settings), settings));
  }
  const fitted = orThrow(hardwareLevels(samples.distribution, settings.bits, flags));
  // What the levels are recorded with is what they decode to.
  const decoded = flags.relu ? { ...samples, distribution: afterRelu(samples.distribution) } : samples;
  const levels = orThrow(levelsOf(decoded, collector, fitted, settings));
  return { ...levels, provenance: { ...levels.provenance!, method: flags.method } };
}

/** Error of levels on samples, beside the least that any levels of that width have; `relu`: the samples are sums before it. */
export function summaryOf(
  levels: Levels,
  distribution: Distribution,
  heldOut: readonly { name: string; distribution: Distribution }[],
  relu = false,
): LevelsSummary {
  const score = (sums: Distribution) => {
    const data = relu ? afterRelu(sums) : sums;
    const clusters = Math.min(2 ** levels.bits, data.values.length);
    return {
      mse: meanSquaredError(relu ? beforeRelu(sums) : data, levels),
      optimum: optimalClusters(data, clusters).cost / data.samples,
    };
  };
  return {
    ...score(distribution),
    heldOut: heldOut.map(({ name, ...set }) => ({ name, ...score(set.distribution) })),
  };
}

function heldOutSets(flags: CalibrateFlags): { name: string; distribution: Distribution }[] {
  if (flags.heldOut === undefined) return [];
  const collector = new BatchCollector([], undefined, flags);
  orThrow(collectFiles(orThrow(npyFiles(flags.heldOut)), collector));
  const name = `held out: ${sourceName(flags.heldOut)}`;
  const samples = orThrow(
    checkedSamples(collector, { source: name, dropNonfinite: flags.dropNonfinite, allowConstant: true }),
  );
  return [{ name, distribution: samples.distribution }];
}

async function writeLevels(levels: Levels, output: string, plot: string | undefined): Promise<void> {
  writeWhole(output, `${JSON.stringify(levels, null, 2)}\n`);
  if (plot === undefined) return;
  const { levelsSvg } = await import('../../levels/calibrate/plot.js');
  writeWhole(plot, levelsSvg(levels));
}

function warn(
  collector: BatchCollector,
  { distribution }: CalibrationSamples,
  { source, bits }: Settings,
): void {
  for (const line of remarks(collector, distribution, bits)) process.stderr.write(`${source}: ${line}\n`);
}

/** What became of samples, and what is worth saying of those that are left. */
export function remarks(
  { nonfinite, limits, limitCounts }: BatchCollector,
  distribution: Distribution,
  bits: number | undefined,
): string[] {
  const { dropBelow, dropAbove, clip } = limits;
  const few = bits === undefined ? undefined : fewValues(distribution, bits);
  const constant = constantProblem('', distribution);
  return [
    ...(nonfinite > 0 ? [`left out ${nonfinite} values that are not finite`] : []),
    ...(dropBelow === undefined ? [] : [`left out ${limitCounts.below} values below ${dropBelow}`]),
    ...(dropAbove === undefined ? [] : [`left out ${limitCounts.above} values above ${dropAbove}`]),
    ...(clip === undefined ? [] : [`clamped ${limitCounts.clipped} values to ${clip.low} .. ${clip.high}`]),
    ...(constant === undefined ? [] : [constant.message]),
    ...(few === undefined ? [] : [few]),
  ];
}

function print(flags: CalibrateFlags, result: unknown, text: () => string): void {
  // A ratio to no error is no number, and JSON has none for it.
  const finite = (_: string, value: unknown) =>
    typeof value === 'number' && !Number.isFinite(value) ? undefined : value;
  if (flags.json) process.stdout.write(`${JSON.stringify(result, finite, 2)}\n`);
  else if (!flags.quiet) process.stdout.write(text());
}
