import { stepsOfRamp } from '../../macro/golden/word-lines.js';
import type { MacroShape } from '../../macro/plan/shape.js';
import { chart, line, steps } from '../pages/chart.js';
import { element } from '../pages/svg.js';
import { bitOf, type Cycle, FLAGS } from './recorded.js';

/** A column in a ramp. */
export interface RampColumn {
  readonly name: string;
  /** What it converts, unit discharges. */
  readonly mac: number;
  /** What its sense amplifier said at step k = 1 .. 2^b - 1, at index k - 1; undefined where the ramp had ended. */
  readonly decisions: readonly (boolean | undefined)[];
}

/**
 * What the sense amplifier of a column said at every step. The amplifiers look one cycle after the last pulse of a step.
 *
 * @param cycles of one conversion
 */
export function decisionsOf(
  cycles: readonly Cycle[],
  column: number,
  bits: number,
  shape: MacroShape,
): (boolean | undefined)[] {
  const first = cycles.findIndex(({ phase }) => phase === 'ramp');
  const decisions = new Array<boolean | undefined>(2 ** bits - 1).fill(undefined);
  stepsOfRamp(shape, bits).forEach((step, at) => {
    const cycle = cycles[first + (at + 1) * shape.referencePulses];
    if (cycle === undefined || ((cycle.flags >> FLAGS.sense) & 1) === 0) return;
    decisions[step - 1] = bitOf(cycle.comparators, column) === 1;
  });
  return decisions;
}

const MARKS = ['one', 'two', 'three'];

/** The ramp step by step, and where it passes what the columns hold. */
export function rampChart(
  label: string,
  references: readonly number[],
  start: number,
  columns: readonly RampColumn[],
  falling: boolean,
): string {
  const count = references.length;
  const values = [start, ...references, ...columns.map(({ mac }) => mac)];
  const [low, high] = [Math.min(...values), Math.max(...values)];
  const margin = (high - low || 1) / 14;
  const stair: [number, number][] = [
    [0, start],
    ...references.map((reference, k): [number, number] => [k + 0.5, reference]),
  ];
  return chart({
    label,
    ...{ width: 960, height: 360 },
    x: {
      label: falling ? 'step k: the ramp runs from right to left' : 'step k of the ramp',
      ...{ low: 0, high: count + 0.5, whole: true },
    },
    y: { label: 'unit discharges u', low: low - margin, high: high + margin },
    legend: [
      ['line ramp', 'reference'],
      ...columns.map(({ name }, at): [string, string] => [`line ${MARKS[at]}`, name]),
    ],
    marks: (x, y) => {
      const size = Math.max(1.6, Math.min(4.5, 0.3 * (x(1) - x(0))));
      const drawn = columns.map(({ mac, decisions }, at) => {
        const dots = decisions.map((high, k) =>
          high === undefined
            ? ''
            : element('circle', {
                class: `${high ? 'dot' : 'ring'} ${MARKS[at]}`,
                ...{ cx: x(k + 1), cy: y(mac), r: size },
              }),
        );
        return (
          line(`line thin ${MARKS[at]}`, [
            [x(0), y(mac)],
            [x(count + 0.5), y(mac)],
          ]) + dots.join('')
        );
      });
      return (
        line(
          'line ramp',
          steps(stair, count + 0.5).map(([at, u]) => [x(at), y(u)]),
        ) + drawn.join('')
      );
    },
  });
}
