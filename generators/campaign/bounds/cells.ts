/** In: a programmed macro. Out: how many cells of which kind take part, without what dies make of them. */

import type { Macro } from '../../macro/golden/macro.js';
import { type CellPlanes, packReferences } from '../../macro/golden/pack.js';
import { linesOfRamp } from '../../macro/golden/reference-lines.js';
import { stepsOfRamp } from '../../macro/golden/word-lines.js';
import { groupOfRow, type MacroShape, maxMagnitude } from '../../macro/plan/shape.js';
import type { ReferencePulses } from './lines.js';

/** A step of a ramp. */
export interface RampStep extends ReferencePulses {
  readonly step: number;
  /** Cycles of the ramp so far. */
  readonly cycles: number;
}

/** What bounds of a macro need to know of its contents. */
export interface MacroCells {
  readonly shape: MacroShape;
  /** Width of the conversions. */
  readonly bits: number;
  /** wp in bit 0 and wn in bit 1, rows x columns. */
  readonly cells: Uint8Array;
  /** Cells of each column that hold a 1. */
  readonly ones: Pulses;
  /** Pulses that trim cells of each column take. */
  readonly trims: Pulses;
  /** Steps in the order of the ramp. */
  readonly steps: readonly RampStep[];
}

/** A number for RBLP and for RBLN of every column: of wp and of wn. */
interface Pulses {
  readonly plus: Int32Array;
  readonly minus: Int32Array;
}

/** Contents of a bank of a macro, at the width that it was programmed for. */
export function cellsOf(macro: Macro, bank = 0): MacroCells {
  const { shape, array } = macro;
  const { reference } = macro.programmed(bank);
  const groups = new Float64Array(2 ** shape.adcBits);
  packReferences(reference, shape).forEach((cell, at) => {
    const group = groupOfRow(shape, Math.floor(at / shape.referenceColumns));
    if (group < groups.length) groups[group]! += cell;
  });
  const { bits } = reference;
  const lines = linesOfRamp(shape, bits, groups);
  const offset = shape.referencePulses * groups[0]!;
  const steps = stepsOfRamp(shape, bits).map((step): RampStep => {
    const { positive, negative, cycles } = lines[step - 1]!;
    const shared = negative - offset;
    return { step, cycles, own: positive - shared, offset, shared };
  });
  const planes = { plus: array.plus, minus: array.minus };
  const trims = { plus: array.trimPlus, minus: array.trimMinus };
  return {
    ...{ shape, bits, steps },
    cells: Uint8Array.from(array.plus, (plus, cell) => plus | (array.minus[cell]! << 1)),
    ones: perColumn(planes, shape, 1),
    trims: perColumn(trims, shape, shape.trimPulses),
  };
}

function perColumn({ plus, minus }: CellPlanes, { columns }: MacroShape, pulses: number): Pulses {
  const sums = (cells: Uint8Array) => {
    const found = new Int32Array(columns);
    cells.forEach((cell, at) => {
      found[at % columns]! += pulses * cell;
    });
    return found;
  };
  return { plus: sums(plus), minus: sums(minus) };
}

/** Pulses that cells of each column take, of inputs that may lie anywhere in their intervals. */
export class LinePulses {
  readonly positiveLow: Int32Array;
  readonly positiveHigh: Int32Array;
  readonly negativeLow: Int32Array;
  readonly negativeHigh: Int32Array;

  constructor(private readonly macro: MacroCells) {
    const { columns } = macro.shape;
    [this.positiveLow, this.positiveHigh, this.negativeLow, this.negativeHigh] = [0, 1, 2, 3].map(
      () => new Int32Array(columns),
    ) as [Int32Array, Int32Array, Int32Array, Int32Array];
  }

  /**
   * Takes the inputs of a conversion. A cell takes most, and the cell of the other sign least, at one end of its input, so the
   * largest of one line goes with the smallest of the other.
   *
   * @param low  least inputs, one a row
   * @param from where the vector begins in both
   */
  take(low: ArrayLike<number>, high: ArrayLike<number>, from = 0): void {
    const { cells, shape } = this.macro;
    const { rows, columns } = shape;
    const limit = maxMagnitude(shape);
    const { positiveLow, positiveHigh, negativeLow, negativeHigh } = this;
    for (const sums of [positiveLow, positiveHigh, negativeLow, negativeHigh]) sums.fill(0);
    for (let row = 0; row < rows; row++) {
      const [least, most] = [Math.max(-limit, low[from + row]!), Math.max(-limit, high[from + row]!)];
      const [straightLow, straightHigh] = [Math.max(0, least), Math.max(0, most)];
      const [crossedLow, crossedHigh] = [Math.max(0, -most), Math.max(0, -least)];
      if (straightHigh === 0 && crossedHigh === 0) continue;
      for (let column = 0, cell = row * columns; column < columns; column++, cell++) {
        const holds = cells[cell]!;
        if (holds & 1) {
          positiveLow[column]! += straightLow;
          positiveHigh[column]! += straightHigh;
          negativeLow[column]! += crossedLow;
          negativeHigh[column]! += crossedHigh;
        }
        if (holds & 2) {
          negativeLow[column]! += straightLow;
          negativeHigh[column]! += straightHigh;
          positiveLow[column]! += crossedLow;
          positiveHigh[column]! += crossedHigh;
        }
      }
    }
  }
}
