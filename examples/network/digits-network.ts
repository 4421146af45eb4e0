/** The network of the MNIST example as people have theirs: a float ONNX model, images as .npy files, a network.json. */
import { mkdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { writeNpy } from '../../generators/levels/calibrate/npy.js';
import type { NetworkConfigInput } from '../../generators/network/config/network.js';
import { GraphBuilder } from '../../generators/network/export/graph.js';
import { IMAGE_SIZE, readDigits, sliceDigits } from '../mnist/digits.js';
import { TensorFile } from '../mnist/safetensors.js';

const WEIGHTS = fileURLToPath(new URL('../mnist/weights.safetensors', import.meta.url));
const KERNEL = 5;
export const CALIBRATION_IMAGES = 128;
export const TEST_IMAGES = 500;

const CONFIG: NetworkConfigInput = {
  name: 'digits',
  model: 'digits.onnx',
  images: {
    ...{ calibration: 'calibration-images.npy', count: CALIBRATION_IMAGES },
    ...{ test: 'test-images.npy', labels: 'test-labels.npy', divide: 255 },
  },
  macro: { array: { rows: 256, columns: 128 }, input: { bits: 6 }, adc: { bits: 4 } },
  weights: { method: 'ternary', granularity: 'layer' },
  overrides: [
    { layer: 'first', on: 'digital', digits: [1, 2, 4] },
    { layer: 'last', on: 'digital', digits: [1, 2, 4] },
  ],
};

/** The float model: two convolutions with pools, two matrix products; [N, 1, 28, 28] to ten class scores. */
export function digitsModel(): Uint8Array {
  const tensors = new TensorFile(WEIGHTS);
  const graph = new GraphBuilder();
  const relu = (sums: string) => graph.node('Relu', [sums]);
  const pooled = (values: string) =>
    graph.node('MaxPool', [values], { kernel_shape: [2, 2], strides: [2, 2] });
  const conv = (input: string, dims: readonly number[], weights: Float32Array, bias: Float32Array) => {
    const constants = [graph.floats(dims, weights), graph.floats([dims[0]!], bias)];
    return relu(graph.node('Conv', [input, ...constants], { kernel_shape: [KERNEL, KERNEL] }));
  };
  /** A ternary layer in activation and weight units; `rows` x `outputs` becomes `outputs` x `rows`. */
  const ternary = (name: string, rows: number, outputs: number) => {
    const cells = tensors.int8(`${name}.weight`, [rows, outputs]);
    const scale = tensors.float32(`${name}.weight_scale`, [])[0]!;
    const step = scale * tensors.float32(`${name}.input_scale`, [])[0]!;
    const bias = Float32Array.from(tensors.int8(`${name}.bias`, [outputs]), (cell) => cell * step);
    const weights = Float32Array.from(
      cells,
      (_, at) => scale * cells[(at % rows) * outputs + Math.floor(at / rows)]!,
    );
    return { weights, bias };
  };
  const conv1 = conv(
    'image',
    [8, 1, KERNEL, KERNEL],
    tensors.float32('conv1.weight', [8, 1, KERNEL, KERNEL]),
    tensors.float32('conv1.bias', [8]),
  );
  const second = ternary('conv2', 200, 16);
  const conv2 = conv(pooled(conv1), [16, 8, KERNEL, KERNEL], second.weights, second.bias);
  const third = ternary('fc1', 256, 128);
  const flat = graph.node('Flatten', [pooled(conv2)], { axis: 1 });
  const fc1 = relu(
    graph.node('Gemm', [flat, graph.floats([128, 256], third.weights), graph.floats([128], third.bias)], {
      transB: 1,
    }),
  );
  const last = [
    graph.floats([10, 128], tensors.float32('fc2.weight', [10, 128])),
    graph.floats([10], tensors.float32('fc2.bias', [10])),
  ];
  const scores = graph.node('Gemm', [fc1, ...last], { transB: 1 }, 'scores');
  const size = [1, IMAGE_SIZE, IMAGE_SIZE];
  return graph.model('example', { name: 'image', dims: size }, { name: scores, dims: [10] });
}

/**
 * Writes model, images, labels and config into a folder.
 *
 * @param most held-out images to test on; there are 2,000
 * @returns how many there are
 */
export function writeDigits(folder: string, most = TEST_IMAGES): number {
  mkdirSync(folder, { recursive: true });
  const { training, heldOut } = readDigits();
  const save = (file: string, shape: readonly number[], data: Uint8Array) =>
    writeNpy(path.join(folder, file), { shape, fortranOrder: false, data });
  const images = (count: number) => [count, 1, IMAGE_SIZE, IMAGE_SIZE];
  const calibration = sliceDigits(training, 0, CALIBRATION_IMAGES);
  const count = Math.min(most, heldOut.count);
  const test = sliceDigits(heldOut, 0, count);
  save('calibration-images.npy', images(CALIBRATION_IMAGES), calibration.pixels);
  save('test-images.npy', images(count), test.pixels);
  save('test-labels.npy', [count], test.labels);
  writeFileSync(path.join(folder, 'digits.onnx'), digitsModel());
  writeFileSync(path.join(folder, 'network.json'), `${JSON.stringify(CONFIG, null, 2)}\n`);
  return count;
}
