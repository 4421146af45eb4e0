import { failure, type Problem, type Result, success } from '../../common/problems.js';
import { type Decimal, decimalOf, numberOf, unitProblem } from './cells.js';
import { chooseColumns, counts, type Table } from './columns.js';
import { cutLines, type Row } from './lines.js';
import { type Lists, MOST_NUMBERS, type NumberList, trimmed } from './list.js';

/** What is said about a text file that the text leaves open. */
export interface TextStatement {
  /** Columns to read, by title or by place from 1: one list, or references and outputs. */
  readonly columns?: readonly string[] | undefined;
  /** Mark before the fraction; by default told by the numbers themselves, and asked for where they leave it open. */
  readonly decimal?: Decimal | undefined;
  /** The first line names the columns, though it holds numbers. */
  readonly header?: boolean | undefined;
}

/** One cell: its text, and where it stands in the file. */
interface Cell {
  readonly text: string;
  readonly place: string;
}

/**
 * Numbers of a text file: one column, one row, or two columns, beside the row index of a data frame where there is
 * one. Cells are separated by semicolons, tabs, commas or blanks; `#`, `%` and `//` start comments; first lines without
 * numbers are a header and the units below it, and tell which of two columns holds references and which outputs.
 * Without one, references come first. Text that could be read in two ways is refused, with the option that settles it.
 */
export function parseCsv(file: string, text: string, statement: TextStatement = {}): Result<Lists> {
  const cut = cutLines(file, text, statement.decimal);
  if (!cut.ok) return cut;
  const { titles, rows: all } = headed(cut.value.rows, statement);
  const { rows, columns } = withoutWords(all);
  if (rows.length === 0) return failure({ file, path: '', message: 'holds no numbers' });
  if (rows.length * columns > MOST_NUMBERS)
    return failure({ file, path: '', message: tooMany(rows.length * columns) });
  const decimal =
    cut.value.decimal ??
    decimalOf(
      file,
      rows.flatMap(({ cells }) => cells),
    );
  if (typeof decimal !== 'string' && !decimal.ok) return decimal;
  const mark = typeof decimal === 'string' ? decimal : decimal.value;
  const table = { file, titles: aligned(titles, rows, columns), rows, columns, decimal: mark };
  if (rows.length === 1 && statement.columns === undefined && !namesBoth(table)) return oneRow(table);
  return fromColumns(table, statement);
}

export function tooMany(count: number): string {
  return `holds ${count} numbers, which levels never do`;
}

/** The titles, if the first line has any, and the lines below them and their units. */
function headed(rows: readonly Row[], { header = false }: TextStatement) {
  const isNumber = (cell: string) =>
    numberOf(cell, 'point') !== undefined || numberOf(cell, 'comma') !== undefined;
  const [first, ...below] = rows;
  const named = first?.cells.some(
    (cell, column) =>
      cell !== '' && !isNumber(cell) && below.some(({ cells }) => isNumber(cells[column] ?? '')),
  );
  const titled = header || named || first?.cells.every((cell) => !isNumber(cell));
  if (!titled) return { titles: undefined, rows };
  const from = below.findIndex(({ cells }) => cells.some(isNumber));
  return { titles: first?.cells, rows: from < 0 ? [] : below.slice(from) };
}

/** Without columns to the right that hold nothing, or the same word in every line: a unit beside its number. */
function withoutWords(rows: readonly Row[]): { readonly rows: readonly Row[]; readonly columns: number } {
  const last = (row: Row) => row.cells.findLastIndex((cell) => cell !== '');
  const columns = Math.max(0, ...rows.map((row) => last(row) + 1));
  const word = rows[0]?.cells[columns - 1] ?? '';
  const isUnit =
    columns > 1 &&
    rows.length > 1 &&
    /^[a-zµμΩ°%]+$/i.test(word) &&
    !/^(nan|inf|infinity)$/i.test(word) &&
    rows.every(({ cells }) => cells[columns - 1] === word);
  if (!isUnit) return { rows, columns };
  return { rows: rows.map(({ line, cells }) => ({ line, cells: cells.slice(0, -1) })), columns: columns - 1 };
}

/** Titles of all columns; where one is missing it is that of the row names, as R writes them. */
function aligned(titles: readonly string[] | undefined, rows: readonly Row[], columns: number) {
  const short = titles !== undefined && rows.length > 1 && titles.length === columns - 1;
  return short ? ['', ...titles] : titles;
}

function namesBoth(table: Table): boolean {
  const chosen = table.titles !== undefined && table.columns === 2 && chooseColumns(table, undefined);
  return chosen !== false && chosen.ok && 'references' in chosen.value;
}

/** A single line: its cells are the list, but for the index of a data frame. */
function oneRow(table: Table): Result<Lists> {
  const [{ line, cells }] = table.rows as readonly [Row];
  const index = table.titles?.[0] === '' || /^(index|unnamed: 0)$/i.test(table.titles?.[0] ?? '');
  const from = index && table.columns > 2 ? 1 : 0;
  const row = cells
    .slice(0, table.columns)
    .map((text, at) => ({ text, place: `line ${line}, value ${at + 1}` }))
    .slice(from);
  const list = listOf(table, row);
  return list.ok ? success({ single: list.value }) : list;
}

function fromColumns(table: Table, { columns: wanted, header }: TextStatement): Result<Lists> {
  const unclear = wanted === undefined && !header && frameProblem(table);
  if (unclear) return failure(unclear);
  const chosen = chooseColumns(table, wanted);
  if (!chosen.ok) return chosen;
  if ('list' in chosen.value) {
    const list = columnOf(table, chosen.value.list);
    return list.ok ? success({ single: list.value }) : list;
  }
  const { references, outputs } = chosen.value;
  const [left, right] = [columnOf(table, references), columnOf(table, outputs)];
  if (!left.ok || !right.ok)
    return failure(...[left, right].flatMap((list) => (list.ok ? [] : list.problems)));
  return success({ references: trimmed(left.value), outputs: trimmed(right.value) });
}

/** A first line `,0` above lines that count from 0: what data frames without names look like, or a first output. */
function frameProblem(table: Table): Problem | undefined {
  const { file, titles, rows, columns } = table;
  const [first, ...others] = rows as readonly [Row, ...Row[]];
  if (titles !== undefined || columns < 2 || others.length === 0 || first.cells[0] !== '') return undefined;
  const labels = first.cells.slice(1, columns).every((cell, index) => cell === String(index));
  if (!labels || others[0]!.cells[0] !== '0' || !counts({ ...table, rows: others }, 0)) return undefined;
  const message = 'may begin with the header of a data frame, whose first column counts';
  const fix =
    columns === 2
      ? 'Say which: --header where the first line is one, --columns 1,2 where it holds an output.'
      : `Say which: --header --columns 2 for one list, --header --columns 2,3 for references and outputs.`;
  return { file, path: `line ${first.line}`, message, fix };
}

function columnOf(table: Table, column: number): Result<NumberList> {
  const place = (line: number) =>
    table.columns === 1 ? `line ${line}` : `line ${line}, column ${column + 1}`;
  return listOf(
    table,
    table.rows.map(({ line, cells }) => ({ text: cells[column] ?? '', place: place(line) })),
  );
}

function listOf({ file, decimal }: Table, cells: readonly Cell[]): Result<NumberList> {
  const problems: Problem[] = [];
  const values = cells.map(({ text, place }) => {
    const value = numberOf(text, decimal);
    if (value === undefined && text !== '') {
      problems.push({ file, path: place, message: `${JSON.stringify(text)} is not a number` });
    }
    return value;
  });
  const units =
    problems.length === 0 &&
    unitProblem(
      file,
      cells.map(({ text }) => text),
    );
  if (units) return failure(units);
  if (problems.length > 0) return failure(...problems);
  return success({ file, values, places: cells.map(({ place }) => place) });
}
