/** In: files. Out: the macro config and the levels that it names, or every problem of all of them. */
import { readFile } from 'node:fs/promises';
import path from 'node:path';
import type * as z from 'zod';
import { inputName, STDIN, standardInput } from '../../common/files/input.js';
import { failure, orThrow, type Result, success } from '../../common/problems.js';
import { unreadable } from '../../common/system-errors.js';
import { type MacroInput, macroInput } from './input.js';
import { levelsSchema } from './levels.js';
import { macroSchema } from './macro.js';
import { parseText } from './parse.js';

/**
 * Reads `macro.json` and every `levels.json` that it names (paths relative to the config; of a config on standard
 * input, `-`, relative to the current folder).
 *
 * @param file the config; `config.resolved.json` of a package is one
 * @returns config and levels, or all problems of all files at once
 *
 * @example
 * ```ts
 * import { loadMacro, orThrow } from 'imcgen';
 *
 * const { config, levels } = orThrow(await loadMacro('macro.json'));
 * console.log(config.adc.readout, levels[0]!.references);
 * ```
 */
export async function loadMacro(file: string): Promise<Result<MacroInput>> {
  const config = await loadConfig(file, macroSchema);
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
  return parseText(file, schema, text);
}

/** The same of a config, which may come on standard input, `-`. */
export async function loadConfig<Schema extends z.ZodType>(
  file: string,
  schema: Schema,
): Promise<Result<z.output<Schema>>> {
  return file === STDIN ? stdinJson(schema) : loadJson(file, schema);
}

function stdinJson<Schema extends z.ZodType>(schema: Schema): Result<z.output<Schema>> {
  return parseText(inputName(STDIN), schema, standardInput().toString('utf8'));
}
