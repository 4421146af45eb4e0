import { EQUIVALENT_GROUPS, type KnownEquivalent } from './known-equivalents.js';

/** A change as the list of known equivalents names it. */
export interface NamedChange extends Pick<KnownEquivalent, 'file' | 'line' | 'before' | 'after'> {
  readonly nth: number;
}

/** Lines of a file of a macro without the macro's name and its reset style, white space joined. */
export function plainLines(text: string, macro: string): string[] {
  return text
    .replaceAll(macro, '<name>')
    .replaceAll(/!rst_ni\b|\brst_i\b/g, '<reset>')
    .split('\n')
    .map((line) => line.trim().replace(/\s+/g, ' '));
}

/** Whether a change is the one of an entry. */
export function isKnownAs(entry: KnownEquivalent, { file, line, nth, before, after }: NamedChange): boolean {
  return (
    entry.file === file &&
    entry.line === line &&
    entry.before === before &&
    entry.after === after &&
    (entry.nth ?? nth) === nth
  );
}

/** All that are known, one by one. */
export const EQUIVALENTS: readonly KnownEquivalent[] = EQUIVALENT_GROUPS.flatMap(({ changes, ...why }) =>
  changes.map(([file, line, before, after, nth]) => ({
    ...{ file, line, before, after, ...why },
    ...(nth !== undefined && { nth }),
  })),
);
