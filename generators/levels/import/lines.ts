import { failure, type Result, success } from '../../common/problems.js';
import { cleaned, type Decimal, numberOf } from './cells.js';

/** A line that holds something: its cells, cleaned. */
export interface Row {
  readonly line: number;
  readonly cells: readonly string[];
}

type Line = Omit<Row, 'cells'> & { readonly text: string };
/** What stands between cells; undefined for blanks. */
type Separator = ';' | '\t' | ',' | undefined;

/** The file as it was cut, and the decimal mark where the cut settles it. */
export interface Cut {
  readonly rows: readonly Row[];
  readonly decimal: Decimal | undefined;
}

/** Lines without comments, cut into cells by the separator that the file uses: `;`, tab, comma or blanks. */
export function cutLines(file: string, text: string, decimal: Decimal | undefined): Result<Cut> {
  const lines = text
    .replace(/^\ufeff/, '')
    .split(/\r\n|\r|\n/)
    .map((content, index): Line => ({ line: index + 1, text: content.replace(/^\s*(%|\/\/).*|#.*/, '') }))
    .filter((line) => /[^\s,;"]/.test(line.text));
  const has = (mark: string) => lines.some((line) => outsideQuotes(line.text).includes(mark));
  const separator = ([';', '\t'] as const).find(has);
  if (separator !== undefined) return success({ rows: rowsOf(lines, separator), decimal });
  if (!has(',')) return success({ rows: rowsOf(lines, undefined), decimal });
  return cutAtCommas(file, lines, decimal);
}

/** Commas separate cells, or stand before the fractions of cells that blanks separate. */
function cutAtCommas(file: string, lines: readonly Line[], decimal: Decimal | undefined): Result<Cut> {
  const [first, ...others] = lines;
  const titled = cellsOf(first!.text, undefined).every((cell) => numberOf(cell, 'comma') === undefined);
  const data = titled ? others : lines;
  const fractions = rowsOf(data, undefined);
  const isFraction = (cell: string) => /^[+-]?\d+(,\d+)?(e[+-]?\d+)?$/i.test(cell);
  const possible =
    data.length > 0 &&
    !data.some((line) => line.text.includes('"')) &&
    !(titled && outsideQuotes(first!.text).includes(',')) &&
    fractions.every(({ cells }) => cells.every(isFraction));
  const separated = success({ rows: rowsOf(lines, ','), decimal });
  if (!possible || decimal === 'point') return separated;
  const whole = success({ rows: rowsOf(lines, undefined), decimal: 'comma' as const });
  if (decimal === 'comma') return whole;
  // One name above one number a line, or more than one on a line: then the comma is no separator.
  const counts = data.map((line) => outsideQuotes(line.text).split(',').length);
  const numbered = data.every((line, index) => line.text.trim().startsWith(`${index + 1},`));
  if (fractions.some(({ cells }) => cells.length > 1) || (titled && !numbered)) return whole;
  if (counts.every((count) => count > 2)) return separated;
  const sample = data.find((line) => line.text.includes(','))!.text.trim();
  const message = `${JSON.stringify(sample)} may be one number with a decimal comma, or two whole numbers`;
  const fix = 'Say which: --decimal comma, or --decimal point.';
  return failure({ file, path: `line ${data.find((line) => line.text.includes(','))!.line}`, message, fix });
}

function rowsOf(lines: readonly Line[], separator: Separator): Row[] {
  return lines
    .map(({ line, text }) => ({ line, cells: cellsOf(text, separator) }))
    .filter(({ cells }) => cells.some((cell) => cell !== ''));
}

/** Cells of a line; separators inside quotes are text. */
function cellsOf(text: string, separator: Separator): string[] {
  if (separator === undefined) return (text.trim().match(/"[^"]*"|[^ \t"]+/g) ?? []).map(cleaned);
  return text.split(new RegExp(`${separator}(?=(?:[^"]*"[^"]*")*[^"]*$)`)).map(cleaned);
}

function outsideQuotes(text: string): string {
  return text.replace(/"[^"]*"/g, '""');
}
