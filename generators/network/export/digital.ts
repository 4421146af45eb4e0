/** In: a digital unit of the hardware. Out: nodes that compute the same codes, in double precision where the unit does. */
import {
  type AttentionNumbers,
  type AttentionShape,
  EXPONENTIALS,
  embeddingNumbers,
  normNumbers,
} from '../engine/digital.js';
import { attentionOf, type DigitalContext, type DigitalStep, tableOf } from '../engine/digital-steps.js';
import { rangeOf } from '../engine/steps.js';
import type { EmbeddingStep } from '../graph/steps.js';
import { ELEMENT } from '../onnx/schema.js';
import { type CodeRange, codeRange } from '../plan/formats.js';
import type { GraphBuilder } from './graph.js';

/** Codes of a digital unit, `[N, C, T, 1]` as all sequences are in the graph. */
export function digitalUnitNode(
  graph: GraphBuilder,
  step: DigitalStep,
  context: DigitalContext,
  inputs: readonly string[],
): string {
  const { plan, scales } = context;
  const range = rangeOf(step, context);
  const [first] = inputs as [string];
  const output = scales.get(step.output)!;
  switch (step.kind) {
    case 'embedding':
      return embeddingNode(graph, step, context, first, range);
    case 'norm': {
      const numbers = normNumbers(step, scales.get(step.input)!, output);
      return normNode(graph, numbers, first, range);
    }
    case 'attention': {
      const { numbers, shape } = attentionOf(step, context);
      return attentionNode(graph, numbers, shape, inputs as readonly [string, string, string], range);
    }
    default: {
      const { low } = codeRange(plan.formats.get(step.input)!);
      const table = Float32Array.from(tableOf(step, context, range));
      return lookedUp(graph, graph.node('Add', [first, graph.float(-low)]), table);
    }
  }
}

/** Entries of a table, in the shape of their places. */
function lookedUp(graph: GraphBuilder, places: string, table: Float32Array): string {
  return graph.node('Reshape', [graph.entries(table, places), graph.node('Shape', [places])]);
}

const double = (graph: GraphBuilder, value: number) => graph.doubles([], Float64Array.of(value));
const toDouble = (graph: GraphBuilder, codes: string) => graph.node('Cast', [codes], { to: ELEMENT.double });

/** Whole double values, clamped, as codes. */
function asCodes(graph: GraphBuilder, values: string, { low, high }: CodeRange): string {
  return graph.clip(graph.node('Cast', [graph.node('Floor', [values])], { to: ELEMENT.float }), low, high);
}

function embeddingNode(
  graph: GraphBuilder,
  step: EmbeddingStep,
  { plan, scales }: DigitalContext,
  tokens: string,
  { low, high }: CodeRange,
): string {
  const [channels, places] = plan.network.shapes.get(step.output)!;
  const numbers = embeddingNumbers(step, scales.get(step.output)!);
  const rows = graph.floats([numbers.rows.length / channels, channels], Float32Array.from(numbers.rows));
  const last = numbers.rows.length / channels - 1;
  const known = graph.node('Clip', [tokens, graph.whole(0), graph.whole(last)]);
  const found = graph.node('Gather', [rows, known], { axis: 0 });
  const added = graph.floats([places, channels], Float32Array.from(numbers.places));
  const codes = graph.clip(graph.node('Add', [found, added]), low, high);
  const turned = graph.node('Transpose', [codes], { perm: [0, 2, 1] });
  return graph.node('Reshape', [turned, graph.wholes([0, channels, places, 1])]);
}

function normNode(
  graph: GraphBuilder,
  { epsilon, gains, centers }: ReturnType<typeof normNumbers>,
  codes: string,
  range: CodeRange,
): string {
  const channels = double(graph, gains.length);
  const x = toDouble(graph, codes);
  const total = (values: string) => graph.node('ReduceSum', [values, graph.wholes([1])], { keepdims: 1 });
  const sum = total(x);
  const squares = graph.node('Mul', [total(graph.node('Mul', [x, x])), channels]);
  const spread = graph.node('Sub', [squares, graph.node('Mul', [sum, sum])]);
  const deviation = graph.node('Sqrt', [graph.node('Add', [spread, double(graph, epsilon)])]);
  const centred = graph.node('Sub', [graph.node('Mul', [x, channels]), sum]);
  const each = (values: Float64Array) => graph.doubles([1, values.length, 1, 1], values);
  const scaled = graph.node('Mul', [graph.node('Div', [centred, deviation]), each(gains)]);
  return asCodes(graph, graph.node('Add', [scaled, each(centers)]), range);
}

function attentionNode(
  graph: GraphBuilder,
  { factor, shift, shares, scale }: AttentionNumbers,
  { heads, channels, valueChannels, places, keyPlaces }: AttentionShape,
  [query, key, value]: readonly [string, string, string],
  range: CodeRange,
): string {
  const split = (codes: string, all: number, length: number) =>
    graph.node('Reshape', [toDouble(graph, codes), graph.wholes([0, heads, all / heads, length])]);
  const turned = (values: string) => graph.node('Transpose', [values], { perm: [0, 1, 3, 2] });
  const queries = turned(split(query, channels, places));
  const scores = graph.node('MatMul', [queries, split(key, channels, keyPlaces)]);
  const most = graph.node('ReduceMax', [scores], { axes: [3], keepdims: 1 });
  const gaps = graph.node('Sub', [most, scores]);
  const half = double(graph, shift > 0 ? 2 ** (shift - 1) : 0);
  const moved = graph.node('Add', [graph.node('Mul', [gaps, double(graph, factor)]), half]);
  const index = graph.node('Floor', [graph.node('Mul', [moved, double(graph, 2 ** -shift)])]);
  const known = graph.node('Min', [index, double(graph, EXPONENTIALS - 1)]);
  const weights = toDouble(graph, lookedUp(graph, known, Float32Array.from(shares)));
  const sum = graph.node('ReduceSum', [weights, graph.wholes([3])], { keepdims: 1 });
  const values = turned(split(value, valueChannels, keyPlaces));
  const mean = graph.node('Div', [graph.node('MatMul', [weights, values]), sum]);
  const rounded = graph.node('Add', [graph.node('Mul', [mean, double(graph, scale)]), double(graph, 0.5)]);
  const codes = turned(asCodes(graph, rounded, range));
  return graph.node('Reshape', [codes, graph.wholes([0, valueChannels, places, 1])]);
}
