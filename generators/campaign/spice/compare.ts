/** In: waveforms of a conversion, the die that it simulates. Out: its codes, and where the die's differ. */
import type { Die, StoredCells } from '../../macro/die/die.js';
import { codesOfRamp } from '../../macro/golden/columns.js';
import { packReferences, packTernary } from '../../macro/golden/pack.js';
import { linesOfRamp } from '../../macro/golden/reference-lines.js';
import type { LayerPlan } from '../../macro/plan/plan.js';
import type { MacroShape } from '../../macro/plan/shape.js';
import type { Timeline } from './circuit.js';
import { type OperatingPoint, WITHIN_CYCLE } from './operating.js';
import { valueAt, type Waveforms } from './waveforms.js';

/** What a MAC lies above each reference, u: columns x steps, from step 1 on. */
export type Margins = Float64Array;

/** A conversion as the model of a die has it. */
export interface ModelConversion {
  readonly margins: Margins;
  readonly codes: Uint8Array;
  /** What the fuller of all lines that a column is decided by has lost at the end, u, before it compresses. */
  readonly fullest: Float64Array;
}

/**
 * A conversion of the golden model of a die, with what its codes were decided by.
 *
 * @param conversion number of the conversion, which noise depends on
 */
export function modelConversion(
  die: Die,
  shape: MacroShape,
  layer: LayerPlan,
  weights: Int8Array,
  inputs: ArrayLike<number>,
  conversion: number,
): ModelConversion {
  const { columns, trimRows } = shape;
  const one = 2 ** die.constants.fractionBits;
  const none = new Uint8Array(trimRows * columns);
  const cells: StoredCells = { ...packTernary(weights), trimPlus: none, trimMinus: none };
  const lines = die.lines(cells, inputs);
  const groups = die.groupCurrents(layer.bank, packReferences(layer.ramp, shape));
  const references = linesOfRamp(shape, layer.bits, groups);
  const steps = references.length;
  const margins = new Float64Array(columns * steps);
  const deepest = Math.max(...references.map(({ positive, negative }) => Math.max(positive, negative)));
  for (let column = 0; column < columns; column++) {
    references.forEach((reference, at) => {
      const { cycles } = reference;
      const mac =
        die.arrayLine(lines.positive[column]!, lines.leakPositive[column]!, cycles) -
        die.arrayLine(lines.negative[column]!, lines.leakNegative[column]!, cycles) +
        lines.trim[column]!;
      const sensed = mac + die.offset(column) + die.noise(conversion, cycles, column);
      margins[column * steps + at] = (sensed - die.level(reference)) / one;
    });
  }
  return {
    margins,
    codes: codesOfRamp(shape, layer.bits, (column, step) => margins[column * steps + step - 1]! >= 0),
    fullest: Float64Array.from(
      { length: columns },
      (_, column) => Math.max(lines.positive[column]!, lines.negative[column]!, deepest) / one,
    ),
  };
}

/** A conversion as transistors have it. */
export interface SpiceConversion {
  readonly margins: Margins;
  readonly codes: Uint8Array;
  /** What the reference lines differ by at each step, u. */
  readonly ramp: readonly number[];
  /** What the lines of each column differ by when the ramp begins, u: its MAC. */
  readonly macs: readonly number[];
}

/**
 * Reads a conversion out of its waveforms.
 *
 * @param unit  what a pulse of a nominal cell takes off a line, V
 * @param added what the comparator of a column adds besides what its input has, u: the offset of a latch
 */
export function spiceConversion(
  waveforms: Waveforms,
  timeline: Timeline,
  shape: MacroShape,
  bits: number,
  point: OperatingPoint,
  unit: number,
  added: (column: number) => number,
): SpiceConversion {
  const { columns } = shape;
  const cycle = point.cycle * 1e-9;
  const steps = timeline.comparisons.length;
  const ends = new Map(timeline.comparisons.map(({ step, cycle: last }) => [step, (last + 1) * cycle]));
  const at = (name: string, step: number) => valueAt(waveforms, `v(${name})`, ends.get(step)!);
  const margins = Float64Array.from({ length: columns * steps }, (_, index) => {
    const column = Math.floor(index / steps);
    return at(`diff${column}`, (index % steps) + 1) / unit + added(column);
  });
  // Before the lines of the ramp move, and with them nothing of the next cycle.
  const begin = (timeline.precharge + timeline.mac) * cycle;
  const lines = (column: number) =>
    valueAt(waveforms, `v(rbln${column})`, begin) - valueAt(waveforms, `v(rblp${column})`, begin);
  const high = (column: number, step: number) =>
    valueAt(waveforms, `v(cmp${column})`, ends.get(step)! - 0.1 * WITHIN_CYCLE.edge * cycle) >
    point.precharge / 2;
  return {
    margins,
    codes: codesOfRamp(shape, bits, high),
    ramp: Array.from({ length: steps }, (_, step) => (at('refn', step + 1) - at('refp', step + 1)) / unit),
    macs: Array.from({ length: columns }, (_, column) => lines(column) / unit),
  };
}

/** A code that transistors and model do not share. */
export interface Disagreement {
  readonly die: number;
  readonly vector: number;
  readonly column: number;
  readonly spice: number;
  readonly model: number;
  /** A step that they decide differently: the one that lies farthest from its threshold. */
  readonly step: number;
  /** What the MAC lies above the reference of that step, u, in the model and of the transistors. */
  readonly modelMargin: number;
  readonly spiceMargin: number;
  /** The margin of the model over the distance to the nearest other reference. */
  readonly references: number;
}

/** Where the codes of two conversions differ. */
export function disagreementsOf(
  which: { readonly die: number; readonly vector: number },
  spice: SpiceConversion,
  model: ModelConversion,
  references: readonly number[],
): Disagreement[] {
  const steps = references.length;
  return Array.from(model.codes).flatMap((code, column) => {
    if (spice.codes[column] === code) return [];
    const own = Array.from({ length: steps }, (_, at) => at).filter((at) => {
      const index = column * steps + at;
      return model.margins[index]! >= 0 !== spice.margins[index]! >= 0;
    });
    // A latch may decide otherwise than the difference that it is given.
    const between = (at: number) =>
      at >= Math.min(code, spice.codes[column]!) && at < Math.max(code, spice.codes[column]!);
    const candidates = own.length > 0 ? own : Array.from({ length: steps }, (_, at) => at).filter(between);
    const farthest = candidates.reduce((far, at) =>
      Math.abs(model.margins[column * steps + at]!) > Math.abs(model.margins[column * steps + far]!)
        ? at
        : far,
    );
    const gaps = [farthest - 1, farthest + 1]
      .filter((at) => at >= 0 && at < steps)
      .map((at) => Math.abs(references[at]! - references[farthest]!));
    const modelMargin = model.margins[column * steps + farthest]!;
    return [
      {
        ...which,
        ...{ column, spice: spice.codes[column]!, model: code, step: farthest + 1, modelMargin },
        spiceMargin: spice.margins[column * steps + farthest]!,
        references: gaps.length === 0 ? 0 : Math.abs(modelMargin) / Math.min(...gaps),
      },
    ];
  });
}
