import { InvalidArgumentError } from 'commander';
import type { Shard } from '../../common/shard.js';

/** A whole number on the command line, as seeds and counts are. */
export function wholeNumber(text: string): number {
  const value = Number(text);
  if (!/^\d+$/.test(text) || value > 1e6) {
    throw new InvalidArgumentError('must be a whole number in 0..1000000');
  }
  return value;
}

/** `i/n`: which part of how many, from 0. */
export function shard(text: string): Shard {
  const [, index, of] = /^(\d{1,9})\/(\d{1,9})$/.exec(text) ?? [];
  if (index === undefined || Number(index) >= Number(of)) {
    throw new InvalidArgumentError('Give i/n with i in 0 .. n - 1, such as 3/10.');
  }
  return { index: Number(index), of: Number(of) };
}

/** A clock period in ns. */
export function period(text: string): number {
  const value = Number(text);
  if (text.trim() === '' || !(value >= 0.01 && value <= 1e6)) {
    throw new InvalidArgumentError('It is outside 0.01..1000000 ns.');
  }
  return value;
}

/** A whole number from 1 on, of such as run side by side. */
export function atLeastOne(text: string): number {
  const value = wholeNumber(text);
  if (value < 1) throw new InvalidArgumentError('must be at least 1');
  return value;
}

/** Any finite number. */
export function number(text: string): number {
  const value = Number(text);
  if (text.trim() === '' || !Number.isFinite(value)) throw new InvalidArgumentError('It is no number.');
  return value;
}

/** `low,high`. */
export function range(text: string): { low: number; high: number } {
  const [low, high, ...rest] = text.split(',').map(number);
  if (low === undefined || high === undefined || rest.length > 0 || low >= high) {
    throw new InvalidArgumentError('Give low,high.');
  }
  return { low, high };
}

/** How many of something: 1 or more. */
export function count(text: string): number {
  if (/^\d{1,12}$/.test(text) && Number(text) > 0) return Number(text);
  throw new InvalidArgumentError('must be a whole number above 0');
}
