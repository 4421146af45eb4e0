import { readFileSync, statSync } from 'node:fs';
import { inputName, STDIN, standardInput } from '../../common/files/input.js';
import { failure, type Result, success } from '../../common/problems.js';
import { unreadable } from '../../common/system-errors.js';
import { openNpy, readNpy } from '../calibrate/npy.js';
import { parseCsv, type TextStatement, tooMany } from './csv.js';
import { parseJsonList } from './json-list.js';
import { type Lists, MOST_NUMBERS } from './list.js';

/** Largest text file that is read: thousands of numbers with all their digits. */
const LARGEST_TEXT_BYTES = 1 << 20;

/**
 * Reads the lists of a file: `.npy`, a JSON list, or text for any other name; of standard input, by what it begins with.
 *
 * @param file       `-` for standard input
 * @param statement  what is said of text that could be read in two ways
 * @returns the numbers and where each stands, or why they cannot be read
 *
 * @example
 * ```ts
 * import { foreignQuantizer, importedLevels, orThrow, readLists, type Statement } from 'imcgen';
 *
 * const lists = orThrow(readLists('thresholds.csv', { decimal: 'point' }));
 * const statement: Statement = { kind: 'references', convention: 'midpoint', range: { low: 0, high: 8 } };
 * const foreign = orThrow(foreignQuantizer(lists, statement));
 * const settings = { name: 'fc1', source: 'thresholds.csv', scale: 1, offset: 0, refit: false };
 * const levels = orThrow(importedLevels(foreign, statement, settings));
 * console.log(levels.outputs);
 * ```
 */
export function readLists(file: string, statement: TextStatement = {}): Result<Lists> {
  if (file === STDIN) return readStdin(statement);
  if (/\.npy$/i.test(file)) return readArray(file);
  const text = readText(file);
  if (!text.ok) return text;
  return /\.json$/i.test(file) ? parseJsonList(file, text.value) : parseCsv(file, text.value, statement);
}

function readStdin(statement: TextStatement): Result<Lists> {
  const bytes = standardInput();
  if (bytes.subarray(1, 6).toString('latin1') === 'NUMPY') return readArray(STDIN);
  const file = inputName(STDIN);
  const text = plainText(file, bytes);
  if (!text.ok) return text;
  const isJson = text.value.trimStart().startsWith('[');
  return isJson ? parseJsonList(file, text.value) : parseCsv(file, text.value, statement);
}

function readText(file: string): Result<string> {
  try {
    const { size } = statSync(file);
    return size > LARGEST_TEXT_BYTES ? tooLarge(file, size) : plainText(file, readFileSync(file));
  } catch (error) {
    return failure(unreadable(file, error));
  }
}

function tooLarge(file: string, size: number): Result<never> {
  return failure({ file, path: '', message: `has ${size} bytes, which levels never have` });
}

function plainText(file: string, bytes: Buffer): Result<string> {
  if (bytes.length > LARGEST_TEXT_BYTES) return tooLarge(file, bytes.length);
  const text = bytes.toString('utf8');
  if (text.includes('\0') || text.includes('NUMPY')) {
    const fix = 'Write one value a line, or save a .npy array.';
    return failure({ file, path: '', message: 'is not a text file', fix });
  }
  return success(text);
}

function readArray(file: string): Result<Lists> {
  const opened = openNpy(file);
  if (!opened.ok) return opened;
  const { shape, values: count, close } = opened.value;
  close();
  if (shape.filter((extent) => extent !== 1).length > 1) {
    const message = `has the shape (${shape.join(', ')}); lists are read, with one dimension longer than 1`;
    const fix = 'Save references and outputs as two files, and name the second with --outputs.';
    return failure({ file, path: '', message, fix });
  }
  if (count === 0) return failure({ file, path: '', message: 'holds no numbers' });
  if (count > MOST_NUMBERS) return failure({ file, path: '', message: tooMany(count) });
  const array = readNpy(file);
  if (!array.ok) return array;
  const values = Array.from(array.value.data);
  return success({
    single: { file: inputName(file), values, places: values.map((_, index) => `[${index}]`) },
  });
}
