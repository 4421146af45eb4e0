import { InvalidArgumentError } from 'commander';

/** A whole number on the command line, as seeds and counts are. */
export function wholeNumber(text: string): number {
  const value = Number(text);
  if (!/^\d+$/.test(text) || value > 1e6) {
    throw new InvalidArgumentError('must be a whole number in 0..1000000');
  }
  return value;
}
