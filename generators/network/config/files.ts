import type { TextFile } from '../../common/files/text-file.js';
import { type JsonSchema, schemaOf } from '../../macro/config/json-schema.js';
import { commentedJson } from '../../macro/presets/commented.js';
import { networkSchema } from './network.js';

/** The config that `imcgen init --network` writes; editors take comments in `.jsonc`, not in `.json`. */
export const NETWORK_FILE = 'network.jsonc';
const SCHEMA_FILE = 'schemas/network.schema.json';

/** JSON Schema of `network.json`. */
export function networkJsonSchema(): JsonSchema {
  return schemaOf(networkSchema, 'imcgen network config (network.json)');
}

export function networkJsonSchemaText(): string {
  return `${JSON.stringify(networkJsonSchema(), null, 2)}\n`;
}

/** A network to start from: 6-bit inputs, 4-bit weights in digits, a 4-bit ADC, first and last layer digital. */
const START = {
  $schema: `./${SCHEMA_FILE}`,
  name: 'net',
  model: 'model.onnx',
  images: {
    ...{ calibration: 'calibration-images.npy', test: 'test-images.npy', labels: 'test-labels.npy' },
    ...{ layout: 'nhwc', divide: 255, mean: [0.485, 0.456, 0.406], deviation: [0.229, 0.224, 0.225] },
  },
  macro: { array: { rows: 256, columns: 128 }, input: { bits: 6 }, adc: { bits: 4 }, output: { bits: 8 } },
  overrides: [
    { layer: 'first', on: 'digital' },
    { layer: 'last', on: 'digital' },
  ],
};

/** What to do next, as commands and what they are for. */
export const NETWORK_STEPS: readonly (readonly [command: string, purpose: string])[] = [
  [`imcgen map ${NETWORK_FILE}`, 'the plan: layers, tiles, macros, cells, cycles'],
  [`imcgen evaluate ${NETWORK_FILE}`, 'accuracy of the hardware, beside the float model'],
  [`imcgen export ${NETWORK_FILE} -o hw.onnx`, 'the hardware as an ONNX graph'],
];

const REMARKS: Readonly<Record<string, string>> = {
  'weights.digits': 'S: digits over several columns, shift and add after conversion, arXiv 2502.07842',
  'weights.granularity': 'S: layer, array, column, arXiv 2502.07842',
  'images.mean': 'here that of ImageNet, as models of torchvision expect it',
};

/** A commented `network.jsonc` and its schema. */
export function networkFiles(): TextFile[] {
  const width = Math.max(...NETWORK_STEPS.map(([command]) => command.length));
  const head = [
    'A trained network on in-memory-computing macros.',
    'Written by imcgen init --network, and yours to change. Files are named relative to this one.',
    '',
    ...NETWORK_STEPS.map(([command, purpose]) => `  ${command.padEnd(width)}  ${purpose}`),
    '',
    'Every key: its meaning [what is allowed, default]. Comments and trailing commas are allowed.',
  ];
  const text = commentedJson(networkJsonSchema(), { values: START, remarks: REMARKS, head });
  return [
    { path: NETWORK_FILE, text },
    { path: SCHEMA_FILE, text: networkJsonSchemaText() },
  ];
}
