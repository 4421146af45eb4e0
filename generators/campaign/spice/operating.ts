/** In: what a user sets of the read path. Out: voltages, times and sizes that every deck is made with. */
import type { Problem } from '../../common/problems.js';

/**
 * Electrical conditions of the read path. Lengths in nanometres, times in nanoseconds, capacitances in femtofarads.
 *
 * Defaults: bitlines, word line and bias as in the digest of arXiv 2512.06362 (2); the others by this project (I): a driver
 * and a cascode of twice the shortest channel, for which the read path of the 65 nm card keeps its current within a
 * percent over 700 mV, and the load of a bitline of a few hundred rows.
 */
export interface OperatingPoint {
  /** What the lines are precharged to, V. */
  readonly precharge: number;
  /** What a word line is driven to, V: below the precharge it is under-driven. */
  readonly wordLine: number;
  /** Gate of the driver of a cell that holds a 1, V. */
  readonly bias: number;
  /** One clock cycle; a pulse of a word line takes half of it. */
  readonly cycle: number;
  /** Load of a line besides the transistors that hang on it. */
  readonly capacitance: number;
  /** Width of drivers and cascodes. */
  readonly width: number;
  /** Length of drivers and cascodes. */
  readonly length: number;
  /** Share of its first discharge that a pulse may have lost where the headroom ends. */
  readonly loss: number;
}

/** A field of {@link OperatingPoint}: its default, range and meaning. */
export interface OperatingField {
  readonly default: number;
  readonly low: number;
  readonly high: number;
  readonly unit: string;
  readonly meaning: string;
}

/** Every field, in the order of the help. */
export const OPERATING_FIELDS: Readonly<Record<keyof OperatingPoint, OperatingField>> = {
  precharge: { default: 1, low: 0.3, high: 2, unit: 'V', meaning: 'voltage of a precharged line' },
  wordLine: { default: 0.8, low: 0.2, high: 2, unit: 'V', meaning: 'voltage of a driven word line' },
  bias: {
    default: 0.45,
    low: 0.1,
    high: 2,
    unit: 'V',
    meaning: 'gate of the driver of a cell that holds a 1',
  },
  cycle: { default: 1, low: 0.1, high: 1000, unit: 'ns', meaning: 'clock cycle; a pulse takes half of it' },
  capacitance: {
    default: 100,
    low: 1,
    high: 10_000,
    unit: 'fF',
    meaning: 'load of a line besides its cells',
  },
  width: { default: 130, low: 40, high: 10_000, unit: 'nm', meaning: 'width of drivers and cascodes' },
  length: { default: 130, low: 40, high: 10_000, unit: 'nm', meaning: 'length of drivers and cascodes' },
  loss: {
    default: 0.02,
    low: 0.001,
    high: 0.5,
    unit: '',
    meaning: 'share that a pulse may have lost where the headroom ends',
  },
};

/** The defaults. */
export const TYPICAL = Object.fromEntries(
  Object.entries(OPERATING_FIELDS).map(([name, field]) => [name, field.default]),
) as unknown as OperatingPoint;

/** The option of a field: `--word-line`. */
export function optionOf(field: string): string {
  return `--${field.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)}`;
}

/** Every field outside its range. */
export function operatingProblems(point: OperatingPoint): Problem[] {
  return Object.entries(OPERATING_FIELDS).flatMap(([name, { low, high, unit }]) => {
    const value = point[name as keyof OperatingPoint];
    if (value >= low && value <= high) return [];
    const range = `${low}..${high}${unit === '' ? '' : ` ${unit}`}`;
    return [{ file: optionOf(name), path: '', message: `${value} is outside ${range}` }];
  });
}

/** When things happen within a clock cycle, as shares of it. */
export const WITHIN_CYCLE = {
  /** Rise and fall of a pulse. */
  edge: 0.05,
  /** Where a pulse begins to fall. */
  fall: 0.5,
  /** Where the comparators begin to decide; they are looked at when the cycle ends. */
  strobe: 0.75,
} as const;

/** When things happen within the precharge, as shares of it. */
export const WITHIN_PRECHARGE = {
  /** When the two word lines of each cell are pulsed. */
  first: { from: 0, to: 0.38 },
  second: { from: 0.42, to: 0.8 },
  /** Where the transistors that precharge a line begin to turn off. */
  release: 0.93,
} as const;
