/*
 * `npm test` runs what belongs to every change: each feature at least once, on small macros. The long matrices run in
 * `npm run test:all`, which CI takes. A test file says which is which: `forEveryChange(cases, ..)` in place of the
 * cases of a matrix, `itLong` and `describeLong` in place of `it` and `describe`.
 */
import { describe, it } from 'vitest';

/** Set by `npm test`, where no test is named; without it all tests run. */
const SHORT = process.env.IMCGEN_TESTS === 'short';

/** The cases of a matrix: in `npm test` those that `few` picks, of any matrix at least one; otherwise all. */
export function forEveryChange<Case>(
  cases: readonly Case[],
  few: (one: Case, at: number) => boolean,
): readonly Case[] {
  const picked = cases.filter(few);
  if (cases.length > 0 && picked.length === 0)
    throw new RangeError('no case of this matrix belongs to every change');
  return SHORT ? picked : cases;
}

/** Picks every n-th case of a matrix. */
export const everyNth = (n: number) => (_: unknown, at: number) => at % n === 0;

/** `it`, for a test that only `npm run test:all` runs. */
export const itLong = it.skipIf(SHORT);

/** `describe`, for tests that only `npm run test:all` runs. */
export const describeLong = describe.skipIf(SHORT);
