/** In: a config, how many dies and inputs. Out: decks; what transistors make of them, beside the model of the same dies. */
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { requireWritable } from '../../common/files/output.js';
import type { TextFile } from '../../common/files/text-file.js';
import { writeNewFiles } from '../../common/files/writer.js';
import { InvalidInput, orThrow } from '../../common/problems.js';
import { Random } from '../../common/random.js';
import { unreadable } from '../../common/system-errors.js';
import { dieSchema } from '../../macro/config/die.js';
import { configHash } from '../../macro/config/hash.js';
import { loadMacro } from '../../macro/config/load.js';
import { dieConstants } from '../../macro/die/constants.js';
import { type LayerPlan, type MacroPlan, planMacro } from '../../macro/plan/plan.js';
import { inputsOf, weightsOf } from '../montecarlo/samples.js';
import { TYPICAL_CALIBRATION } from './calibration.js';
import type { ComparatorKind, EngineName } from './choices.js';
import { circuitProblems, transistorsOf } from './circuit.js';
import { cellInclude, type DeckSetup, decksOf, vectorsOf } from './deck.js';
import { ENGINE_MODELS } from './engine.js';
import { fittedDie } from './fit.js';
import { type OperatingPoint, operatingProblems, TYPICAL } from './operating.js';
import { rampPlot, staircasePlot } from './plots.js';
import { type SpiceMeasurement, simulate } from './simulate.js';

/** What to write, and whether to simulate it. */
export interface SpiceOptions {
  /** Folder of decks, report and plots. */
  readonly output: string;
  /** Number of dies; default 3. */
  readonly dies?: number | undefined;
  /** How many random input vectors, or an `.npy` file of them, vectors x rows; default 8. */
  readonly inputs?: number | string | undefined;
  /** An `.npy` file of the weights, rows x columns; default random ones. */
  readonly weights?: string | undefined;
  /** Seed of the first die, each other die has the next; also of random weights and inputs. Default 1. */
  readonly seed?: number | undefined;
  /** Name of the layer whose bank converts; default the first. */
  readonly layer?: string | undefined;
  /** Who compares; default an ideal comparator. */
  readonly comparator?: ComparatorKind | undefined;
  /** Voltages, times and sizes; what is left out has its default. */
  readonly point?: Partial<OperatingPoint> | undefined;
  /** A file of model cards (BSIM4), and its transistors; default the 65 nm ones that eecircuit-engine carries. */
  readonly models?: { readonly file: string; readonly nmos: string; readonly pmos: string } | undefined;
  /** Simulate the decks. */
  readonly run?: boolean | undefined;
  /** Simulate them, and write a config whose die compresses as they do. */
  readonly fit?: boolean | undefined;
  /** What simulates; default ngspice where it is installed, else the engine of npm. */
  readonly engine?: EngineName | undefined;
  /** Write into a folder with other files. */
  readonly force?: boolean | undefined;
  /** Ends the run. */
  readonly stop?: AbortSignal | undefined;
  /** Told after each deck. */
  readonly onProgress?: ((done: number, total: number, name: string) => void) | undefined;
}

/** Decks, and what they gave where they were simulated. */
export interface SpiceRun {
  /** Name of the macro. */
  readonly macro: string;
  /** Hash of config and levels. */
  readonly sha256: string;
  readonly layer: string;
  readonly folder: string;
  /** Seed of each die. */
  readonly seeds: readonly number[];
  readonly vectors: number;
  readonly columns: number;
  /** Transistors of the read paths of a deck. */
  readonly transistors: number;
  readonly comparator: ComparatorKind;
  readonly point: OperatingPoint;
  /** References of the layer, u. */
  readonly references: readonly number[];
  /** What the decks gave. */
  readonly measured?: SpiceMeasurement;
  /** The config whose die compresses as the transistors do, where one was written. */
  readonly fitted?: string;
}

/** Most dies and vectors of a run: each pair is a deck. */
const MOST_DECKS = 10_000;
const NAMES =
  /^(?:cell\.(?:inc|cir)|comparator\.(?:inc|cir)|die-\d+|report\.(?:json|txt)|(?:ramp|staircase)\.svg|fitted\.json|levels)$/;

/**
 * Writes decks of a small macro for ngspice, one for each conversion of each die, and with `run` simulates them and compares
 * their codes with the model of the same dies.
 *
 * @param file    config
 * @param text    report for the folder, in words
 * @throws InvalidInput for a macro that is too large, files or values that do not fit
 * @throws MissingTool where decks are to be simulated and nothing can
 * @throws Interrupted where `stop` aborts
 */
export async function spice(
  file: string,
  options: SpiceOptions,
  text: (run: SpiceRun) => string = () => '',
): Promise<SpiceRun> {
  const { output, dies = 3, seed = 1, fit = false } = options;
  requireOwnFolder(output, options.force ?? false);
  const plan = orThrow(planMacro(orThrow(await loadMacro(file))));
  const setup = setupOf(file, plan, options);
  const vectors = vectorsOf(setup);
  if (dies < 1 || dies * vectors > MOST_DECKS) {
    const most = Math.floor(MOST_DECKS / vectors);
    throw new InvalidInput([{ file: '--dies', path: '', message: `${dies} is outside 1..${most}` }]);
  }
  const seeds = Array.from({ length: dies }, (_, at) => (seed + at) % 2 ** 32);
  const { layer, point, comparator } = setup;
  const head: SpiceRun = {
    ...{ macro: plan.name, sha256: configHash(plan), layer: layer.name, folder: output, seeds, vectors },
    ...{ columns: plan.shape.columns, transistors: transistorsOf(plan.shape), comparator, point },
    references: layer.ramp.references,
  };
  const cards = options.models === undefined ? undefined : readCards(options.models.file);
  orThrow(await writeNewFiles(output, decksOf(setup, seeds), { force: true }));
  if (options.run !== true && !fit) return head;

  const { engine, stop, onProgress } = options;
  const { measurement, calibrated } = await simulate(setup, seeds, { engine, stop, onProgress, cards });
  const fitted = fit ? path.join(output, 'fitted.json') : undefined;
  const result: SpiceRun = {
    ...head,
    measured: measurement,
    ...(fitted === undefined ? {} : { fitted }),
  };
  const title = `${plan.name}, ${layer.name}`;
  const ramps = measurement.ramps.map(({ levels }) => levels);
  const files = [
    cellInclude(calibrated),
    { path: 'ramp.svg', text: rampPlot(title, layer.ramp.references, ramps) },
    { path: 'staircase.svg', text: staircasePlot(plan.name, measurement.cell) },
    { path: 'report.json', text: `${JSON.stringify(result, null, 2)}\n` },
    { path: 'report.txt', text: text(result) },
    ...(fit ? fittedFiles(plan, measurement) : []),
  ];
  orThrow(await writeNewFiles(output, files, { force: true }));
  return result;
}

function setupOf(file: string, plan: MacroPlan, options: SpiceOptions): DeckSetup {
  const layer = layerOf(file, plan, options.layer);
  const given = Object.entries(options.point ?? {}).filter(([, value]) => value !== undefined);
  const point: OperatingPoint = { ...TYPICAL, ...Object.fromEntries(given) };
  const problems = [...circuitProblems(file, plan, layer), ...operatingProblems(point)];
  if (problems.length > 0) throw new InvalidInput(problems);
  const random = new Random(options.seed ?? 1);
  const weights = orThrow(weightsOf(plan, options.weights, random));
  const inputs = orThrow(inputsOf(plan, layer, options.inputs ?? 8, random));
  const { models } = options;
  const die = plan.config.die ?? dieSchema.parse({});
  return {
    ...{ plan, layer, point, weights, inputs },
    models: models === undefined ? ENGINE_MODELS : { ...models, file: path.basename(models.file) },
    comparator: options.comparator ?? 'ideal',
    calibration: TYPICAL_CALIBRATION,
    measured: false,
    die,
    constants: dieConstants(die, plan.shape),
  };
}

function layerOf(file: string, { layers }: MacroPlan, name: string | undefined): LayerPlan {
  if (name === undefined) return layers[0]!;
  const named = layers.find((layer) => layer.name === name);
  if (named !== undefined) return named;
  const known = layers.map((layer) => layer.name).join(', ');
  const message = `${JSON.stringify(name)} is no layer of ${file}; known: ${known}`;
  throw new InvalidInput([{ file: '--layer', path: '', message }]);
}

function readCards(file: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch (error) {
    throw new InvalidInput([unreadable(file, error)]);
  }
}

/** The config with a die that compresses as measured, and the levels that it names. */
function fittedFiles({ config, levels }: MacroPlan, { cell, tracking }: SpiceMeasurement): TextFile[] {
  const json = (value: object) => `${JSON.stringify(value, null, 2)}\n`;
  const die = fittedDie(config.die ?? dieSchema.parse({}), cell, tracking);
  return [
    { path: 'fitted.json', text: json({ ...config, die }) },
    ...config.layers.map(({ levels: path }, bank) => ({ path, text: json(levels[bank]!) })),
  ];
}

/** What was made by other hands stays, unless it is forced. */
function requireOwnFolder(folder: string, force: boolean): void {
  requireWritable([{ path: folder, kind: 'folder' }]);
  if (force || !existsSync(folder)) return;
  const other = readdirSync(folder).find((name) => !NAMES.test(name));
  if (other === undefined) return;
  const message = `holds ${other}, which is not of imcgen spice`;
  throw new InvalidInput([{ file: folder, path: '', message, fix: 'Name another folder, or use --force.' }]);
}
