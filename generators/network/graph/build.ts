import { failure, type Problem, type Result, success } from '../../common/problems.js';
import type { OnnxFile } from '../onnx/model.js';
import { ELEMENT } from '../onnx/schema.js';
import { type Constant, constantOf } from '../onnx/tensor.js';
import { attentionPart, dimsOf, insideAttention } from './attention.js';
import { evaluated } from './constants.js';
import { composed, isFunction, noFunction, settle } from './functions.js';
import { type Node, neededNodes } from './nodes.js';
import { withNorms } from './norms.js';
import { OPERATORS } from './operators.js';
import type { Sketch } from './sketch.js';
import { inputsOf, type Network, type SampleShape } from './steps.js';

/**
 * A network as steps that macros and digital units compute, from a float ONNX model: batch norm folded into the
 * layer before it, ReLU into the sum before it, shapes worked out for one sample.
 *
 * @returns the network, or every node that has no place in it: which, why, and what would help
 */
export function buildNetwork(model: OnnxFile): Result<Network> {
  const { file, graph } = model;
  const constants = new Map<string, Constant>();
  const problems: Problem[] = [];
  for (const tensor of graph.initializer ?? []) {
    const constant = constantOf(file, tensor);
    if (constant.ok) constants.set(tensor.name ?? '', constant.value);
    else problems.push(...constant.problems);
  }
  const ends = endsOf(model, constants);
  if (!ends.ok) return failure(...problems, ...ends.problems);
  if (problems.length > 0) return failure(...problems);
  const { input, output, shape, tokens } = ends.value;
  const nodes = withNorms(file, neededNodes(model, output), constants);
  const readers = new Map<string, number>([[output, 1]]);
  for (const node of nodes) {
    for (const name of node.inputs) readers.set(name, (readers.get(name) ?? 0) + 1);
  }
  const sketch: Sketch = {
    ...{ file, input, tokens, constants, readers, steps: [], names: new Set(), views: new Map() },
    shapes: new Map([[input, shape]]),
    ranks: new Map([[input, rankOf(model, input)]]),
    unknown: new Set(),
  };
  for (const node of nodes) problems.push(...place(node, sketch));
  settle(output, sketch);
  if (problems.length === 0 && !sketch.shapes.has(output)) {
    problems.push({ file, path: output, message: 'ends in the middle of an attention' });
  }
  if (problems.length > 0) return failure(...problems);
  const shapes = usedShapes(sketch, input);
  const sequences = new Set([...shapes.keys()].filter((name) => sketch.ranks.get(name) === 3));
  return success({ file, input, output, steps: sketch.steps, shapes, sequences });
}

/** Turns one node into a step, a constant, or problems. What depends on a node that failed is passed over. */
function place(node: Node, sketch: Sketch): Problem[] {
  const { constants, unknown } = sketch;
  if (node.inputs.some((name) => unknown.has(name))) {
    unknown.add(node.output);
    return [];
  }
  const constant = evaluated(node.op, {
    inputs: node.inputs.filter((name) => name !== '').map((name) => constants.get(name)),
    ints: (name) => node.ints(name),
    int: (name, fallback) => node.int(name, fallback),
    tensor: (name) => node.tensor(name),
    shape: dimsOf(sketch, node.inputs[0] ?? ''),
  });
  if (constant !== undefined) {
    constants.set(node.output, constant);
    return [];
  }
  const problems = placed(node, sketch);
  if (problems.length > 0) unknown.add(node.output);
  return problems;
}

function placed(node: Node, sketch: Sketch): Problem[] {
  const part = attentionPart(node, sketch);
  if (part !== undefined) return part;
  if (composed(node, sketch)) return [];
  for (const name of node.inputs) settle(name, sketch);
  if (node.inputs.some((name) => sketch.views.has(name))) return insideAttention(node);
  if (sketch.tokens && node.inputs.includes(sketch.input) && node.op !== 'Gather') {
    return [node.problem('computes with numbers of tokens', 'They are looked up in a table, by Gather.')];
  }
  const operator = Object.hasOwn(OPERATORS, node.op) ? OPERATORS[node.op]! : undefined;
  if (operator !== undefined) return operator(node, sketch);
  if (isFunction(node.op)) return noFunction(node);
  return [node.problem('has no place on macros or in the digital units between them', unmapped(node.op))];
}

/** What helps with operators that trained models often hold. */
function unmapped(op: string): string {
  if (op === 'Softmax' || op === 'LogSoftmax' || op === 'ArgMax') {
    return 'Export the model up to its class scores: they rank as what comes after them does.';
  }
  if (op === 'LeakyRelu' || op === 'Elu') return 'Train with ReLU, Clip or GELU in its place.';
  if (op === 'Where')
    return 'Export with sequences of one length and no mask: every place attends to all places.';
  if (op === 'Split') return 'Use a matrix product for each part, or Slice.';
  if (op === 'Dropout') return 'Export in inference mode: model.eval().';
  return `Mapped are: ${Object.keys(OPERATORS).join(', ')}.`;
}

interface Ends {
  readonly input: string;
  readonly output: string;
  readonly shape: SampleShape;
  /** Whole numbers: of tokens. */
  readonly tokens: boolean;
}

function endsOf({ file, graph }: OnnxFile, constants: ReadonlyMap<string, Constant>): Result<Ends> {
  const inputs = graph.input?.filter(({ name }) => !constants.has(name)) ?? [];
  const outputs = graph.output ?? [];
  if (inputs.length !== 1 || outputs.length !== 1) {
    const counts = `${inputs.length} inputs and ${outputs.length} outputs`;
    const fix = 'Export the part between one input and one output.';
    return failure({ file, path: '', message: `has ${counts}; one of each is mapped`, fix });
  }
  const [{ name: input, type }] = inputs as [(typeof inputs)[0]];
  const dims = type?.tensorType?.shape?.dim ?? [];
  const extents = dims.slice(1).map(({ dimValue }) => dimValue ?? 0);
  if (!(dims.length === 2 || dims.length === 4) || extents.some((extent) => extent < 1)) {
    const found = dims.map(({ dimValue, dimParam }) => dimParam || dimValue || '?').join(', ');
    return failure({
      file,
      path: input,
      message: `has shape [${found}]; inputs are [N, C, H, W] or [N, F], of tokens [N, T], all but N known`,
      fix: 'Export with a sample of the size that is used, and a dynamic axis for the batch alone.',
    });
  }
  const [channels, height = 1, width = 1] = extents;
  const tokens = type?.tensorType?.elemType === ELEMENT.int64 || type?.tensorType?.elemType === ELEMENT.int32;
  return success({ input, output: outputs[0]!.name, shape: [channels!, height, width], tokens });
}

function rankOf({ graph }: OnnxFile, input: string): number {
  const value = graph.input?.find(({ name }) => name === input);
  return value?.type?.tensorType?.shape?.dim?.length ?? 0;
}

function usedShapes({ shapes, steps }: Sketch, input: string): ReadonlyMap<string, SampleShape> {
  const used = new Set([input, ...steps.flatMap((step) => [...inputsOf(step), step.output])]);
  return new Map([...shapes].filter(([name]) => used.has(name)));
}
