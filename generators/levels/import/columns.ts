import { failure, type Problem, type Result, success } from '../../common/problems.js';
import { type Decimal, numberOf } from './cells.js';
import type { Row } from './lines.js';

/** A file as columns. */
export interface Table {
  readonly file: string;
  /** Names of the columns; undefined without a header. */
  readonly titles: readonly string[] | undefined;
  readonly rows: readonly Row[];
  /** Columns up to the last that holds anything. */
  readonly columns: number;
  readonly decimal: Decimal;
}

/** Columns to read, from 0: one list, or references and outputs. */
export type Chosen = { readonly list: number } | { readonly references: number; readonly outputs: number };

type Role = 'references' | 'outputs' | 'index' | 'unnamed' | 'other';

const OUTPUTS = /out|level|cent(er|re)|recon|value|decod|dequant/i;
const REFERENCES = /ref|thresh|bound|edge|transition|trip/i;
const INDEX = /^(unnamed:? ?\d+|index|idx|id|code|step|bin|row|nr|no|number|#|n|i|k)\.?$/i;

/**
 * The columns that hold levels. Beside them may stand the row index of a data frame: a column without a name, or
 * with the name of one, of whole numbers. What names and numbers do not settle is asked for, never guessed.
 */
export function chooseColumns(table: Table, wanted: readonly string[] | undefined): Result<Chosen> {
  if (wanted !== undefined) return asWanted(table, wanted);
  const columns = Array.from({ length: table.columns }, (_, column) => column);
  if (columns.length === 1) return success({ list: 0 });
  const roles = columns.map((column) => roleOf(table, column));
  const withRole = (role: Role) => columns.filter((column) => roles[column] === role);
  const [references, outputs, others] = [
    withRole('references'),
    withRole('outputs'),
    columns.filter((column) => roles[column] === 'unnamed' || roles[column] === 'other'),
  ];
  if (references.length === 1 && outputs.length === 1 && others.length === 0) {
    return success({ references: references[0]!, outputs: outputs[0]! });
  }
  const lists = [...references, ...outputs, ...others];
  if (table.titles !== undefined) {
    return lists.length === 1 ? success({ list: lists[0]! }) : unsettled(table, lists);
  }
  // Without names two columns are references and outputs, in that order, as long as none may be an index.
  const both = { references: 0, outputs: 1 };
  const uncounted = columns.filter((column) => !counts(table, column));
  if (columns.length > 2) return unsettled(table, uncounted.length > 1 ? uncounted : columns);
  const blank = columns.some((column) => cellsAt(table, column).includes(''));
  if (blank || !columns.some((column) => counts(table, column))) return success(both);
  const message = 'has two columns, and one of them counts: it may be the index of the other';
  const fix = `Say what to read: --columns ${counts(table, 0) ? 2 : 1} for one list, --columns 1,2 for references and outputs.`;
  return failure({ file: table.file, path: '', message, fix });
}

function asWanted(table: Table, wanted: readonly string[]): Result<Chosen> {
  const found = wanted.map((name) => columnCalled(table, name));
  const problems = found.flatMap((column): Problem[] =>
    typeof column === 'number' ? [] : [{ file: '--columns', path: '', ...column }],
  );
  if (problems.length > 0) return failure(...problems);
  const [first, second] = found as number[];
  return success(second === undefined ? { list: first! } : { references: first!, outputs: second });
}

/** A column by its position, from 1, or by its title. */
function columnCalled(
  { titles, columns, file }: Table,
  name: string,
): number | Pick<Problem, 'message' | 'fix'> {
  const position = /^[1-9]\d*$/.test(name) ? Number(name) - 1 : (titles?.indexOf(name) ?? -1);
  if (position >= 0 && position < columns) return position;
  const named = titles?.filter((title) => title !== '').map((title) => JSON.stringify(title)) ?? [];
  const known = [`1..${columns}`, ...named].join(', ');
  return { message: `${JSON.stringify(name)} is no column of ${file}`, fix: `Its columns: ${known}.` };
}

function unsettled({ file, titles, columns }: Table, lists: readonly number[]): Result<Chosen> {
  const named = titles?.some((title) => title !== '')
    ? ` (${titles.map((title) => JSON.stringify(title)).join(', ')})`
    : '';
  const [first, second] = lists.length > 1 ? lists : [0, 1];
  const message = `has ${columns} columns${named}; one list is read, or references and outputs`;
  const fix = `Say which: --columns ${first! + 1} for one list, --columns ${first! + 1},${second! + 1} for references and outputs, by their places.`;
  return failure({ file, path: '', message, fix });
}

function roleOf(table: Table, column: number): Role {
  const title = table.titles?.[column];
  if (title === undefined) return 'unnamed';
  // A code beside a level is an index; a column called "code" that holds fractions is not.
  if ((title === '' || INDEX.test(title)) && isWhole(table, column)) return 'index';
  if (title === '') return 'unnamed';
  const [output, reference] = [OUTPUTS.test(title), REFERENCES.test(title)];
  if (output === reference) return 'other';
  return output ? 'outputs' : 'references';
}

function cellsAt({ rows }: Table, column: number): string[] {
  return rows.map(({ cells }) => cells[column] ?? '');
}

function isWhole(table: Table, column: number): boolean {
  return cellsAt(table, column).every((cell) => Number.isInteger(numberOf(cell, table.decimal)));
}

/** Whether a column runs 0, 1, 2, .. or 1, 2, 3, .. */
export function counts(table: Table, column: number): boolean {
  const values = cellsAt(table, column).map((cell) => numberOf(cell, table.decimal));
  const [first] = values;
  return (first === 0 || first === 1) && values.every((value, index) => value === first + index);
}
