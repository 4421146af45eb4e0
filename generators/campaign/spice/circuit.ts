/** In: a planned macro, a die, inputs. Out: transistors of a conversion and what drives them, cycle by cycle. */
import type { Problem } from '../../common/problems.js';
import type { Die } from '../../macro/die/die.js';
import { packReferences } from '../../macro/golden/pack.js';
import { drivenGroups, stepsOfRamp, swapsReference, trimDriven } from '../../macro/golden/word-lines.js';
import type { LayerPlan, MacroPlan } from '../../macro/plan/plan.js';
import { type MacroShape, maxMagnitude, stepRows } from '../../macro/plan/shape.js';

/** Most transistors of a deck: a conversion of so many takes minutes. */
export const MOST_TRANSISTORS = 3000;
/** Most clock cycles of a conversion. */
export const MOST_CYCLES = 128;

/** A cell of the array as it stands in a deck. */
export interface DeckCell {
  /** Name of the instance, without its kind. */
  readonly name: string;
  /** Line that it discharges for x > 0, and the one for x < 0. */
  readonly straight: string;
  readonly crossed: string;
  /** Word lines of the two. */
  readonly straightWord: string;
  readonly crossedWord: string;
  readonly stored: boolean;
  /** Current as a share of the nominal one. */
  readonly share: number;
}

/**
 * A word line and the cycles in which it is pulsed. All of them are pulsed while the lines are precharged as well (I): a cell
 * that stores 0 fills the node between its transistors when it is first read, here from the precharge, and later pulses find
 * it full. The two word lines of a cell take turns, because each lifts that node.
 */
export interface WordLine {
  readonly name: string;
  /** Which half of the precharge it is pulsed in. */
  readonly fill: 'first' | 'second';
  readonly cycles: readonly number[];
}

/** When a conversion does what, in clock cycles. */
export interface Timeline {
  readonly precharge: number;
  readonly mac: number;
  /** Ramp steps in the order in which the ramp takes them, with the cycle at whose end they are compared. */
  readonly comparisons: readonly { readonly step: number; readonly cycle: number }[];
  readonly cycles: number;
}

/** The cycles of a conversion, without those that only the digital part needs. */
export function timelineOf(shape: MacroShape, bits: number): Timeline {
  const precharge = shape.prechargeCycles;
  const mac = maxMagnitude(shape);
  const start = precharge + mac;
  const comparisons = stepsOfRamp(shape, bits).map((step, at) => ({
    step,
    cycle: start + shape.referencePulses * (at + 1) - 1,
  }));
  return { precharge, mac, comparisons, cycles: comparisons.at(-1)!.cycle + 1 };
}

/** Why transistors of a macro are not simulated, one problem for each reason. */
export function circuitProblems(file: string, { shape }: MacroPlan, { bits }: LayerPlan): Problem[] {
  const problems: Problem[] = [];
  const refuse = (path: string, message: string, fix: string) => problems.push({ file, path, message, fix });
  if (shape.inputCoding !== 'pwm') {
    refuse('input.coding', `"${shape.inputCoding}" shares charge, which decks do not have`, 'Use "pwm".');
  }
  const transistors = transistorsOf(shape);
  if (transistors > MOST_TRANSISTORS) {
    refuse(
      'array',
      `${shape.rows} rows x ${shape.columns} columns and their references are ${transistors} transistors, ${MOST_TRANSISTORS} at most are simulated`,
      'Use a smaller macro, such as 16 rows x 4 columns and 3 bits: read paths are the same in any size.',
    );
  }
  const { cycles } = timelineOf(shape, bits);
  if (cycles > MOST_CYCLES) {
    refuse(
      'input.bits',
      `a conversion takes ${cycles} cycles, ${MOST_CYCLES} at most are simulated`,
      'Use fewer input bits, ADC bits or reference pulses.',
    );
  }
  return problems;
}

/** Transistors of the read paths: a driver and two cascodes a stored bit. */
export function transistorsOf(shape: MacroShape): number {
  const { rows, trimRows, columns, referenceRows, referenceColumns } = shape;
  return 3 * (2 * (rows + trimRows) * columns + referenceRows * referenceColumns);
}

/** Cascodes on a bitline, and on a reference line. */
export function drainsOf({ rows, trimRows, referenceRows, referenceColumns }: MacroShape): {
  readonly bitline: number;
  readonly reference: number;
} {
  return { bitline: 2 * (rows + trimRows), reference: referenceRows * referenceColumns };
}

/** Cells of the weight rows: wp, then wn, of every place. */
export function weightCells(die: Die, shape: MacroShape, weights: Int8Array): DeckCell[] {
  const one = 2 ** die.constants.fractionBits;
  const { columns } = shape;
  return Array.from(weights).flatMap((weight, cell) => {
    const [row, column] = [Math.floor(cell / columns), cell % columns];
    return ([0, 1] as const).map((plane) =>
      bitcell(plane, column, {
        name: `w${row}_${column}${'pn'[plane]}`,
        straightWord: `wlp${row}`,
        crossedWord: `wln${row}`,
        stored: weight === (plane === 0 ? 1 : -1),
        share: die.weightCurrent(row, column, plane) / one,
      }),
    );
  });
}

/** Cells of the trim rows, which hold no bias: all 0. Their loads and leaks are there. */
export function trimCells(die: Die, shape: MacroShape): DeckCell[] {
  const one = 2 ** die.constants.fractionBits;
  const { trimRows, columns } = shape;
  return Array.from({ length: trimRows * columns }, (_, cell) => cell).flatMap((cell) => {
    const [row, column] = [Math.floor(cell / columns), cell % columns];
    return ([0, 1] as const).map((plane) =>
      bitcell(plane, column, {
        name: `t${row}_${column}${'pn'[plane]}`,
        straightWord: 'wlt',
        crossedWord: '0',
        stored: false,
        share: die.trimCurrent(row, column, plane) / one,
      }),
    );
  });
}

function bitcell(plane: 0 | 1, column: number, cell: Omit<DeckCell, 'straight' | 'crossed'>): DeckCell {
  const [straight, crossed] = plane === 0 ? ['rblp', 'rbln'] : ['rbln', 'rblp'];
  return { ...cell, straight: `${straight}${column}`, crossed: `${crossed}${column}` };
}

/** Cells of the reference block of a layer. The offset group discharges the other line. */
export function referenceCells(die: Die, shape: MacroShape, { bank, ramp }: LayerPlan): DeckCell[] {
  const one = 2 ** die.constants.fractionBits;
  const { referenceColumns, offsetRows } = shape;
  return Array.from(packReferences(ramp, shape), (stored, cell) => {
    const [row, column] = [Math.floor(cell / referenceColumns), cell % referenceColumns];
    const group = row < offsetRows ? 0 : Math.floor((row - offsetRows) / stepRows(shape)) + 1;
    const driven = group < 2 ** shape.adcBits;
    return {
      name: `r${row}_${column}`,
      straight: group === 0 ? 'refn' : 'refp',
      crossed: group === 0 ? 'refp' : 'refn',
      straightWord: driven ? `rwl${group}` : '0',
      crossedWord: driven && shape.ramp === 'falling' ? `rwx${group}` : '0',
      stored: stored === 1,
      share: die.referenceCurrent(bank, row, column) / one,
    };
  });
}

/** Word lines of the weight and trim rows, for one vector of inputs. */
export function inputWordLines(shape: MacroShape, timeline: Timeline, inputs: ArrayLike<number>): WordLine[] {
  const limit = maxMagnitude(shape);
  const rows = Array.from({ length: shape.rows }, (_, row) => row);
  const pulses = (count: number) => Array.from({ length: count }, (_, cycle) => timeline.precharge + cycle);
  const of = (name: string, sign: 1 | -1) =>
    rows.map((row) => ({
      name: `${name}${row}`,
      fill: sign < 0 ? ('first' as const) : ('second' as const),
      cycles: pulses(Math.max(0, Math.min(limit, sign * inputs[row]!))),
    }));
  const trim = pulses(timeline.mac).filter((cycle) => trimDriven(shape, cycle - timeline.precharge));
  return [
    ...of('wlp', 1),
    ...of('wln', -1),
    ...(shape.trimRows > 0 ? [{ name: 'wlt', fill: 'second' as const, cycles: trim }] : []),
  ];
}

/** Word lines of the reference groups. */
export function referenceWordLines(shape: MacroShape, timeline: Timeline, bits: number): WordLine[] {
  const groups = Array.from({ length: 2 ** shape.adcBits }, (_, group) => group);
  const first = timeline.precharge + timeline.mac;
  const cyclesOf = (group: number, swapped: boolean) =>
    stepsOfRamp(shape, bits).flatMap((step, at) =>
      drivenGroups(shape, step, bits)[group] === 1 && swapsReference(shape, step, bits) === swapped
        ? Array.from(
            { length: shape.referencePulses },
            (_, pulse) => first + at * shape.referencePulses + pulse,
          )
        : [],
    );
  return groups.flatMap((group) => [
    { name: `rwl${group}`, fill: 'second' as const, cycles: cyclesOf(group, false) },
    ...(shape.ramp === 'falling'
      ? [{ name: `rwx${group}`, fill: 'first' as const, cycles: cyclesOf(group, true) }]
      : []),
  ]);
}
