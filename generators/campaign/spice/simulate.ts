/** In: decks. Out: what all of them give: read path, comparator, ramps, and codes beside those of the model. */
import type { TextFile } from '../../common/files/text-file.js';
import { InvalidInput, orThrow } from '../../common/problems.js';
import { Random } from '../../common/random.js';
import { dieConstants } from '../../macro/die/constants.js';
import { Die } from '../../macro/die/die.js';
import { inputsOf } from '../montecarlo/samples.js';
import { type CellMeasurement, measureCell } from './cell.js';
import type { EngineName } from './choices.js';
import { timelineOf } from './circuit.js';
import { type ComparatorMeasurement, measureComparator } from './comparator.js';
import {
  type Disagreement,
  disagreementsOf,
  type ModelConversion,
  modelConversion,
  type SpiceConversion,
  spiceConversion,
} from './compare.js';
import {
  arrayInclude,
  CELLS_AT_ONCE,
  cellDeck,
  cellInclude,
  comparatorDecks,
  conversionDeck,
  type DeckSetup,
  vectorsOf,
} from './deck.js';
import { engineModels, type Includes, openEngine, type SpiceEngine } from './engine.js';
import { type ComparedMargin, fittedDie, nominalDie, type Tracking, trackingOf } from './fit.js';
import { type RampHeadroom, rampHeadrooms } from './linearity.js';
import type { Waveforms } from './waveforms.js';

/** The codes of all conversions beside those of a model. */
export interface Agreement {
  /** Codes that were compared: those within the headroom. */
  readonly codes: number;
  readonly agreeing: number;
  /** All codes, with those whose lines reach beyond the headroom. */
  readonly all: { readonly codes: number; readonly agreeing: number };
  /** Every code that differs within the headroom. */
  readonly disagreements: readonly Disagreement[];
  /** Root mean square of what margins of the two differ by, u, where they lie within 8 u of the threshold. */
  readonly marginError: number;
  /** Their mean: what transistors have more than the model, u, on all columns of all dies alike. */
  readonly marginShift: number;
}

/** What the decks of a run gave. */
export interface SpiceMeasurement {
  readonly engine: EngineName;
  readonly cell: CellMeasurement;
  /** What a nominal die has that its model does not, measured by conversions that are not compared. */
  readonly tracking: Tracking;
  /** Of the latch, where latches compare. */
  readonly comparator?: ComparatorMeasurement;
  /** The headroom that ramps of each width may use. */
  readonly headrooms: readonly RampHeadroom[];
  /** Ramp of each die in its first conversion, u. */
  readonly ramps: readonly { readonly die: number; readonly levels: readonly number[] }[];
  /** Codes whose lines reached beyond the headroom: they count among all codes alone. */
  readonly beyond: number;
  /** Codes beside those of the die of the config. */
  readonly asConfigured: Agreement;
  /** Codes beside those of the same die with the compression and tracking that were measured. */
  readonly fitted: Agreement;
}

/** How to simulate. */
export interface SimulateOptions {
  readonly engine?: EngineName | undefined;
  readonly stop?: AbortSignal | undefined;
  readonly onProgress?: ((done: number, total: number, name: string) => void) | undefined;
  /** Text of the model cards; those of the npm engine where left out. */
  readonly cards?: string | undefined;
}

/** Margins beyond this many u never tip over, whatever the models differ by. */
const NEAR = 8;

/**
 * Simulates the bench of the read path, with what it says all arrays and conversions, and the latch where one compares.
 *
 * @returns what was measured, and the setup with the calibration that the arrays were simulated with
 * @throws MissingTool, Interrupted, and Error where a deck does not simulate
 */
export async function simulate(
  setup: DeckSetup,
  seeds: readonly number[],
  { engine: wanted, stop, onProgress, cards }: SimulateOptions,
): Promise<{ readonly measurement: SpiceMeasurement; readonly calibrated: DeckSetup }> {
  const engine = await openEngine(wanted, stop);
  try {
    const models = cards ?? (engine.name === 'ngspice' ? await engineModels(stop) : undefined);
    const files = new Map(models === undefined ? [] : [[setup.models.file, models]]);
    return await withEngine(engine, setup, seeds, files, onProgress ?? (() => undefined));
  } finally {
    await engine.close();
  }
}

async function withEngine(
  engine: SpiceEngine,
  setup: DeckSetup,
  seeds: readonly number[],
  files: Map<string, string>,
  onProgress: (done: number, total: number, name: string) => void,
) {
  const { plan, layer, point } = setup;
  const { shape } = plan;
  const include = (file: { readonly path: string; readonly text: string }) => files.set(file.path, file.text);
  const latch = setup.comparator === 'latch' ? comparatorDecks(setup) : [];
  const vectors = vectorsOf(setup);
  const total = 1 + (latch.length > 0 ? 1 : 0) + TRACKING_VECTORS + seeds.length * vectors;
  let done = 0;
  const run = async (deck: { readonly path: string; readonly text: string }) => {
    const waveforms = await engine.run(deck, files as Includes);
    onProgress(++done, total, deck.path);
    return waveforms;
  };

  include(cellInclude(setup));
  const cell = measureCell(await run(cellDeck(setup)), shape.prechargeCycles, point);
  requireMeasurable(cell);
  const calibrated: DeckSetup = { ...setup, calibration: cell.calibration, measured: true };
  include(cellInclude(calibrated));
  const [latchInclude, latchBench] = latch;
  if (latchInclude !== undefined) include(latchInclude);
  const comparator = latchBench === undefined ? undefined : measureComparator(await run(latchBench), point);

  const timeline = timelineOf(shape, layer.bits);
  const compare = (waveforms: Waveforms, added: (column: number) => number) =>
    spiceConversion(waveforms, timeline, shape, layer.bits, point, cell.calibration.unit, added);
  const tracking = await trackingFrom(calibrated, cell, include, run, compare);
  const bent = dieConstants(fittedDie(setup.die, cell, tracking), shape);
  const ramps: { readonly die: number; readonly levels: readonly number[] }[] = [];
  const pairs: Pair[] = [];
  for (const seed of seeds) {
    const die = new Die(setup.constants, shape, seed);
    const fitted = new Die(bent, shape, seed);
    const added = (column: number) =>
      latch.length > 0 ? die.offset(column) / 2 ** die.constants.fractionBits : 0;
    include(arrayInclude(calibrated, die));
    for (let vector = 0; vector < vectors; vector++) {
      const waveforms = await run(conversionDeck(calibrated, die, vector));
      const spice = compare(waveforms, added);
      const inputs = setup.inputs.subarray(vector * shape.rows, (vector + 1) * shape.rows);
      const model = (of: Die) => modelConversion(of, shape, layer, setup.weights, inputs, vector);
      pairs.push({ which: { die: seed, vector }, spice, plain: model(die), fitted: model(fitted) });
      if (vector === 0) ramps.push({ die: seed, levels: spice.ramp });
    }
  }
  const { references } = layer.ramp;
  const inside = (pair: Pair, column: number) => pair.fitted.fullest[column]! <= cell.headroom;
  const beyond = pairs.reduce(
    (sum, pair) => sum + Array.from(pair.spice.codes).filter((_, column) => !inside(pair, column)).length,
    0,
  );
  const measurement: SpiceMeasurement = {
    ...{ engine: engine.name, cell, tracking, ramps, beyond, headrooms: rampHeadrooms(cell) },
    ...(comparator === undefined ? {} : { comparator }),
    asConfigured: agreementOf(pairs, 'plain', references, inside),
    fitted: agreementOf(pairs, 'fitted', references, inside),
  };
  return { measurement, calibrated };
}

/** Conversions of a nominal die by which tracking is measured. */
const TRACKING_VECTORS = 6;
/** Their inputs are others than those that are compared. */
const TRACKING_SEED = 0x7ac3;

/** Simulates conversions of a die without mismatch, offsets and noise, by an ideal comparator. */
async function trackingFrom(
  setup: DeckSetup,
  cell: CellMeasurement,
  include: (file: TextFile) => void,
  run: (deck: TextFile) => Promise<Waveforms>,
  compare: (waveforms: Waveforms, added: (column: number) => number) => SpiceConversion,
): Promise<Tracking> {
  const { plan, layer, weights } = setup;
  const { shape } = plan;
  const inputs = orThrow(inputsOf(plan, layer, TRACKING_VECTORS, new Random(TRACKING_SEED)));
  const section = nominalDie(setup.die);
  const nominal: DeckSetup = {
    ...setup,
    inputs,
    comparator: 'ideal',
    constants: dieConstants(section, shape),
  };
  const die = new Die(nominal.constants, shape, 0);
  const ideal = { ...section, referenceGain: 1, commonOffset: 0 };
  const model = new Die(dieConstants(fittedDie(ideal, cell), shape), shape, 0);
  const { references } = layer.ramp;
  const margins: ComparedMargin[] = [];
  include(arrayInclude(nominal, die));
  for (let vector = 0; vector < TRACKING_VECTORS; vector++) {
    const spice = compare(await run(conversionDeck(nominal, die, vector)), () => 0);
    const own = inputs.subarray(vector * shape.rows, (vector + 1) * shape.rows);
    const conversion = modelConversion(model, shape, layer, weights, own, vector);
    conversion.margins.forEach((margin, at) => {
      if (Math.abs(margin) > NEAR) return;
      margins.push({ spice: spice.margins[at]!, model: margin, level: references[at % references.length]! });
    });
  }
  return trackingOf(margins);
}

/** Fewer pulses than this within the headroom tell no line. */
const LEAST_HEADROOM = 3 * CELLS_AT_ONCE;

/** @throws InvalidInput where the operating point leaves no staircase to speak of */
function requireMeasurable({ calibration, headroom }: CellMeasurement): void {
  const numbers = [calibration.unit, ...calibration.shift];
  if (numbers.every(Number.isFinite) && calibration.unit > 0 && headroom >= LEAST_HEADROOM) return;
  const message = `a pulse takes ${(1000 * calibration.unit).toPrecision(3)} mV off a line and leaves a headroom of ${headroom} u, ${LEAST_HEADROOM} are needed`;
  const fix = 'Use a larger --capacitance, a shorter --cycle, or another --bias.';
  throw new InvalidInput([{ file: 'cell.cir', path: '', message, fix }]);
}

/** A conversion three times: of transistors, of the die as configured, and of the die that compresses as measured. */
interface Pair {
  readonly which: { readonly die: number; readonly vector: number };
  readonly spice: SpiceConversion;
  readonly plain: ModelConversion;
  readonly fitted: ModelConversion;
}

function agreementOf(
  pairs: readonly Pair[],
  model: 'plain' | 'fitted',
  references: readonly number[],
  inside: (pair: Pair, column: number) => boolean,
): Agreement {
  const steps = references.length;
  let codes = 0;
  let agreeing = 0;
  const all = { codes: 0, agreeing: 0 };
  const errors: number[] = [];
  const disagreements: Disagreement[] = [];
  for (const pair of pairs) {
    const own = pair[model];
    own.codes.forEach((code, column) => {
      const agrees = Number(pair.spice.codes[column] === code);
      all.codes++;
      all.agreeing += agrees;
      if (!inside(pair, column)) return;
      codes++;
      agreeing += agrees;
      for (let at = column * steps; at < (column + 1) * steps; at++) {
        if (Math.abs(own.margins[at]!) <= NEAR) errors.push(pair.spice.margins[at]! - own.margins[at]!);
      }
    });
    disagreements.push(
      ...disagreementsOf(pair.which, pair.spice, own, references).filter(({ column }) =>
        inside(pair, column),
      ),
    );
  }
  const mean = (power: 1 | 2) =>
    errors.reduce((sum, error) => sum + error ** power, 0) / Math.max(1, errors.length);
  return { codes, agreeing, all, disagreements, marginError: Math.sqrt(mean(2)), marginShift: mean(1) };
}
