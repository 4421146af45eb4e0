import type { MacroShape } from '../../macro/plan/shape.js';
import { stepRows } from '../../macro/plan/shape.js';
import { box, element, picture, short, text } from '../pages/svg.js';

const WIDTH = 900;
const MARGIN = { left: 58, right: 12, top: 34, bottom: 40 };

/**
 * Which cells of a reference bank store 1, rows from left to right as the ramp meets them. One path for all of them, however
 * many there are.
 *
 * @param bits rows x columns of the bank, row by row, as `packReferences` gives them
 */
export function cellMap(label: string, bits: Uint8Array, shape: MacroShape): string {
  const { referenceRows, referenceColumns, offsetRows, adcBits } = shape;
  const wide = Math.min(24, (WIDTH - MARGIN.left - MARGIN.right) / referenceRows);
  const high = Math.max(1.5, Math.min(22, 160 / referenceColumns));
  const [width, height] = [wide * referenceRows, high * referenceColumns];
  const tall = height >= 44;
  const x = (row: number) => MARGIN.left + wide * row;
  const y = (column: number) => MARGIN.top + high * column;
  const groups = 2 ** adcBits - 1;
  const rows = stepRows(shape);
  const bands = Array.from({ length: groups }, (_, group) =>
    group % 2 === 0 ? box(x(offsetRows + group * rows), MARGIN.top, wide * rows, height) : '',
  ).join('');
  const used = offsetRows + groups * rows;
  const left = used < referenceRows ? box(x(used), MARGIN.top, wide * (referenceRows - used), height) : '';
  const total = MARGIN.left + width + MARGIN.right;
  const every = Math.ceil(groups / Math.max(1, Math.floor(width / 34)));
  const labels = Array.from({ length: groups }, (_, group) => group + 1).filter(
    (group) => group === 1 || group === groups || (group % every === 0 && groups - group >= every / 2),
  );
  return picture(
    Math.ceil(Math.max(total, 360)),
    Math.ceil(MARGIN.top + height + MARGIN.bottom),
    label,
    [
      element('path', { class: 'band', d: bands }),
      left === '' ? '' : element('path', { class: 'unused', d: left }),
      element('path', {
        class: 'cell offset',
        d: runs(bits, 0, offsetRows, referenceColumns, x, y, wide, high),
      }),
      element('path', {
        class: 'cell',
        d: runs(bits, offsetRows, referenceRows, referenceColumns, x, y, wide, high),
      }),
      element('path', { class: 'frame', d: box(MARGIN.left, MARGIN.top, width, height) }),
      text(MARGIN.left - 8, 20, 'group', { class: 'end' }),
      ...(offsetRows > 0 && wide * offsetRows > 12
        ? [text(x(offsetRows / 2), 20, '0', { class: 'mid' })]
        : []),
      ...labels.map((group) =>
        text(x(offsetRows + (group - 0.5) * rows), 20, String(group), { class: 'mid' }),
      ),
      text(MARGIN.left - 8, MARGIN.top + Math.min(height, 22) / 2 + 4, tall ? '0' : 'column 0', {
        class: 'end',
      }),
      ...(tall
        ? [
            text(MARGIN.left - 8, MARGIN.top + height - 2, String(referenceColumns - 1), { class: 'end' }),
            text(0, 0, 'column', {
              class: 'mid name',
              transform: `translate(13 ${short(MARGIN.top + height / 2)}) rotate(-90)`,
            }),
          ]
        : []),
      text(MARGIN.left, MARGIN.top + height + 16, 'row 0'),
      ...(width > 100
        ? [text(MARGIN.left + width, MARGIN.top + height + 16, `row ${referenceRows - 1}`, { class: 'end' })]
        : []),
    ].join(''),
  );
}

/** Cells that store 1 in rows `from` .. `to` - 1: rows with the same columns in a run are one rectangle. */
function runs(
  bits: Uint8Array,
  from: number,
  to: number,
  columns: number,
  x: (row: number) => number,
  y: (column: number) => number,
  wide: number,
  high: number,
): string {
  const filled = (row: number) => bits.subarray(row * columns, (row + 1) * columns).join('');
  let path = '';
  for (let row = from; row < to; ) {
    const pattern = filled(row);
    let end = row + 1;
    while (end < to && filled(end) === pattern) end++;
    for (const { index, 0: ones } of pattern.matchAll(/1+/g)) {
      path += box(x(row), y(index), wide * (end - row), high * ones.length);
    }
    row = end;
  }
  return path;
}
