/** In: columns of macros. Out: tables that hold an entry for each sum, one behind the other. */
import { codeOf } from '../../macro/golden/macro.js';
import type { ArrayHardware } from '../engine/hardware.js';
import { type Requantizer, requantizedAll } from '../engine/requantizer.js';
import { clips, type MacroColumn } from './columns.js';

/** Tables one behind the other. */
export interface JoinedTables {
  readonly table: Float32Array | Int8Array | Int16Array;
  /** What brings a sum to its place in its table, one a column. */
  readonly offsets: Float32Array;
  /** Where sums can lie beyond their table: the last place of every table, and where that of each column begins. */
  readonly bounded?: { readonly last: number; readonly starts: Float32Array };
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
  const offsets = new Map<MacroColumn, number>();
  const tables: Float32Array[] = [];
  let start = 0;
  for (const same of sharing(columns)) {
    const [{ array, factor }] = same;
    const low = Math.min(...same.map((column) => column.low));
    const high = Math.max(...same.map((column) => column.high));
    tables.push(Float32Array.from(entriesOf(array, low, high), (entry) => entry * factor));
    for (const column of same) offsets.set(column, start - low);
    start += high - low + 1;
  }
  return { table: joined(tables), offsets: Float32Array.from(columns, (column) => offsets.get(column)!) };
}

/**
 * The same on dies: a place for each f between the first level and the last. Tables hold whole numbers of one or two bytes where these fit
 * them, because sums are spread over much of them.
 */
export function dieTables(columns: readonly MacroColumn[]): JoinedTables {
  const groups = sharing(columns);
  const size = diePlaces(groups);
  const entriesOf = ([{ array, factor }]: Sharing) =>
    array.macro.layers[0]!.table.entries.map((entry) => entry * factor);
  const table = tableFor(groups.flatMap(entriesOf), groups.length * size);
  const starts = new Map<MacroColumn, number>();
  for (const [at, same] of groups.entries()) {
    const start = at * size;
    const levels = same[0].die!.levels;
    // Place 0 is everything below the first level.
    const placeOf = (level: number) => start + level - levels[0]! + 1;
    for (const [code, entry] of entriesOf(same).entries()) {
      const from = code === 0 ? start : placeOf(levels[code - 1]!);
      const to = code === levels.length ? start + size : placeOf(levels[code]!);
      table.fill(entry, from, to);
    }
    for (const column of same) starts.set(column, start);
  }
  return {
    table,
    offsets: Float32Array.from(columns, dieOffset),
    bounded: { last: size - 1, starts: Float32Array.from(columns, (column) => starts.get(column)!) },
  };
}

/** Places of the tables of some columns on dies together. */
export function dieTablePlaces(columns: readonly MacroColumn[]): number {
  const groups = sharing(columns);
  return groups.length * diePlaces(groups);
}

/** Places of each of their tables. */
function diePlaces(groups: readonly Sharing[]): number {
  return Math.max(...groups.map(([{ die }]) => die!.levels.at(-1)! - die!.levels[0]! + 2));
}

/** What brings a sum of f to its place: 0 where it is below the first level. */
export function dieOffset({ column, die }: MacroColumn): number {
  return die!.added[column]! - die!.levels[0]! + 1;
}

/** Columns of a macro whose entries count the same: they share a table. */
type Sharing = readonly [MacroColumn, ...MacroColumn[]];

function sharing(columns: readonly MacroColumn[]): Sharing[] {
  const groups = new Map<ArrayHardware, Map<number, [MacroColumn, ...MacroColumn[]]>>();
  for (const column of columns) {
    const { array, factor } = column;
    const byFactor = groups.get(array) ?? new Map<number, [MacroColumn, ...MacroColumn[]]>();
    const known = byFactor.get(factor);
    if (known === undefined) byFactor.set(factor, [column]);
    else known.push(column);
    groups.set(array, byFactor);
  }
  return [...groups.values()].flatMap((byFactor) => [...byFactor.values()]);
}

function tableFor(entries: readonly number[], places: number): JoinedTables['table'] {
  const fit = (bits: number) =>
    entries.every((entry) => entry >= -(2 ** (bits - 1)) && entry < 2 ** (bits - 1));
  if (fit(8)) return new Int8Array(places);
  return fit(16) ? new Int16Array(places) : new Float32Array(places);
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
