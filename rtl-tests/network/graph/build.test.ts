import { describe, expect, it } from 'vitest';
import { describeProblem } from '../../../generators/common/problems.js';
import { buildNetwork } from '../../../generators/network/graph/build.js';
import type { LinearStep } from '../../../generators/network/graph/steps.js';
import {
  conv,
  type Nodes,
  networkOf,
  onnxModel,
  randomWeights,
  SMALL,
  SMALL_INPUT,
} from '../../fixtures/onnx.js';

const problemsOf = (dims: readonly number[], nodes: Nodes) => {
  const network = buildNetwork(onnxModel(dims, nodes));
  return network.ok ? [] : network.problems.map(describeProblem);
};

describe('a network from an ONNX model', () => {
  it('has a step for each thing that a unit computes, ReLU and biases folded in', () => {
    const { steps, shapes } = networkOf(SMALL_INPUT, SMALL);
    expect(steps.map(({ kind, output }) => `${kind} ${shapes.get(output)!.join('x')}`)).toEqual([
      'linear 6x8x8',
      'linear 8x4x4',
      'linear 8x4x4',
      'select 6x4x4',
      'pad 8x4x4',
      'add 8x4x4',
      'maxPool 8x2x2',
      'linear 4x2x2',
      'concat 12x2x2',
      'averagePool 12x1x1',
      'reshape 12x1x1',
      'linear 5x1x1',
    ]);
    const bounds = steps.flatMap((step) => ('bounds' in step ? [[step.bounds.low, step.bounds.high]] : []));
    const [none, relu] = [
      [-Infinity, Infinity],
      [0, Infinity],
    ];
    expect(bounds).toEqual([relu, relu, none, relu, [0, 1.5], none]);
    const last = steps.at(-1) as LinearStep;
    expect(last.bias).toEqual(randomWeights([5], 6));
    // MatMul has inputs x outputs, a step outputs x inputs.
    expect(last.weights[1]).toBe(randomWeights([12, 5], 5)[5]);
  });

  it('folds batch norm into weights and bias', () => {
    const statistics = [2, 3, 0.5, 0.25] as const;
    const { steps } = networkOf([1, 4, 4], (graph) => {
      const lists = statistics.map((value) => graph.floats([2], Float32Array.of(value, value)));
      return graph.node('BatchNormalization', [conv(graph, 'x', [2, 1, 3], 1), ...lists]);
    });
    const step = steps[0] as LinearStep;
    const factor = statistics[0] / Math.sqrt(statistics[3] + 1e-5);
    const [weights, bias] = [randomWeights([2, 1, 3, 3], 1), randomWeights([2], 1001)];
    expect(steps.length).toBe(1);
    expect(step.weights[4]).toBeCloseTo(weights[4]! * factor, 6);
    expect(step.bias[1]).toBeCloseTo((bias[1]! - statistics[2]) * factor + statistics[1], 6);
  });

  it('works out shapes that an exporter computes: Shape, Gather, Unsqueeze, Concat, Reshape', () => {
    const { steps, shapes } = networkOf([2, 2, 2], (graph) => {
      const batch = graph.node('Gather', [graph.node('Shape', ['x']), graph.wholes([0])]);
      const wanted = graph.node('Concat', [batch, graph.wholes([-1])], { axis: 0 });
      const flat = graph.node('Reshape', ['x', wanted]);
      return graph.node('MatMul', [flat, graph.floats([8, 3], randomWeights([8, 3], 1))]);
    });
    expect(steps.map(({ kind }) => kind)).toEqual(['reshape', 'linear']);
    expect(shapes.get(steps[0]!.output)).toEqual([8, 1, 1]);
  });

  it.each<[string, Nodes, string]>([
    [
      'an operator without a place',
      (graph) => graph.node('Softmax', ['x']),
      'Softmax has no place on macros',
    ],
    ['its way out', (graph) => graph.node('Softmax', ['x']), 'Export the model up to its class scores'],
    ['leaky ReLU', (graph) => graph.node('LeakyRelu', ['x']), 'Train with ReLU, Clip or GELU in its place'],
    [
      'products of two tensors',
      (graph) => graph.node('Mul', ['x', graph.node('Relu', ['x'])]),
      'Mul joins values',
    ],
    ['groups', (graph) => conv(graph, 'x', [2, 1, 3], 1, { group: 2 }), 'works in 2 groups of channels'],
    ['dilations', (graph) => conv(graph, 'x', [2, 2, 3], 1, { dilations: [2, 2] }), 'has dilations'],
    ['products of activations', (graph) => graph.node('MatMul', ['x', 'x']), 'multiplies two activations'],
    ['values that move', (graph) => graph.node('Transpose', ['x'], { perm: [0, 2, 3, 1] }), 'moves values'],
    [
      'constants that are no bias',
      (graph) => graph.node('Add', ['x', graph.float(1)]),
      'Add adds 1 constants',
    ],
  ])('refuses %s, with the node and what would help', (_, nodes, text) => {
    const problems = problemsOf([2, 4, 4], nodes);
    expect(problems.join('\n')).toContain(text);
    expect(problems[0]).toMatch(/^model\.onnx: n\d+_\w+: /);
  });

  it('names every node that has no place in one go, and nothing that follows from one', () => {
    const problems = problemsOf([2, 4, 4], (graph) => {
      const bad = graph.node('Relu', [graph.node('Selu', ['x'])]);
      return graph.node('Add', [bad, graph.node('Elu', ['x'])]);
    });
    expect(problems.map((problem) => problem.split('\n')[0])).toEqual([
      'model.onnx: n0_Selu: Selu has no place on macros or in the digital units between them',
      'model.onnx: n2_Elu: Elu has no place on macros or in the digital units between them',
    ]);
  });

  it('refuses an input whose size is not known', () => {
    expect(problemsOf([2, 0, 4], (graph) => graph.node('Relu', ['x']))).toEqual([
      expect.stringContaining(
        'x: has shape [N, 2, ?, 4]; inputs are [N, C, H, W] or [N, F], of tokens [N, T], all but N known',
      ),
    ]);
  });
});
