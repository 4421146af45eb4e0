/**
 * Expands an expression of a FuseSoC core: words, and `flag ? (..)` or `!flag ? (..)`, nested.
 *
 * @param flags  those that are set
 * @returns the words that remain; FuseSoC takes several words of one list entry for one name
 */
export function expandExpression(expression: string, flags: readonly string[]): string[] {
  const tokens = expression.match(/[!?()]|[^\s!?()]+/g) ?? [];
  let at = 0;
  const words = (): string[] => {
    const found: string[] = [];
    while (at < tokens.length && tokens[at] !== ')') {
      const negated = tokens[at] === '!';
      if (negated) at++;
      const word = tokens[at++]!;
      if (tokens[at] !== '?') {
        if (negated) throw new Error(`"!${word}" is no condition: ${expression}`);
        found.push(word);
        continue;
      }
      if (tokens[at + 1] !== '(') throw new Error(`no parenthesis after "${word} ?": ${expression}`);
      at += 2;
      const inner = words();
      if (tokens[at++] !== ')') throw new Error(`a parenthesis stays open: ${expression}`);
      if (flags.includes(word) !== negated) found.push(...inner);
    }
    return found;
  };
  const all = words();
  if (at < tokens.length) throw new Error(`a parenthesis closes nothing: ${expression}`);
  return all;
}
