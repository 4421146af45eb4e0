import { failure, type Problem, type Result, success } from '../../common/problems.js';
import { parseJson } from '../../macro/config/json.js';
import { type Lists, MOST_NUMBERS } from './list.js';

/** Infinities and NaN as Python and JavaScript write them, which JSON has no numbers for. */
const NO_NUMBERS = /(?<=^|[[,\s])([+-]?(?:Infinity|inf)|NaN)(?=\s*[\],])/gi;

/**
 * One list of a plain JSON array, `[0, 1.5, 3, 6]`: it means what the same numbers in a column of text mean.
 * Comments, trailing commas and infinities are allowed.
 */
export function parseJsonList(file: string, text: string): Result<Lists> {
  const json = parseJson(file, text.replace(NO_NUMBERS, '"$1"'));
  if (!json.ok) return json;
  const list = json.value;
  if (!Array.isArray(list)) {
    const isLevels = typeof list === 'object' && list !== null && 'references' in list;
    const fix = isLevels
      ? 'This is a levels.json already: name it in layers[].levels of the macro.'
      : 'Write the numbers between square brackets: [0, 1.5, 3, 6].';
    return failure({ file, path: '', message: 'is not a list of numbers', fix });
  }
  if (list.length === 0) return failure({ file, path: '', message: 'holds no numbers' });
  if (list.length > MOST_NUMBERS) {
    return failure({ file, path: '', message: `holds ${list.length} numbers, which levels never do` });
  }
  const problems: Problem[] = [];
  const values = list.map((item: unknown, at) => {
    const value = numberOf(item);
    if (value === undefined) {
      const found = JSON.stringify(item).slice(0, 40);
      problems.push({ file, path: `[${at}]`, message: `${found} is not a number` });
    }
    return value;
  });
  if (problems.length > 0) return failure(...problems);
  return success({ single: { file, values, places: values.map((_, at) => `[${at}]`) } });
}

function numberOf(item: unknown): number | undefined {
  if (typeof item === 'number') return item;
  if (typeof item !== 'string') return undefined;
  if (/^nan$/i.test(item)) return Number.NaN;
  const infinite = /^([+-]?)inf(inity)?$/i.exec(item);
  if (infinite === null) return undefined;
  return infinite[1] === '-' ? Number.NEGATIVE_INFINITY : Number.POSITIVE_INFINITY;
}
