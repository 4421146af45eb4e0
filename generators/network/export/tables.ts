/** In: columns of macros. Out: tables that hold an entry for each sum, one behind the other. */
import { codeOf } from '../../macro/golden/macro.js';
import type { ArrayHardware } from '../engine/hardware.js';
import { type Requantizer, requantizedAll } from '../engine/requantizer.js';
import { clips, type MacroColumn } from './columns.js';

/** Tables one behind the other. */
export interface JoinedTables {
  readonly table: Float32Array;
  /** What brings a sum to its place, one a column. */
  readonly offsets: Float32Array;
}

/** Most entries of the tables of a layer that has one for each column: 8 MB of a file. */
const MOST_ENTRIES = 2 ** 21;

/** Whether every sum of every column has its place in tables of sensible size. */
export function fitColumnTables(columns: readonly MacroColumn[]): boolean {
  const entries = columns.reduce((sum, { low, high }) => sum + high - low + 1, 0);
  return entries <= MOST_ENTRIES && !columns.some(clips);
}

/** Table entries times what they count in the adder. Columns of a macro that count the same share a table. */
export function entryTables(columns: readonly MacroColumn[]): JoinedTables {
  const groups = new Map<ArrayHardware, Map<number, MacroColumn[]>>();
  for (const column of columns) {
    const { array, factor } = column;
    const byFactor = groups.get(array) ?? new Map<number, MacroColumn[]>();
    byFactor.set(factor, [...(byFactor.get(factor) ?? []), column]);
    groups.set(array, byFactor);
  }
  const offsets = new Map<MacroColumn, number>();
  const tables: Float32Array[] = [];
  let start = 0;
  for (const same of [...groups.values()].flatMap((byFactor) => [...byFactor.values()])) {
    const { array, factor } = same[0]!;
    const low = Math.min(...same.map((column) => column.low));
    const high = Math.max(...same.map((column) => column.high));
    tables.push(Float32Array.from(entriesOf(array, low, high), (entry) => entry * factor));
    for (const column of same) offsets.set(column, start - low);
    start += high - low + 1;
  }
  return { table: joined(tables), offsets: Float32Array.from(columns, (column) => offsets.get(column)!) };
}

/** Codes of columns whose sums are single entries: a table for each column. */
export function codeTables(columns: readonly MacroColumn[], requantizer: Requantizer): JoinedTables {
  const tables: Float32Array[] = [];
  const offsets = new Float32Array(columns.length);
  let start = 0;
  for (const [at, { array, column, factor, low, high }] of columns.entries()) {
    const channel = array.outputs[column]!;
    const sums = entriesOf(array, low, high).map((entry) => entry * factor);
    const own = {
      ...requantizer,
      factors: requantizer.factors.slice(channel, channel + 1),
      biases: requantizer.biases.slice(channel, channel + 1),
    };
    tables.push(Float32Array.from(requantizedAll(sums, sums.length, own)));
    offsets[at] = start - low;
    start += sums.length;
  }
  return { table: joined(tables), offsets };
}

/** Entries of the table of a macro for every sum from `low` to `high`. */
function entriesOf({ macro }: ArrayHardware, low: number, high: number): Int32Array {
  const { ramp, table } = macro.layers[0]!;
  const entries = new Int32Array(high - low + 1);
  // References rise: the code of a sum is that of the one before it, or more.
  let code = codeOf(low, ramp.references);
  for (let at = 0; at < entries.length; at++) {
    while (ramp.references[code]! <= low + at) code++;
    entries[at] = table.entries[code]!;
  }
  return entries;
}

function joined(tables: readonly Float32Array[]): Float32Array {
  const table = new Float32Array(tables.reduce((sum, { length }) => sum + length, 0));
  let at = 0;
  for (const each of tables) {
    table.set(each, at);
    at += each.length;
  }
  return table;
}
