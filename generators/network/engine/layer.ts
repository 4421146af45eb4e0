import { Macro } from '../../macro/kernel/macro.js';
import { shapeOf } from '../../macro/plan/shape.js';
import { type SampleShape, sizeOf } from '../graph/steps.js';
import { tileMacro } from '../plan/macro.js';
import type { LayerPlan, NetworkPlan } from '../plan/plan.js';
import type { ArrayModel } from './array-models.js';
import type { ArrayColumns } from './arrays.js';
import { type ArrayHardware, columnFactor } from './hardware.js';
import { layerKernel, paddedSize } from './kernel.js';

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

/** Input vectors of the images of a chunk, as a macro takes them. */
export interface Vectors {
  /** One byte a row, vector after vector. Valid until `use` returns. */
  readonly inputs: Uint8Array | Int8Array;
  /** Number of the first image, and how many there are. */
  readonly first: number;
  readonly images: number;
}

/** Vectors that are made at once: few enough for the caches, enough to be worth a call. */
const CHUNK = 1024;

/**
 * Hands the input vectors of every tile to `use`, some images at a time, with every macro of the tile.
 *
 * @param codes images x channels x height x width of the layer's input
 */
export function eachArray<Array extends ArrayColumns>(
  layer: LayerPlan,
  arrays: readonly Array[],
  shape: SampleShape,
  codes: Int16Array,
  use: (array: Array, index: number, vectors: Vectors) => void,
): void {
  const { window } = layer.rule.step;
  const { positions, input } = layer;
  const kernel = layerKernel();
  const most = (of: (array: Array) => number) => Math.max(...arrays.map(of));
  for (const { first, images, some } of chunks(codes, shape, positions)) {
    const count = images * positions;
    const columns = most(({ outputs }) => outputs.length);
    kernel.layOut({
      planes: most(({ tile }) => tile.channels) * paddedSize(shape, window).plane,
      vectors: count * most(({ tile }) => tile.rows),
      values: 4 * count * columns,
      ...{ channels: 4 * columns, factors: 4 * columns, sums: 4 * count * layer.rule.step.outputs },
    });
    let filled = -1;
    for (const [index, array] of arrays.entries()) {
      const { tile, tileIndex } = array;
      if (tileIndex !== filled) kernel.fillVectors(some, { shape, window, range: tile }, 1, tile.rows);
      filled = tileIndex;
      const length = count * tile.rows;
      const inputs = input.signed ? kernel.signedBytes('vectors', length) : kernel.bytes('vectors', length);
      use(array, index, { inputs, first, images });
    }
  }
}

/**
 * What the macros of a layer and the adder behind them make of images.
 *
 * @param models     one a macro
 * @param firstImage number of the first image: conversions are numbered image after image
 */
export function layerSums(
  layer: LayerPlan,
  arrays: readonly ArrayHardware[],
  models: readonly ArrayModel[],
  shape: SampleShape,
  codes: Int16Array,
  firstImage = 0,
): Sums {
  const { outputs: channels } = layer.rule.step;
  const { positions } = layer;
  const sums = new Int32Array((codes.length / sizeOf(shape)) * channels * positions);
  const factors = arrays.map((array) =>
    Int32Array.from(array.outputs, (_, column) => columnFactor(layer, array, column)),
  );
  const kernel = layerKernel();
  eachArray(layer, arrays, shape, codes, (array, index, { inputs, first, images }) => {
    const columns = array.outputs.length;
    const values = kernel.longs('values', images * positions * columns);
    models[index]!.convert(inputs, values, (firstImage + first) * positions);
    kernel.longs('channels', columns).set(array.outputs);
    kernel.longs('factors', columns).set(factors[index]!);
    const size = images * channels * positions;
    const added = kernel.longs('sums', size);
    if (index === 0) added.fill(0);
    for (let image = 0; image < images; image++) kernel.add(image, columns, positions, channels);
    if (index === arrays.length - 1) sums.set(added, first * channels * positions);
  });
  return sums;
}

/** The same of a digital layer: exact sums of whole weights. */
export function digitalSums(layer: LayerPlan, shape: SampleShape, codes: Int16Array): Sums {
  const { step } = layer.rule;
  const { positions, weights } = layer;
  const { window, outputs, channels } = step;
  const rows = weights.codes.length / outputs;
  const sums = new Int32Array((codes.length / sizeOf(shape)) * outputs * positions);
  const kernel = layerKernel();
  // Codes of 16 bits, eight at a time; weights are 0 behind the last row.
  const pitch = Math.ceil(rows / 8) * 8;
  for (const { first, images, some } of chunks(codes, shape, positions)) {
    const size = images * outputs * positions;
    kernel.layOut({
      planes: 2 * channels * paddedSize(shape, window).plane,
      vectors: 2 * images * positions * pitch,
      weights: 2 * outputs * pitch,
      sums: 4 * size,
    });
    const cells = kernel.words('weights', outputs * pitch).fill(0);
    for (let output = 0; output < outputs; output++) {
      cells.set(weights.codes.subarray(output * rows, (output + 1) * rows), output * pitch);
    }
    kernel.fillVectors(some, { shape, window, range: { first: 0, channels } }, 2, 2 * pitch);
    for (let image = 0; image < images; image++) kernel.products(image, 2 * pitch, positions, outputs);
    sums.set(kernel.longs('sums', size), first * outputs * positions);
  }
  return sums;
}

/** Images of a batch, so many at a time that they make about {@link CHUNK} vectors. */
function* chunks(codes: Int16Array, shape: SampleShape, positions: number) {
  const size = sizeOf(shape);
  const all = codes.length / size;
  const most = Math.max(1, Math.floor(CHUNK / positions));
  for (let first = 0; first < all; first += most) {
    const images = Math.min(most, all - first);
    yield { first, images, some: codes.subarray(first * size, (first + images) * size) };
  }
}
