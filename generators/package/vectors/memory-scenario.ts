import type { Random } from '../../common/random.js';
import { type ReferenceCells, referenceWrites, tableWrites } from '../../macro/golden/pack.js';
import {
  countsInUse,
  referenceAddress,
  registerAddress,
  TRIM_ROW_BASE,
  tableAddress,
  weightAddress,
} from '../../macro/plan/addresses.js';
import { scheduleOf } from '../../macro/plan/schedule.js';
import {
  fullScale,
  type MacroShape,
  offsetCapacity,
  outputRange,
  stepCapacity,
} from '../../macro/plan/shape.js';
import type { Bench } from './bench.js';

/** Words of a region that are all looked at; of larger regions it is a sample. */
const ALL_WORDS = 4096;

/** Values of an index that set its address lines one at a time: 0, 1, 2, 4, .. and the last. */
function lineValues(count: number): number[] {
  const values = new Set([0, count - 1]);
  for (let line = 1; line < count; line *= 2) values.add(line);
  return [...values].sort((a, b) => a - b);
}

/** Every choice of one value from each list. */
function combinations(lists: readonly (readonly number[])[]): number[][] {
  return lists.reduce<number[][]>(
    (heads, list) => heads.flatMap((head) => list.map((value) => [...head, value])),
    [[]],
  );
}

/**
 * Index tuples of a region's words: all of them up to {@link ALL_WORDS}, else every combination of values that
 * set one address line of each index, and each value of each index at least once. Words have 32 bits of random data,
 * so a line or bit that is stuck, crossed or tied to another shows.
 *
 * @param counts how many values each index has
 */
export function wordSample(counts: readonly number[]): number[][] {
  const all = counts.reduce((words, count) => words * count, 1);
  const upTo = (count: number) => Array.from({ length: count }, (_, value) => value);
  if (all <= ALL_WORDS) return combinations(counts.map(upTo));
  const diagonal = upTo(Math.max(...counts)).map((at) => counts.map((count) => at % count));
  const sample = [...combinations(counts.map(lineValues)), ...diagonal];
  return [...new Map(sample.map((indices) => [indices.join(), indices])).values()];
}

/** Addresses of the weight words that are looked at, trim rows included. */
export function weightSample(shape: MacroShape): number[] {
  const { row, word } = countsInUse(shape, 'weights') as { row: number; word: number };
  return wordSample([row + shape.trimRows, 2, word]).map(([at, plane, column]) =>
    weightAddress(at! < row ? at! : TRIM_ROW_BASE + at! - row, plane as 0 | 1, column!),
  );
}

/** Addresses of the reference words that are looked at. */
export function referenceSample(shape: MacroShape): number[] {
  const { bank, row, word } = countsInUse(shape, 'references') as { bank: number; row: number; word: number };
  return wordSample([bank, row, word]).map(([of, at, column]) => referenceAddress(of!, at!, column!));
}

/** Weight and trim cells as they were programmed. */
export function readWeights({ plan, stimulus }: Bench): void {
  for (const address of weightSample(plan.shape)) stimulus.read(address);
}

/** Random cells in the reference words of every bank, those that no group drives too, all written before one is read. */
export function referenceWords({ plan, stimulus, random }: Bench): void {
  const sample = referenceSample(plan.shape);
  for (const address of sample) stimulus.write(address, Math.floor(random.next() * 2 ** 32));
  for (const address of sample) stimulus.read(address);
}

/** Addresses of every table entry, bank by bank. */
function entriesOf({ banks, adcBits }: MacroShape): number[] {
  const codes = Array.from({ length: 2 ** adcBits }, (_, code) => code);
  return Array.from({ length: banks }, (_, bank) => codes.map((code) => tableAddress(bank, code))).flat();
}

/** Every entry of every table. @returns them, in the order of banks and codes */
export function readTables({ plan, stimulus }: Bench): number[] {
  return entriesOf(plan.shape).map((address) => stimulus.read(address));
}

/**
 * Reset in the middle of a conversion, with tables in which every bit differs from what reset brings back:
 * every entry is read again.
 */
export function resetTables(bench: Bench): void {
  const { plan, stimulus } = bench;
  stimulus.reset(1);
  const entries = readTables(bench);
  entriesOf(plan.shape).forEach((address, at) => {
    stimulus.write(address, ~entries[at]!);
  });
  const { bank, bits } = plan.layers[0]!;
  stimulus.load(new Int32Array(plan.shape.rows));
  stimulus.start(bank, bits);
  stimulus.idle(Math.ceil(scheduleOf(plan.shape, bits).total / 2));
  stimulus.reset(2);
  stimulus.read(registerAddress('status'));
  readTables(bench);
}

/** Reference cells of a ramp that the array can follow at a width, steps of random size. */
export function randomRamp(shape: MacroShape, bits: number, random: Random): ReferenceCells {
  const most = Math.min(stepCapacity(shape, bits), Math.floor(fullScale(shape) / 2 ** bits) + 1);
  return {
    bits,
    stepCells: Array.from({ length: 2 ** bits - 1 }, () => random.whole(1, Math.max(1, most))),
    offsetCells: random.whole(0, offsetCapacity(shape)),
  };
}

/** Tables of every bank with random entries, written before any is read back. */
export function randomTables(bench: Bench): void {
  const { plan, stimulus, random } = bench;
  const { banks, adcBits } = plan.shape;
  const { low, high } = outputRange(plan.shape);
  for (let bank = 0; bank < banks; bank++) {
    const entries = Array.from({ length: 2 ** adcBits }, () => random.whole(low, high));
    stimulus.writeAll(tableWrites(entries, bank));
  }
  readTables(bench);
}

/** A random ramp in a bank without a layer; words that hold it already are not written. */
export function programSpare({ plan, stimulus, random }: Bench, bank: number): void {
  const { shape } = plan;
  const ramp = randomRamp(shape, shape.adcBits, random);
  const { cells } = stimulus.machine;
  stimulus.writeAll(
    referenceWrites(ramp, bank, shape).filter(({ address, data }) => cells.readCells(address) !== data),
  );
}
