import type { Bed } from './bed.js';
import type { Mutation } from './mutation.js';
import { closing, tokensOf } from './tokens.js';

/**
 * Whether a mutation changes the default of a parameter that every instance of the module sets: the design is the same,
 * which needs no compiler to tell. Of a module that nothing in the sources instantiates, such as the top level, the default
 * is what is built.
 *
 * @param kind the file that is changed, as the bed names it
 */
export function isOverridden(bed: Bed, kind: string, { parameter }: Mutation): boolean {
  if (parameter === undefined) return false;
  const { module } = bed.sources.get(kind)!;
  const instances = [...bed.sources.values()].flatMap(({ text }) => setIn(text, module));
  return instances.length > 0 && instances.every((set) => set.has(parameter));
}

/** The parameters that each instance of a module in a text sets. */
function setIn(text: string, module: string): ReadonlySet<string>[] {
  if (!text.includes(module)) return [];
  const tokens = tokensOf(text);
  return tokens.flatMap(({ text: word }, at) => {
    if (word !== module) return [];
    if (tokens[at + 1]?.text !== '#') return [new Set<string>()];
    const end = closing(tokens, at + 2, '(', ')');
    const set = tokens.slice(at + 2, end).flatMap((token, i, within) => {
      return token.text === '.' ? [within[i + 1]!.text] : [];
    });
    return [new Set(set)];
  });
}
