/** What every terminal has. */
export const TERMINAL_COLUMNS = 80;

/** How a table is laid out. */
export interface TableLayout {
  /** Columns at the left that say what a row is; they stand in each part of a table that is too wide. */
  readonly keys?: number;
  /** Blanks before each line. */
  readonly indent?: number;
}

const GAP = '  ';

/** The end of a text that is too long: names of layers and files differ there. */
export function shortened(text: string, width: number): string {
  return text.length <= width ? text : `..${text.slice(2 - width)}`;
}

/**
 * A table for a terminal: titles of at most two lines, a rule, one line a row. It is never wider than a terminal: columns
 * that have no room stand in a second part below the first, with the keys again.
 *
 * @param titles upper and lower line; an upper line that is empty everywhere is left out
 * @param left   columns of words; all others are numbers, set to the right
 */
export function textTable(
  titles: readonly (readonly [string, string])[],
  body: readonly (readonly string[])[],
  left: (column: number) => boolean,
  { keys = 1, indent = 0 }: TableLayout = {},
): string[] {
  const room = TERMINAL_COLUMNS - indent;
  const heads = [0, 1].map((line) => titles.map((title) => title[line]!));
  const rows = [...heads, ...body];
  const widths = titles.map((_, column) => Math.max(...rows.map((row) => row[column]!.length)));
  const columns = widths.map((_, column) => column);
  const [named, others] = [columns.slice(0, keys), columns.slice(keys)];
  const span = (some: readonly number[]) =>
    some.reduce((sum, column) => sum + widths[column]! + GAP.length, -GAP.length);
  const widest = () => named.reduce((most, column) => (widths[column]! > widths[most]! ? column : most), 0);
  while (others.length > 0 && span(named) > 0.7 * room) widths[widest()]!--;
  for (const column of others) widths[column] = Math.min(widths[column]!, room - span(named) - GAP.length);
  const parts: number[][] = [];
  for (const column of others) {
    const part = parts.at(-1);
    if (part !== undefined && span([...named, ...part, column]) <= room) part.push(column);
    else parts.push([column]);
  }
  const margin = ' '.repeat(indent);
  return parts.flatMap((part, at) => {
    const shown = [...named, ...part];
    const text = (row: readonly string[]) =>
      shown
        .map((column) => {
          const cell = shortened(row[column]!, widths[column]!);
          return left(column) ? cell.padEnd(widths[column]!) : cell.padStart(widths[column]!);
        })
        .join(GAP)
        .trimEnd();
    const rule = shown.map((column) => '-'.repeat(widths[column]!)).join(GAP);
    const titled = heads.map(text).filter((line) => line !== '');
    const lines = [...titled, rule, ...body.map(text)].map((line) => `${margin}${line}`);
    return at > 0 ? ['', ...lines] : lines;
  });
}

/**
 * Words on lines that a terminal has room for.
 *
 * @param words  that stay whole
 * @param indent before the second and all later lines
 */
export function wrapped(words: readonly string[], indent = '', first = ''): string[] {
  const lines = [first];
  for (const word of words) {
    const line = lines.at(-1)!;
    const gap = line === '' || line.endsWith(' ') ? '' : ' ';
    if (line.trim() !== '' && line.length + gap.length + word.length > TERMINAL_COLUMNS) {
      lines.push(`${indent}${word}`);
    } else lines[lines.length - 1] = `${line}${gap}${word}`;
  }
  return lines;
}

/** Sentences, each on a line of its own, its later lines indented. */
export function paragraphs(sentences: readonly string[]): string[] {
  return sentences.flatMap((sentence) => wrapped(sentence.split(' '), '  '));
}
