/** In: a conversion, a direction. Out: the deviates that push its codes furthest that way. */
import { type ChosenDeviates, GROUP_BASE, GROUP_STRIDE, ROW_STRIDE } from '../../macro/die/die.js';
import { KIND } from '../../macro/die/hash.js';
import { groupOfRow } from '../../macro/plan/shape.js';
import type { MacroCells } from './cells.js';

/** Where a die is aimed. */
export interface Aim {
  /** Inputs of the conversion, one a row. */
  readonly inputs: ArrayLike<number>;
  /** Column whose word lines are aimed; cells of the others are aimed as well. */
  readonly column: number;
  /** 1 for high codes, -1 for low ones. */
  readonly direction: 1 | -1;
  /** Deviate of the gain of the die. */
  readonly global: number;
}

/**
 * A die at a corner: every deviate at its largest, with the sign that moves the codes of one conversion one way. Random dies stay far
 * from where sums of many cells may end; this one is there.
 */
export function aimedDeviates(macro: MacroCells, most: number, aim: Aim): ChosenDeviates {
  const { shape, cells, trims } = macro;
  const { inputs, column: target, direction } = aim;
  const push = most * direction;
  /** The line for x > 0 of wp; cells at rest still leak on it. */
  const sign = (row: number, plane: number) => (inputs[row]! < 0 ? -1 : 1) * (plane === 0 ? 1 : -1);
  /** References push the other way, but for the offset group. */
  const reference = (group: number) => (group === 0 ? push : -push);
  const wordLine = (index: number) => {
    if (index < ROW_STRIDE) {
      const holds = cells[index * shape.columns + target]!;
      return push * sign(index, holds === 2 ? 1 : 0);
    }
    if (index === ROW_STRIDE) return trims.plus[target]! >= trims.minus[target]! ? push : -push;
    return reference((index - GROUP_BASE) % GROUP_STRIDE);
  };
  return (kind, index) => {
    if (kind === KIND.global) return aim.global;
    if (kind === KIND.pulse) return wordLine(index);
    if (kind === KIND.reference) {
      return reference(groupOfRow(shape, Math.floor(index / GROUP_STRIDE) % ROW_STRIDE));
    }
    if (kind !== KIND.weight) return push;
    const row = Math.floor(index / 2 / ROW_STRIDE);
    const plane = index % 2;
    return row < ROW_STRIDE ? push * sign(row, plane) : push * (plane === 0 ? 1 : -1);
  };
}
