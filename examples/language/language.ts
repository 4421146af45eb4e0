import { existsSync, mkdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { writeNpy } from '../../generators/levels/calibrate/npy.js';
import type { NetworkConfigInput } from '../../generators/network/config/network.js';
import { LENGTH, readMessages, type Samples } from './messages.js';
import { model, WEIGHTS } from './model.js';

/** 6-bit inputs, weights in digits 1, 2 and 4, 4-bit ADCs, in all fourteen layers. */
const CONFIG: NetworkConfigInput = {
  name: 'language',
  model: 'language.onnx',
  images: {
    ...{ calibration: 'train-tokens.npy', count: 512 },
    ...{ test: 'test-tokens.npy', labels: 'test-labels.npy' },
  },
  macro: { array: { rows: 128, columns: 128 }, input: { bits: 6 }, adc: { bits: 4 } },
};

const folder = process.argv[2] ?? 'out/language';
mkdirSync(folder, { recursive: true });
const save = (name: string, { tokens, labels }: Samples) => {
  const write = (kind: string, shape: readonly number[], data: Uint8Array | Uint16Array) =>
    writeNpy(path.join(folder, `${name}-${kind}.npy`), { shape, fortranOrder: false, data });
  write('tokens', [labels.length, LENGTH], tokens);
  write('labels', [labels.length], labels);
};
const { training, heldOut } = readMessages();
save('train', training);
save('test', heldOut);
writeFileSync(path.join(folder, 'network.json'), `${JSON.stringify(CONFIG, null, 2)}\n`);
if (existsSync(WEIGHTS)) writeFileSync(path.join(folder, 'language.onnx'), model());
const counts = `${training.labels.length} pieces of messages to train on, ${heldOut.labels.length} to test`;
console.log(`${folder}: network.json, ${counts}`);
