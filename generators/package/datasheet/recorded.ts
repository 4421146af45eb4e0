/** In: the vectors of a package, as text. Out: conversions of it, with what went in, what came out, and every cycle between. */
import { registerAddress, TRIM_ROW_BASE } from '../../macro/plan/addresses.js';
import { fieldOf, PHASES, REGIONS } from '../../macro/plan/registers.js';
import type { MacroShape } from '../../macro/plan/shape.js';

/** What the pins of a macro show in one cycle, as `vectors/trace.txt` has it. */
export interface Cycle {
  readonly cycle: number;
  readonly flags: number;
  readonly phase: (typeof PHASES)[number];
  readonly step: number;
  readonly bank: number;
  /** Vectors, hexadecimal: word lines, reference groups, comparators, registers of the columns. */
  readonly rowsStraight: string;
  readonly rowsCrossed: string;
  readonly groups: string;
  readonly comparators: string;
  readonly columns: string;
}

/** Bits of the flags of a cycle. */
export const FLAGS = {
  precharge: 0,
  trim: 1,
  share: 2,
  sense: 3,
  busy: 4,
  done: 5,
  irq: 6,
  swap: 7,
} as const;

/** What was read of a column over the bus. */
export interface ReadResult {
  readonly column: number;
  readonly code: number;
  readonly value: number;
}

/** A conversion of the vectors that nothing overlaps: inputs loaded, started, waited for, results read. */
export interface Recorded {
  /** Its place among the conversions of the trace, from 0. */
  readonly number: number;
  readonly bank: number;
  readonly bits: number;
  /** One whole number a row. */
  readonly inputs: readonly number[];
  readonly results: readonly ReadResult[];
}

/** Cells as a conversion finds them, row by row, one byte a cell. */
export interface RecordedCells {
  readonly plus: Uint8Array;
  readonly minus: Uint8Array;
  readonly trimPlus: Uint8Array;
  readonly trimMinus: Uint8Array;
}

/** What the first part of the vectors does with the contents of the plan. */
export interface Recording {
  readonly cells: RecordedCells;
  readonly conversions: readonly Recorded[];
}

/** A bit of a hexadecimal number of any length. */
export function bitOf(hexadecimal: string, bit: number): number {
  const digit = hexadecimal[hexadecimal.length - 1 - (bit >> 2)];
  return digit === undefined ? 0 : (Number.parseInt(digit, 16) >> (bit & 3)) & 1;
}

/** Number of 1 bits of a hexadecimal number of any length. */
export function onesOf(hexadecimal: string): number {
  let ones = 0;
  for (const digit of hexadecimal)
    for (let rest = Number.parseInt(digit, 16); rest > 0; rest &= rest - 1) ones++;
  return ones;
}

/** The register of a column: bit j of all columns is plane j. */
export function registerOf(
  { columns: planes }: Cycle,
  column: number,
  columns: number,
  width: number,
): number {
  let value = 0;
  for (let bit = 0; bit < width; bit++) value |= bitOf(planes, bit * columns + column) << bit;
  return value;
}

function signExtended(value: number, bits: number): number {
  return (value << (32 - bits)) >> (32 - bits);
}

/**
 * Plays the bus operations up to the first conversions that overlap: all of them find the cells, references and tables
 * that were programmed before the first one.
 *
 * @param operations text of `vectors/operations.txt`
 */
export function recordingOf(operations: string, shape: MacroShape): Recording {
  const { rows, columns, trimRows, inputSigned } = shape;
  const cells: RecordedCells = {
    plus: new Uint8Array(rows * columns),
    minus: new Uint8Array(rows * columns),
    trimPlus: new Uint8Array(trimRows * columns),
    trimMinus: new Uint8Array(trimRows * columns),
  };
  const inputs = new Int32Array(rows);
  const conversions: Recorded[] = [];
  const start = registerAddress('start');
  const field = (word: number, name: string) => {
    const { msb, lsb } = fieldOf('start', name);
    return (word >>> lsb) & (2 ** (msb - lsb + 1) - 1);
  };
  let open: (Recorded & { readonly results: ReadResult[] }) | undefined;
  let waited = false;

  for (const { kind, address, data, strobes, refused } of linesOf(operations)) {
    if (kind === 'i') {
      waited = true;
    } else if (kind === 'r') {
      const result = address - REGIONS.results.base;
      if (open === undefined || result < 0 || result >= 4 * columns) continue;
      if (!waited) break;
      const value = shape.outputSigned ? signExtended(data, 16) : data & 0xffff;
      open.results.push({ column: result / 4, code: (data >>> 16) & 0xff, value });
    } else if (kind === 'w' && !refused) {
      if (address === start && (data & 1) === 1) {
        open = {
          number: conversions.length,
          bank: field(data, 'bank'),
          bits: field(data, 'width'),
          inputs: [...inputs],
          results: [],
        };
        conversions.push(open);
        waited = false;
      } else if (open !== undefined && !waited) {
        // The next inputs are on their way while this one converts: what follows overlaps.
        break;
      } else if (address >= REGIONS.weights.base) {
        if (open !== undefined) break;
        writeCells(cells, shape, address - REGIONS.weights.base, data, strobes);
      } else if (address >= REGIONS.tables.base) {
        if (open !== undefined) break;
      } else if (address >= REGIONS.inputs.base && address < REGIONS.packed_inputs.base) {
        const first = address - REGIONS.inputs.base;
        for (let lane = 0; lane < 4 && first + lane < rows; lane++) {
          const byte = (data >>> (8 * lane)) & 0xff;
          inputs[first + lane] = inputSigned ? signExtended(byte, 8) : byte;
        }
      }
    } else if (kind === 'x' || kind === 'c') {
      if (open !== undefined) break;
    }
  }
  return { cells, conversions: conversions.filter(({ results }) => results.length > 0) };
}

interface Operation {
  readonly kind: string;
  readonly address: number;
  readonly data: number;
  readonly strobes: number;
  readonly refused: boolean;
}

function* linesOf(operations: string): Generator<Operation> {
  for (let from = 0; from < operations.length; ) {
    const end = operations.indexOf('\n', from);
    const afterAddress = operations.indexOf(' ', from + 2);
    const afterData = operations.indexOf(' ', afterAddress + 1);
    const afterStrobes = operations.indexOf(' ', afterData + 1);
    yield {
      kind: operations[from]!,
      address: Number.parseInt(operations.slice(from + 2, afterAddress), 16),
      data: Number.parseInt(operations.slice(afterAddress + 1, afterData), 16),
      strobes: Number.parseInt(operations.slice(afterData + 1, afterStrobes), 16),
      refused: operations[afterStrobes + 1] !== '0',
    };
    from = end + 1;
  }
}

function writeCells(
  cells: RecordedCells,
  { columns }: MacroShape,
  offset: number,
  data: number,
  strobes: number,
): void {
  const row = Math.floor(offset / REGIONS.weights.strides.row);
  const plane = offset % REGIONS.weights.strides.row >= REGIONS.weights.strides.plane ? 1 : 0;
  const first = 8 * (offset % REGIONS.weights.strides.plane);
  const trim = row >= TRIM_ROW_BASE;
  const [plus, minus] = trim ? [cells.trimPlus, cells.trimMinus] : [cells.plus, cells.minus];
  const target = plane === 0 ? plus : minus;
  const base = (trim ? row - TRIM_ROW_BASE : row) * columns;
  for (let bit = 0; bit < 32 && first + bit < columns; bit++) {
    if (((strobes >> (bit >> 3)) & 1) === 1) target[base + first + bit] = (data >>> bit) & 1;
  }
}

/**
 * Every cycle of a conversion, from the one before its first precharge cycle to the one after *done*.
 *
 * @param trace  text of `vectors/trace.txt`
 * @param number of the conversion in it, from 0
 */
export function cyclesOf(trace: string, number: number): Cycle[] {
  const states: Cycle[] = [];
  let before = '';
  let seen = -1;
  let phase = '0';
  for (let from = 0; from < trace.length; ) {
    const end = trace.indexOf('\n', from);
    const flags = trace.indexOf(' ', from);
    const now = trace[trace.indexOf(' ', flags + 1) + 1]!;
    const line = trace.slice(from, end);
    from = end + 1;
    if (now === '1' && phase !== '1') {
      seen++;
      if (seen === number) states.push(cycleOf(before));
    }
    if (seen === number) {
      states.push(cycleOf(line));
      if (phase === '5' && now !== '5') break;
    } else if (seen > number) break;
    [before, phase] = [line, now];
  }
  const [first, second] = states;
  if (first === undefined || second === undefined) return [];
  const last = states.at(-1)!;
  const all: Cycle[] = [];
  for (let cycle = second.cycle - 1, at = 0; cycle <= last.cycle; cycle++) {
    while (states[at + 1] !== undefined && states[at + 1]!.cycle <= cycle) at++;
    all.push({ ...states[at]!, cycle });
  }
  return all;
}

function cycleOf(line: string): Cycle {
  const [cycle, flags, phase, step, bank, rowsStraight, rowsCrossed, groups, comparators, columns] =
    line.split(' ');
  const number = (digits: string | undefined) => Number.parseInt(digits!, 16);
  return {
    cycle: Number(cycle),
    flags: number(flags),
    phase: PHASES[number(phase)]!,
    step: number(step),
    bank: number(bank),
    ...{ rowsStraight: rowsStraight!, rowsCrossed: rowsCrossed!, groups: groups! },
    ...{ comparators: comparators!, columns: columns! },
  };
}
