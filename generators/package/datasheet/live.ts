/** What the live section of the page is given: the macro as numbers, cells and conversions of its vectors. */
import type { ResetStyle } from '../../macro/config/choices.js';
import type { MacroPlan } from '../../macro/plan/plan.js';
import type { MacroShape } from '../../macro/plan/shape.js';
import type { Recorded, Recording } from './recorded.js';

/** Most cells that a page simulates as something is moved. */
export const MOST_LIVE_CELLS = 65536;

/** A layer as the page programs it. */
export interface LiveLayer {
  readonly name: string;
  readonly bits: number;
  readonly outputScale: number;
  /** References as realised, unit discharges. */
  readonly references: readonly number[];
  readonly table: readonly number[];
}

/** A macro as the page simulates it. Text may be JSON: nothing but numbers, texts, lists and records. */
export interface LiveMacro {
  readonly name: string;
  readonly shape: MacroShape;
  readonly reset: ResetStyle;
  /** By bank. */
  readonly layers: readonly LiveLayer[];
  /** A text a row, a letter a column: `+`, `-`, `0`, and `*` for a cell (1,1). */
  readonly weights: readonly string[];
  /** Trim rows alike. */
  readonly trim: readonly string[];
  readonly conversions: readonly Recorded[];
}

/** Whether a page can simulate a macro of this size. */
export function isLive({ rows, columns }: MacroShape): boolean {
  return rows * columns <= MOST_LIVE_CELLS;
}

export function liveMacro(
  plan: MacroPlan,
  { cells }: Recording,
  conversions: readonly Recorded[],
): LiveMacro {
  const { name, shape, config, layers } = plan;
  return {
    ...{ name, shape, reset: config.reset },
    layers: layers.map((layer) => ({
      ...{ name: layer.name, bits: layer.bits, outputScale: layer.table.outputScale },
      ...{ references: layer.ramp.references, table: layer.table.entries },
    })),
    weights: letters(cells.plus, cells.minus, shape.columns),
    trim: letters(cells.trimPlus, cells.trimMinus, shape.columns),
    conversions,
  };
}

const LETTERS = '0+-*';

function letters(plus: Uint8Array, minus: Uint8Array, columns: number): string[] {
  const rows: string[] = [];
  for (let from = 0; from < plus.length; from += columns) {
    let row = '';
    for (let cell = from; cell < from + columns; cell++) row += LETTERS[plus[cell]! + 2 * minus[cell]!]!;
    rows.push(row);
  }
  return rows;
}

/** JSON that may stand in a script element, whatever texts it holds. */
export function scriptJson(value: unknown): string {
  return JSON.stringify(value).replace(/</g, '\\u003c');
}
