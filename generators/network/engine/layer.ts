import { Macro } from '../../macro/golden/macro.js';
import { shapeOf } from '../../macro/plan/shape.js';
import { type SampleShape, sizeOf } from '../graph/steps.js';
import { tileMacro } from '../plan/macro.js';
import type { LayerPlan, NetworkPlan } from '../plan/plan.js';
import type { ArrayColumns } from './arrays.js';
import { type ArrayHardware, columnFactor } from './hardware.js';
import { type Codes, fillVectors } from './windows.js';

/** Sums of a layer before its requantization: images x channels x pixels. */
export type Sums = Int32Array;

/** Golden models of the macros of a layer, as long as their levels are not known: they tell sums of columns. */
export function bareMacros(plan: NetworkPlan, layer: LayerPlan, arrays: readonly ArrayColumns[]): Macro[] {
  return arrays.map(({ tile, outputs, weights }) => {
    const config = tileMacro(plan.config, {
      ...{ name: plan.config.name, rows: tile.rows, columns: outputs.length },
      ...{ inputSigned: layer.input.signed, bits: 1 },
      reference: { columns: 1, rows: 1, offsetRows: 0, pulses: 1 },
    });
    const macro = new Macro(shapeOf(config));
    macro.loadWeights(weights);
    return macro;
  });
}

/** Golden models of the macros of a layer, programmed. */
export function programmedMacros(arrays: readonly ArrayHardware[]): Macro[] {
  return arrays.map(({ macro: plan, weights }) => {
    const macro = Macro.from(plan);
    macro.loadWeights(weights);
    return macro;
  });
}

/**
 * Hands the input vectors of every tile to `use`, with the macros of the tile.
 *
 * @param codes images x channels x height x width of the layer's input
 */
export function eachArray<Array extends ArrayColumns>(
  layer: LayerPlan,
  arrays: readonly Array[],
  shape: SampleShape,
  codes: Int16Array,
  use: (array: Array, index: number, vectors: Codes) => void,
): void {
  const vectorCount = (codes.length / sizeOf(shape)) * layer.positions;
  let vectors: Codes | undefined;
  let filled = -1;
  for (const [index, array] of arrays.entries()) {
    const { tile, tileIndex } = array;
    if (vectors === undefined || tileIndex !== filled) {
      const length = vectorCount * tile.rows;
      if (vectors?.length !== length)
        vectors = layer.input.signed ? new Int8Array(length) : new Uint8Array(length);
      fillVectors(codes, shape, layer.rule.step.window, tile, vectors);
      filled = tileIndex;
    }
    use(array, index, vectors);
  }
}

/** What the macros of a layer and the adder behind them make of images. */
export function layerSums(
  layer: LayerPlan,
  arrays: readonly ArrayHardware[],
  macros: readonly Macro[],
  shape: SampleShape,
  codes: Int16Array,
): Sums {
  const { outputs: channels } = layer.rule.step;
  const { positions } = layer;
  const images = codes.length / sizeOf(shape);
  const sums = new Int32Array(images * channels * positions);
  eachArray(layer, arrays, shape, codes, (array, index, vectors) => {
    const columns = array.outputs.length;
    const { outputs } = macros[index]!.convertBatch(
      vectors,
      {},
      {
        outputs: new Int32Array(images * positions * columns),
      },
    );
    for (let column = 0; column < columns; column++) {
      const factor = columnFactor(layer, array, column);
      for (let image = 0; image < images; image++) {
        const to = (image * channels + array.outputs[column]!) * positions;
        let from = image * positions * columns + column;
        for (let position = 0; position < positions; position++, from += columns) {
          sums[to + position]! += factor * outputs[from]!;
        }
      }
    }
  });
  return sums;
}

/** The same of a digital layer: exact sums of whole weights. */
export function digitalSums(layer: LayerPlan, shape: SampleShape, codes: Int16Array): Sums {
  const { step } = layer.rule;
  const { positions, weights } = layer;
  const images = codes.length / sizeOf(shape);
  const rows = weights.codes.length / step.outputs;
  const vectors = new Int16Array(images * positions * rows);
  fillVectors(codes, shape, step.window, { first: 0, channels: step.channels }, vectors);
  const sums = new Int32Array(images * step.outputs * positions);
  for (let image = 0; image < images; image++) {
    for (let output = 0; output < step.outputs; output++) {
      const to = (image * step.outputs + output) * positions;
      const cell = output * rows;
      for (let position = 0; position < positions; position++) {
        const from = (image * positions + position) * rows;
        let sum = 0;
        for (let row = 0; row < rows; row++) sum += vectors[from + row]! * weights.codes[cell + row]!;
        sums[to + position] = sum;
      }
    }
  }
  return sums;
}
