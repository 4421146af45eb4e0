/**
 * Writes the LeNet of this folder as people have their networks: float ONNX model, digits as .npy files, a network.json that
 * puts all four layers on macros, and trained.json, the same with what was trained on them.
 *
 *   npx tsx examples/fine-tune/lenet/lenet.ts out/lenet
 *
 * What does not stand in this folder yet (weights.safetensors, trained/) is left out.
 */
import { cpSync, existsSync, mkdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { writeNpy } from '../../../generators/levels/calibrate/npy.js';
import type { NetworkConfigInput } from '../../../generators/network/config/network.js';
import { GraphBuilder } from '../../../generators/network/export/graph.js';
import { type Digits, IMAGE_SIZE, readDigits } from '../../mnist/digits.js';
import { TensorFile } from '../../mnist/safetensors.js';

const WEIGHTS = fileURLToPath(new URL('weights.safetensors', import.meta.url));
const TRAINED = fileURLToPath(new URL('trained', import.meta.url));

/** 6-bit inputs, ternary weights (2 bits a cell), 3-bit ADCs, in every layer. */
const CONFIG: NetworkConfigInput = {
  name: 'lenet',
  model: 'lenet.onnx',
  images: {
    ...{ calibration: 'train-images.npy', count: 512 },
    ...{ test: 'test-images.npy', labels: 'test-labels.npy', divide: 255 },
  },
  macro: { array: { rows: 64, columns: 128 }, input: { bits: 6 }, adc: { bits: 3 } },
  weights: { method: 'ternary', granularity: 'column' },
};

/** 5x5 1 > 16, pool, 5x5 16 > 32, pool, 512 > 128, 128 > 10; [N, 1, 28, 28] to ten class scores. */
function model(): Uint8Array {
  const tensors = new TensorFile(WEIGHTS);
  const graph = new GraphBuilder();
  const constants = (name: string, dims: readonly number[]) => [
    graph.floats(dims, tensors.float32(`${name}.weight`, dims)),
    graph.floats([dims[0]!], tensors.float32(`${name}.bias`, [dims[0]!])),
  ];
  const relu = (sums: string) => graph.node('Relu', [sums]);
  const convolution = (name: string, input: string, dims: readonly number[]) => {
    const sums = graph.node('Conv', [input, ...constants(name, dims)], { kernel_shape: dims.slice(2) });
    return graph.node('MaxPool', [relu(sums)], { kernel_shape: [2, 2], strides: [2, 2] });
  };
  const product = (name: string, input: string, dims: readonly number[], output?: string) =>
    graph.node('Gemm', [input, ...constants(name, dims)], { transB: 1 }, output);
  const conv1 = convolution('conv1', 'image', [16, 1, 5, 5]);
  const conv2 = convolution('conv2', conv1, [32, 16, 5, 5]);
  const flat = graph.node('Flatten', [conv2], { axis: 1 });
  const scores = product('fc2', relu(product('fc1', flat, [128, 512])), [10, 128], 'scores');
  const input = { name: 'image', dims: [1, IMAGE_SIZE, IMAGE_SIZE] };
  return graph.model('lenet', input, { name: scores, dims: [10] });
}

const folder = process.argv[2] ?? 'out/lenet';
mkdirSync(folder, { recursive: true });
const save = (name: string, { count, pixels, labels }: Digits) => {
  const write = (kind: string, shape: readonly number[], data: Uint8Array) =>
    writeNpy(path.join(folder, `${name}-${kind}.npy`), { shape, fortranOrder: false, data });
  write('images', [count, 1, IMAGE_SIZE, IMAGE_SIZE], pixels);
  write('labels', [count], labels);
};
const { training, heldOut } = readDigits();
save('train', training);
save('test', heldOut);
const writeConfig = (file: string, config: NetworkConfigInput) =>
  writeFileSync(path.join(folder, file), `${JSON.stringify(config, null, 2)}\n`);
writeConfig('network.json', CONFIG);
if (existsSync(WEIGHTS)) writeFileSync(path.join(folder, 'lenet.onnx'), model());
if (existsSync(TRAINED)) {
  cpSync(TRAINED, path.join(folder, 'trained'), { recursive: true });
  writeConfig('trained.json', { ...CONFIG, trained: 'trained/parameters.json' });
}
console.log(`${folder}: network.json, ${training.count} digits to train on, ${heldOut.count} to test`);
