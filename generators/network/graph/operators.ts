import type { Problem } from '../../common/problems.js';
import type { Constant } from '../onnx/tensor.js';
import { dimsOf } from './attention.js';
import { reshaped, sliced } from './constants.js';
import { convolution, matrixProduct, normalized } from './linear.js';
import type { Node } from './nodes.js';
import { gather, layerNorm, placed, sampleAxisOf } from './sequences.js';
import { freshName, type Operator, openStep, put, replace, type Sketch, windowOf } from './sketch.js';
import {
  type AddStep,
  type Bounds,
  type SampleShape,
  type Step,
  sizeOf,
  UNBOUNDED,
  type Window,
  windowedSize,
} from './steps.js';

export const OPERATORS: Readonly<Record<string, Operator>> = {
  Conv: convolution,
  Gemm: matrixProduct,
  MatMul: matrixProduct,
  BatchNormalization: normalized,
  Relu: (node, sketch) => bounded(node, sketch, { low: 0, high: Number.POSITIVE_INFINITY }),
  Clip: clip,
  Add: add,
  MaxPool: pool,
  AveragePool: pool,
  GlobalAveragePool: globalAverage,
  ReduceMean: globalAverage,
  Flatten: (node, sketch) => {
    const shape = sketch.shapes.get(node.inputs[0]!)!;
    const moves = sketch.ranks.get(node.inputs[0]!) === 3 && shape[1] > 1;
    if (moves) return flattened(node);
    return node.int('axis', 1) === 1
      ? alias(node, sketch, [sizeOf(shape), 1, 1], 2)
      : [node.problem('joins samples', 'Use axis 1.')];
  },
  Reshape: reshape,
  Squeeze: reshape,
  Transpose: transpose,
  Identity: same,
  Dropout: same,
  Pad: pad,
  Slice: slice,
  Concat: concat,
  Gather: gather,
  LayerNormalization: layerNorm,
};

function bounded(node: Node, sketch: Sketch, bounds: Bounds): Problem[] {
  const [input] = node.inputs;
  const step = openStep(node, sketch);
  if (step !== undefined) return replace(sketch, step, { ...step, output: node.output, bounds });
  return put(
    node,
    sketch,
    { kind: 'bound', name: freshName(sketch, node), input: input!, output: node.output, bounds },
    sketch.shapes.get(input!)!,
  );
}

function clip(node: Node, sketch: Sketch): Problem[] {
  const limit = (at: number, name: string, fallback: number) => {
    const tensor = node.inputs[at];
    return tensor ? (sketch.constants.get(tensor)?.values[0] ?? Number.NaN) : node.float(name, fallback);
  };
  const low = limit(1, 'min', UNBOUNDED.low);
  const high = limit(2, 'max', UNBOUNDED.high);
  if (Number.isNaN(low) || Number.isNaN(high)) return [node.problem('has bounds that are computed')];
  if (low > 0 || high < 0) return [node.problem(`to ${low}..${high} never gives 0, the code of nothing`)];
  return bounded(node, sketch, { low, high });
}

function add(node: Node, sketch: Sketch): Problem[] {
  const [first, second] = node.inputs as readonly [string, string];
  const constant = sketch.constants.get(first) ?? sketch.constants.get(second);
  const data = sketch.constants.has(first) ? second : first;
  if (constant === undefined) {
    const [a, b] = [sketch.shapes.get(first)!, sketch.shapes.get(second)!];
    if (a.join() !== b.join()) {
      return [node.problem(`joins [${a.join(', ')}] and [${b.join(', ')}]`, 'Both have to have one shape.')];
    }
    const name = freshName(sketch, node);
    const step: AddStep = {
      ...{ kind: 'add', name, inputs: [first, second], output: node.output, bounds: UNBOUNDED },
    };
    return put(node, sketch, step, a);
  }
  const at = placed(node, sketch, data, constant);
  if (at !== undefined) return at;
  const step = sketch.steps.find(({ output }) => output === data);
  const isLast =
    step?.kind === 'linear' && step.bounds.low === UNBOUNDED.low && alongChannels(sketch, data, constant);
  if (!isLast || sketch.readers.get(data) !== 1 || constant.values.length !== step.outputs) {
    const fix = 'A bias of one value an output channel, right behind Conv, Gemm or MatMul, is folded in.';
    return [node.problem(`adds ${constant.values.length} constants`, fix)];
  }
  const bias = step.bias.map((value, channel) => value + constant.values[channel]!);
  return replace(sketch, step, { ...step, bias, output: node.output, sums: node.output });
}

/** Whether constants added to a tensor are one a channel, and not one a place. */
function alongChannels({ ranks }: Sketch, tensor: string, { dims, values }: Constant): boolean {
  return ranks.get(tensor) === 4 || dims.at(-1) === values.length || values.length === 1;
}

function pool(node: Node, sketch: Sketch): Problem[] {
  const [input] = node.inputs;
  const shape = sketch.shapes.get(input!)!;
  const window = windowOf(node, node.ints('kernel_shape') ?? []);
  if ('message' in window) return [window];
  const average = node.op === 'AveragePool';
  if (average && window.pads.some((pad) => pad > 0)) {
    return [node.problem('averages over padding', 'Use no pads.')];
  }
  if (node.int('ceil_mode', 0) !== 0) return [node.problem('rounds its size up', 'Use ceil_mode 0.')];
  const [height, width] = windowedSize(shape, window);
  const name = freshName(sketch, node);
  const made = { name, input: input!, output: node.output, window };
  const step: Step = average ? { kind: 'averagePool', ...made } : { kind: 'maxPool', ...made };
  return put(node, sketch, step, [shape[0], height, width]);
}

function globalAverage(node: Node, sketch: Sketch): Problem[] {
  const [input, axesInput] = node.inputs;
  const shape = sketch.shapes.get(input!)!;
  const rank = sketch.ranks.get(input!)!;
  const axes =
    node.op === 'ReduceMean'
      ? (node.ints('axes') ?? [...(sketch.constants.get(axesInput ?? '')?.values ?? [])])
      : Array.from({ length: Math.max(0, rank - 2) }, (_, axis) => axis + 2);
  const sorted = axes.map((axis) => (axis < 0 ? axis + rank : axis)).sort((a, b) => a - b);
  if (sorted.join() !== (rank === 4 ? '2,3' : '1') || rank === 2) {
    const fix = 'Height and width of images, 2 and 3, and places of sequences, 1, are mapped.';
    return [node.problem(`averages over axes ${axes.join(', ')}`, fix)];
  }
  const kept = node.op === 'GlobalAveragePool' || node.int('keepdims', 1) !== 0;
  const window: Window = { kernel: [shape[1], shape[2]], strides: [1, 1], pads: [0, 0, 0, 0] };
  const name = freshName(sketch, node);
  const step: Step = { kind: 'averagePool', name, input: input!, output: node.output, window };
  return put(node, sketch, step, [shape[0], 1, 1], kept ? rank : 2);
}

function same(node: Node, sketch: Sketch): Problem[] {
  const [input] = node.inputs;
  return alias(node, sketch, sketch.shapes.get(input!)!, sketch.ranks.get(input!)!);
}

function alias(node: Node, sketch: Sketch, shape: SampleShape, rank: number): [] {
  const [input] = node.inputs;
  const name = freshName(sketch, node);
  return put(node, sketch, { kind: 'reshape', name, input: input!, output: node.output }, shape, rank);
}

function flattened(node: Node): Problem[] {
  const fix = 'Take one place of the sequence, or the mean of all, in the place of this node.';
  return [node.problem('makes a vector of a sequence', fix)];
}

function reshape(node: Node, sketch: Sketch): Problem[] {
  const [input, target] = node.inputs;
  const from = dimsOf(sketch, input!)!;
  const given = sketch.constants.get(target ?? '')?.values ?? node.ints('axes');
  if (given === undefined) return [node.problem('takes a shape that is computed from data')];
  const axes = new Set([...given].map((axis) => (axis < 0 ? axis + from.length : axis)));
  const to = node.op === 'Squeeze' ? from.filter((_, axis) => !axes.has(axis)) : reshaped(from, [...given]);
  if (sketch.ranks.get(input!) === 3 && from[1]! > 1) return flattened(node);
  if (to === undefined || to[0] !== 1 || !(to.length === 2 || to.length === 4)) {
    const shape = to === undefined ? [...given] : ['N', ...to.slice(1)];
    return [
      node.problem(
        `makes [${shape.join(', ')}] of a sample`,
        'Images [N, C, H, W] and vectors [N, F] are mapped.',
      ),
    ];
  }
  return alias(node, sketch, [to[1]!, to[2] ?? 1, to[3] ?? 1], to.length);
}

/** Only where no value moves: the axes that change places hold one element. */
function transpose(node: Node, sketch: Sketch): Problem[] {
  const [input] = node.inputs;
  const from = dimsOf(sketch, input!)!;
  const order = node.ints('perm') ?? from.map((_, axis) => from.length - 1 - axis);
  const long = order.filter((axis) => from[axis]! > 1);
  if (order[0] !== 0 || long.some((axis, at) => at > 0 && axis < long[at - 1]!)) {
    return [node.problem('moves values', 'Export in the order N, C, H, W, and flatten in that order.')];
  }
  const to = order.map((axis) => from[axis]!);
  return alias(node, sketch, [to[1]!, to[2] ?? 1, to[3] ?? 1], to.length);
}

function pad(node: Node, sketch: Sketch): Problem[] {
  const [input, padsInput, valueInput] = node.inputs;
  const shape = sketch.shapes.get(input!)!;
  const pads = node.ints('pads') ?? sketch.constants.get(padsInput ?? '')?.values;
  const value = valueInput ? sketch.constants.get(valueInput)?.values[0] : node.float('value', 0);
  if (pads === undefined) return [node.problem('pads by what is computed from data')];
  if (node.text('mode', 'constant') !== 'constant' || value !== 0) {
    return [node.problem('pads with other values than 0', 'Use mode constant and value 0.')];
  }
  const rank = pads.length / 2;
  if (rank === 3) return [node.problem('pads a sequence', 'Pad its tokens.')];
  const all = [...pads];
  if (
    all[0] !== 0 ||
    all[rank] !== 0 ||
    all.some((extent) => extent < 0) ||
    rank !== sketch.ranks.get(input!)
  ) {
    return [
      node.problem(`pads by ${all.join(', ')}`, 'Channels, height and width can grow, the batch cannot.'),
    ];
  }
  const [before, after] = [all.slice(1, rank), all.slice(rank + 1)];
  const axes = [0, 1, 2] as const;
  const grown = axes.map((axis) => shape[axis] + (before[axis] ?? 0) + (after[axis] ?? 0));
  const step: Step = {
    ...{ kind: 'pad', name: freshName(sketch, node), input: input!, output: node.output },
    before: [before[0] ?? 0, before[1] ?? 0, before[2] ?? 0],
  };
  return put(node, sketch, step, [grown[0]!, grown[1]!, grown[2]!]);
}

function slice(node: Node, sketch: Sketch): Problem[] {
  const [input, ...given] = node.inputs;
  const lists = given.map((name) => sketch.constants.get(name)?.values);
  const [starts, ends, axes = starts?.map((_, axis) => axis), steps] = lists;
  if (starts === undefined || ends === undefined) return [node.problem('cuts by what is computed from data')];
  const shape = sketch.shapes.get(input!)!;
  const first = [0, 0, 0];
  const step = [1, 1, 1];
  const count: number[] = [...shape];
  for (const [at, axis] of [...axes!].entries()) {
    const sampleAxis = sampleAxisOf(sketch.ranks.get(input!)!, axis);
    const taken = sliced(shape[sampleAxis ?? -1] ?? 1, starts[at]!, ends[at]!, steps?.[at] ?? 1);
    if (sampleAxis === undefined) {
      if (taken.first !== 0 || taken.count < 1) return [node.problem('cuts the batch')];
      continue;
    }
    if (taken.step < 1 || taken.count < 1) return [node.problem('takes nothing, or takes it backwards')];
    [first[sampleAxis], step[sampleAxis], count[sampleAxis]] = [taken.first, taken.step, taken.count];
  }
  const triple = (list: readonly number[]) => [list[0]!, list[1]!, list[2]!] as const;
  const selected: Step = {
    ...{ kind: 'select', name: freshName(sketch, node), input: input!, output: node.output },
    ...{ first: triple(first), step: triple(step) },
  };
  return put(node, sketch, selected, triple(count));
}

function concat(node: Node, sketch: Sketch): Problem[] {
  const shapes = node.inputs.map((name) => sketch.shapes.get(name));
  const given = node.int('axis', 1);
  const rank = sketch.ranks.get(node.inputs[0]!)!;
  const axis = sampleAxisOf(rank, given);
  const [first] = shapes;
  const even = shapes.every((shape) => shape?.[1] === first?.[1] && shape?.[2] === first?.[2]);
  if (first === undefined || axis !== 0 || !even) {
    const fix =
      'Channels of images or sequences of one size are joined: axis 1 of [N, C, H, W], 2 of [N, T, C].';
    return [node.problem(`joins along axis ${given}`, fix)];
  }
  const channels = shapes.reduce((sum, shape) => sum + shape![0], 0);
  const step: Step = {
    ...{ kind: 'concat', name: freshName(sketch, node), inputs: node.inputs, output: node.output },
  };
  return put(node, sketch, step, [channels, first[1], first[2]]);
}
