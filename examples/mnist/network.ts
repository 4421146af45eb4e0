import { fileURLToPath } from 'node:url';
import { IMAGE_SIZE, PIXELS } from './digits.js';
import { TensorFile } from './safetensors.js';

/** Size of the convolution kernels. */
const KERNEL = 5;
const TAPS = KERNEL * KERNEL;
const CONV1 = { channels: 8, size: IMAGE_SIZE - KERNEL + 1, pooled: 12 };
const CONV2 = { channels: 16, size: CONV1.pooled - KERNEL + 1, pooled: 4 };
const FC1 = { inputs: CONV2.channels * CONV2.pooled ** 2, outputs: 128 };
const CLASSES = 10;

/** Inputs of the ternary layers are unsigned 6-bit integers. */
export const INPUT_BITS = 6;
const LARGEST_INPUT = 2 ** INPUT_BITS - 1;

/**
 * A layer as an in-memory-computing array computes it:
 * `activation = relu(inputScale * weightScale * (sum over r of x[r] * w[r][c] + bias[c]))`,
 * everything inside the inner brackets an integer.
 */
export interface TernaryLayer {
  /** Length of an input vector: word lines of the array. */
  readonly rows: number;
  /** Outputs: columns of the array. */
  readonly columns: number;
  /** -1, 0 or +1; `rows` x `columns`, row-major. */
  readonly weights: Int8Array;
  /** One per column, in units of the accumulator: a multiple of 8 from -32 to 32 (trim rows of 8 pulses). */
  readonly bias: Int8Array;
  /** Activation units per input step. */
  readonly inputScale: number;
  readonly weightScale: number;
}

/** What a layer gives after its ReLU and before any pooling. */
export interface LayerActivations {
  /** `[images, channels, height, width]`, or `[images, outputs]`. */
  readonly shape: readonly number[];
  /** Activation units, row-major, none negative. */
  readonly values: Float32Array;
}

/** Everything a pass over some images computes on its way to the logits. */
export interface ForwardPass {
  readonly images: number;
  /** `[images, 10]`, row-major; the largest names the digit. */
  readonly logits: Float32Array;
  /** conv1 `[images, 8, 24, 24]`, conv2 `[images, 16, 8, 8]`, fc1 `[images, 128]`. */
  readonly activations: Readonly<Record<'conv1' | 'conv2' | 'fc1', LayerActivations>>;
  /**
   * The integers, 0 to 63, that drive the rows of the ternary layers, one vector after the other:
   * conv2 `[images * 64, 200]` (a vector per output pixel; rows in the order channel, y, x),
   * fc1 `[images, 256]` (the pooled conv2 in the order channel, y, x).
   */
  readonly inputs: Readonly<Record<'conv2' | 'fc1', Uint8Array>>;
}

/** The trained network: 28 x 28 image, conv1, conv2, fc1, fc2, 10 logits. */
export interface Network {
  /** 5x5 convolution of 8 channels: 200 x 16. */
  readonly conv2: TernaryLayer;
  /** 256 x 128: fills an array of that size exactly. */
  readonly fc1: TernaryLayer;
  /** Runs the images (`[images, 28, 28]`, 0 to 255). Same images, same bits, on any machine. */
  forward(pixels: Uint8Array): ForwardPass;
  /**
   * The rest of the network behind fc1, for activations that hardware computed.
   *
   * @param fc1Activations `[images, 128]`, post-ReLU, activation units
   * @returns logits `[images, 10]`
   */
  classifyFrom(fc1Activations: Float32Array): Float32Array;
}

/** Loads weights that `train.py` wrote; by default the ones that come with the example. */
export function loadNetwork(
  file: string = fileURLToPath(new URL('weights.safetensors', import.meta.url)),
): Network {
  const tensors = new TensorFile(file);
  const conv1Weights = tensors.float32('conv1.weight', [CONV1.channels, 1, KERNEL, KERNEL]);
  const conv1Bias = tensors.float32('conv1.bias', [CONV1.channels]);
  const conv2 = loadTernary(tensors, 'conv2', CONV1.channels * TAPS, CONV2.channels);
  const fc1 = loadTernary(tensors, 'fc1', FC1.inputs, FC1.outputs);
  const fc2Weights = tensors.float32('fc2.weight', [CLASSES, FC1.outputs]);
  const fc2Bias = tensors.float32('fc2.bias', [CLASSES]);

  const classifyFrom = (fc1Activations: Float32Array) => fullyConnected(fc1Activations, fc2Weights, fc2Bias);
  const forward = (pixels: Uint8Array): ForwardPass => {
    const images = vectorCount(pixels, PIXELS);

    const conv1Values = convolveImages(pixels, conv1Weights, conv1Bias);
    const conv1Pooled = maxPool(conv1Values, CONV1.size);

    const conv2Inputs = patches(quantise(conv1Pooled, conv2.inputScale));
    const conv2Values = channelsFirst(activate(conv2, conv2Inputs), CONV2.channels, CONV2.size ** 2);
    const conv2Pooled = maxPool(conv2Values, CONV2.size);

    const fc1Inputs = quantise(conv2Pooled, fc1.inputScale);
    const fc1Values = activate(fc1, fc1Inputs);
    return {
      images,
      logits: classifyFrom(fc1Values),
      activations: {
        conv1: { shape: [images, CONV1.channels, CONV1.size, CONV1.size], values: conv1Values },
        conv2: { shape: [images, CONV2.channels, CONV2.size, CONV2.size], values: conv2Values },
        fc1: { shape: [images, FC1.outputs], values: fc1Values },
      },
      inputs: { conv2: conv2Inputs, fc1: fc1Inputs },
    };
  };
  return { conv2, fc1, forward, classifyFrom };
}

/**
 * The integers that a ternary layer's columns accumulate, without the bias.
 *
 * @param inputs `[vectors, rows]`, 0 to 63
 * @returns `[vectors, columns]`
 */
export function accumulate(layer: TernaryLayer, inputs: Uint8Array): Int32Array {
  const { rows, columns, weights } = layer;
  const vectors = vectorCount(inputs, rows);
  const sums = new Int32Array(vectors * columns);
  for (let vector = 0; vector < vectors; vector++) {
    const first = vector * columns;
    for (let row = 0; row < rows; row++) {
      const input = inputs[vector * rows + row]!;
      if (input === 0) continue;
      for (let column = 0; column < columns; column++) {
        sums[first + column]! += input * weights[row * columns + column]!;
      }
    }
  }
  return sums;
}

/**
 * Share of images whose largest logit is that of their label (top-1), 0 to 1.
 *
 * @param logits `[images, 10]`; among equals the smaller digit wins
 * @param labels `[images]`
 */
export function accuracy(logits: Float32Array, labels: Uint8Array): number {
  let correct = 0;
  labels.forEach((label, image) => {
    const scores = logits.subarray(image * CLASSES, (image + 1) * CLASSES);
    if (scores.indexOf(Math.max(...scores)) === label) correct += 1;
  });
  return correct / labels.length;
}

function loadTernary(tensors: TensorFile, name: string, rows: number, columns: number): TernaryLayer {
  return {
    rows,
    columns,
    weights: tensors.int8(`${name}.weight`, [rows, columns]),
    bias: tensors.int8(`${name}.bias`, [columns]),
    inputScale: tensors.float32(`${name}.input_scale`, [])[0]!,
    weightScale: tensors.float32(`${name}.weight_scale`, [])[0]!,
  };
}

/** Post-ReLU activations `[vectors, columns]`, each an integer times the layer's two scales. */
function activate(layer: TernaryLayer, inputs: Uint8Array): Float32Array {
  const { columns, bias } = layer;
  const scale = layer.inputScale * layer.weightScale;
  const sums = accumulate(layer, inputs);
  const output = new Float32Array(sums.length);
  for (let i = 0; i < sums.length; i++) output[i] = scale * Math.max(0, sums[i]! + bias[i % columns]!);
  return output;
}

/** To the nearest input step, halves upwards, at most 63; activations are not negative. */
function quantise(activations: Float32Array, inputScale: number): Uint8Array {
  const steps = new Uint8Array(activations.length);
  for (let i = 0; i < steps.length; i++) {
    steps[i] = Math.min(LARGEST_INPUT, Math.floor(activations[i]! / inputScale + 0.5));
  }
  return steps;
}

/** conv1 and its ReLU: `[images, 28, 28]`, 0 to 255, to `[images, 8, 24, 24]`. */
function convolveImages(pixels: Uint8Array, weights: Float32Array, bias: Float32Array): Float32Array {
  const { channels, size } = CONV1;
  const images = vectorCount(pixels, PIXELS);
  const output = new Float32Array(images * channels * size * size);
  let next = 0;
  for (let image = 0; image < images; image++) {
    for (let channel = 0; channel < channels; channel++) {
      for (let y = 0; y < size; y++) {
        for (let x = 0; x < size; x++) {
          let sum = 0;
          for (let ky = 0; ky < KERNEL; ky++) {
            const line = image * PIXELS + (y + ky) * IMAGE_SIZE + x;
            const taps = channel * TAPS + ky * KERNEL;
            for (let kx = 0; kx < KERNEL; kx++) sum += pixels[line + kx]! * weights[taps + kx]!;
          }
          output[next++] = Math.max(0, sum / 255 + bias[channel]!);
        }
      }
    }
  }
  return output;
}

/** The input vector of each output pixel of conv2: `[images, 8, 12, 12]` to `[images * 64, 200]`. */
function patches(planes: Uint8Array): Uint8Array {
  const { channels, pooled } = CONV1;
  const { size } = CONV2;
  const images = vectorCount(planes, channels * pooled * pooled);
  const output = new Uint8Array(images * size * size * channels * TAPS);
  let next = 0;
  for (let image = 0; image < images; image++) {
    for (let y = 0; y < size; y++) {
      for (let x = 0; x < size; x++) {
        for (let channel = 0; channel < channels; channel++) {
          for (let ky = 0; ky < KERNEL; ky++) {
            const line = ((image * channels + channel) * pooled + y + ky) * pooled + x;
            for (let kx = 0; kx < KERNEL; kx++) output[next++] = planes[line + kx]!;
          }
        }
      }
    }
  }
  return output;
}

/** `[images, positions, channels]` to `[images, channels, positions]`. */
function channelsFirst(values: Float32Array, channels: number, positions: number): Float32Array {
  const output = new Float32Array(values.length);
  const perImage = channels * positions;
  for (let first = 0; first < values.length; first += perImage) {
    for (let position = 0; position < positions; position++) {
      for (let channel = 0; channel < channels; channel++) {
        output[first + channel * positions + position] = values[first + position * channels + channel]!;
      }
    }
  }
  return output;
}

/** Largest of each 2 x 2 block: `[planes, size, size]` to `[planes, size / 2, size / 2]`. */
function maxPool(values: Float32Array, size: number): Float32Array {
  const half = size / 2;
  const output = new Float32Array(values.length / 4);
  for (let i = 0; i < output.length; i++) {
    const line = Math.floor(i / half);
    const corner = 2 * line * size + 2 * (i % half);
    output[i] = Math.max(
      values[corner]!,
      values[corner + 1]!,
      values[corner + size]!,
      values[corner + size + 1]!,
    );
  }
  return output;
}

/** `[vectors, inputs]` times the transpose of `[outputs, inputs]`, plus the bias. */
function fullyConnected(values: Float32Array, weights: Float32Array, bias: Float32Array): Float32Array {
  const outputs = bias.length;
  const inputs = weights.length / outputs;
  const vectors = vectorCount(values, inputs);
  const products = new Float32Array(vectors * outputs);
  for (let vector = 0; vector < vectors; vector++) {
    for (let output = 0; output < outputs; output++) {
      let sum = bias[output]!;
      for (let input = 0; input < inputs; input++) {
        sum += values[vector * inputs + input]! * weights[output * inputs + input]!;
      }
      products[vector * outputs + output] = sum;
    }
  }
  return products;
}

function vectorCount(values: { readonly length: number }, vectorLength: number): number {
  const count = values.length / vectorLength;
  if (!Number.isInteger(count)) {
    throw new RangeError(`${values.length} values are not whole vectors of ${vectorLength}`);
  }
  return count;
}
