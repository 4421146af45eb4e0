import { failure, type Problem, type Result, success } from '../../common/problems.js';

/** Which mark stands before the fraction; the other one may group thousands. */
export type Decimal = 'point' | 'comma';

const INFINITE = /^([+-]?)inf(inity)?$/i;
const ABSENT = /^(na|n\/a|null|none)$/i;
/** A number in either notation, and the unit behind it. */
const WRITTEN = /^([+-]?[\d.,]*\d[\d.,]*(?:e[+-]?\d+)?)\s*([a-zµμΩ°%][a-zµμΩ°%/]*)?$/i;
const EXPONENT = '(e[+-]?\\d+)?$';
const NOTATION: Readonly<Record<Decimal, RegExp>> = {
  point: new RegExp(`^[+-]?(\\d{1,3}(,\\d{3})+|\\d*)(\\.\\d*)?${EXPONENT}`, 'i'),
  comma: new RegExp(`^[+-]?(\\d{1,3}(\\.\\d{3})+|\\d*)(,\\d*)?${EXPONENT}`, 'i'),
};

/** A cell's text as numbers are compared: a plain minus, no marks of its own between thousands, absent is blank. */
export function cleaned(text: string): string {
  const plain = text
    .trim()
    .replace(/^"(.*)"$/, '$1')
    .trim()
    .replace(/^\u2212/, '-')
    .replace(/(?<=\d)[\u00a0\u202f\u2009 '’_](?=\d{3}(?!\d))/g, '');
  return ABSENT.test(plain) ? '' : plain;
}

/** The unit behind a number; undefined where there is none. */
export function unitOf(cell: string): string | undefined {
  return WRITTEN.exec(cell)?.[2];
}

/** The number in a cell, its unit aside; undefined where there is none. */
export function numberOf(cell: string, decimal: Decimal): number | undefined {
  const infinite = INFINITE.exec(cell);
  if (infinite !== null) return infinite[1] === '-' ? -Infinity : Infinity;
  if (/^nan$/i.test(cell)) return NaN;
  const number = WRITTEN.exec(cell)?.[1];
  if (number === undefined || !NOTATION[decimal].test(number)) return undefined;
  return Number(
    decimal === 'point' ? number.replaceAll(',', '') : number.replaceAll('.', '').replace(',', '.'),
  );
}

/** What a cell tells of the decimal mark: it has it for sure, or may have it where the mark could group thousands. */
function marksOf(cell: string): {
  readonly sure?: Decimal;
  readonly maybe?: Decimal;
  readonly both?: boolean;
} {
  const number = WRITTEN.exec(cell)?.[1] ?? '';
  const [points, commas] = ['.', ','].map((mark) => number.split(mark).length - 1) as [number, number];
  if (points + commas === 0) return {};
  if (points > 0 && commas > 0) {
    return { sure: number.lastIndexOf('.') > number.lastIndexOf(',') ? 'point' : 'comma', both: true };
  }
  const mark: Decimal = points > 0 ? 'point' : 'comma';
  if (points + commas > 1) return { sure: mark === 'point' ? 'comma' : 'point' };
  return /^[+-]?[1-9]\d{0,2}[.,]\d{3}$/.test(number) ? { maybe: mark } : { sure: mark };
}

/**
 * The decimal mark of a file's cells. A single mark before three digits may as well group thousands: with points it
 * is read as the decimal mark that it is nearly everywhere, with commas it has to be said.
 */
export function decimalOf(file: string, cells: readonly string[]): Result<Decimal> {
  const marks = cells.map((cell) => ({ cell, ...marksOf(cell) }));
  const found = (['point', 'comma'] as const).map((decimal) => marks.find(({ sure }) => sure === decimal));
  const [point, comma] = found;
  const say = (message: string): Result<Decimal> => {
    const fix = 'Say which mark stands before the fraction: --decimal point, or --decimal comma.';
    return failure({ file, path: '', message, fix });
  };
  const mixed = (a: string, b: string) =>
    say(`has ${JSON.stringify(a)} and ${JSON.stringify(b)}: two notations`);
  if (point !== undefined && comma !== undefined) return mixed(point.cell, comma.cell);
  const sure = point ?? comma;
  if (sure === undefined) {
    const open = marks.find(({ maybe }) => maybe === 'comma');
    if (open === undefined) return success('point');
    return say(`${JSON.stringify(open.cell)} may be a fraction, or thousands`);
  }
  // Beside 0,5 the point of 1.234 may be a slip; beside 1.234,5 it groups thousands.
  const other = marks.find(({ maybe }) => maybe !== undefined && maybe !== sure.sure);
  const grouped = marks.some(({ both }) => both);
  return other === undefined || grouped ? success(sure.sure!) : mixed(sure.cell, other.cell);
}

/** Cells with units that are not one and the same: numbers of different units are no list. */
export function unitProblem(file: string, cells: readonly string[]): Problem | undefined {
  const numbers = cells.filter((cell) => WRITTEN.test(cell));
  const units = [...new Set(numbers.map((cell) => unitOf(cell) ?? ''))];
  if (units.length < 2) return undefined;
  const named = units.map((unit) => (unit === '' ? 'no unit' : JSON.stringify(unit)));
  const message = `has numbers with ${named.join(' and ')}`;
  const fix = 'Write all numbers in one unit; --scale says how many activation units that is.';
  return { file, path: '', message, fix };
}
