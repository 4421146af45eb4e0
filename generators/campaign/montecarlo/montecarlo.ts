/** In: a config, how many dies and inputs. Out: what the dies make of them, a report. */
import { existsSync, readdirSync } from 'node:fs';
import path from 'node:path';
import { requireWritable } from '../../common/files/output.js';
import { writeNewFiles } from '../../common/files/writer.js';
import { InvalidInput, orThrow } from '../../common/problems.js';
import { Random } from '../../common/random.js';
import { configHash } from '../../macro/config/hash.js';
import { loadMacro } from '../../macro/config/load.js';
import type { DieConstants } from '../../macro/die/constants.js';
import { type LayerPlan, type MacroPlan, planMacro } from '../../macro/plan/plan.js';
import { type KnownConversions, knownConversions, offsetsUnmeasurable } from '../../macro/trim/known.js';
import { CORNERS, type CornerName } from './corners.js';
import { type DieRecord, type Ideal, IdealMacro } from './dies.js';
import { DEFAULT_LIMITS, type Limits } from './limits.js';
import { simulateEach, threadsFor } from './pool.js';
import { inputsOf, weightsOf } from './samples.js';
import type { SelfCalibration } from './self-calibration.js';
import { RecordStore } from './store.js';
import { type Study, studyKey } from './study.js';
import { type Summary, summaryOf } from './summary.js';

/** What to simulate. */
export interface MonteCarloOptions {
  /** Number of dies; default 100. */
  readonly dies?: number | undefined;
  /** How many random input vectors, or an `.npy` file of them, vectors x rows; default 1000. */
  readonly inputs?: number | string | undefined;
  /** An `.npy` file of the weights, rows x columns; default random ones, -1, 0 and +1 each as likely. */
  readonly weights?: string | undefined;
  /** Seed of the first die, each other die has the next; also of random weights and inputs. Default 1. */
  readonly seed?: number | undefined;
  /** Name of the layer whose bank converts; default the first. */
  readonly layer?: string | undefined;
  /** Corners, one study each; default `typical`. */
  readonly corners?: readonly CornerName[] | undefined;
  /** Simulate every corner a second time, with dies that calibrate their trim rows before they convert. */
  readonly selfCalibrate?: SelfCalibration | undefined;
  /** What a good die keeps; default no missing codes. */
  readonly limits?: Limits | undefined;
  /** Threads; default as many as pay. The results do not depend on it. */
  readonly workers?: number | undefined;
  /** Folder of records, report and plots; nothing is written where left out. */
  readonly output?: string | undefined;
  /** Write into a folder with other files. */
  readonly force?: boolean;
  /** Ends the run; finished dies stay in the folder. */
  readonly stop?: AbortSignal;
  /** Told after each die. */
  readonly onProgress?: (done: number, total: number, name: string) => void;
}

/** Most dies times codes of a run at once: their records are one text. */
const MOST_FIGURES = 2 ** 21;
/** Known input vectors by which a die calibrates its trim rows. */
const KNOWN_VECTORS = 256;

/** A corner and what its dies say. */
export interface CornerResult {
  /** Name of the corner. */
  readonly corner: CornerName;
  /** What the dies are drawn with. */
  readonly constants: DieConstants;
  /** Whether these are those of the config: the corner changes nothing. */
  readonly asTypical: boolean;
  /** How the dies calibrate their trim rows, where they do. */
  readonly calibrated?: SelfCalibration;
  /** What the dies say together. */
  readonly summary: Summary;
}

/** Where weights and inputs come from. */
export interface StudySamples {
  /** A file, or `random`. */
  readonly weights: string;
  /** A file, or how many random vectors. */
  readonly inputs: string;
}

/** A Monte Carlo run. */
export interface MonteCarlo {
  /** Name of the macro. */
  readonly macro: string;
  /** Hash of config and levels. */
  readonly sha256: string;
  /** Name of the layer. */
  readonly layer: string;
  /** Seed of the first die. */
  readonly seed: number;
  /** Where weights and inputs come from. */
  readonly samples: StudySamples;
  /** One a corner. */
  readonly corners: readonly CornerResult[];
}

const NAMES = /^(?:dies\.[a-z-]+\.jsonl|report\.(?:json|txt)|(?:inl|dnl|transfer|csnr)\.[a-z-]+\.svg)$/;

/**
 * Simulates dies of a macro on weights and inputs, and compares them with the ideal macro. The same options give the same
 * results, whatever the number of threads and whether the run was interrupted.
 *
 * @param file    config with a `die` section
 * @param options what to simulate, and where to keep it
 * @param text    report for the folder, in words
 * @throws InvalidInput for a config without `die`, files that do not fit, an unknown layer
 * @throws Interrupted where `stop` aborts
 *
 * @example
 * ```ts
 * import { monteCarlo } from 'imcgen';
 *
 * const { corners } = await monteCarlo('macro.json', { dies: 100, inputs: 1000, corners: ['typical', 'hot'] });
 * for (const { corner, summary } of corners) console.log(corner, summary.errorRate, summary.yield.share);
 * ```
 */
export async function monteCarlo(
  file: string,
  options: MonteCarloOptions = {},
  text: (result: MonteCarlo) => string = () => '',
): Promise<MonteCarlo> {
  if (options.output !== undefined) requireOwnFolder(options.output, options.force ?? false);
  const { plan, layer, dies, limits, head, studies } = await prepareMonteCarlo(file, options);
  const results: CornerResult[] = [];
  const plots: { readonly path: string; readonly text: string }[] = [];
  for (const { study, ...about } of studies) {
    const title = about.calibrated === undefined ? about.corner : `${about.corner}-calibrated`;
    const { records, ideal } = await recordsOf(study, title, { ...options, dies, seed: head.seed });
    const summary = summaryOf(records, ideal, layer, limits);
    results.push({ ...about, constants: study.constants, summary });
    if (options.output !== undefined) {
      const { plotsOf } = await import('./plots.js');
      for (const { name, svg } of plotsOf(plan, layer, title, records, ideal, summary)) {
        plots.push({ path: `${name}.${title}.svg`, text: svg });
      }
    }
  }
  const result: MonteCarlo = { ...head, corners: results };
  if (options.output !== undefined) {
    const files = [
      ...plots,
      { path: 'report.json', text: `${JSON.stringify(result, null, 2)}\n` },
      { path: 'report.txt', text: text(result) },
    ];
    orThrow(await writeNewFiles(options.output, files, { force: true }));
  }
  return result;
}

/** A run before any die is simulated. */
export interface PreparedMonteCarlo {
  readonly plan: MacroPlan;
  readonly layer: LayerPlan;
  readonly dies: number;
  readonly limits: Limits;
  /** What a result says besides its corners. */
  readonly head: Omit<MonteCarlo, 'corners'>;
  /** One a corner, and where dies calibrate themselves another one. */
  readonly studies: readonly (Omit<CornerResult, 'constants' | 'summary'> & { readonly study: Study })[];
}

/**
 * Reads and checks all that a run needs.
 *
 * @param figures most dies times codes
 * @throws InvalidInput as {@link monteCarlo}
 */
export async function prepareMonteCarlo(
  file: string,
  options: MonteCarloOptions,
  figures = MOST_FIGURES,
): Promise<PreparedMonteCarlo> {
  const { dies = 100, inputs = 1000, seed = 1, corners = ['typical'], limits = DEFAULT_LIMITS } = options;
  const plan = orThrow(planMacro(orThrow(await loadMacro(file))));
  const die = plan.config.die;
  if (die === undefined) {
    return refuse(file, 'die', 'is not there', 'Add a "die" section, such as "die": { "mismatch": 0.025 }.');
  }
  const layer = layerOf(file, plan, options.layer);
  const most = Math.floor(figures / 2 ** layer.bits);
  if (dies < 1 || dies > most) refuse('--dies', '', `${dies} is outside 1..${most}`);
  const random = new Random(seed);
  const weights = orThrow(weightsOf(plan, options.weights, random));
  const vectors = orThrow(inputsOf(plan, layer, inputs, random));
  const typical = JSON.stringify(CORNERS.typical.constants(die, plan.shape));
  const { selfCalibrate } = options;
  const calibration = selfCalibrate && calibrationOf(file, plan, layer, selfCalibrate, { weights, random });
  const studies = corners.flatMap((corner) => {
    const constants = CORNERS[corner].constants(die, plan.shape);
    const study = { plan, bank: layer.bank, constants, weights, inputs: vectors };
    const about = { corner, asTypical: JSON.stringify(constants) === typical };
    const plain = { ...about, study };
    if (calibration === undefined) return [plain];
    return [plain, { ...about, calibrated: selfCalibrate!, study: { ...study, calibration } }];
  });
  const samples = {
    weights: options.weights ?? 'random',
    inputs: typeof inputs === 'string' ? inputs : `${inputs} random vectors`,
  };
  const head = { macro: plan.name, sha256: configHash(plan), layer: layer.name, seed, samples };
  return { plan, layer, dies, limits, head, studies };
}

/** What the dies of a study calibrate their trim rows by; the inputs are others than those that they convert afterwards. */
function calibrationOf(
  file: string,
  plan: MacroPlan,
  layer: LayerPlan,
  kind: SelfCalibration,
  { weights, random }: { readonly weights: Int8Array; readonly random: Random },
): KnownConversions | 'offsets' | 'hardware' {
  if (plan.shape.trimRows === 0) {
    const fix = 'Set array.trimRows and array.trimPulses, such as 8 rows of 2 pulses.';
    return refuse(file, 'array.trimRows', 'is 0: there is nothing to calibrate', fix);
  }
  if (kind === 'hardware') {
    if (plan.shape.selfCalibrate) return kind;
    const fix = 'Set array.selfCalibrate: true, or use --self-calibrate offsets, which is software.';
    return refuse(file, 'array.selfCalibrate', 'is false: this macro does not calibrate itself', fix);
  }
  if (kind === 'offsets') {
    const problem = offsetsUnmeasurable(plan.shape);
    return problem === undefined ? kind : refuse(file, problem.path, problem.message, problem.fix);
  }
  const inputs = orThrow(inputsOf(plan, layer, KNOWN_VECTORS, random));
  try {
    return knownConversions(plan, { weights, inputs, bank: layer.bank });
  } catch (error) {
    if (error instanceof RangeError) refuse(file, 'adc', error.message);
    throw error;
  }
}

function refuse(file: string, at: string, message: string, fix?: string): never {
  throw new InvalidInput([{ file, path: at, message, ...(fix === undefined ? {} : { fix }) }]);
}

/** A layer by its name: the first where none is named. */
export function layerOf(file: string, { layers }: MacroPlan, name: string | undefined): LayerPlan {
  if (name === undefined) return layers[0]!;
  const named = layers.find((layer) => layer.name === name);
  const known = layers.map((layer) => layer.name).join(', ');
  return named ?? refuse('--layer', '', `${JSON.stringify(name)} is no layer of ${file}; known: ${known}`);
}

/** What was made by other hands stays, unless it is forced. */
function requireOwnFolder(folder: string, force: boolean): void {
  requireWritable([{ path: folder, kind: 'folder' }]);
  if (force || !existsSync(folder)) return;
  const other = readdirSync(folder).find((name) => !NAMES.test(name));
  if (other === undefined) return;
  refuse(
    folder,
    '',
    `holds ${other}, which is not of a Monte Carlo run`,
    'Name another folder, or use --force.',
  );
}

/** Seed of a die of a run, from 0. */
export function seedOf(first: number, at: number): number {
  return (first + at) % 2 ** 32;
}

async function recordsOf(
  study: Study,
  title: string,
  options: MonteCarloOptions & { readonly dies: number; readonly seed: number },
): Promise<{ readonly records: readonly DieRecord[]; readonly ideal: Ideal }> {
  const { dies, seed, output, stop, onProgress } = options;
  const seeds = Array.from({ length: dies }, (_, at) => seedOf(seed, at));
  const file = output === undefined ? undefined : path.join(output, `dies.${title}.jsonl`);
  const store = new RecordStore(file, studyKey(study));
  const perfect = new IdealMacro(study);
  const missing = seeds.filter((die) => store.get(die) === undefined);
  let done = dies - missing.length;
  const threads = options.workers ?? threadsFor(study, missing.length);
  try {
    await simulateEach(study, missing, threads, { perfect, stop }, (records) => {
      store.add(records);
      done += records.length;
      onProgress?.(done, dies, title);
    });
  } finally {
    store.save();
  }
  return { records: seeds.map((die) => store.get(die)!), ideal: perfect.ideal };
}
