import { chart, signed, whole } from '../../package/pages/chart.js';
import type { Block, Figure } from '../../package/pages/document.js';
import { markup } from '../../package/pages/markup.js';
import { box, element, picture, text } from '../../package/pages/svg.js';

/** A bar and what it stands for. */
export interface Bar {
  readonly name: string;
  readonly value: number;
  /** Beside the bar, where the number is not enough. */
  readonly words?: string;
}

/** Bars that a picture can have and still be read. */
export const MOST_BARS = 48;

/** Of bars: narrow, so that they can be read on a telephone. */
const WIDTH = 400;
const LINE = 22;
const TOP = 8;
/** Width of a letter, about. */
const LETTER = 7.4;
const LONGEST_NAME = 22;

/** Counts with all their digits. */
function told(value: number): string {
  return Number.isInteger(value) ? whole(value) : signed(value);
}

/** A name in little room: words before numbers as their initials, as of sweeps, and then the end, where names differ. */
function fitted(name: string): string {
  const initials = (words: string) =>
    words
      .split('-')
      .map((word) => word[0])
      .join('');
  const short =
    name.length <= LONGEST_NAME
      ? name
      : name.replace(/(?<![a-z-])[a-z]+(?:-[a-z]+)*(?=\d)/g, (words) => initials(words));
  return short.length <= LONGEST_NAME ? short : `\u2026${short.slice(1 - LONGEST_NAME)}`;
}

/**
 * Bars from zero to the right, each with its number, the first on top.
 *
 * @param about what is measured, for who does not see it
 * @param full  where the axis ends, if not at the longest bar
 */
export function bars(about: string, all: readonly Bar[], full?: number): string {
  const shown = all.slice(0, MOST_BARS);
  const words = ({ value, words: said }: Bar) => said ?? told(value);
  const names = shown.map(({ name }) => fitted(name));
  const left = 20 + LETTER * Math.max(...names.map((name) => name.length));
  const right = 14 + LETTER * Math.max(...shown.map((bar) => words(bar).length));
  const high = full ?? (Math.max(...shown.map(({ value }) => value)) || 1);
  const toX = (value: number) => left + (value / high) * (WIDTH - left - right);
  const bottom = TOP + LINE * shown.length;
  const label = `${about}: ${shown.map((bar) => `${bar.name} ${words(bar)}`).join(', ')}.`;
  const y = (at: number) => TOP + LINE * at;
  const inside = [
    element('path', {
      class: 'fill one',
      d: shown
        .map(({ value }, at) => box(left, y(at) + 4, Math.max(0.5, toX(value) - left), LINE - 8))
        .join(''),
    }),
    ...names.map((name, at) => text(left - 6, y(at) + 15, name, { class: 'end' })),
    ...shown.map((bar, at) => text(toX(bar.value) + 6, y(at) + 15, words(bar))),
    element('path', { class: 'axis', d: `M${left} ${TOP}V${bottom}` }),
  ];
  return picture(WIDTH, bottom + TOP, label, inside.join(''));
}

/** A drawing with what is said below it. */
export const figureOf = (svg: string, caption: string, scrolls = ''): Figure => ({
  kind: 'figure',
  scrolls,
  svg: markup(svg),
  caption,
});

/** Bar charts side by side. Too many bars cannot be read, and bars that are alike say nothing; the table has all numbers. */
export function barFigures(charts: readonly (readonly [about: string, all: readonly Bar[]])[]): Block[] {
  const says = (all: readonly Bar[]) => new Set(all.map(({ value }) => value)).size > 1;
  const figures = charts.flatMap(([about, all]) =>
    all.length > MOST_BARS || !says(all) ? [] : [figureOf(bars(about, all), `${about}.`)],
  );
  return figures.length === 0 ? [] : [{ kind: 'pair', figures }];
}

/** A macro, or a layer of one, between two figures. */
export interface Point {
  readonly name: string;
  readonly x: number;
  readonly y: number;
}

/** Points that can have their names beside them. */
const MOST_NAMED = 16;
/** Names that stand beside one point. */
const NAMES_A_POINT = 2;

/** Points by two figures, both from zero. Points at one place have their names together. */
export function scatter(x: string, y: string, points: readonly Point[]): string {
  const high = (values: readonly number[]) => 1.12 * (Math.max(...values) || 1);
  const [most, top] = [high(points.map((point) => point.x)), high(points.map((point) => point.y))];
  const said = points.map((point) => `${point.name} ${told(point.x)}, ${signed(point.y)}`).join('; ');
  const places = new Map<string, Point[]>();
  for (const point of points) {
    const place = `${Math.round((200 * point.x) / most)} ${Math.round((50 * point.y) / top)}`;
    places.set(place, [...(places.get(place) ?? []), point]);
  }
  const isNamed = places.size <= MOST_NAMED;
  return chart({
    label: `${y} over ${x}: ${said}.`,
    ...{ width: 760, height: 360 },
    x: { label: x, low: 0, high: most },
    y: { label: y, low: 0, high: top },
    marks: (toX, toY) =>
      [...places.values()]
        .map((some) => {
          const [at, up] = [toX(some[0]!.x), toY(some[0]!.y)];
          const dots = some.map((point) =>
            element('circle', { class: 'dot one', cx: toX(point.x), cy: toY(point.y), r: 4 }),
          );
          if (!isNamed) return dots.join('');
          const more = some.length - NAMES_A_POINT;
          const names = some.slice(0, NAMES_A_POINT).map(({ name }) => fitted(name));
          const words = [...names, ...(more > 0 ? [`${more} more`] : [])].join(', ');
          const beside = at + 12 + LETTER * words.length > toX(most);
          const place = beside ? { class: 'end small' } : { class: 'small' };
          return dots.join('') + text(at + (beside ? -7 : 7), up - 7, words, place);
        })
        .join(''),
  });
}

/** INL or DNL step by step: the mean, what lies within one sigma of it, and the worst. */
export function spreadChart(
  about: string,
  unit: string,
  steps: readonly {
    readonly step: number;
    readonly mean: number;
    readonly sigma: number;
    readonly worst: number;
  }[],
): string {
  const reach =
    1.15 * (Math.max(...steps.map(({ mean, sigma, worst }) => Math.max(worst, Math.abs(mean) + sigma))) || 1);
  const most = Math.max(...steps.map(({ worst }) => worst));
  return chart({
    label: `${about} of ${steps.length} steps over all columns and dies: the worst is ${signed(most)} ${unit}.`,
    ...{ width: 480, height: 310 },
    x: { label: 'step k', low: 0.25, high: Math.max(...steps.map(({ step }) => step)) + 0.75, whole: true },
    y: { label: `${about}, ${unit}`, low: -reach, high: reach },
    legend: [
      ['line two dashed', 'worst, either way'],
      ['fill one', 'within sigma'],
      ['line one', 'mean'],
    ],
    marks: (x, y) => {
      const wide = Math.max(2, Math.min(22, 0.62 * (x(1) - x(0))));
      const across = (class_: string, values: readonly number[]) =>
        element('path', {
          class: class_,
          d: steps.map(({ step }, at) => `M${x(step) - wide / 2} ${y(values[at]!)}h${wide}`).join(''),
        });
      return [
        element('path', {
          class: 'fill one',
          d: steps
            .map(({ step, mean, sigma }) => {
              const top = y(mean + sigma);
              return box(x(step) - wide / 2, top, wide, Math.max(1, y(mean - sigma) - top));
            })
            .join(''),
        }),
        across(
          'line two dashed',
          steps.map(({ worst }) => worst),
        ),
        across(
          'line two dashed',
          steps.map(({ worst }) => -worst),
        ),
        across(
          'line one',
          steps.map(({ mean }) => mean),
        ),
      ].join('');
    },
  });
}
