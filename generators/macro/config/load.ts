import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { z } from 'zod';
import { inputName, STDIN, standardInput } from '../../common/files/input.js';
import { failure, orThrow, type Problem, type Result, success, unreadable } from '../../common/problems.js';
import { parseJson } from './json.js';
import { type Levels, levelsSchema } from './levels.js';
import { type MacroConfig, macroSchema } from './macro.js';

/** A validated macro config with the levels it names, and the hash that its generated files carry. */
export interface MacroInput {
  /** The file that problems name. */
  readonly file: string;
  /** Every default filled in; `layers.*.levels` point into a generated package. */
  readonly config: MacroConfig;
  /** One per layer, in order: levels of bank 0, 1, .. */
  readonly levels: readonly Levels[];
  /** Over the validated content of config and levels: file names and white space do not change it. */
  readonly sha256: string;
}

/**
 * Reads `macro.json` and every `levels.json` that it names (paths relative to the config; of a config on standard
 * input, `-`, relative to the current folder).
 * Returns all problems of all files at once.
 */
export async function loadMacro(file: string): Promise<Result<MacroInput>> {
  const config = file === STDIN ? stdinJson(macroSchema) : await loadJson(file, macroSchema);
  if (!config.ok) return config;
  const folder = path.dirname(file);
  const files = config.value.layers.map((layer) => path.join(folder, layer.levels));
  const read = await Promise.all([...new Set(files)].map((name) => loadJson(name, levelsSchema)));
  const problems = read.flatMap((result) => (result.ok ? [] : result.problems));
  if (problems.length > 0) return failure(...problems);
  const levelsOf = new Map([...new Set(files)].map((name, at) => [name, orThrow(read[at]!)]));
  return success(
    macroInput(
      config.value,
      files.map((name) => levelsOf.get(name)!),
      inputName(file),
    ),
  );
}

/** Joins a validated config and its levels; what is loaded from files and what is in memory meet here. */
export function macroInput(config: MacroConfig, levels: readonly Levels[], file: string): MacroInput {
  const { $schema: _, ...rest } = config;
  const layers = config.layers.map((layer, bank) => ({
    ...layer,
    levels: packagedLevels(bank, levels[bank]!),
  }));
  const resolved: MacroConfig = { ...rest, layers };
  const content = levels.map(({ $schema: _, ...values }) => values);
  const sha256 = createHash('sha256')
    .update(JSON.stringify([resolved, content]))
    .digest('hex');
  return { file, config: resolved, levels: content, sha256 };
}

/** Where a package keeps the levels of a bank, so that a package can be generated again from itself. */
export function packagedLevels(bank: number, levels: Levels): string {
  return `levels/${bank}_${levels.name}.json`;
}

/** Validates an object that is already in memory; `file` is the name that problems carry. */
export function parse<Schema extends z.ZodType>(
  file: string,
  schema: Schema,
  value: unknown,
): Result<z.output<Schema>> {
  const parsed = schema.safeParse(value, { reportInput: true });
  if (parsed.success) return success(parsed.data);
  return failure(...parsed.error.issues.flatMap((issue) => problemsOf(file, issue, schema)));
}

/** Reads and validates a JSON file; comments and trailing commas are allowed. */
export async function loadJson<Schema extends z.ZodType>(
  file: string,
  schema: Schema,
): Promise<Result<z.output<Schema>>> {
  let text: string;
  try {
    text = await readFile(file, 'utf8');
  } catch (error) {
    return failure(unreadable(file, error));
  }
  const json = parseJson(file, text);
  return json.ok ? parse(file, schema, json.value) : json;
}

function stdinJson<Schema extends z.ZodType>(schema: Schema): Result<z.output<Schema>> {
  const file = inputName(STDIN);
  const json = parseJson(file, standardInput().toString('utf8'));
  return json.ok ? parse(file, schema, json.value) : json;
}

function problemsOf(file: string, issue: z.core.$ZodIssue, schema: z.ZodType): Problem[] {
  const at = issue.path.map(String).join('.');
  if (issue.code === 'unrecognized_keys') {
    const known = keysAt(schema, issue.path);
    return issue.keys.map((key) => {
      const near = nearest(key, known);
      return {
        file,
        path: at === '' ? key : `${at}.${key}`,
        message: 'is not a known key',
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
