import type { Problem } from '../../common/problems.js';
import type { Constant } from '../onnx/tensor.js';
import type { Node } from './nodes.js';
import { freshName, put, replace, type Sketch } from './sketch.js';
import type { EmbeddingStep, NormStep, SampleShape, Step } from './steps.js';

/** Number of a sample's axis in a {@link SampleShape}, for an axis of the model; undefined for the batch. */
export function sampleAxisOf(rank: number, axis: number): number | undefined {
  const at = axis < 0 ? axis + rank : axis;
  if (at < 1) return undefined;
  return rank === 3 ? [1, 0][at - 1] : at - 1;
}

/** Gather: rows of a table by the numbers of tokens, or one place of a tensor. */
export function gather(node: Node, sketch: Sketch): Problem[] {
  const [data, indices] = node.inputs as readonly [string, string];
  const table = sketch.constants.get(data);
  if (table !== undefined) return embedding(node, sketch, table);
  const index = sketch.constants.get(indices);
  const rank = sketch.ranks.get(data)!;
  const axis = sampleAxisOf(rank, node.int('axis', 0));
  const shape = sketch.shapes.get(data)!;
  if (index?.values.length !== 1 || index.dims.length > 0 || axis === undefined || rank === 2) {
    return [
      node.problem(
        'takes several places, or samples',
        'Rows of a constant table and one place of a tensor are mapped.',
      ),
    ];
  }
  const at = index.values[0]!;
  const first = at < 0 ? at + shape[axis]! : at;
  const from: [number, number, number] = [0, 0, 0];
  from[axis] = first;
  const count: [number, number, number] = [...shape];
  count[axis] = 1;
  if (!(first >= 0 && first < shape[axis]!)) return [node.problem(`takes place ${at} of ${shape[axis]}`)];
  if (rank === 4 && axis === 0) return [node.problem('takes one channel and drops its axis', 'Use Slice.')];
  if (rank === 3 && axis === 0) return [node.problem('takes one channel of a sequence', 'Use Slice.')];
  if (rank === 4) return [node.problem('takes one line of an image and drops its axis', 'Use Slice.')];
  const name = freshName(sketch, node);
  const step: Step = { kind: 'select', name, input: data, output: node.output, first: from, step: [1, 1, 1] };
  return put(node, sketch, step, count, 2);
}

function embedding(node: Node, sketch: Sketch, { dims, values }: Constant): Problem[] {
  const [, input] = node.inputs as readonly [string, string];
  const isInput = sketch.input === input && sketch.ranks.get(input) === 2;
  if (!isInput || dims.length !== 2 || node.int('axis', 0) !== 0) {
    const fix =
      'Rows of a table [tokens, channels] by the input of the network, whole numbers [N, T], are mapped.';
    return [node.problem('looks up other things than tokens', fix)];
  }
  const [rows, channels] = dims as [number, number];
  if (rows > MOST_TOKENS) return [node.problem(`has ${rows} tokens`, `Use at most ${MOST_TOKENS}.`)];
  const [places] = sketch.shapes.get(input)!;
  const step: EmbeddingStep = {
    ...{ kind: 'embedding', name: freshName(sketch, node), input, output: node.output },
    ...{ rows: Float32Array.from(values), places: new Float32Array(places * channels) },
  };
  return put(node, sketch, step, [channels, places, 1], 3);
}

/** Numbers of tokens are codes of at most 15 bits. */
const MOST_TOKENS = 2 ** 15;

/** Adds constants to an embedding: the same at every place, or a row for each. Undefined where they are none of these. */
export function placed(node: Node, sketch: Sketch, data: string, constant: Constant): Problem[] | undefined {
  const step = sketch.steps.find(({ output }) => output === data);
  if (step?.kind !== 'embedding' || sketch.readers.get(data) !== 1) return undefined;
  const [channels, places] = sketch.shapes.get(data)!;
  const { dims, values } = constant;
  const rows = values.length / channels;
  const plain = dims.at(-1) === channels && dims.slice(0, -2).every((extent) => extent === 1);
  if (!plain || (rows !== 1 && rows !== places)) {
    return [node.problem(`adds [${dims.join(', ')}] to an embedding`, `Use [${places}, ${channels}].`)];
  }
  const sums = step.places.map((value, at) => value + values[rows === 1 ? at % channels : at]!);
  return replace(sketch, step, { ...step, places: sums, output: node.output });
}

/** LayerNormalization along the channels of vectors or sequences. */
export function layerNorm(node: Node, sketch: Sketch): Problem[] {
  const [input, gainName, centerName] = node.inputs as readonly [string, string?, string?];
  const shape: SampleShape = sketch.shapes.get(input)!;
  const rank = sketch.ranks.get(input)!;
  const axis = node.int('axis', -1);
  if (rank === 4 || (axis !== -1 && axis !== rank - 1)) {
    return [
      node.problem(
        `is taken along axis ${axis} of ${rank}`,
        'Vectors of channels are normalized: the last axis of [N, F] or [N, T, C].',
      ),
    ];
  }
  const list = (name: string | undefined, value: number) =>
    name ? sketch.constants.get(name)?.values : new Float32Array(shape[0]).fill(value);
  const [gain, center] = [list(gainName, 1), list(centerName, 0)];
  if (gain?.length !== shape[0] || center?.length !== shape[0]) {
    return [node.problem('has gains or centers that are no constants of the channels')];
  }
  const epsilon = node.float('epsilon', 1e-5);
  if (!(epsilon > 0))
    return [node.problem(`has epsilon ${epsilon}`, 'Vectors of equal channels need one above 0.')];
  const step: NormStep = {
    ...{ kind: 'norm', name: freshName(sketch, node), input, output: node.output, epsilon },
    ...{ gain: Float32Array.from(gain), center: Float32Array.from(center) },
  };
  return put(node, sketch, step, shape, rank);
}
