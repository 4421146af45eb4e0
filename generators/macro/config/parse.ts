/** In: the text or the content of a JSON file, and a schema. Out: the validated value, or every problem. Reads no files. */
import * as z from 'zod';
import { failure, type Problem, type Result, success } from '../../common/problems.js';
import { parseJson } from './json.js';

/**
 * Validates an object that is already in memory.
 *
 * @param file   the name that problems carry
 * @param schema such as `macroSchema` or `levelsSchema`
 * @param value  what `JSON.parse` gives, or an object of your own
 * @returns the value with its defaults filled in, or every problem with its path
 */
export function parse<Schema extends z.ZodType>(
  file: string,
  schema: Schema,
  value: unknown,
): Result<z.output<Schema>> {
  const parsed = schema.safeParse(value, { reportInput: true });
  if (parsed.success) return success(parsed.data);
  return failure(...parsed.error.issues.flatMap((issue) => problemsOf(file, issue, schema)));
}

/**
 * Parses the text of a JSON file and validates it; comments and trailing commas are allowed.
 *
 * @param file   the name that problems carry
 * @param schema such as `macroSchema` or `levelsSchema`
 * @param text   content of the file
 * @returns the value with its defaults filled in, or every problem with its path
 */
export function parseText<Schema extends z.ZodType>(
  file: string,
  schema: Schema,
  text: string,
): Result<z.output<Schema>> {
  const json = parseJson(file, text);
  return json.ok ? parse(file, schema, json.value) : json;
}

/** What is said of a key that the schema does not have. */
export const UNKNOWN_KEY = 'is not a known key';

function problemsOf(file: string, issue: z.core.$ZodIssue, schema: z.ZodType): Problem[] {
  const at = issue.path.map(String).join('.');
  if (issue.code === 'unrecognized_keys') {
    const known = keysAt(schema, issue.path);
    return issue.keys.map((key) => {
      const near = nearest(key, known);
      return {
        file,
        path: at === '' ? key : `${at}.${key}`,
        message: UNKNOWN_KEY,
        fix: near === undefined ? `Known here: ${known.join(', ')}.` : `Did you mean "${near}"?`,
      };
    });
  }
  if (issue.code === 'invalid_value') {
    const allowed = issue.values.map((value) => JSON.stringify(value)).join(', ');
    const found = JSON.stringify(issue.input);
    if (found === undefined) return [{ file, path: at, message: `is missing; allowed: ${allowed}` }];
    const near = typeof issue.input === 'string' ? nearest(issue.input, issue.values.map(String)) : undefined;
    const fix = near === undefined ? {} : { fix: `Did you mean "${near}"?` };
    return [
      {
        file,
        path: at,
        message: `${found} is not ${issue.values.length > 1 ? 'one of ' : ''}${allowed}`,
        ...fix,
      },
    ];
  }
  if (issue.input === undefined && issue.code !== 'custom')
    return [{ file, path: at, message: 'is missing' }];
  if (issue.code === 'invalid_type' && issue.message.startsWith('Invalid input')) {
    const expected = TYPE_NAMES[issue.expected] ?? issue.expected;
    return [{ file, path: at, message: `${excerpt(issue.input)} is not ${expected}` }];
  }
  const fix = issue.code === 'custom' ? (issue.params?.fix as unknown) : undefined;
  return [{ file, path: at, message: issue.message, ...(typeof fix === 'string' && { fix }) }];
}

/** What JSON calls its types, in words. */
const TYPE_NAMES: Readonly<Record<string, string>> = {
  string: 'a text',
  number: 'a number',
  int: 'a whole number',
  boolean: 'true or false',
  array: 'a list',
  object: 'an object',
  record: 'an object',
};

/** A value that was found, cut where it is long. */
function excerpt(value: unknown): string {
  const text = typeof value === 'number' ? String(value) : JSON.stringify(value);
  return text.length <= 40 ? text : `${text.slice(0, 37)}...`;
}

/** Keys that the schema knows at a path, through defaults and arrays. */
function keysAt(schema: z.ZodType, at: readonly PropertyKey[]): string[] {
  let node: unknown = schema;
  for (const step of [...at, undefined]) {
    while (node instanceof z.ZodDefault || node instanceof z.ZodPrefault || node instanceof z.ZodOptional) {
      node = node.unwrap();
    }
    if (step === undefined) break;
    node =
      node instanceof z.ZodArray
        ? node.element
        : node instanceof z.ZodObject
          ? node.shape[String(step)]
          : undefined;
  }
  return node instanceof z.ZodObject ? Object.keys(node.shape) : [];
}

/** The candidate within two edits of the word, or undefined. */
function nearest(word: string, candidates: readonly string[]): string | undefined {
  const ranked = candidates
    .map((candidate) => ({ candidate, edits: editDistance(word.toLowerCase(), candidate.toLowerCase()) }))
    .sort((a, b) => a.edits - b.edits);
  const best = ranked[0];
  return best !== undefined && best.edits <= Math.max(2, Math.floor(word.length / 3))
    ? best.candidate
    : undefined;
}

/** Levenshtein distance. */
function editDistance(a: string, b: string): number {
  let row = Array.from({ length: b.length + 1 }, (_, j) => j);
  for (let i = 1; i <= a.length; i++) {
    const next = [i];
    for (let j = 1; j <= b.length; j++) {
      next.push(Math.min(row[j]! + 1, next[j - 1]! + 1, row[j - 1]! + (a[i - 1] === b[j - 1] ? 0 : 1)));
    }
    row = next;
  }
  return row[b.length]!;
}
