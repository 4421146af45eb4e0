import type { Mutation } from './mutation.js';
import { closing, type Token, tokensOf } from './tokens.js';

/** A number in the default value of a parameter. */
export interface Default {
  readonly token: Token;
  readonly parameter: string;
}

/** The numbers among the default values of parameters in module heads: where generation writes its numbers. */
export function defaultsOf(text: string): Default[] {
  const tokens = tokensOf(text, 'heads');
  const found: Default[] = [];
  tokens.forEach(({ text: word }, at) => {
    if (word !== 'parameter') return;
    const name = tokens[at + 1]?.text === '[' ? closing(tokens, at + 1, '[', ']') + 1 : at + 1;
    let nested = 0;
    for (let i = name + 2; i < tokens.length; i++) {
      const { text: part, kind } = tokens[i]!;
      if (nested === 0 && (part === ',' || part === ')')) return;
      if ('([{'.includes(part)) nested++;
      else if (')]}'.includes(part)) nested--;
      else if (kind === 'number') found.push({ token: tokens[i]!, parameter: tokens[name]!.text });
    }
  });
  return found;
}

/**
 * Data mutations: one digit of every number that generation wrote into a module head. Of hexadecimal numbers, such as
 * decoder tables, each digit has a bit flipped; of decimal ones each digit but 0 is one lower, and 0 is 1.
 */
export function digitMutationsOf(text: string): Mutation[] {
  return defaultsOf(text).flatMap(({ token, parameter }) => {
    const [, width, digits] = /^(\d+)'h([0-9a-fA-F_]+)$/.exec(token.text) ?? [];
    const first = token.text.length - (digits ?? token.text).length;
    return [...token.text.slice(first)].flatMap((digit, at): Mutation[] => {
      const after =
        digits === undefined ? lower(token.text, digit) : flipped(digit, at, digits, Number(width));
      if (after === undefined) return [];
      const from = token.from + first + at;
      return [{ line: token.line, kind: 'digit', from, to: from + 1, before: digit, after, parameter }];
    });
  });
}

function lower(literal: string, digit: string): string | undefined {
  if (/^0+$/.test(literal)) return '1';
  return /[1-9]/.test(digit) ? String(Number(digit) - 1) : undefined;
}

/** Another bit from digit to digit; the first digit may have fewer than four. */
function flipped(digit: string, at: number, digits: string, width: number): string | undefined {
  if (digit === '_') return undefined;
  const later = digits.slice(at + 1).replaceAll('_', '').length;
  const bits = Math.min(4, width - 4 * later);
  if (bits < 1) return undefined;
  return (Number.parseInt(digit, 16) ^ (1 << (at % bits))).toString(16);
}
