import { failure, type Problem, type Result, success } from '../problems.js';
import { type Lists, MOST_NUMBERS, type NumberList, trimmed } from './list.js';

const NUMBER = /^[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?$/i;
const INFINITE = /^([+-]?)inf(inity)?$/i;

/** One cell: its text, and where it stands in the file. */
interface Cell {
  readonly text: string;
  readonly place: string;
}

/** A line that holds something. */
interface Row {
  readonly line: number;
  readonly cells: readonly string[];
}

/**
 * Numbers of a text file: one column, one row, or two columns. Cells are separated by semicolons, commas, tabs
 * or blanks; `#` starts a comment; a first line without numbers is a header, and tells which of two columns
 * holds references and which outputs. Without one, references come first.
 */
export function parseCsv(file: string, text: string): Result<Lists> {
  const lines = text.split(/\r\n|\r|\n/).map((line) => line.replace(/^\ufeff/, '').replace(/#.*/, ''));
  const separator = [';', ','].find((mark) => lines.some((line) => line.includes(mark)));
  const rows = lines
    .map((line, index): Row => ({ line: index + 1, cells: cellsOf(line, separator) }))
    .filter(({ cells }) => cells.some((cell) => cell !== ''));
  const header = rows[0]?.cells.every((cell) => numberOf(cell) === undefined) ? rows.shift() : undefined;
  const columns = usedColumns(rows);
  if (rows.length === 0) return failure({ file, path: '', message: 'holds no numbers' });
  if (rows.length * columns > MOST_NUMBERS)
    return failure({ file, path: '', message: tooMany(rows.length * columns) });
  if (rows.length === 1) {
    const [{ line, cells }] = rows as [Row];
    const row = cells
      .slice(0, columns)
      .map((cell, at) => ({ text: cell, place: `line ${line}, value ${at + 1}` }));
    return single(file, row);
  }
  const wide = rows.find(({ cells }) => cells.slice(0, columns).length > 2);
  if (wide !== undefined) {
    const message = `has ${wide.cells.length} values; one column, one row, or two columns are read`;
    return failure({ file, path: `line ${wide.line}`, message });
  }
  if (columns === 1)
    return single(
      file,
      rows.map(({ line, cells }) => ({ text: cells[0]!, place: `line ${line}` })),
    );
  return pair(file, rows, header);
}

export function tooMany(count: number): string {
  return `holds ${count} numbers, which levels never do`;
}

function cellsOf(line: string, separator: string | undefined): string[] {
  const cells = separator === undefined ? line.trim().split(/\s+/) : line.split(separator);
  return cells.map((cell) =>
    cell
      .trim()
      .replace(/^"(.*)"$/, '$1')
      .trim(),
  );
}

/** Columns up to the last that holds anything. */
function usedColumns(rows: readonly Row[]): number {
  return Math.max(0, ...rows.map(({ cells }) => cells.findLastIndex((cell) => cell !== '') + 1));
}

/** The number in a cell; undefined where there is none. */
function numberOf(cell: string): number | undefined {
  const infinite = INFINITE.exec(cell);
  if (infinite !== null) return infinite[1] === '-' ? -Infinity : Infinity;
  if (/^nan$/i.test(cell)) return NaN;
  return NUMBER.test(cell) ? Number(cell) : undefined;
}

function single(file: string, cells: readonly Cell[]): Result<Lists> {
  const list = listOf(file, cells);
  return list.ok ? success({ single: list.value }) : list;
}

function pair(file: string, rows: readonly Row[], header: Row | undefined): Result<Lists> {
  const [first, second] = [0, 1].map((column) =>
    listOf(
      file,
      rows.map(({ line, cells }) => ({
        text: cells[column] ?? '',
        place: `line ${line}, column ${column + 1}`,
      })),
    ),
  ) as [Result<NumberList>, Result<NumberList>];
  const problems = [first, second].flatMap((list) => (list.ok ? [] : list.problems));
  if (!first.ok || !second.ok) return failure(...problems);
  const [left, right] = [trimmed(first.value), trimmed(second.value)];
  return success(
    outputsFirst(header) ? { references: right, outputs: left } : { references: left, outputs: right },
  );
}

/** Whether the header calls the first column outputs, in any of the field's words. */
function outputsFirst(header: Row | undefined): boolean {
  const isOutput = (title = '') => /out|level|cent|recon|value/i.test(title);
  const isReference = (title = '') => /ref|thresh|bound|edge/i.test(title);
  const [left, right] = header?.cells ?? [];
  return (isOutput(left) && !isReference(left)) || (isReference(right) && !isOutput(right));
}

function listOf(file: string, cells: readonly Cell[]): Result<NumberList> {
  const problems: Problem[] = [];
  const values = cells.map(({ text, place }) => {
    const value = numberOf(text);
    if (value === undefined && text !== '') {
      problems.push({ file, path: place, message: `${JSON.stringify(text)} is not a number` });
    }
    return value;
  });
  if (problems.length > 0) return failure(...problems);
  return success({ file, values, places: cells.map(({ place }) => place) });
}
