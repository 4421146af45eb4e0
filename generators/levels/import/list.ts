import type { Problem } from '../../common/problems.js';

/** Numbers as a foreign file lists them, and where in it each stands. */
export interface NumberList {
  /** What problems call the file. */
  readonly file: string;
  /** In the order of the file; undefined where a cell is blank. */
  readonly values: readonly (number | undefined)[];
  /** Where each value stands: `line 4`, `line 1, value 3`, `[3]`. */
  readonly places: readonly string[];
}

/** What a file held: one list, or references beside outputs. */
export type Lists =
  | {
      /** References or levels; a {@link Statement} says which. */
      readonly single: NumberList;
    }
  | {
      /** The references, with or without outer edges among them. */
      readonly references: NumberList;
      /** What each code decodes to. */
      readonly outputs: NumberList;
    };

/** Most numbers in a file: no set of levels comes near, activations taken for levels do. */
export const MOST_NUMBERS = 4096;

/** A problem at one value of a list. */
export function problemAt(
  { file, places }: NumberList,
  index: number,
  message: string,
  fix?: string,
): Problem {
  const problem = { file, path: places[index]!, message };
  return fix === undefined ? problem : { ...problem, fix };
}

/** The list without blank cells at its ends. */
export function trimmed({ file, values, places }: NumberList): NumberList {
  const first = values.findIndex((value) => value !== undefined);
  const last = values.findLastIndex((value) => value !== undefined);
  return { file, values: values.slice(first, last + 1), places: places.slice(first, last + 1) };
}
