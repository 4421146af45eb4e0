/** In: a macro, inputs. Out: conversions whose results are known, by which its trim rows are calibrated. */
import { Macro } from '../golden/macro.js';
import type { ReferenceCells } from '../golden/pack.js';
import type { MacroPlan } from '../plan/plan.js';
import { type MacroShape, stepCapacity } from '../plan/shape.js';
import { UNTOLD } from './search.js';

/** Conversions whose decoded values, summed by column, tell which trim a column needs. */
export interface KnownConversions {
  /** Bank of references and table. */
  readonly bank: number;
  /** Code width. */
  readonly bits: number;
  /** One whole number a row, vector after vector. */
  readonly inputs: ArrayLike<number>;
  /** How often each vector is converted, one time after the other. */
  readonly repeats: number;
  /** Sum of a column that is half a trim step above no offset, or `UNTOLD`; one a column. */
  readonly limits: ArrayLike<number>;
}

/** Known conversions of a bank with contents of their own. */
export interface OffsetConversions extends KnownConversions {
  /** What the reference bank holds meanwhile. */
  readonly reference: ReferenceCells;
  /** Entries of the codes 0 and 1 meanwhile. */
  readonly entries: readonly [0, 1];
}

/** How often a comparison is repeated where nothing else is said. */
export const DEFAULT_REPEATS = 64;

/** Sums are numbers of 31 bits. */
const MOST_CONVERSIONS = 2 ** 14;

/** Half a trim step, unit discharges, rounded up to what `unit` can make. */
function halfStep({ trimPulses }: MacroShape, unit: number): number {
  return unit * Math.ceil(trimPulses / 2 / unit);
}

/**
 * Conversions of zero inputs against one reference, half a trim step above zero: they tell the offset of the sense amplifier
 * of each column, whatever the weights are. A column is below the reference where less than half of its comparisons are high.
 *
 * The reference is a whole number of pulses of `adc.reference.pulses`; where half a trim step is none, it is the next larger one.
 * So what is left of an offset lies from `reference - step` up to `reference`, within half a step where the pulses allow it.
 *
 * @param shape of a macro with trim rows
 * @param bank  whose references and first two table entries are in use meanwhile
 * @param repeats comparisons of every setting, over which noise is averaged; 1 .. 16384
 * @throws RangeError for a macro without trim rows, a bank or a number that is not there, or a reference that its cells do not reach
 */
export function offsetConversions(shape: MacroShape, bank = 0, repeats = DEFAULT_REPEATS): OffsetConversions {
  requireTrim(shape, bank, repeats);
  const cells = halfStep(shape, shape.referencePulses) / shape.referencePulses;
  const most = stepCapacity(shape, 1);
  if (cells > most)
    throw new RangeError(`half a trim step takes ${cells} reference cells, a step has ${most}`);
  return {
    bank,
    bits: 1,
    inputs: new Int8Array(shape.rows),
    repeats,
    limits: new Int32Array(shape.columns).fill(Math.ceil(repeats / 2)),
    reference: { bits: 1, stepCells: [cells], offsetCells: 0 },
    entries: [0, 1],
  };
}

/** What known conversions are made of. */
export interface KnownInputs {
  /** Ternary weights that the macro holds, rows x columns. */
  readonly weights: Int8Array;
  /** One whole number a row, vector after vector: such as the macro will convert. */
  readonly inputs: ArrayLike<number>;
  /** Bank of the layer that converts; default 0. */
  readonly bank?: number;
  /** How often each vector is converted; default 1. */
  readonly repeats?: number;
}

/**
 * Conversions of inputs whose results the ideal macro tells: they find what the sense amplifier of a column and the mismatch
 * of its cells add together, for inputs such as these. The limit of a column lies between the sums of its decoded values with all
 * MACs half a trim step higher, rounded down and rounded up to whole unit discharges. A column in which a
 * whole trim step would change nothing is left as it is, and reported: its MACs are too far from all references.
 *
 * @param plan  of a macro with trim rows
 * @param known weights, inputs and the layer that converts them, without trim
 * @throws RangeError for a macro without trim rows, a bank, weight, input or number that is not there, or a ramp that ends before all codes are known
 */
export function knownConversions(plan: MacroPlan, known: KnownInputs): KnownConversions {
  const { shape, layers } = plan;
  const { weights, inputs, bank = 0, repeats = 1 } = known;
  const { columns, trimPulses } = shape;
  const count = inputs.length / shape.rows;
  requireTrim(shape, bank, count * repeats);
  if (shape.ramp === 'falling' && shape.earlyStop && shape.topK < columns) {
    throw new RangeError('a ramp that ends with the first columns does not tell the offsets of the others');
  }
  const { bits, ramp, table } = layers[bank]!;
  const macro = Macro.from(plan);
  macro.loadWeights(weights);
  const macs = new Int32Array(count * columns);
  macro.convertBatch(inputs, { bank, bits }, { macs });
  const sums = (shift: number) => {
    const summed = new Float64Array(columns);
    macs.forEach((mac, at) => {
      const code = ramp.references.filter((reference) => reference <= mac + shift).length;
      summed[at % columns]! += repeats * table.entries[code]!;
    });
    return summed;
  };
  const [lower, upper] = [sums(Math.floor(trimPulses / 2)), sums(Math.ceil(trimPulses / 2))];
  const below = sums(Math.ceil(trimPulses / 2) - trimPulses);
  const limits = Int32Array.from(upper, (sum, column) =>
    sum > below[column]! ? Math.ceil((lower[column]! + sum) / 2) : UNTOLD,
  );
  return { bank, bits, inputs, repeats, limits };
}

function requireTrim(shape: MacroShape, bank: number, conversions: number): void {
  const { banks, trimRows } = shape;
  if (trimRows === 0) throw new RangeError('this macro has no trim rows');
  if (!Number.isInteger(bank) || bank < 0 || bank >= banks) {
    throw new RangeError(`bank ${bank} is outside 0..${banks - 1}`);
  }
  if (!Number.isInteger(conversions) || conversions < 1 || conversions > MOST_CONVERSIONS) {
    throw new RangeError(`${conversions} conversions of a setting are outside 1..${MOST_CONVERSIONS}`);
  }
}
