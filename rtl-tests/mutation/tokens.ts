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

/** Blanks out what is not synthesized, and the heads of modules, without moving anything. */
function masked(text: string): string {
  const blank = (part: string) => part.replace(/[^\n]/g, ' ');
  return text.replace(/`ifndef SYNTHESIS[\s\S]*?`endif/g, blank).replace(/^module [\s\S]*?^\);/gm, blank);
}

/** Tokens of one file, in order; comments, strings, directives, module heads and simulation-only code left out. */
export function tokensOf(text: string): Token[] {
  const tokens: Token[] = [];
  let line = 1;
  let at = 0;
  let statement = 0;
  let depth = 0;
  let bracket = 0;
  for (const match of masked(text).matchAll(PATTERN)) {
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
