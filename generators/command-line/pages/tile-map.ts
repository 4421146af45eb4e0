import { box, element, picture, text } from '../../package/pages/svg.js';

/** Macros of one layer: tiles share its rows, the columns of each tile stand on macros side by side. */
export interface TiledLayer {
  readonly name: string;
  /** Used part of the rows, one a tile, 0 .. 1. */
  readonly rows: readonly number[];
  /** Used part of the columns, one a macro of a tile, 0 .. 1. */
  readonly columns: readonly number[];
}

const WIDTH = 760;
const LEFT = 10;
const GAP = 5;
const HEADING = 24;
/** Sides of a square: large where all macros of each layer stand in one line. */
const SIZES = [56, 22];
/** Lines of macros of a layer that are drawn: more say nothing more. */
const MOST_LINES = 8;

/**
 * A square a macro, filled as far as its cells are used: down by rows, across by columns.
 *
 * @param label what it shows, for who does not see it
 */
export function tileMap(label: string, layers: readonly TiledLayer[]): string {
  const most = Math.max(...layers.map(({ rows, columns }) => rows.length * columns.length));
  const aLine = (side: number) => Math.floor((WIDTH - LEFT) / (side + GAP));
  const size = SIZES.find((side) => most <= aLine(side)) ?? SIZES.at(-1)!;
  const [pitch, perLine] = [size + GAP, aLine(size)];
  let top = 0;
  const [used, frames, words]: [string[], string[], string[]] = [[], [], []];
  for (const { name, rows, columns } of layers) {
    const count = rows.length * columns.length;
    const drawn = Math.min(count, MOST_LINES * perLine);
    const more = drawn < count ? `, ${drawn} of them drawn` : '';
    const macros = `${count} macro${count === 1 ? '' : 's'}`;
    words.push(text(LEFT, top + 16, `${name}: ${macros}${more}`));
    top += HEADING;
    for (let at = 0; at < drawn; at++) {
      const x = LEFT + pitch * (at % perLine);
      const y = top + pitch * Math.floor(at / perLine);
      const [down, across] = [rows[Math.floor(at / columns.length)]!, columns[at % columns.length]!];
      used.push(box(x, y, size * across, size * down));
      frames.push(box(x, y, size, size));
    }
    top += pitch * Math.ceil(drawn / perLine) + 6;
  }
  return picture(
    WIDTH,
    top,
    label,
    [
      element('path', { class: 'fill one', d: used.join('') }),
      element('path', { class: 'frame', d: frames.join('') }),
      ...words,
    ].join(''),
  );
}
