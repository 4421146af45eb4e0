/** A token of Verilog text with what its place says about it. */
export interface Token {
  readonly text: string;
  readonly kind: 'name' | 'number' | 'operator';
  readonly from: number;
  readonly line: number;
  /** Of the statement it belongs to: index of its first token. */
  readonly statement: number;
  /** Open round brackets since the statement began. */
  readonly depth: number;
  /** Open square brackets. */
  readonly bracket: number;
}

const PATTERN =
  /\/\/[^\n]*|"[^"\n]*"|`\w+[^\n]*|\(\*.*?\*\)|(?<number>\d*'[bdh][0-9a-fA-F_]+|\d+)|(?<name>[A-Za-z_]\w*)|(?<operator><<|>>|<=|>=|==|!=|&&|\|\||\+:|[-+*/%&|^~!<>?:=(){}[\],;.#@])/g;

/** Keywords that end a statement head or tail: what follows is a statement of its own. */
const BOUNDARIES = new Set([
  ';',
  'begin',
  'end',
  'else',
  'generate',
  'endgenerate',
  'endcase',
  'endfunction',
]);

/** The head of a module, parameters and ports, up to the line that closes it. */
const HEAD = /^module [\s\S]*?^\)[^\n;]*;/gm;

/** What of a file is looked at: its module heads, or all but these. */
export type Part = 'heads' | 'bodies';

/** Blanks out what is not synthesized and what is not of the part, without moving anything. */
function masked(text: string, part: Part): string {
  const blank = (found: string) => found.replace(/[^\n]/g, ' ');
  const synthesized = text.replace(/`ifndef SYNTHESIS[\s\S]*?`endif/g, blank);
  if (part === 'bodies') return synthesized.replace(HEAD, blank);
  let heads = '';
  for (const { index, 0: head } of synthesized.matchAll(HEAD)) {
    heads += blank(synthesized.slice(heads.length, index)) + head;
  }
  return heads;
}

/** Tokens of a part of one file, in order; comments, strings, directives and simulation-only code left out. */
export function tokensOf(text: string, part: Part = 'bodies'): Token[] {
  const tokens: Token[] = [];
  let line = 1;
  let at = 0;
  let statement = 0;
  let depth = 0;
  let bracket = 0;
  for (const match of masked(text, part).matchAll(PATTERN)) {
    for (; at < match.index; at++) if (text[at] === '\n') line++;
    const groups = match.groups!;
    const word = groups.number ?? groups.name ?? groups.operator;
    if (word === undefined) continue;
    const kind = groups.number !== undefined ? 'number' : groups.name !== undefined ? 'name' : 'operator';
    if (word === ')') depth = Math.max(0, depth - 1);
    if (word === ']') bracket--;
    tokens.push({ text: word, kind, from: match.index, line, statement, depth, bracket });
    if (word === '(') depth++;
    if (word === '[') bracket++;
    // The name of a block belongs to its `begin`.
    const names = word === ':' && tokens.at(-2)?.text === 'begin';
    const named = tokens.at(-2)?.text === ':' && tokens.at(-3)?.text === 'begin';
    if (names || named || (BOUNDARIES.has(word) && (depth === 0 || word !== ';'))) {
      statement = tokens.length;
      depth = 0;
    }
  }
  return tokens;
}

/** Index of the bracket that closes the one at `from`. */
export function closing(tokens: readonly Token[], from: number, open: string, close: string): number {
  let depth = 0;
  for (let i = from; i < tokens.length; i++) {
    if (tokens[i]!.text === open) depth++;
    if (tokens[i]!.text === close && --depth === 0) return i;
  }
  return tokens.length;
}
