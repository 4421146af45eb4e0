/** In: macros of a tile. Out: their columns side by side, as a convolution computes them. */
import { type ArrayHardware, columnFactor, type LayerHardware } from '../engine/hardware.js';
import type { LayerPlan } from '../plan/plan.js';

/** A column of a macro. */
export interface MacroColumn {
  readonly array: ArrayHardware;
  readonly column: number;
  /** What its table entries count in the sum of its output channel. */
  readonly factor: number;
  /** Least and greatest sum, before any clipping. */
  readonly low: number;
  readonly high: number;
  /** What each of its lines can lose at most: pulses of all cells that discharge it. */
  readonly lines: readonly [number, number];
}

/** Columns of a tile: digit by digit, in each digit in the order of the output channels. */
export function tileColumns({ plan, arrays }: LayerHardware, tile: number): MacroColumn[] {
  const own = arrays.filter(({ tileIndex }) => tileIndex === tile);
  return plan.rule.digits.flatMap((_, digit) =>
    own.flatMap((array) =>
      [...array.digits.keys()]
        .filter((column) => array.digits[column] === digit)
        .map((column) => columnOf(plan, array, column)),
    ),
  );
}

function columnOf(plan: LayerPlan, array: ArrayHardware, column: number): MacroColumn {
  const { weights, outputs, tile, macro } = array;
  const { inputBits, inputSigned } = macro.shape;
  const most = 2 ** (inputBits - Number(inputSigned)) - 1;
  let [plus, minus] = [0, 0];
  for (let row = 0; row < tile.rows; row++) {
    const cell = weights[row * outputs.length + column]!;
    if (cell > 0) plus += most;
    else if (cell < 0) minus += most;
  }
  // A negative input swaps the lines, so either may take all.
  if (inputSigned) plus = minus = plus + minus;
  const factor = columnFactor(plan, array, column);
  return { array, column, factor, low: -minus, high: plus, lines: [plus, minus] };
}

/** Whether any input can bring a line of a column to its headroom. */
export function clips({ array, lines }: MacroColumn): boolean {
  const { headroom } = array.macro.shape;
  return lines.some((line) => line > headroom);
}
