/** In: a planned macro, dies, inputs, an operating point. Out: the decks that simulate their conversions. */
import type { TextFile } from '../../common/files/text-file.js';
import type { DieConfig, DieConstants } from '../../macro/die/constants.js';
import { Die } from '../../macro/die/die.js';
import type { LayerPlan, MacroPlan } from '../../macro/plan/plan.js';
import { render } from '../../package/text/render.js';
import type { CellCalibration } from './calibration.js';
import type { ComparatorKind } from './choices.js';
import {
  type DeckCell,
  drainsOf,
  inputWordLines,
  referenceCells,
  referenceWordLines,
  type Timeline,
  timelineOf,
  trimCells,
  type WordLine,
  weightCells,
} from './circuit.js';
import { type OperatingPoint, WITHIN_CYCLE, WITHIN_PRECHARGE } from './operating.js';

/** Model cards: what decks include, and the names of the transistors in it. */
export interface ModelNames {
  /** Name of the file, beside the decks. */
  readonly file: string;
  readonly nmos: string;
  readonly pmos: string;
}

/** What all decks of a run have in common. */
export interface DeckSetup {
  readonly plan: MacroPlan;
  readonly layer: LayerPlan;
  readonly point: OperatingPoint;
  readonly models: ModelNames;
  readonly comparator: ComparatorKind;
  readonly calibration: CellCalibration;
  /** Whether the calibration was measured for this operating point and these models. */
  readonly measured: boolean;
  /** rows x columns of -1, 0 and +1. */
  readonly weights: Int8Array;
  /** Vectors of inputs, one after the other. */
  readonly inputs: Int16Array;
  /** What dies are drawn with: the section of the config, every default filled in. */
  readonly die: DieConfig;
  /** The same in whole numbers. */
  readonly constants: DieConstants;
}

/** Cells that are read at once for the staircase. */
export const CELLS_AT_ONCE = 4;
/** Pulses of the staircase. Each has a cycle, and after it one without a pulse, which tells what leaks. */
export const STAIRCASE_PULSES = 24;
/** Pulses that cells with another threshold are measured over. */
export const SHIFT_PULSES = 2;
/** Threshold shifts that are measured, V. */
export const SHIFTS: readonly number[] = [-0.06, -0.03, -0.015, -0.005, 0.005, 0.015, 0.03, 0.06];
/** The comparator is measured from minus to plus so many volts, in steps of the second. */
export const COMPARATOR_SWEEP = { reach: 0.03, step: 0.0005, shift: 0.01 } as const;
/** Voltage around which a latch takes a difference: that of the upper half of the lines. */
const COMMON_MODE = 0.8;

/** Vectors of inputs that a setup has. */
export function vectorsOf({ inputs, plan }: DeckSetup): number {
  return inputs.length / plan.shape.rows;
}

/** Names of the decks of a die and a vector, without their ends. */
export function conversionFile(seed: number, vector: number): string {
  return `die-${seed}/input-${String(vector).padStart(3, '0')}`;
}

/** Path that every deck includes: conditions and the read path. */
export function cellInclude(setup: DeckSetup): TextFile {
  const { point, models, calibration, measured } = setup;
  const [k1, k2, k3] = calibration.shift.map((value) => short(value));
  return {
    path: 'cell.inc',
    text: render('spice/cell.inc', {
      models: models.file,
      nmos: models.nmos,
      pmos: models.pmos,
      precharge: short(point.precharge),
      wordLine: short(point.wordLine),
      bias: short(point.bias),
      capacitance: short(point.capacitance),
      width: short(point.width),
      length: short(point.length),
      calibrated: measured ? 'Measured by cell.cir.' : 'Typical ones: imcgen spice --run measures them.',
      unit: short(calibration.unit),
      ...{ k1: k1!, k2: k2!, k3: k3! },
      celsius: short(setup.die.temperature.nominalCelsius),
    }),
  };
}

/** The bench of one read path. */
export function cellDeck(setup: DeckSetup): TextFile {
  const { plan, models, point } = setup;
  const first = plan.shape.prechargeCycles;
  const cycles = (count: number) => Array.from({ length: count }, (_, pulse) => first + 2 * pulse);
  const source = (name: string, volts: string, count: number) =>
    sourceOf({ name, fill: 'second', cycles: cycles(count) }, volts, point, first);
  const drains = drainsOf(plan.shape);
  return {
    path: 'cell.cir',
    text: render('spice/cell.cir', {
      name: plan.name,
      nmos: models.nmos,
      cells: CELLS_AT_ONCE,
      pads: Math.max(1, Math.max(drains.bitline, drains.reference) - CELLS_AT_ONCE),
      ...prechargeTimes(point, first),
      word: source('word', '{vword}', STAIRCASE_PULSES),
      plain: source('plain', '{vpre}', STAIRCASE_PULSES),
      single: source('gate', '{vbias}', STAIRCASE_PULSES),
      shifts: SHIFTS.map((volts, at) => ({ at, volts: short(volts) })),
      ...transient(point, first + 2 * STAIRCASE_PULSES),
    }),
  };
}

/** The latch, and the bench that measures its offset. */
export function comparatorDecks({ plan, models, point }: DeckSetup): TextFile[] {
  const { reach, step, shift } = COMPARATOR_SWEEP;
  const { edge, strobe } = WITHIN_CYCLE;
  const cycles = Math.round((2 * reach) / step) + 1;
  const points = Array.from({ length: cycles }, (_, cycle) => {
    const volts = short(-reach + cycle * step);
    return `${at(point, cycle)} ${volts} ${at(point, cycle + 0.99)} ${volts}`;
  });
  return [
    {
      path: 'comparator.inc',
      text: render('spice/comparator.inc', {
        nmos: models.nmos,
        pmos: models.pmos,
        commonMode: short(COMMON_MODE * point.precharge),
      }),
    },
    {
      path: 'comparator.cir',
      text: render('spice/comparator.cir', {
        name: plan.name,
        stepVolts: short(step),
        shift: short(shift),
        from: folded(points),
        strobe: at(point, strobe),
        edge: at(point, edge),
        strobeWidth: at(point, 1 - strobe - edge),
        cycle: short(point.cycle),
        ...transient(point, cycles),
      }),
    },
  ];
}

/** Cells of a die. */
export function arrayInclude(setup: DeckSetup, die: Die): TextFile {
  const { plan, layer, weights } = setup;
  const { shape } = plan;
  const drains = drainsOf(shape);
  const most = Math.max(drains.bitline, drains.reference);
  const gains = { array: short(die.arrayGain / 2 ** 16), reference: short(die.referenceGain / 2 ** 16) };
  const cells = [...weightCells(die, shape, weights), ...trimCells(die, shape)];
  const lines = new Map<string, DeckCell[]>();
  for (const cell of cells) {
    const column = /\d+$/.exec(cell.straight)![0];
    lines.set(column, [...(lines.get(column) ?? []), cell]);
  }
  return {
    path: `die-${die.seed}/array.inc`,
    text: render('spice/array.inc', {
      name: plan.name,
      seed: die.seed,
      bitlinePads: most - drains.bitline,
      referencePads: most - drains.reference,
      columns: [...lines].map(([column, own]) => ({
        column,
        cells: own.map((cell) => cellView(cell, gains.array)),
      })),
      references: referenceCells(die, shape, layer).map((cell) => cellView(cell, gains.reference)),
    }),
  };
}

function cellView({ stored, share, ...cell }: DeckCell, gain: string) {
  // The logarithm of a cell that conducts nothing would be none.
  return { ...cell, gate: stored ? 'bias' : '0', share: Math.max(share, 0.001).toFixed(5), gain };
}

/**
 * A conversion of a die.
 *
 * @param vector which of the inputs; also the number of the conversion, which noise depends on
 */
export function conversionDeck(setup: DeckSetup, die: Die, vector: number): TextFile {
  const { plan, layer, point, comparator, inputs } = setup;
  const { shape } = plan;
  const timeline = timelineOf(shape, layer.bits);
  const own = inputs.subarray(vector * shape.rows, (vector + 1) * shape.rows);
  const file = conversionFile(die.seed, vector);
  const words = [...inputWordLines(shape, timeline, own), ...referenceWordLines(shape, timeline, layer.bits)];
  const { edge, strobe } = WITHIN_CYCLE;
  const one = 2 ** die.constants.fractionBits;
  const latch = comparator === 'latch';
  return {
    path: `${file}.cir`,
    text: render('spice/conversion.cir', {
      name: plan.name,
      seed: die.seed,
      conversion: vector,
      inputs: Array.from(own).join(' '),
      file: file.slice(file.indexOf('/') + 1),
      cycle: short(point.cycle),
      lastPrecharge: timeline.precharge - 1,
      firstMac: timeline.precharge,
      lastMac: timeline.precharge + timeline.mac - 1,
      firstRamp: timeline.precharge + timeline.mac,
      lastRamp: timeline.cycles - 1,
      latch,
      trim: shape.trimRows > 0,
      ...prechargeTimes(point, timeline.precharge),
      strobe: at(point, strobe),
      edge: at(point, edge),
      strobeWidth: at(point, 1 - strobe - edge),
      words: words.map((word) => ({
        name: word.name,
        source: sourceOf(word, '{vword}', point, timeline.precharge),
      })),
      offsets: Array.from({ length: shape.columns }, (_, column) => ({
        column,
        source: amplifierSource(die, column, vector, { timeline, point, latch }),
        latchShift: `{${short(die.offset(column) / one)}*unit}`,
      })),
      ...transient(point, timeline.cycles),
    }),
  };
}

/** All files of a run that need no measurement: bench, latch, arrays and conversions of the dies. */
export function decksOf(setup: DeckSetup, seeds: readonly number[]): TextFile[] {
  const dies = seeds.map((seed) => new Die(setup.constants, setup.plan.shape, seed));
  return [
    cellInclude(setup),
    cellDeck(setup),
    ...(setup.comparator === 'latch' ? comparatorDecks(setup) : []),
    ...dies.flatMap((die) => [
      arrayInclude(setup, die),
      ...Array.from({ length: vectorsOf(setup) }, (_, vector) => conversionDeck(setup, die, vector)),
    ]),
  ];
}

/** Offset and noise of an amplifier, V. A latch has its offset as a threshold shift. */
function amplifierSource(
  die: Die,
  column: number,
  conversion: number,
  {
    timeline,
    point,
    latch,
  }: { readonly timeline: Timeline; readonly point: OperatingPoint; readonly latch: boolean },
): string {
  const one = 2 ** die.constants.fractionBits;
  const offset = latch ? 0 : die.offset(column);
  const volts = (parts: number) => `{${short(parts / one)}*unit}`;
  if (die.constants.noise === 0) return `DC ${volts(offset)}`;
  const first = timeline.precharge + timeline.mac;
  const points = timeline.comparisons.flatMap(({ cycle }, index) => {
    const from = index === 0 ? first : timeline.comparisons[index - 1]!.cycle + 1;
    const value = volts(offset + die.noise(conversion, cycle + 1 - first, column));
    return [`${at(point, from + WITHIN_CYCLE.edge)} ${value} ${at(point, cycle + 1)} ${value}`];
  });
  return `PWL(${folded(points)})`;
}

/** A word line as a source: pulses that return to zero, so that all of them are alike. */
function sourceOf(
  { fill, cycles }: WordLine,
  volts: string,
  point: OperatingPoint,
  precharge: number,
): string {
  const { edge, fall } = WITHIN_CYCLE;
  const pulse = (from: number, to: number) =>
    `${at(point, from)} 0 ${at(point, from + edge)} ${volts} ${at(point, to)} ${volts} ${at(point, to + edge)} 0`;
  const { from, to } = WITHIN_PRECHARGE[fill];
  return `PWL(${folded([
    ...(from === 0 ? [] : ['0 0']),
    pulse(from * precharge, to * precharge),
    ...cycles.map((cycle) => pulse(cycle, cycle + fall)),
  ])})`;
}

/** Items of a list over lines that a person can read. */
function folded(items: readonly string[]): string {
  return items.join('\n+ ');
}

function prechargeTimes(point: OperatingPoint, cycles: number) {
  const begin = cycles * WITHIN_PRECHARGE.release;
  return { release: at(point, begin), released: at(point, begin + WITHIN_CYCLE.edge) };
}

function transient(point: OperatingPoint, cycles: number) {
  return { step: at(point, WITHIN_CYCLE.edge), end: at(point, cycles) };
}

/** A time in cycles, as a deck has it. */
function at({ cycle }: OperatingPoint, cycles: number): string {
  return `${short(cycles * cycle)}n`;
}

/** A number without what binary fractions leave of it. */
function short(value: number): string {
  return String(Number(value.toPrecision(6)));
}
