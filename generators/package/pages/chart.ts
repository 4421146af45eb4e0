import { figure } from '../../common/figures.js';
import { element, picture, polyline, short, text } from './svg.js';

/** A number of four digits as it is printed: with a minus, not a hyphen, in front. */
export function signed(value: number): string {
  return figure(value).replace(/^-/, '\u2212');
}

/** The same of a whole number, with all its digits. */
export function whole(value: number): string {
  return String(value).replace(/^-/, '\u2212');
}

/** From a range of values to a range of pixels. */
export type Scale = (value: number) => number;

/** What is measured along an axis, and from where to where. */
export interface Axis {
  readonly label: string;
  readonly low: number;
  readonly high: number;
  /** Text of a tick; the number where left out. */
  readonly tick?: (value: number) => string;
  /** Ticks at whole numbers only. */
  readonly whole?: boolean;
}

/** A chart: what is drawn between its axes is up to `marks`. */
export interface Chart {
  readonly label: string;
  readonly width: number;
  readonly height: number;
  readonly x: Axis;
  readonly y: Axis;
  readonly legend?: readonly (readonly [mark: string, words: string])[];
  readonly marks: (x: Scale, y: Scale) => string;
}

const MARGIN = { left: 64, right: 14, top: 14, bottom: 44 };
const LEGEND_LINE = 18;
/** Width of a letter of the legend, about. */
const LETTER = 7;

/** Round numbers (1, 2 or 5 times a power of ten apart) within a range, about `count` of them. */
export function ticks({ low, high, whole }: Axis, count: number): number[] {
  const raw = (high - low || 1) / count;
  const power = 10 ** Math.floor(Math.log10(raw));
  const rounds = [1, 2, 5, 10].map((factor) => factor * power);
  const step = Math.max(rounds.find((one) => one >= raw * 0.999)!, whole ? 1 : 0);
  const first = Math.ceil(low / step - 1e-9);
  const last = Math.floor(high / step + 1e-9);
  return Array.from({ length: last - first + 1 }, (_, at) => Number(((first + at) * step).toPrecision(12)));
}

function scale(low: number, high: number, from: number, to: number): Scale {
  return (value) => from + ((value - low) / (high - low || 1)) * (to - from);
}

/** Draws axes, grid and legend around the marks. */
export function chart({ label, width, height, x, y, legend = [], marks }: Chart): string {
  const rows = legendRows(legend, width - MARGIN.left - MARGIN.right);
  const top = MARGIN.top + LEGEND_LINE * rows.length;
  const [left, right, bottom] = [MARGIN.left, width - MARGIN.right, height - MARGIN.bottom];
  const toX = scale(x.low, x.high, left, right);
  const toY = scale(y.low, y.high, bottom, top);
  const across = ticks(x, Math.max(3, (right - left) / 80));
  const up = ticks(y, Math.max(3, (bottom - top) / 44));
  const grid = [
    ...across.map((value) => `M${short(toX(value))} ${short(top)}V${short(bottom)}`),
    ...up.map((value) => `M${short(left)} ${short(toY(value))}H${short(right)}`),
  ];
  const words = (axis: Axis, value: number) => axis.tick?.(value) ?? signed(value);
  return picture(
    width,
    height,
    label,
    [
      ...rows.map((row, at) => legendRow(row, left, MARGIN.top + LEGEND_LINE * at)),
      element('path', { class: 'grid', d: grid.join('') }),
      ...across.map((value) => text(toX(value), bottom + 16, words(x, value), { class: 'mid' })),
      ...up.map((value) => text(left - 8, toY(value) + 4, words(y, value), { class: 'end' })),
      text((left + right) / 2, height - 8, x.label, { class: 'mid name' }),
      text(0, 0, y.label, {
        class: 'mid name',
        transform: `translate(13 ${short((top + bottom) / 2)}) rotate(-90)`,
      }),
      marks(toX, toY),
      element('path', { class: 'axis', d: `M${left} ${short(top)}V${bottom}H${right}` }),
    ].join(''),
  );
}

type Entry = readonly [mark: string, words: string];

function legendRows(legend: readonly Entry[], width: number): Entry[][] {
  const rows: Entry[][] = [];
  let used = Infinity;
  for (const entry of legend) {
    const size = 40 + LETTER * entry[1].length;
    if (used + size > width) {
      rows.push([]);
      used = 0;
    }
    rows.at(-1)!.push(entry);
    used += size;
  }
  return rows;
}

function legendRow(row: readonly Entry[], left: number, y: number): string {
  let x = left;
  return row
    .map(([mark, words]) => {
      const drawn =
        mark.startsWith('fill') || mark.startsWith('dot')
          ? element('rect', {
              class: mark,
              x: x + 5,
              y: y - 7,
              width: 11,
              height: 11,
              rx: mark.startsWith('dot') ? 5.5 : 1,
            })
          : element('path', { class: mark, d: `M${short(x)} ${short(y - 1)}h20` });
      const item = `${drawn}${text(x + 26, y + 3, words)}`;
      x += 40 + LETTER * words.length;
      return item;
    })
    .join('');
}

/** A line that holds each value up to the next point. */
export function steps(points: readonly (readonly [number, number])[], end: number): [number, number][] {
  return points.flatMap(([x, y], at): [number, number][] => [
    [x, y],
    [points[at + 1]?.[0] ?? end, y],
  ]);
}

/** A line of a chart. */
export function line(mark: string, points: readonly (readonly [number, number])[]): string {
  return element('path', { class: mark, d: polyline(points) });
}
