import type { Problem } from '../../common/problems.js';
import { type Expression, isBinary, isUnary, X } from './expressions.js';
import type { Node } from './nodes.js';
import { freshName, put, type Sketch } from './sketch.js';

interface FunctionOf {
  readonly base: string;
  readonly of: Expression;
}

/** Whether every value of an operator follows from one value, or may do so. */
export function isFunction(op: string): boolean {
  return op === 'Gelu' || isUnary(op) || isBinary(op);
}

/**
 * Takes a node up into a function of one value, as exporters write GELU in five nodes. It becomes a step when something
 * else reads it.
 *
 * @returns false where the node is no such function
 */
export function composed(node: Node, sketch: Sketch): boolean {
  const found = composition(node, sketch);
  if (found === undefined) return false;
  sketch.views.set(node.output, { kind: 'function', node, ...found });
  return true;
}

function composition(node: Node, sketch: Sketch): FunctionOf | undefined {
  const [first, second] = node.inputs as readonly [string, string | undefined];
  const inner = functionOf(first, sketch);
  if (node.op === 'Gelu') {
    const form = node.text('approximate', 'none');
    return inner && { base: inner.base, of: form === 'tanh' ? tanhGelu(inner.of) : gelu(inner.of) };
  }
  if (isUnary(node.op)) return inner && { base: inner.base, of: { op: node.op, of: inner.of } };
  if (!isBinary(node.op) || second === undefined) return undefined;
  const [left, right] = [
    inner ?? constantOf(first, sketch),
    functionOf(second, sketch) ?? constantOf(second, sketch),
  ];
  if (left === undefined || right === undefined) return undefined;
  const bases = [left.base, right.base].filter((base) => base !== undefined);
  const both = bases.length === 2;
  // A sum of a tensor with itself is an addition of codes; a bias is added where the sum is.
  const hasFunction = [first, second].some((name) => sketch.views.has(name));
  if (bases.length === 0 || (both && bases[0] !== bases[1]) || (node.op === 'Add' && !hasFunction))
    return undefined;
  return { base: bases[0]!, of: { op: node.op, left: left.of, right: right.of } };
}

function functionOf(name: string, { views, shapes }: Sketch): FunctionOf | undefined {
  const view = views.get(name);
  if (view?.kind === 'function') return view;
  return shapes.has(name) ? { base: name, of: X } : undefined;
}

function constantOf(
  name: string,
  { constants }: Sketch,
): { readonly base: undefined; readonly of: Expression } | undefined {
  const constant = constants.get(name);
  return constant?.values.length === 1 ? { base: undefined, of: number(constant.values[0]!) } : undefined;
}

const number = (value: number): Expression => ({ op: 'constant', value });
const times = (left: Expression, right: Expression): Expression => ({ op: 'Mul', left, right });
const plus = (left: Expression, right: Expression): Expression => ({ op: 'Add', left, right });

function gelu(x: Expression): Expression {
  const share = plus(number(1), { op: 'Erf', of: times(x, number(Math.SQRT1_2)) });
  return times(times(number(0.5), x), share);
}

function tanhGelu(x: Expression): Expression {
  const cubic = plus(x, times(number(0.044715), { op: 'Pow', left: x, right: number(3) }));
  const share = plus(number(1), { op: 'Tanh', of: times(number(Math.sqrt(2 / Math.PI)), cubic) });
  return times(times(number(0.5), x), share);
}

/** Makes a step of a function that something reads. */
export function settle(name: string, sketch: Sketch): void {
  const view = sketch.views.get(name);
  if (view?.kind !== 'function') return;
  sketch.views.delete(name);
  const { node, base, of } = view;
  const step = { kind: 'function' as const, name: freshName(sketch, node), input: base, output: name, of };
  put(node, sketch, step, sketch.shapes.get(base)!, sketch.ranks.get(base)!);
}

/** What is said of a product or a function that is none of one value. */
export function noFunction(node: Node): Problem[] {
  const fix =
    'Functions of one value are tables: of a tensor with constants of one value, or with itself, as GELU, SiLU and tanh are.';
  return [node.problem('joins values that do not follow from one value', fix)];
}
