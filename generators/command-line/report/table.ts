/**
 * A table for a terminal: titles of two lines, a rule, one line a row.
 *
 * @param left columns of words; all others are numbers, set to the right
 */
export function textTable(
  titles: readonly (readonly [string, string])[],
  body: readonly (readonly string[])[],
  left: (column: number) => boolean,
): string[] {
  const rows = [...[0, 1].map((line) => titles.map((title) => title[line]!)), ...body];
  const widths = titles.map((_, column) => Math.max(...rows.map((row) => row[column]!.length)));
  const text = (row: readonly string[]) =>
    row
      .map((cell, column) => (left(column) ? cell.padEnd(widths[column]!) : cell.padStart(widths[column]!)))
      .join('  ')
      .trimEnd();
  const [above, below, ...lines] = rows.map(text);
  return [above!, below!, widths.map((width) => '-'.repeat(width)).join('  '), ...lines];
}
