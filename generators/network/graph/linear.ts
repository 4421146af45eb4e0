import type { Problem } from '../../common/problems.js';
import type { Node } from './nodes.js';
import { freshName, openStep, put, replace, type Sketch, windowOf } from './sketch.js';
import { type LinearStep, UNBOUNDED, windowedSize } from './steps.js';

export function convolution(node: Node, sketch: Sketch): Problem[] {
  const [input, weightName, biasName] = node.inputs;
  const shape = sketch.shapes.get(input!)!;
  const weights = sketch.constants.get(weightName!);
  if (weights === undefined)
    return [node.problem('has weights that are computed', 'Weights have to be constants.')];
  const groups = node.int('group', 1);
  if (groups !== 1) {
    const fix = 'Columns sum over all rows of an array: use an ordinary convolution, group 1.';
    return [node.problem(`works in ${groups} groups of channels`, fix)];
  }
  const [outputs, channels, ...kernel] = weights.dims;
  const window = windowOf(node, kernel);
  if ('message' in window) return [window];
  const bias = biasName ? sketch.constants.get(biasName)?.values : new Float32Array(outputs!);
  if (bias === undefined) return [node.problem('has a bias that is computed')];
  const name = freshName(sketch, node);
  const step: LinearStep = {
    ...{ kind: 'linear', name, input: input!, output: node.output, sums: node.output },
    ...{ outputs: outputs!, channels: channels!, window, bounds: UNBOUNDED },
    ...{ weights: Float32Array.from(weights.values), bias: Float32Array.from(bias) },
  };
  return put(node, sketch, step, [outputs!, ...windowedSize(shape, window)]);
}

/** Gemm and MatMul: a convolution of kernel 1 x 1 over an image of one pixel, or of one a place of a sequence. */
export function matrixProduct(node: Node, sketch: Sketch): Problem[] {
  const [input, weightName, biasName] = node.inputs;
  const weights = sketch.constants.get(weightName ?? '');
  const shape = sketch.shapes.get(input!);
  const rank = sketch.ranks.get(input!)!;
  if (weights === undefined || weights.dims.length !== 2 || shape === undefined || rank === 4) {
    const fix =
      'Vectors [N, F] and sequences [N, T, C] times constant weights are mapped, and products of attention.';
    return [node.problem('multiplies other things than vectors and constant weights', fix)];
  }
  const gemm = node.op === 'Gemm';
  if (gemm && node.int('transA', 0) !== 0) return [node.problem('turns its input around', 'Use transA 0.')];
  const turned = gemm && node.int('transB', 0) !== 0;
  const [alpha, beta] = gemm ? [node.float('alpha', 1), node.float('beta', 1)] : [1, 1];
  const [channels, outputs] = turned
    ? [weights.dims[1]!, weights.dims[0]!]
    : [weights.dims[0]!, weights.dims[1]!];
  if (channels !== shape[0]) return [node.problem(`takes ${channels} channels of ${shape[0]}`)];
  const given = biasName ? sketch.constants.get(biasName)?.values : new Float32Array(outputs);
  if (given === undefined) return [node.problem('has a bias that is computed')];
  const values = new Float32Array(outputs * channels);
  for (let output = 0; output < outputs; output++) {
    for (let channel = 0; channel < channels; channel++) {
      const at = turned ? output * channels + channel : channel * outputs + output;
      values[output * channels + channel] = alpha * weights.values[at]!;
    }
  }
  const bias = Float32Array.from({ length: outputs }, (_, at) => beta * given[given.length === 1 ? 0 : at]!);
  const step: LinearStep = {
    ...{ kind: 'linear', name: freshName(sketch, node), input: input!, output: node.output },
    ...{ sums: node.output, outputs, channels, weights: values, bias, bounds: UNBOUNDED },
    window: { kernel: [1, 1], strides: [1, 1], pads: [0, 0, 0, 0] },
  };
  return put(node, sketch, step, [outputs, shape[1], 1], rank);
}

/** Folds batch norm, gamma (x - mean) / sqrt(variance + epsilon) + beta, into the layer before it. */
export function normalized(node: Node, sketch: Sketch): Problem[] {
  const step = openStep(node, sketch);
  const lists = node.inputs.slice(1).map((name) => sketch.constants.get(name)?.values);
  const [gamma, beta, mean, variance] = lists;
  const places = sketch.ranks.get(node.inputs[0]!) === 3;
  if (step?.kind !== 'linear' || places || !gamma || !beta || !mean || !variance) {
    const fix = 'It is folded right behind Conv, Gemm or MatMul whose result nothing else reads.';
    return [node.problem('has no layer that it could be folded into', fix)];
  }
  const epsilon = node.float('epsilon', 1e-5);
  const factors = gamma.map((value, channel) => value / Math.sqrt(variance[channel]! + epsilon));
  const size = step.weights.length / step.outputs;
  const weights = step.weights.map((value, at) => value * factors[Math.floor(at / size)]!);
  const bias = step.bias.map((value, c) => (value - mean[c]!) * factors[c]! + beta[c]!);
  return replace(sketch, step, { ...step, weights, bias, output: node.output, sums: node.output });
}
