/** Boolean functions as Liberty writes them: `!(A B)`, `(A*B)'`, `A & (B | !C)`, `A ^ B`, `1`. */

type Assignment = Readonly<Record<string, boolean>>;

/** Value of an expression; undefined where it is not one, or names what the assignment lacks. */
export function evaluate(expression: string, inputs: Assignment): boolean | undefined {
  const tokens = expression.match(/[A-Za-z_][\w[\]]*|[01]|[!'&*|+^()]/g) ?? [];
  let at = 0;
  let known = tokens.length > 0;

  function or(): boolean {
    let value = exclusive();
    while (tokens[at] === '|' || tokens[at] === '+') {
      at++;
      value = exclusive() || value;
    }
    return value;
  }
  function exclusive(): boolean {
    let value = and();
    while (tokens[at] === '^') {
      at++;
      value = and() !== value;
    }
    return value;
  }
  function and(): boolean {
    let value = inverted();
    // Two operands side by side are an AND as well.
    while (tokens[at] === '&' || tokens[at] === '*' || /^[\w(!]/.test(tokens[at] ?? '')) {
      if (tokens[at] === '&' || tokens[at] === '*') at++;
      value = inverted() && value;
    }
    return value;
  }
  function inverted(): boolean {
    if (tokens[at] === '!') {
      at++;
      return !inverted();
    }
    let value = operand();
    while (tokens[at] === "'") {
      at++;
      value = !value;
    }
    return value;
  }
  function operand(): boolean {
    const token = tokens[at++];
    if (token === '(') {
      const value = or();
      if (tokens[at++] !== ')') known = false;
      return value;
    }
    if (token === '0' || token === '1') return token === '1';
    const value = token === undefined ? undefined : inputs[token];
    if (value === undefined) known = false;
    return value ?? false;
  }

  const value = or();
  return known && at === tokens.length ? value : undefined;
}

/** Outputs for every input pattern, pattern bit j on input j; undefined where the expression is not one. */
export function truthTable(expression: string, inputs: readonly string[]): readonly boolean[] | undefined {
  const values = Array.from({ length: 2 ** inputs.length }, (_, pattern) =>
    evaluate(expression, Object.fromEntries(inputs.map((name, bit) => [name, ((pattern >> bit) & 1) === 1]))),
  );
  return values.every((value) => value !== undefined) ? values : undefined;
}
