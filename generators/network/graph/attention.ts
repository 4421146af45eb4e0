import type { Problem } from '../../common/problems.js';
import { reshaped } from './constants.js';
import type { Node } from './nodes.js';
import {
  type AxesView,
  type Axis,
  freshName,
  type MixedView,
  put,
  type ScoresView,
  type Sketch,
} from './sketch.js';
import type { Step } from './steps.js';

const SEQUENCE: readonly Axis[] = ['place', 'channel'];
const HEADS_LAST: readonly Axis[] = ['place', 'head', 'part'];
const QUERY: readonly Axis[] = ['head', 'place', 'part'];
const TURNED_KEY: readonly Axis[] = ['head', 'part', 'place'];
const FORM =
  'Mapped is softmax(c Q K^T) V of tensors [N, T, C], heads made by Reshape to [N, T, heads, C / heads] and Transpose.';

/** Extents of a tensor in the model, the batch as one sample; undefined where it is unknown. */
export function dimsOf(sketch: Sketch, name: string): number[] | undefined {
  const view = sketch.views.get(name);
  if (view?.kind === 'function') return dimsOf(sketch, view.base);
  if (view?.kind === 'scores') {
    const { query, key, heads, flat } = view;
    const places = [query, key].map((each) => sketch.shapes.get(each)![1]);
    return [1, ...(flat ? [] : [heads]), ...places];
  }
  if (view !== undefined) {
    const [channels] = sketch.shapes.get(view.kind === 'axes' ? view.base : view.value)!;
    const places = sketch.shapes.get(view.kind === 'axes' ? view.base : view.query)![1];
    const sizes = { place: places, channel: channels, head: view.heads, part: channels / view.heads };
    return [1, ...view.axes.map((axis) => sizes[axis])];
  }
  const shape = sketch.shapes.get(name);
  if (shape === undefined) return undefined;
  const [channels, height] = shape;
  const rank = sketch.ranks.get(name)!;
  return rank === 2 ? [1, channels] : rank === 3 ? [1, height, channels] : [1, ...shape];
}

/**
 * Follows a node of an attention: how its tensors are turned and split into heads is kept in mind, and the last node of it
 * becomes one step.
 *
 * @returns undefined where the node belongs to no attention
 */
export function attentionPart(node: Node, sketch: Sketch): Problem[] | undefined {
  const [first, second] = node.inputs as readonly [string, string | undefined];
  const { views, constants } = sketch;
  const view = views.get(first);
  switch (node.op) {
    case 'Reshape':
      return reshapedView(node, sketch);
    case 'Transpose':
      return turned(node, sketch);
    case 'MatMul':
      return second === undefined || constants.has(first) || constants.has(second)
        ? undefined
        : product(node, sketch);
    case 'Softmax': {
      if (view?.kind !== 'scores' || view.shares) return undefined;
      const last = dimsOf(sketch, first)!.length - 1;
      const axis = node.int('axis', -1);
      if (axis !== -1 && axis !== last) return [node.problem(`is taken along axis ${axis}`, FORM)];
      views.set(node.output, { ...view, shares: true });
      return [];
    }
    case 'Identity':
    case 'Dropout':
    case 'Cast':
      if (view === undefined || view.kind === 'function') return undefined;
      views.set(node.output, view);
      return [];
    case 'Mul':
    case 'Div':
      return scaled(node, sketch);
    case 'Add':
      return masked(node, sketch);
    default:
      return undefined;
  }
}

/** A factor of Q, K or the scores. */
function scaled(node: Node, { views, constants }: Sketch): Problem[] | undefined {
  const [first, second] = node.inputs as readonly [string, string];
  const name = views.has(first) ? first : second;
  const view = views.get(name);
  if (view?.kind !== 'axes' && view?.kind !== 'scores') return undefined;
  const constant = constants.get(name === first ? second : first);
  const usable = view.kind === 'axes' || !view.shares;
  if (constant?.values.length !== 1 || !usable || (node.op === 'Div' && name !== first)) {
    return [node.problem('changes a part of an attention by more than a constant', FORM)];
  }
  const factor = node.op === 'Div' ? 1 / constant.values[0]! : constant.values[0]!;
  views.set(node.output, { ...view, factor: view.factor * factor });
  return [];
}

function masked(node: Node, { views, constants }: Sketch): Problem[] | undefined {
  const [first, second] = node.inputs as readonly [string, string];
  const view = views.get(first) ?? views.get(second);
  if (view?.kind !== 'scores') return undefined;
  const constant = constants.get(views.has(first) ? second : first);
  if (constant === undefined || view.shares || constant.values.some((value) => value !== 0)) {
    const fix = 'Export with sequences of one length and no mask: every place attends to all places.';
    return [node.problem('adds a mask to the scores of an attention', fix)];
  }
  views.set(node.output, view);
  return [];
}

/** A tensor [N, T, C] or what Reshape and Transpose have made of one. */
function axesOf(sketch: Sketch, name: string): AxesView | undefined {
  const view = sketch.views.get(name);
  if (view?.kind === 'axes') return view;
  if (view !== undefined || sketch.ranks.get(name) !== 3) return undefined;
  return { kind: 'axes', base: name, axes: SEQUENCE, heads: 1, factor: 1 };
}

function axesOrMixed(sketch: Sketch, name: string): AxesView | MixedView | undefined {
  const view = sketch.views.get(name);
  return view?.kind === 'mixed' ? view : axesOf(sketch, name);
}

const same = (a: readonly unknown[], b: readonly unknown[]) => a.join() === b.join();

function reshapedView(node: Node, sketch: Sketch): Problem[] | undefined {
  const [input, target] = node.inputs as readonly [string, string];
  const view = axesOrMixed(sketch, input);
  const given = sketch.constants.get(target)?.values;
  if (view === undefined || given === undefined) return undefined;
  const from = dimsOf(sketch, input)!;
  const to = reshaped(from, [...given]);
  if (to === undefined || same(from, to)) return undefined;
  const [, places, ...rest] = to;
  const channels = rest.reduce((size, extent) => size * extent, 1);
  const whole =
    to[0] === 1 &&
    places === from[1] &&
    from.slice(2).reduce((size, extent) => size * extent, 1) === channels;
  if (whole && same(view.axes, SEQUENCE) && rest.length === 2) {
    return made(node, sketch, { ...view, axes: HEADS_LAST, heads: rest[0]! });
  }
  if (whole && same(view.axes, HEADS_LAST) && rest.length === 1)
    return made(node, sketch, { ...view, axes: SEQUENCE });
  if (from[1] === 1 && same(view.axes, SEQUENCE)) return undefined;
  return [node.problem(`makes [N, ${to.slice(1).join(', ')}] of [N, ${from.slice(1).join(', ')}]`, FORM)];
}

function turned(node: Node, sketch: Sketch): Problem[] | undefined {
  const view = axesOrMixed(sketch, node.inputs[0]!);
  if (view === undefined) return undefined;
  const order = node.ints('perm') ?? [0, ...view.axes.map((_, at) => at + 1)].reverse();
  if (order[0] !== 0 || order.length !== view.axes.length + 1) {
    return [node.problem('moves the batch', 'Export with the batch first.')];
  }
  return made(node, sketch, { ...view, axes: order.slice(1).map((axis) => view.axes[axis - 1]!) });
}

/** Keeps a view in mind; one that is a plain sequence again becomes a tensor. */
function made(node: Node, sketch: Sketch, view: AxesView | MixedView): Problem[] {
  if (!same(view.axes, SEQUENCE)) {
    sketch.views.set(node.output, view);
    return [];
  }
  if (view.kind === 'mixed') return attention(node, sketch, view);
  if (view.factor !== 1) return [node.problem('ends a product that is no attention', FORM)];
  const step: Step = {
    kind: 'reshape',
    name: freshName(sketch, node),
    input: view.base,
    output: node.output,
  };
  return put(node, sketch, step, sketch.shapes.get(view.base)!, 3);
}

function product(node: Node, sketch: Sketch): Problem[] {
  const [first, second] = node.inputs as readonly [string, string];
  const left = sketch.views.get(first);
  const right = axesOf(sketch, second);
  const refused = [node.problem('multiplies two activations', FORM)];
  if (right === undefined) return refused;
  if (left?.kind === 'scores') return mixture(node, sketch, left, right) ?? refused;
  const query = axesOf(sketch, first);
  const flat = query !== undefined && same(query.axes, SEQUENCE) && same(right.axes, ['channel', 'place']);
  const split = query !== undefined && same(query.axes, QUERY) && same(right.axes, TURNED_KEY);
  if (query === undefined || !(flat || split) || query.heads !== right.heads) return refused;
  const [a, b] = [query.base, right.base].map((name) => sketch.shapes.get(name)![0]);
  if (a !== b) return [node.problem(`multiplies ${a} and ${b} channels`)];
  sketch.views.set(node.output, {
    ...{ kind: 'scores', query: query.base, key: right.base, heads: query.heads, flat, shares: false },
    factor: query.factor * right.factor,
  });
  return [];
}

/** Values weighted with the shares of an attention. */
function mixture(node: Node, sketch: Sketch, scores: ScoresView, right: AxesView): Problem[] | undefined {
  const { query, key, heads, factor, flat, shares } = scores;
  const places = [key, right.base].map((name) => sketch.shapes.get(name)![1]);
  const fits = same(right.axes, flat ? SEQUENCE : QUERY) && right.heads === heads && right.factor === 1;
  if (!shares || !fits || places[0] !== places[1]) return undefined;
  const mixed = { kind: 'mixed', query, key, value: right.base, heads, factor, axes: right.axes } as const;
  return made(node, sketch, mixed);
}

function attention(node: Node, sketch: Sketch, { query, key, value, heads, factor }: MixedView): Problem[] {
  if (!(factor > 0)) return [node.problem(`ends an attention whose scores are multiplied by ${factor}`)];
  const name = freshName(sketch, node);
  const inputs = [query, key, value] as const;
  const step: Step = { kind: 'attention', name, inputs, output: node.output, heads, factor };
  return put(node, sketch, step, [sketch.shapes.get(value)![0], sketch.shapes.get(query)![1], 1], 3);
}

/** What is said of a node that reads an attention in the middle. */
export function insideAttention(node: Node): Problem[] {
  return [node.problem('reads a part of an attention', FORM)];
}
