import { readFileSync, statSync } from 'node:fs';
import { openNpy, readNpy } from '../calibrate/npy.js';
import { failure, type Result, success, unreadable } from '../problems.js';
import { parseCsv, type TextStatement, tooMany } from './csv.js';
import { type Lists, MOST_NUMBERS } from './list.js';

/** Largest text file that is read: thousands of numbers with all their digits. */
const LARGEST_TEXT_BYTES = 1 << 20;

/**
 * Reads the lists of a file: `.npy`, or text for any other name.
 *
 * @param statement  what is said of text that could be read in two ways
 */
export function readLists(file: string, statement: TextStatement = {}): Result<Lists> {
  return /\.npy$/i.test(file) ? readArray(file) : readText(file, statement);
}

function readText(file: string, statement: TextStatement): Result<Lists> {
  let text: string;
  try {
    const { size } = statSync(file);
    if (size > LARGEST_TEXT_BYTES) {
      return failure({ file, path: '', message: `has ${size} bytes, which levels never have` });
    }
    text = readFileSync(file, 'utf8');
  } catch (error) {
    return failure(unreadable(file, error));
  }
  if (text.includes('\0') || text.includes('NUMPY')) {
    const fix = 'Write one value a line, or save a .npy array.';
    return failure({ file, path: '', message: 'is not a text file', fix });
  }
  return parseCsv(file, text, statement);
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
  return success({ single: { file, values, places: values.map((_, index) => `[${index}]`) } });
}
