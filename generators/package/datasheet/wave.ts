import { box, element, picture, short, text } from '../pages/svg.js';

/** A line of a timing diagram: what a signal is in each of its cycles; undefined where a bus has no value to show. */
export type Signal =
  | { readonly name: string; readonly kind: 'clock' }
  | { readonly name: string; readonly kind: 'bit'; readonly values: readonly number[] }
  | { readonly name: string; readonly kind: 'bus'; readonly values: readonly (string | undefined)[] };

const LANE = 30;
const HIGH = 18;
const CELL = 38;
const SLANT = 3;
const HEAD = 26;
/** Width of a letter, about. */
const LETTER = 6.3;

/**
 * A timing diagram.
 *
 * @param label   what it shows, for who does not see it
 * @param head    text above each cycle; where it is undefined cycles are left out and the diagram is broken
 * @param signals values for each of `head`
 */
export function waves(
  label: string,
  head: readonly (string | undefined)[],
  signals: readonly Signal[],
): string {
  const names = Math.max(...signals.map(({ name }) => name.length));
  const left = Math.ceil(names * 7 + 18);
  const width = left + CELL * head.length + 8;
  const height = HEAD + LANE * signals.length + 8;
  const at = (cell: number) => left + CELL * cell;
  const gaps = head.flatMap((words, cell) => (words === undefined ? [cell] : []));
  const grid = head.map((_, cell) => `M${at(cell)} ${HEAD}V${height - 8}`).join('');
  const lanes = signals.map((signal, lane) => {
    const top = HEAD + LANE * lane + (LANE - HIGH) / 2;
    const name = text(left - 10, top + 13, signal.name, { class: 'end mono' });
    return name + drawn(signal, head, at, top);
  });
  return picture(
    width,
    height,
    label,
    [
      element('path', { class: 'grid', d: grid }),
      ...head.flatMap((words, cell) =>
        words === undefined ? [] : [text(at(cell) + CELL / 2, 16, words, { class: 'mid small' })],
      ),
      ...lanes,
      ...gaps.map((cell) => gapAt(at(cell) + CELL / 2, HEAD - 4, height - 6)),
    ].join(''),
  );
}

function gapAt(x: number, top: number, bottom: number): string {
  return (
    element('path', { class: 'paper', d: box(x - 5, top, 10, bottom - top) }) +
    element('path', {
      class: 'cut',
      d: `M${short(x - 5)} ${top}V${bottom}M${short(x + 5)} ${top}V${bottom}`,
    })
  );
}

type Place = (cell: number) => number;

function drawn(signal: Signal, head: readonly (string | undefined)[], at: Place, top: number): string {
  const bottom = top + HIGH;
  if (signal.kind === 'clock') {
    const d = head
      .map((_, cell) => `M${at(cell)} ${bottom}V${top}h${CELL / 2}V${bottom}h${CELL / 2}`)
      .join('');
    return element('path', { class: 'wave', d });
  }
  if (signal.kind === 'bit') {
    const level = (cell: number) => (signal.values[cell] === 1 ? top : bottom);
    const d = head
      .map((_, cell) => `${cell === 0 ? 'M' : 'L'}${at(cell)} ${level(cell)}H${at(cell + 1)}`)
      .join('');
    const high = head
      .map((_, cell) => (signal.values[cell] === 1 ? box(at(cell), top, CELL, HIGH) : ''))
      .join('');
    return (
      (high === '' ? '' : element('path', { class: 'high', d: high })) + element('path', { class: 'wave', d })
    );
  }
  return busWave(signal.values, head, at, top);
}

function busWave(
  values: readonly (string | undefined)[],
  head: readonly (string | undefined)[],
  at: Place,
  top: number,
): string {
  const bottom = top + HIGH;
  const middle = top + HIGH / 2;
  const words: string[] = [];
  let lines = '';
  let quiet = '';
  for (let from = 0; from < head.length; ) {
    let to = from + 1;
    while (to < head.length && values[to] === values[from]) to++;
    const [x0, x1] = [at(from), at(to)];
    const value = values[from];
    if (value === undefined) quiet += `M${x0} ${middle}H${x1}`;
    else {
      lines += `M${x0} ${middle}l${SLANT} ${-HIGH / 2}H${x1 - SLANT}l${SLANT} ${HIGH / 2}l${-SLANT} ${HIGH / 2}H${x0 + SLANT}z`;
      const gap = head.findIndex((shown, cell) => shown === undefined && cell >= from && cell < to);
      const clear = gap < 0 || LETTER * value.length + 8 < CELL ? [x0, x1] : [x0, at(gap)];
      const [a, b] =
        gap >= 0 && gap - from < to - gap - 1 ? [at(gap + 1), x1] : gap >= 0 ? [x0, at(gap)] : clear;
      if (LETTER * value.length <= b! - a!) {
        words.push(text((a! + b!) / 2, bottom - 5, value, { class: 'mid small' }));
      }
    }
    from = to;
  }
  return (
    (quiet === '' ? '' : element('path', { class: 'quiet', d: quiet })) +
    element('path', { class: 'wave bus', d: lines }) +
    words.join('')
  );
}
