/** What a page shows and a reader can try: commands, commands with their output, files to save. */
export type Block =
  | { readonly kind: 'commands'; readonly line: number; readonly text: string }
  | {
      readonly kind: 'transcript';
      readonly line: number;
      readonly command: string;
      readonly output: readonly string[];
    }
  | { readonly kind: 'file'; readonly line: number; readonly path: string; readonly text: string };

/** A block, and what its page says about running it in comments that readers do not see. */
export interface Example {
  readonly block: Block;
  /** Command that makes what the block needs: `<!-- before: command -->`. */
  readonly before: string | undefined;
  /** Why it is not run: `<!-- not run: reason -->`. */
  readonly notRun: string | undefined;
}

/** Every block of a Markdown page, in order. Blocks in other languages, and output without its command, are left out. */
export function examplesIn(markdown: string): Example[] {
  const lines = markdown.split('\n');
  const found: Example[] = [];
  let before: string | undefined;
  let notRun: string | undefined;
  let prose = '';
  for (let at = 0; at < lines.length; at++) {
    const text = lines[at]!;
    before = /^<!-- before: (.*) -->$/.exec(text)?.[1] ?? before;
    notRun = /^<!-- not run: (.*) -->$/.exec(text)?.[1] ?? notRun;
    const fence = /^```(\w*)$/.exec(text);
    if (fence === null) {
      prose = text.trim() === '' ? prose : `${prose}\n${text}`;
      continue;
    }
    const end = lines.indexOf('```', at + 1);
    const block = blockOf(fence[1]!, lines.slice(at + 1, end), prose, at + 1);
    if (block !== undefined) found.push({ block, before, notRun });
    before = undefined;
    notRun = undefined;
    prose = '';
    at = end;
  }
  return found;
}

function blockOf(language: string, body: readonly string[], prose: string, line: number): Block | undefined {
  const text = `${body.join('\n')}\n`;
  if (language === 'sh') return { kind: 'commands', line, text };
  const saved = /[Ss]ave this as `([^`]+)`/.exec(prose)?.[1];
  if (saved !== undefined && language !== '') return { kind: 'file', line, path: saved, text };
  if (language === '' && body[0]?.startsWith('$ ') === true) {
    return { kind: 'transcript', line, command: body[0].slice(2), output: body.slice(1) };
  }
  return undefined;
}

/** A block with several `$` lines is several transcripts. */
export function transcriptsIn({
  command,
  output,
}: Extract<Block, { kind: 'transcript' }>): { command: string; output: string[] }[] {
  const all = [{ command, output: [] as string[] }];
  for (const line of output) {
    if (line.startsWith('$ ')) all.push({ command: line.slice(2), output: [] });
    else all.at(-1)!.output.push(line);
  }
  return all;
}

/** Times differ from run to run. */
function withoutTimes(line: string): string {
  return line.replace(/\b\d+(\.\d+)? (s|ms|min)\b/g, 'T').trimEnd();
}

/**
 * The first line that a page promises and a command did not print; undefined where all is as shown. A line `..` stands for
 * any lines, and `..` at the end of a line for its rest.
 */
export function firstDifference(shown: readonly string[], printed: readonly string[]): string | undefined {
  let at = 0;
  let anywhere = false;
  for (const line of shown.map(withoutTimes)) {
    if (line.trim() === '..') {
      anywhere = true;
      continue;
    }
    const matches = (text: string) =>
      line.endsWith('..')
        ? withoutTimes(text).startsWith(line.slice(0, -2).trimEnd())
        : withoutTimes(text) === line;
    const found = anywhere ? printed.findIndex((text, index) => index >= at && matches(text)) : at;
    if (found < 0 || !matches(printed[found] ?? '')) {
      return `shown:   ${line}\nprinted: ${anywhere ? '(nowhere below)' : (printed[at] ?? '(nothing)')}`;
    }
    at = found + 1;
    anywhere = false;
  }
  return anywhere || at >= printed.length || printed.slice(at).every((line) => line.trim() === '')
    ? undefined
    : `shown:   (nothing)\nprinted: ${printed[at]}`;
}
