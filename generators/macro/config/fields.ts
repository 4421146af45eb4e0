import * as z from 'zod';

/** What an error function is told about the value it refuses. */
interface Refused {
  readonly input?: unknown;
}

/** Numbers beyond this size are mistakes, and would overflow once divided by scales. */
export const LARGEST_NUMBER = 1e30;
export const SMALLEST_SCALE = 1e-30;

/** `$schema` of a file: for editors, not for the tool. */
export const SCHEMA_KEY = z
  .string()
  .optional()
  .describe('JSON Schema of this file, by which editors complete and check it');

/** A whole number in a closed range; the message says what was found and what is allowed. */
export function whole(low: number, high: number, meaning: string) {
  const error = ({ input }: Refused) => {
    if (typeof input !== 'number') return undefined;
    return Number.isInteger(input)
      ? `${input} is outside ${low}..${high}`
      : `${input} is not a whole number in ${low}..${high}`;
  };
  return z.int({ error }).min(low, { error }).max(high, { error }).describe(meaning);
}

/** How often something was seen: a whole number from 0. */
export function count(meaning: string) {
  const error = ({ input }: Refused) =>
    typeof input === 'number' ? `${input} is not a whole number from 0` : undefined;
  return z.int({ error }).nonnegative({ error }).describe(meaning);
}

/** Any number of a sensible size. */
export function real(meaning: string, low = -LARGEST_NUMBER) {
  const error = ({ input }: Refused) =>
    typeof input === 'number' ? `${input} is outside ${low}..${LARGEST_NUMBER}` : undefined;
  return z.number({ error }).min(low, { error }).max(LARGEST_NUMBER, { error }).describe(meaning);
}

/** A number in a closed range; the message says what was found and what is allowed. */
export function within(low: number, high: number, meaning: string) {
  const error = ({ input }: Refused) =>
    typeof input === 'number' ? `${input} is outside ${low}..${high}` : undefined;
  return z.number({ error }).min(low, { error }).max(high, { error }).describe(meaning);
}

/** A factor between two units. */
export function scale(meaning: string) {
  return real(meaning, SMALLEST_SCALE);
}

/** An object of its own: a part of the config with a meaning as a whole. */
export function section<Shape extends z.ZodRawShape>(meaning: string, shape: Shape) {
  return z.strictObject(shape).describe(meaning);
}

/** A list of bounded length. */
export function list<Item extends z.ZodType>(item: Item, low: number, high: number) {
  const error = ({ input }: Refused) =>
    Array.isArray(input) ? `has ${entries(input.length)}, ${low}..${high} are allowed` : undefined;
  return z.array(item, { error }).min(low, { error }).max(high, { error });
}

export function entries(length: number): string {
  return length === 1 ? '1 entry' : `${length} entries`;
}
