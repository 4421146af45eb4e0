import type { MacroConfigInput } from '../generators/config/macro.js';

/** The smallest macro config there is. */
export const SMALLEST_MACRO: MacroConfigInput = {
  name: 'demo',
  array: { rows: 8, columns: 4 },
  input: { bits: 4 },
  adc: { bits: 2 },
  output: { bits: 4 },
  layers: [{ levels: 'relu.json' }],
};

/** The smallest levels file there is. */
export const SMALLEST_LEVELS = {
  name: 'relu',
  bits: 1,
  centres: [0, 4],
  references: [2],
  outputs: [0, 4],
  range: { low: 0, high: 4 },
};
