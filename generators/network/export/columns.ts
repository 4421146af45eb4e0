/** In: macros of a tile. Out: their columns side by side, as a convolution computes them. */
import { maxMagnitude } from '../../macro/plan/shape.js';
import { type ArrayHardware, columnFactor, type LayerHardware } from '../engine/hardware.js';
import type { MacroDie, MacroDies } from './dies.js';

/** A column of a macro. Sums are in unit discharges, or in f of its die. */
export interface MacroColumn {
  readonly array: ArrayHardware;
  readonly column: number;
  /** The macro on its die, where it is not ideal. */
  readonly die: MacroDie | undefined;
  /** What its table entries count in the sum of its output channel. */
  readonly factor: number;
  /** What a pulse takes off the line of each cell: below 0 off the other line. */
  readonly cells: Int32Array;
  /** Least and greatest sum, before any clipping. */
  readonly low: number;
  readonly high: number;
  /** What each of its lines can lose at most: pulses of all cells that discharge it. */
  readonly lines: readonly [number, number];
}

/** Columns of a tile: digit by digit, in each digit in the order of the output channels. */
export function tileColumns(layer: LayerHardware, tile: number, dies?: MacroDies): MacroColumn[] {
  const { plan, arrays } = layer;
  const own = arrays.filter(({ tileIndex }) => tileIndex === tile);
  return plan.rule.digits.flatMap((_, digit) =>
    own.flatMap((array) =>
      [...array.digits.keys()]
        .filter((column) => array.digits[column] === digit)
        .map((column) => columnOf(layer, array, column, dies?.get(array))),
    ),
  );
}

function columnOf(
  { plan }: LayerHardware,
  array: ArrayHardware,
  column: number,
  die: MacroDie | undefined,
): MacroColumn {
  const { weights, outputs, tile, macro } = array;
  const most = maxMagnitude(macro.shape);
  const all = die?.currents ?? weights;
  const cells = Int32Array.from({ length: tile.rows }, (_, row) => all[row * outputs.length + column]!);
  let [plus, minus] = [0, 0];
  for (const cell of cells) {
    if (cell > 0) plus += most * cell;
    else minus -= most * cell;
  }
  // A negative input swaps the lines, so either may take all.
  if (macro.shape.inputSigned) plus = minus = plus + minus;
  const factor = columnFactor(plan, array, column);
  return { ...{ array, column, die, factor, cells }, low: -minus, high: plus, lines: [plus, minus] };
}

/** Whether any input can bring a line of a column to its headroom. */
export function clips({ array, die, lines }: MacroColumn): boolean {
  const headroom = die?.headroom ?? array.macro.shape.headroom;
  return lines.some((line) => line > headroom);
}

/** Whether the lines of a column lose other than the sum of what their cells take. */
export function bends({ die }: MacroColumn): boolean {
  return die !== undefined && (die.gain !== 2 ** 16 || die.constants.bend > 0);
}
