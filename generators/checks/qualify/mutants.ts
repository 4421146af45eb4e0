import { defaultsOf } from './defaults.js';
import type { Mutation } from './mutation.js';
import { closing, type Token, tokensOf } from './tokens.js';

const OPERATORS: Readonly<Record<string, readonly string[]>> = {
  '==': ['!='],
  '!=': ['=='],
  '<': ['<=', '>'],
  '>': ['>=', '<'],
  '<=': ['<'],
  '>=': ['>'],
  '&&': ['||'],
  '||': ['&&'],
  '&': ['|'],
  '|': ['&'],
  '^': ['|'],
  '+': ['-'],
  '-': ['+'],
  '*': ['+'],
  '<<': ['>>'],
  '>>': ['<<'],
};

const DECLARATIONS = new Set([
  'wire',
  'reg',
  'integer',
  'genvar',
  'localparam',
  'parameter',
  'input',
  'output',
  'function',
]);
const KEYWORDS = new Set([
  ...DECLARATIONS,
  ...['assign', 'always', 'if', 'else', 'for', 'case', 'begin', 'end', 'posedge', 'negedge', 'or', 'default'],
  ...['module', 'endmodule', 'generate', 'endgenerate', 'endcase', 'endfunction', 'signed'],
]);

/** Names of a file by the range they are declared with, ports of the module included. */
function nets(text: string): Map<string, string> {
  const found = new Map<string, string>();
  const pattern = /^ *(?:input|output)? *(?:wire|reg) +(signed +)?(\[[^\]]*\])? *(\w+) *(\[[^\]]*\])?/gm;
  for (const [, , range, name, memory] of text.matchAll(pattern)) {
    if (memory === undefined && !name!.startsWith('unused')) found.set(name!, range ?? '');
  }
  return found;
}

/** Index of the first token that is wanted, from one on; behind the last where there is none. */
function firstOf(tokens: readonly Token[], from: number, wanted: (token: Token) => boolean): number {
  for (let i = from; i < tokens.length; i++) if (wanted(tokens[i]!)) return i;
  return tokens.length;
}

/** Tokens of part-select ranges and replication counts: wrong widths are what lint is for. */
function widthTokens(tokens: readonly Token[]): ReadonlySet<number> {
  const found = new Set<number>();
  const mark = (from: number, to: number) => {
    for (let i = from; i <= to; i++) found.add(i);
  };
  tokens.forEach(({ text }, i) => {
    if (text === '[') {
      const end = closing(tokens, i, '[', ']');
      const colon = firstOf(tokens, i + 1, ({ text }) => text === ':' || text === '+:');
      if (colon < end) mark(tokens[colon]!.text === ':' ? i : colon, end);
    } else if (text === '{') {
      const count = tokens[i + 1]?.text === '(' ? closing(tokens, i + 1, '(', ')') : i + 1;
      if (tokens[count + 1]?.text === '{') mark(i, count);
    }
  });
  return found;
}

/** The literal one higher, of the same width; wide and hexadecimal ones too. */
function nextNumber(literal: string): string {
  const sized = /^(\d+)'([bdh])([0-9a-fA-F_]+)$/.exec(literal);
  if (sized === null) return String(BigInt(literal) + 1n);
  const prefix = { b: '0b', d: '', h: '0x' }[sized[2] as 'b' | 'd' | 'h'];
  const value = BigInt.asUintN(Number(sized[1]), BigInt(prefix + sized[3]!.replaceAll('_', '')) + 1n);
  return sized[2] === 'h' ? `${sized[1]}'h${value.toString(16)}` : `${sized[1]}'d${value}`;
}

/** Every mutation of a file that this project makes: systematic, module heads first, then in the order of the text. */
export function mutationsOf(text: string): Mutation[] {
  return [...defaultMutations(text), ...bodyMutations(text)];
}

/** Each number among the defaults of parameters in module heads, one higher. */
function defaultMutations(text: string): Mutation[] {
  return defaultsOf(text).map(({ token, parameter }) => ({
    ...replaced(text, 'default', token, token, nextNumber(token.text)),
    parameter,
  }));
}

function replaced(text: string, kind: Mutation['kind'], first: Token, last: Token, after: string): Mutation {
  const to = last.from + last.text.length;
  const before = text.slice(first.from, to).replace(/\s+/g, ' ');
  return { line: first.line, kind, from: first.from, to, before, after };
}

function bodyMutations(text: string): Mutation[] {
  const tokens = tokensOf(text);
  const declared = nets(text);
  const names = [...declared.keys()];
  const found: Mutation[] = [];
  const add = (kind: Mutation['kind'], first: Token, last: Token, after: string) => {
    const mutation = replaced(text, kind, first, last, after);
    if (mutation.before !== after) found.push(mutation);
  };
  const first = (token: Token) => tokens[token.statement]!;
  /** Index of the operator that assigns, by the statements that have one. */
  const assignments = new Map<number, number>();
  tokens.forEach(({ text: word, depth, statement }, i) => {
    if (depth === 0 && (word === '=' || word === '<=') && !assignments.has(statement)) {
      assignments.set(statement, i);
    }
  });

  const widths = widthTokens(tokens);

  tokens.forEach((token, i) => {
    if (widths.has(i)) return;
    const head = first(token).text;
    const assignment = assignments.get(token.statement) ?? -1;
    const declares = DECLARATIONS.has(head);
    const inUnused = tokens[token.statement + 1]?.text.startsWith('unused') === true;
    if (inUnused || head === 'genvar' || head === 'integer' || head === 'function') return;
    if (declares && (assignment < 0 || i <= assignment)) return;
    // Sensitivity lists say when, not what.
    if (head === 'always' && token.depth > 0 && assignment < 0) return;
    const previous = tokens[i - 1]?.text;
    const next = tokens[i + 1]?.text;

    if (token.kind === 'operator') {
      const assigns = i === assignment;
      if (assigns && !declares && head !== 'assign' && token.text === '<=') {
        const end = firstOf(tokens, i + 1, (other) => other.text === ';');
        let start = i;
        while (tokens[start - 1] !== undefined && !/^(;|begin|end|else|\)|:)$/.test(tokens[start - 1]!.text))
          start--;
        add('dropped', tokens[start]!, tokens[end]!, ';');
      } else if (assigns && (head === 'assign' || head === 'wire')) {
        const end = firstOf(tokens, i + 1, (other) => other.text === ';');
        const value = end === i + 2 ? tokens[i + 1]!.text : '';
        const as = /^(\d+'[bdh])?0+$/.test(value) ? '0' : value === "1'b1" ? '~0' : '';
        for (const stuck of ['0', '~0']) {
          if (stuck !== as) add('stuck', tokens[i + 1]!, tokens[end - 1]!, stuck);
        }
      } else if (!assigns && OPERATORS[token.text] !== undefined) {
        for (const after of OPERATORS[token.text]!) add('operator', token, token, after);
      } else if (token.text === '?') add('condition', token, token, '== 0 ?');
      else if (token.text === '!' || token.text === '~') add('negation', token, token, '');
      else if (token.text === '(' && previous === 'if') add('condition', token, token, '(!');
      return;
    }
    if (token.kind === 'number') {
      if (next === '{' || previous === '#') return;
      add('constant', token, token, nextNumber(token.text));
      return;
    }
    const range = declared.get(token.text);
    const reads = token.depth > 0 || (assignment >= 0 && i > assignment) || token.bracket > 0;
    if (range === undefined || KEYWORDS.has(token.text) || !reads || previous === '.') return;
    const same = names.filter(
      (name) => name === token.text || (declared.get(name) === range && !name.endsWith('_o')),
    );
    const other = same[(same.indexOf(token.text) + 1) % same.length]!;
    if (other !== token.text && other !== 'clk_i' && token.text !== 'clk_i')
      add('swapped', token, token, other);
  });
  return found;
}

export function mutated(text: string, { from, to, after }: Mutation): string {
  return text.slice(0, from) + after + text.slice(to);
}
