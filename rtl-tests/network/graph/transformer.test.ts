import { describe, expect, it } from 'vitest';
import { describeProblem } from '../../../generators/common/problems.js';
import type { GraphBuilder } from '../../../generators/network/export/graph.js';
import { buildNetwork } from '../../../generators/network/graph/build.js';
import { erf, valueAt } from '../../../generators/network/graph/expressions.js';
import type {
  AttentionStep,
  EmbeddingStep,
  NormStep,
  Step,
} from '../../../generators/network/graph/steps.js';
import { type Nodes, networkOf, onnxModel, randomWeights } from '../../fixtures/onnx.js';
import { ENCODER, encoder, SPELLINGS } from '../../fixtures/transformer.js';

const { tokens, length, width, heads } = ENCODER;

const encoderOf = (spelling: keyof typeof SPELLINGS) =>
  networkOf([length], encoder(SPELLINGS[spelling]), true);

const one = <Kind extends Step['kind']>(steps: readonly Step[], kind: Kind) =>
  steps.find((step) => step.kind === kind) as Extract<Step, { kind: Kind }>;

/** Sequences of a small embedding. */
const embedded = (graph: GraphBuilder) =>
  graph.node('Gather', [graph.floats([tokens, width], randomWeights([tokens, width], 1)), 'x']);

const split = (graph: GraphBuilder, x: string, perm: readonly number[]) => {
  const parts = graph.node('Reshape', [x, graph.wholes([0, length, heads, width / heads])]);
  return graph.node('Transpose', [parts], { perm });
};

const scores = (graph: GraphBuilder) => {
  const x = embedded(graph);
  return graph.node('MatMul', [split(graph, x, [0, 2, 1, 3]), split(graph, x, [0, 2, 3, 1])]);
};

describe.each(['one node', 'many nodes'] as const)('an encoder whose norms and GELU are %s', (spelling) => {
  const { steps, shapes, sequences } = encoderOf(spelling);

  it('has a step for each thing that a unit computes', () => {
    expect(steps.map(({ kind, output }) => `${kind} ${shapes.get(output)!.join('x')}`)).toEqual([
      ...['embedding 8x6x1', 'norm 8x6x1', 'linear 8x6x1', 'linear 8x6x1', 'linear 8x6x1', 'attention 8x6x1'],
      ...['linear 8x6x1', 'add 8x6x1', 'norm 8x6x1', 'linear 12x6x1', 'function 12x6x1', 'linear 8x6x1'],
      ...['add 8x6x1', 'norm 8x6x1', 'select 8x1x1', 'linear 5x1x1', 'reshape 5x1x1'],
    ]);
    expect(sequences.has(steps[0]!.output)).toBe(true);
    expect(sequences.has('scores')).toBe(false);
  });

  it('has the constants of the model in them', () => {
    const embedding: EmbeddingStep = one(steps, 'embedding');
    expect(embedding.places).toEqual(randomWeights([1, length, width], 2));
    const norm: NormStep = one(steps, 'norm');
    expect(norm.center).toEqual(randomWeights([width], 4));
    expect(norm.epsilon).toBeCloseTo(1e-5, 10);
    const attention: AttentionStep = one(steps, 'attention');
    expect([attention.heads, attention.factor]).toEqual([heads, expect.closeTo(0.7, 6)]);
    const { of } = one(steps, 'function');
    expect(valueAt(of, 1)).toBeCloseTo(0.8413447, 6);
    expect(valueAt(of, -2)).toBeCloseTo(-0.0455003, 6);
  });
});

describe('functions of one value', () => {
  it('have the error function to 1e-14', () => {
    const known = [
      [0, 0],
      [0.5, 0.5204998778130465],
      [2.4, 0.9993114861033549],
      [2.6, 0.9997639655834707],
      [-1, -0.8427007929497149],
      [7, 1],
    ] as const;
    for (const [x, value] of known) expect(Math.abs(erf(x) - value)).toBeLessThan(1e-14);
  });

  it('are joined: x * sigmoid(1.702 x), whatever its constants are in', () => {
    const { steps } = networkOf([2, 4, 4], (graph) => {
      const share = graph.node('Sigmoid', [graph.node('Mul', [graph.float(1.702), 'x'])]);
      return graph.node('Mul', ['x', share]);
    });
    expect(steps.map(({ kind }) => kind)).toEqual(['function']);
    expect(valueAt(one(steps, 'function').of, 1)).toBeCloseTo(1 / (1 + Math.exp(-1.702)), 6);
  });
});

describe('a sequence', () => {
  it('gives one place, or the mean of all', () => {
    const { steps, shapes } = networkOf(
      [length],
      (graph) => {
        const x = embedded(graph);
        const from = ['1', '2'].map(() => graph.wholes([1]));
        const second = graph.node('Slice', [x, from[0]!, graph.wholes([2]), from[1]!]);
        const mean = graph.node('ReduceMean', [x, graph.wholes([1])], { keepdims: 0 });
        return graph.node('Add', [graph.node('Squeeze', [second, graph.wholes([1])]), mean]);
      },
      true,
    );
    expect(steps.map(({ kind, output }) => `${kind} ${shapes.get(output)!.join('x')}`)).toEqual([
      ...['embedding 8x6x1', 'select 8x1x1', 'averagePool 8x1x1', 'reshape 8x1x1', 'add 8x1x1'],
    ]);
  });

  it.each<[string, Nodes, string]>([
    [
      'tokens that are computed with',
      (graph) => graph.node('Relu', ['x']),
      'computes with numbers of tokens',
    ],
    [
      'a vector of all places',
      (graph) => graph.node('Flatten', [embedded(graph)]),
      'makes a vector of a sequence',
    ],
    [
      'a mask',
      (graph) => {
        const mask = graph.floats([1, 1, 1, length], new Float32Array(length).fill(-1));
        return graph.node('Softmax', [graph.node('Add', [scores(graph), mask])]);
      },
      'adds a mask to the scores of an attention',
    ],
    ['scores that are read', (graph) => graph.node('Relu', [scores(graph)]), 'reads a part of an attention'],
    ['scores at the end', scores, 'ends in the middle of an attention'],
    [
      'softmax along heads',
      (graph) => graph.node('Softmax', [scores(graph)], { axis: 1 }),
      'is taken along axis 1',
    ],
    [
      'a product of two sequences',
      (graph) => graph.node('MatMul', [embedded(graph), split(graph, embedded(graph), [0, 2, 3, 1])]),
      'multiplies two activations',
    ],
    [
      'norms along places',
      (graph) => {
        const list = graph.floats([width], randomWeights([width], 1));
        return graph.node('LayerNormalization', [embedded(graph), list, list], { axis: 1 });
      },
      'is taken along axis 1 of 3',
    ],
  ])('refuses %s, with the node', (_, nodes, text) => {
    const network = buildNetwork(onnxModel([length], nodes, [], true));
    const problems = network.ok ? [] : network.problems.map(describeProblem);
    expect(problems.join('\n')).toContain(text);
  });
});
