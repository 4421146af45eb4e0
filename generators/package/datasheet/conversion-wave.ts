import { readoutOf } from '../../macro/plan/readouts.js';
import type { MacroShape } from '../../macro/plan/shape.js';
import { bitOf, type Cycle, FLAGS, onesOf, registerOf } from './recorded.js';
import { type Signal, waves } from './wave.js';

/** Cycles of a phase that are all drawn; of longer ones the first and last few. */
const LONGEST = 11;
const FIRST = 6;
const LAST = 3;

/** Phases as they fit into a cycle. */
const PHASE_TEXTS: Readonly<Record<Cycle['phase'], string | undefined>> = {
  ...{ idle: undefined, precharge: 'pre', mac: 'mac' },
  ...{ ramp: 'ramp', sense: 'sense', done: 'done' },
};

/** The cycles that a diagram has room for; undefined where it leaves some out. */
function chosen(cycles: readonly Cycle[]): (Cycle | undefined)[] {
  const shown: (Cycle | undefined)[] = [];
  for (let from = 0; from < cycles.length; ) {
    let to = from;
    while (to < cycles.length && cycles[to]!.phase === cycles[from]!.phase) to++;
    const phase = cycles.slice(from, to);
    if (phase.length <= LONGEST) shown.push(...phase);
    else shown.push(...phase.slice(0, FIRST), undefined, ...phase.slice(-LAST));
    from = to;
  }
  return shown;
}

/**
 * Timing diagram of one conversion.
 *
 * @param cycles  as they were simulated
 * @param columns whose comparators and registers are drawn
 */
export function conversionWave(
  label: string,
  cycles: readonly Cycle[],
  columns: readonly number[],
  shape: MacroShape,
): string {
  const shown = chosen(cycles);
  const first = cycles.find(({ phase }) => phase === 'precharge')?.cycle ?? 0;
  const all = <T>(of: (cycle: Cycle) => T) => shown.map((cycle) => cycle && of(cycle));
  // Where cycles are left out a bus keeps its value and a wire its level: the break says that something is missing.
  const held = <T>(values: readonly (T | undefined)[]) =>
    values.map((value, at) => (shown[at] === undefined ? values[at - 1] : value));
  const bit = (name: string, of: (cycle: Cycle) => number): Signal => ({
    ...{ name, kind: 'bit' },
    values: held(all(of)).map((value) => value ?? 0),
  });
  const bus = (name: string, of: (cycle: Cycle) => string | undefined): Signal => ({
    ...{ name, kind: 'bus' },
    values: held(all(of)),
  });
  const flag = (name: string, at: number) => bit(name, ({ flags }) => (flags >> at) & 1);
  const driven = (vector: string) => (onesOf(vector) === 0 ? undefined : `${onesOf(vector)}`);
  const { holds, moves } = readoutOf(shape);
  const width = holds === 'value' ? shape.outputBits : shape.adcBits;
  const register = holds === 'value' ? 'value' : moves === 'counts' ? 'count' : 'code';
  const value = (cycle: Cycle, column: number) => {
    const found = registerOf(cycle, column, shape.columns, width);
    const negative = holds === 'value' && shape.outputSigned && found >= 2 ** (width - 1);
    return String(negative ? found - 2 ** width : found).replace('-', '\u2212');
  };
  const signals: Signal[] = [
    { name: 'clk_i', kind: 'clock' },
    bus('phase_o', ({ phase }) => PHASE_TEXTS[phase]),
    flag('precharge', FLAGS.precharge),
    bus('rwl_p, rows', ({ rowsStraight }) => driven(rowsStraight)),
    ...(shape.inputSigned ? [bus('rwl_n, rows', ({ rowsCrossed }) => driven(rowsCrossed))] : []),
    ...(shape.trimRows > 0 ? [flag('trim_rwl', FLAGS.trim)] : []),
    ...(shape.inputCoding === 'bit_serial' ? [flag('share', FLAGS.share)] : []),
    bus('step', ({ phase, step }) => (phase === 'ramp' ? String(step) : undefined)),
    bus('ref_group', ({ groups }) => groupsText(groups)),
    ...(shape.ramp === 'falling' ? [flag('ref_swap', FLAGS.swap)] : []),
    flag('sense', FLAGS.sense),
    ...columns.flatMap((column) => [
      bit(`sa_o[${column}]`, ({ comparators }) => bitOf(comparators, column)),
      bus(`${register}[${column}]`, (cycle) => value(cycle, column)),
    ]),
    flag('busy_o', FLAGS.busy),
    flag('done_o', FLAGS.done),
  ];
  return waves(
    label,
    shown.map((cycle) => cycle && String(cycle.cycle - first).replace('-', '\u2212')),
    signals,
  );
}

/** `3`, or `1..8` for neighbours. */
function groupsText(groups: string): string | undefined {
  const driven = Array.from({ length: 4 * groups.length }, (_, group) => group).filter(
    (group) => bitOf(groups, group) === 1,
  );
  if (driven.length === 0) return undefined;
  const [first, last] = [driven[0]!, driven.at(-1)!];
  return first === last ? String(first) : `${first}..${last}`;
}
