import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { inLanes } from '../../common/lanes.js';
import { InvalidInput } from '../../common/problems.js';
import { Random } from '../../common/random.js';
import type { Range } from '../../common/shard.js';
import { isInstalled, requireTools } from '../../common/tool.js';
import { wilson } from '../../common/wilson.js';
import { sha256 } from '../../package/manifest.js';
import { COMMANDS } from '../cosim/simulator.js';
import { yosysBuiltin } from '../yosys/builtin.js';
import { yosysNative } from '../yosys/native.js';
import { type Bed, baselineOf, originalOf } from './bed.js';
import { digitMutationsOf } from './defaults.js';
import { EQUIVALENTS, isKnownAs, plainLines } from './equivalents.js';
import { type Fate, fateOf, type Laboratory } from './fate.js';
import { mutationsOf } from './mutants.js';
import { type Mutation, numberAmongEqual } from './mutation.js';
import { packageBed } from './package-bed.js';

export interface QualifyOptions {
  /** Mutants to take at random; undefined: all of them. */
  readonly sample: number | undefined;
  /** Same seed, same sample. */
  readonly seed: number;
  /** Parts of the names of the files to change; empty: every file of rtl/. */
  readonly files: readonly string[];
  /** Digits of generated numbers in place of logic. */
  readonly data: boolean;
  /** Simulations at a time. */
  readonly jobs: number;
  readonly signal?: AbortSignal | undefined;
  readonly progress?: (done: number, total: number, title: string) => void;
}

/** One changed file of the package, and what became of it. */
export interface QualifiedMutant {
  /** Path in the package. */
  readonly file: string;
  /** From 1. */
  readonly line: number;
  /** The whole line, white space joined. */
  readonly text: string;
  readonly kind: Mutation['kind'];
  readonly before: string;
  readonly after: string;
  readonly fate: Fate | 'explained';
  /** Why no test can tell it, where that is known and not proved: fate `explained`. */
  readonly reason?: string;
}

export interface Qualification {
  readonly macro: string;
  readonly data: boolean;
  readonly seed: number;
  /** Mutants that there are in the files looked at. */
  readonly all: number;
  /** Those that were tried, in the order of the files. */
  readonly mutants: readonly QualifiedMutant[];
  /** Generated files that were edited or removed since. */
  readonly edited: readonly string[];
  /** Killed, of those that are not equivalent: 0 .. 1; undefined where there are none. */
  readonly score: number | undefined;
  /** Of the score, by Wilson at 95 %; undefined where nothing was left out, and so nothing is estimated. */
  readonly interval: { readonly low: number; readonly high: number } | undefined;
  /** How it ran, where it ran at once. */
  readonly run?: { readonly jobs: number; readonly seconds: number };
}

/** A package and its mutants, ready to be simulated. */
export interface Prepared extends Pick<Qualification, 'macro' | 'all' | 'edited'> {
  /** Mutants that were taken from all. */
  readonly sampled: number;
  /** sha256 of all that decides what becomes of them: Verilog, testbench, vectors, and which mutants they are. */
  readonly inputs: string;
  /** What becomes of some of them. */
  readonly run: (range: Range) => Promise<QualifiedMutant[]>;
}

/** A mutation of a file of the package. */
interface Candidate {
  readonly file: string;
  readonly mutation: Mutation;
  /** Why no test can tell it, where the Verilog is as generated and that is known. */
  readonly reason: string | undefined;
}

/**
 * How good the vectors of a package are, of a macro or of a partial-sum unit: faults are put into its own Verilog, one at a time, and its own testbench and
 * vectors have to tell each. What no vectors could tell is proved to be equivalent and does not count.
 *
 * @throws InvalidInput for a folder that is no package, files that it does not have, or a package that fails by itself
 * @throws MissingTool without Icarus Verilog, Interrupted where `signal` aborts, once nothing is left behind
 */
export async function qualify(folder: string, options: QualifyOptions): Promise<Qualification> {
  const { jobs, data, seed } = options;
  const started = performance.now();
  return prepared(folder, options, async ({ macro, all, edited, sampled, run }) => {
    const mutants = await run({ from: 0, to: sampled });
    const seconds = (performance.now() - started) / 1000;
    return qualificationOf({ macro, all, edited, data, seed }, mutants, { jobs, seconds });
  });
}

/** What is said of a package, from what became of its mutants. */
export function qualificationOf(
  about: Pick<Qualification, 'macro' | 'all' | 'edited' | 'data' | 'seed'>,
  mutants: readonly QualifiedMutant[],
  run?: Qualification['run'],
): Qualification {
  return { ...about, mutants, ...(run && { run }), ...scoreOf(mutants, about.all) };
}

/**
 * Prepares a package for {@link qualify} or a part of it.
 *
 * @param use what is done with it; whatever it left on disk is removed afterwards
 * @throws as {@link qualify}
 */
export async function prepared<Value>(
  folder: string,
  options: QualifyOptions,
  use: (ready: Prepared) => Promise<Value>,
): Promise<Value> {
  const { signal, data, seed } = options;
  requireTools(...COMMANDS.icarus);
  const scratch = await mkdtemp(path.join(tmpdir(), 'imcgen-qualify-'));
  try {
    const { bed, isUnit, edited } = await packageBed(folder, scratch);
    const touched = edited.some((file) => file.startsWith('rtl/'));
    const reasons = touched ? undefined : isUnit ? 'psum_' : '';
    const all = candidates(folder, bed, reasons, options);
    const taken = sampleOf(all, options.sample ?? all.length, seed);
    const run = async ({ from, to }: Range) => {
      const original = await originalOf(bed, path.join(scratch, 'original'), signal);
      const baseline = original && (await baselineOf(bed, original, signal));
      if (original === undefined || baseline === undefined) {
        throw new InvalidInput([failing(folder, isUnit)]);
      }
      const laboratory: Laboratory = {
        original: async () => original,
        baseline: async () => baseline,
        yosys: isInstalled('yosys') ? yosysNative : yosysBuiltin,
        // A module by itself stands for its instance as long as its defaults are those of the top level.
        scopes: data || touched ? ['design'] : ['module', 'design'],
        signal,
      };
      const part = taken.slice(from, to);
      const fates = await fatesOf(bed, part, laboratory, scratch, options);
      return part.map((candidate, at) => qualified(bed, candidate, fates[at]!));
    };
    const inputs = await contentOf(bed, taken);
    return await use({
      ...{ macro: bed.name, all: all.length, edited, sampled: taken.length, inputs, run },
    });
  } finally {
    await rm(scratch, { recursive: true, force: true, maxRetries: 5 });
  }
}

/** sha256 of what decides the fates of mutants. */
async function contentOf(bed: Bed, taken: readonly Candidate[]): Promise<string> {
  const vectors = (await readdir(bed.vectors)).sort().map((name) => path.join(bed.vectors, name));
  const read = (files: readonly string[]) =>
    Promise.all(files.map(async (file) => sha256(await readFile(file))));
  return sha256(
    JSON.stringify([
      ...[[...bed.sources].map(([file, { text }]) => [file, sha256(text)])],
      ...[await read(bed.others), await read(vectors), bed.blackbox],
      taken.map(({ file, mutation }) => [file, mutation.from, mutation.to, mutation.after]),
    ]),
  );
}

/** What becomes of mutants, some at a time. */
async function fatesOf(
  bed: Bed,
  taken: readonly Candidate[],
  laboratory: Laboratory,
  scratch: string,
  { jobs, progress }: QualifyOptions,
): Promise<Fate[]> {
  const fates = new Array<Fate>(taken.length);
  let [done, survived] = [0, 0];
  progress?.(0, taken.length, '');
  await inLanes(taken, jobs, async ({ file, mutation, reason }, at, lane) => {
    const scopes = reason === undefined ? laboratory.scopes : [];
    const own = path.join(scratch, `worker${lane}`);
    const fate = await fateOf([{ bed, kind: file, mutation }], own, { ...laboratory, scopes });
    fates[at] = fate;
    done++;
    if (fate === 'survived' && reason === undefined) survived++;
    progress?.(done, taken.length, `${path.basename(file)}, ${survived} survived`);
  });
  return fates;
}

/** @param reasons prefix of the files in the list of known equivalents; undefined: the list does not hold for them */
function candidates(
  folder: string,
  bed: Bed,
  reasons: string | undefined,
  { files, data }: QualifyOptions,
): Candidate[] {
  const names = [...bed.sources.keys()];
  const unknown = files.filter((part) => !names.some((file) => path.basename(file).includes(part)));
  if (unknown.length > 0) {
    throw new InvalidInput(
      unknown.map((part) => ({
        file: path.join(folder, 'rtl'),
        path: '',
        message: `no file has ${JSON.stringify(part)} in its name`,
        fix: `There are ${names.map((file) => path.basename(file)).join(', ')}.`,
      })),
    );
  }
  return [...bed.sources]
    .filter(([file]) => files.length === 0 || files.some((part) => path.basename(file).includes(part)))
    .flatMap(([file, { module, text }]) => {
      const reason = reasons === undefined ? () => undefined : reasonsIn(text, bed.name, module, reasons);
      const mutations = data ? digitMutationsOf(text) : mutationsOf(text);
      return mutations.map((mutation) => ({ file, mutation, reason: reason(mutation) }));
    });
}

/**
 * Why no test can tell a mutation of a generated file, where that is known; to be asked in the order of the text.
 *
 * @param prefix of the names of files in the list of known equivalents
 */
function reasonsIn(text: string, macro: string, module: string, prefix: string) {
  const file = `${prefix}${module.slice(macro.length + 1) || 'top'}`;
  const lines = plainLines(text, macro);
  const nthOf = numberAmongEqual();
  const known = EQUIVALENTS.filter((entry) => entry.file === file);
  const knownLines = new Set(known.map((entry) => entry.line));
  return ({ line: number, kind, before, after }: Mutation): string | undefined => {
    const line = lines[number - 1]!;
    if (!knownLines.has(line)) return undefined;
    const nth = nthOf(JSON.stringify([line, kind, before, after]));
    return known.find((entry) => isKnownAs(entry, { file, line, nth, before, after }))?.reason;
  };
}

function failing(folder: string, isUnit: boolean) {
  const message = 'fails with its own vectors, without any change: nothing can be said of them';
  return {
    file: folder,
    path: '',
    message,
    fix: `imcgen ${isUnit ? 'psum cosim' : 'verify'} ${folder} says why.`,
  };
}

/** So many of a list, each subset as likely as any other; in the order of the list. */
export function sampleOf<Value>(all: readonly Value[], count: number, seed: number): Value[] {
  const random = new Random(seed);
  const order = all.map((_, at) => at);
  const taken = Math.min(count, all.length);
  for (let at = 0; at < taken; at++) {
    const other = random.whole(at, all.length - 1);
    [order[at], order[other]] = [order[other]!, order[at]!];
  }
  return order
    .slice(0, taken)
    .sort((a, b) => a - b)
    .map((at) => all[at]!);
}

function qualified(bed: Bed, { file, mutation, reason }: Candidate, found: Fate): QualifiedMutant {
  const { line, kind, before, after } = mutation;
  const explained = found === 'survived' && reason !== undefined;
  const fate = explained ? 'explained' : found;
  const text = bed.sources.get(file)!.text.split('\n')[line - 1]!;
  return {
    file,
    line,
    text: text.trim().replace(/\s+/g, ' '),
    kind,
    before,
    after,
    fate,
    ...(explained && { reason }),
  };
}

function scoreOf(
  mutants: readonly QualifiedMutant[],
  all: number,
): Pick<Qualification, 'score' | 'interval'> {
  const count = (fate: Fate) => mutants.filter((mutant) => mutant.fate === fate).length;
  const [killed, survived] = [count('killed'), count('survived')];
  const counted = killed + survived;
  if (counted === 0) return { score: undefined, interval: undefined };
  const interval = mutants.length < all ? wilson(killed, counted) : undefined;
  return { score: killed / counted, interval };
}
