/** A function of one value x, as data: it travels to threads and into files. */
export type Expression =
  | { readonly op: 'x' }
  | { readonly op: 'constant'; readonly value: number }
  | { readonly op: UnaryOp; readonly of: Expression }
  | { readonly op: BinaryOp; readonly left: Expression; readonly right: Expression };

export const X: Expression = { op: 'x' };

const UNARY = {
  Abs: Math.abs,
  Erf: erf,
  Exp: Math.exp,
  Neg: (x: number) => -x,
  Sigmoid: (x: number) => 1 / (1 + Math.exp(-x)),
  Softplus: (x: number) => Math.log1p(Math.exp(-Math.abs(x))) + Math.max(0, x),
  Sqrt: Math.sqrt,
  Tanh: Math.tanh,
} as const;
const BINARY = {
  Add: (a: number, b: number) => a + b,
  Div: (a: number, b: number) => a / b,
  Mul: (a: number, b: number) => a * b,
  Pow: (a: number, b: number) => a ** b,
  Sub: (a: number, b: number) => a - b,
} as const;

export type UnaryOp = keyof typeof UNARY;
export type BinaryOp = keyof typeof BINARY;

export const isUnary = (op: string): op is UnaryOp => Object.hasOwn(UNARY, op);
export const isBinary = (op: string): op is BinaryOp => Object.hasOwn(BINARY, op);

/** The value of a function at x, in double precision. */
export function valueAt(expression: Expression, x: number): number {
  if ('left' in expression) {
    return BINARY[expression.op](valueAt(expression.left, x), valueAt(expression.right, x));
  }
  if ('of' in expression) return UNARY[expression.op](valueAt(expression.of, x));
  return expression.op === 'x' ? x : expression.value;
}

/** Ends of what {@link isNeverNegative} looks at, and its steps. */
const [MOST, STEP] = [64, 1 / 32];

/** Whether a function gives nothing below 0 where activations are. */
export function isNeverNegative(expression: Expression, signed: boolean): boolean {
  for (let x = signed ? -MOST : 0; x <= MOST; x += STEP) {
    if (valueAt(expression, x) < 0) return false;
  }
  return true;
}

/** The Gaussian error function, to about 1e-15: its series where that converges soon, else the continued fraction of erfc. */
export function erf(x: number): number {
  const size = Math.abs(x);
  if (size > 6) return Math.sign(x);
  if (size > 2.5) {
    let fraction = size;
    for (let k = 60; k >= 1; k--) fraction = size + k / 2 / fraction;
    return Math.sign(x) * (1 - Math.exp(-size * size) / (fraction * Math.sqrt(Math.PI)));
  }
  let [term, sum] = [x, x];
  for (let n = 1; Math.abs(term) > 1e-17 * Math.abs(sum); n++) {
    term *= (-x * x) / n;
    sum += term / (2 * n + 1);
  }
  return (2 / Math.sqrt(Math.PI)) * sum;
}
