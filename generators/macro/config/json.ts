import { type ParseErrorCode, printParseErrorCode, visit } from 'jsonc-parser';
import { failure, type Problem, type Result, success } from '../../common/problems.js';

/** An object or a list that is being read. */
type Open = { readonly list: unknown[] } | { readonly object: Record<string, unknown>; key: string };

/** Most characters of a faulty text that a message repeats. */
const LONGEST_EXCERPT = 20;

/**
 * Reads JSON in which comments (`//` and block comments) and trailing commas are allowed.
 *
 * A key that is given twice is refused: in a commented config it is a default that was left standing.
 *
 * @param file name that problems carry
 * @returns the value, or the first fault of the text with its line and column
 */
export function parseJson(file: string, content: string): Result<unknown> {
  const text = content.replace(/^\ufeff/, '');
  const root: unknown[] = [];
  const open: Open[] = [{ list: root }];
  const problems: Problem[] = [];
  const fault = (line: number, column: number, message: string) => {
    const at = `line ${line + 1}, column ${column + 1}`;
    problems.push({ file, path: '', message: `is not JSON: ${at}: ${message}` });
  };
  const put = (value: unknown) => {
    const parent = open.at(-1)!;
    if ('list' in parent) parent.list.push(value);
    else parent.object[parent.key] = value;
  };
  const visitor: Parameters<typeof visit>[1] = {
    onObjectBegin: () => {
      // Without a prototype every key, `__proto__` too, is a key like any other.
      const object = Object.create(null) as Record<string, unknown>;
      put(object);
      open.push({ object, key: '' });
    },
    onObjectProperty: (key, _offset, _length, line, column) => {
      const parent = open.at(-1)!;
      if (!('object' in parent)) return;
      if (Object.hasOwn(parent.object, key)) fault(line, column, `${JSON.stringify(key)} is given twice`);
      parent.key = key;
    },
    onArrayBegin: () => {
      const list: unknown[] = [];
      put(list);
      open.push({ list });
    },
    onObjectEnd: () => void open.pop(),
    onArrayEnd: () => void open.pop(),
    onLiteralValue: put,
    onError: (code, offset, length, line, column) => {
      const found = text.slice(offset, offset + Math.min(length, LONGEST_EXCERPT));
      const what = found === '' ? 'the end of the text' : JSON.stringify(found);
      fault(line, column, `${wordsOf(code)}, found ${what}`);
    },
  };
  try {
    visit(text, visitor, { allowTrailingComma: true });
  } catch (error) {
    if (!(error instanceof RangeError)) throw error;
    return failure({ file, path: '', message: 'is not JSON that can be read: it is nested too deeply' });
  }
  // Later faults of a text are often consequences of the first.
  return problems.length > 0 ? failure(problems[0]!) : success(root[0]);
}

/** `CommaExpected` in words: `comma expected`. */
function wordsOf(code: ParseErrorCode): string {
  return printParseErrorCode(code)
    .replace(/\B[A-Z]/g, (letter) => ` ${letter}`)
    .toLowerCase();
}
