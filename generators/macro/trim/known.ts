/** In: a macro, inputs. Out: conversions whose results are known, by which its trim rows are calibrated. */
import type { Problem } from '../../common/problems.js';
import { Macro } from '../golden/macro.js';
import type { ReferenceCells } from '../golden/pack.js';
import type { MacroPlan } from '../plan/plan.js';
import { toleratedBeyond } from '../plan/self-calibration.js';
import { type MacroShape, offsetCapacity, stepCapacity } from '../plan/shape.js';
import { type TrimLimits, UNTOLD } from './search.js';

/** Conversions whose decoded values, summed by column, tell which trim a column needs. */
export interface KnownConversions extends TrimLimits {
  /** Bank of references and table. */
  readonly bank: number;
  /** Code width. */
  readonly bits: number;
  /** One whole number a row, vector after vector. */
  readonly inputs: ArrayLike<number>;
  /** How often each vector is converted, one time after the other. */
  readonly repeats: number;
}

/** Known conversions of a bank with contents of their own. */
export interface OffsetConversions extends KnownConversions {
  /** What the reference bank holds meanwhile: half a trim step above zero. */
  readonly reference: ReferenceCells;
  /** What it holds at last, as much below zero. */
  readonly lowerReference: ReferenceCells;
  /** Entries of the codes 0 and 1 meanwhile. */
  readonly entries: readonly [0, 1];
}

/** How often a comparison is repeated where nothing else is said. */
export const DEFAULT_REPEATS = 64;

/** Sums are numbers of 31 bits. */
const MOST_CONVERSIONS = 2 ** 14;

/** Reference cells that half a trim step takes, rounded up to what their pulses can make. */
export function halfStepCells({ trimPulses, referencePulses }: MacroShape): number {
  return Math.ceil(trimPulses / (2 * referencePulses));
}

/** What stands in the way of a calibration against offsets over the registers; undefined where nothing does. */
export function offsetsUnmeasurable(shape: MacroShape): Omit<Problem, 'file'> | undefined {
  const cells = halfStepCells(shape);
  const [step, offset] = [stepCapacity(shape, 1), offsetCapacity(shape)];
  if (cells > step) {
    return {
      path: 'adc.reference.rows',
      message: `half a trim step takes ${cells} reference cells, a step has ${step}`,
      fix: 'Use more reference rows or columns, or fewer trimPulses and more trimRows instead.',
    };
  }
  if (cells > offset) {
    return {
      path: 'adc.reference.offsetRows',
      message: `half a trim step takes ${cells} cells of the offset group, which has ${offset}`,
      fix: `Use offsetRows >= ${Math.ceil(cells / shape.referenceColumns)}.`,
    };
  }
  return undefined;
}

/**
 * Conversions of zero inputs against one reference, half a trim step above zero: they tell the offset of the sense amplifier
 * of each column, whatever the weights are. A column is below the reference where less than half of its comparisons are high.
 * With the settings found, it is compared with a reference half a trim step below zero as well. A column that lies beyond
 * either in more than a quarter of its comparisons is reported, as the macro reports it that calibrates itself.
 *
 * References are whole numbers of pulses of `adc.reference.pulses`; where half a trim step is none, they are the next larger ones,
 * and the window is as much wider. It is as wide as the reference cells of the die make it.
 *
 * @param shape of a macro with trim rows
 * @param bank  whose references and first two table entries are in use meanwhile
 * @param repeats comparisons of every setting, over which noise is averaged; 1 .. 16384
 * @throws RangeError for a macro without trim rows, a bank or a number that is not there, or references that its cells do not reach
 */
export function offsetConversions(shape: MacroShape, bank = 0, repeats = DEFAULT_REPEATS): OffsetConversions {
  requireTrim(shape, bank, repeats);
  const problem = offsetsUnmeasurable(shape);
  if (problem !== undefined) throw new RangeError(problem.message);
  const cells = halfStepCells(shape);
  const every = (sum: number) => new Int32Array(shape.columns).fill(sum);
  const tolerated = toleratedBeyond(repeats);
  return {
    bank,
    bits: 1,
    inputs: new Int8Array(shape.rows),
    repeats,
    limits: every(Math.ceil(repeats / 2)),
    most: every(tolerated),
    least: every(repeats - tolerated),
    reference: { bits: 1, stepCells: [cells], offsetCells: 0 },
    lowerReference: { bits: 1, stepCells: [0], offsetCells: cells },
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
 * MACs half a trim step higher, rounded down and rounded up to whole unit discharges. A column whose sum in the end is not below
 * it, or below the sum with all MACs half a trim step lower, is reported. So is a column in which a whole trim step would change
 * nothing, which is left as it is: its MACs are too far from all references.
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
  const [less, more] = [Math.floor(trimPulses / 2), Math.ceil(trimPulses / 2)];
  const [upper, upperMore] = [sums(less), sums(more)];
  const [lower, lowerMore] = [sums(-less), sums(-more)];
  const limits = Int32Array.from(upper, (sum, column) =>
    upperMore[column]! > lower[column]! ? Math.ceil((sum + upperMore[column]!) / 2) : UNTOLD,
  );
  return {
    bank,
    bits,
    inputs,
    repeats,
    limits,
    most: limits.map((limit) => limit - 1),
    least: Int32Array.from(lower, (sum, column) => Math.floor((sum + lowerMore[column]!) / 2)),
  };
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
