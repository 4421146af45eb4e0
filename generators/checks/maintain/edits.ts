/** The first line in which two texts differ. */
export interface LineChange {
  /** From 1. */
  readonly line: number;
  /** The line in the first text; undefined past its end. */
  readonly was: string | undefined;
  /** The line in the second text; undefined past its end. */
  readonly is: string | undefined;
}

/** Where two texts differ first, or undefined where they do not. */
export function firstChange(was: string, is: string): LineChange | undefined {
  const [before, after] = [was.split('\n'), is.split('\n')];
  const length = Math.max(before.length, after.length);
  for (let at = 0; at < length; at++) {
    if (before[at] !== after[at]) return { line: at + 1, was: before[at], is: after[at] };
  }
  return undefined;
}

/** Lines of either text that the other one lacks, in whatever order they stand. */
export function linesChanged(was: string, is: string): { readonly gone: number; readonly come: number } {
  const counts = new Map<string, number>();
  for (const line of was.split('\n')) counts.set(line, (counts.get(line) ?? 0) + 1);
  for (const line of is.split('\n')) counts.set(line, (counts.get(line) ?? 0) - 1);
  let gone = 0;
  let come = 0;
  for (const count of counts.values()) {
    if (count > 0) gone += count;
    else come -= count;
  }
  return { gone, come };
}

/** A Verilog string, or a comment to the end of its line or its closing mark. */
const STRING_OR_COMMENT = /"(?:[^"\\\n]|\\.)*"|\/\/[^\n]*|\/\*[\s\S]*?\*\//g;

/** Whether two Verilog texts are the same but for comments and white space. */
export function commentsOnly(was: string, is: string): boolean {
  return bare(was) === bare(is);
}

function bare(text: string): string {
  return text
    .replace(STRING_OR_COMMENT, (found) => (found.startsWith('"') ? found : ' '))
    .replace(/\s+/g, ' ')
    .trim();
}
