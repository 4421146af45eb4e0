import { describe, expect, it } from 'vitest';
import { batchesOf, PIXELS, readDigits, sliceDigits } from '../../examples/mnist/digits.js';
import { accumulate, accuracy, type ForwardPass, loadNetwork } from '../../examples/mnist/network.js';
import { itLong } from '../fixtures/every-change.js';

const network = loadNetwork();
const { training, heldOut } = readDigits();
const firstBatch = sliceDigits(heldOut, 0, 64);

/** Compares as bytes: element by element would take seconds. */
function sameBits(a: ForwardPass, b: ForwardPass): boolean {
  const arrays = ({ logits, activations, inputs }: ForwardPass) => [
    logits,
    ...Object.values(activations).map(({ values }) => values),
    ...Object.values(inputs),
  ];
  const bytes = (pass: ForwardPass) =>
    Buffer.concat(
      arrays(pass).map(({ buffer, byteOffset, byteLength }) => Buffer.from(buffer, byteOffset, byteLength)),
    );
  return bytes(a).equals(bytes(b));
}

describe('digits', () => {
  it('are split into 8,000 for training and 2,000 held out', () => {
    expect([training.count, heldOut.count]).toEqual([8000, 2000]);
    expect([training.pixels.length, heldOut.pixels.length]).toEqual([8000 * PIXELS, 2000 * PIXELS]);
  });

  it('show every class in every batch of 64', () => {
    for (const batch of batchesOf(training, 64, 8)) expect(new Set(batch.labels).size).toBe(10);
  });

  it('refuse a batch beyond the last digit', () => {
    expect(() => sliceDigits(heldOut, 1990, 20)).toThrow('digits 1990..2009 of 2000');
  });
});

describe('the trained network', () => {
  itLong('names at least 98 % of the held-out digits', { timeout: 60_000 }, () => {
    expect(accuracy(network.forward(heldOut.pixels).logits, heldOut.labels)).toBeGreaterThanOrEqual(0.98);
  });

  it('computes the same bits every time, alone or in a batch', () => {
    const batch = network.forward(firstBatch.pixels);
    expect(sameBits(network.forward(firstBatch.pixels), batch)).toBe(true);
    const last = network.forward(sliceDigits(firstBatch, 63, 1).pixels);
    expect(last.logits).toEqual(batch.logits.slice(63 * 10));
    expect(last.activations.fc1.values).toEqual(batch.activations.fc1.values.slice(63 * 128));
  });

  it('captures each layer behind its ReLU, in the shape it states', () => {
    const { activations } = network.forward(firstBatch.pixels);
    expect(activations.conv1.shape).toEqual([64, 8, 24, 24]);
    expect(activations.conv2.shape).toEqual([64, 16, 8, 8]);
    expect(activations.fc1.shape).toEqual([64, 128]);
    for (const { shape, values } of Object.values(activations)) {
      expect(values.length).toBe(shape.reduce((product, size) => product * size));
      expect(values.every((value) => value >= 0)).toBe(true);
      expect(values.some((value) => value > 0)).toBe(true);
    }
  });

  it('continues from its own fc1 activations to its own logits, and from zeros to other ones', () => {
    const { activations, logits } = network.forward(firstBatch.pixels);
    expect(network.classifyFrom(activations.fc1.values)).toEqual(logits);
    expect(network.classifyFrom(new Float32Array(64 * 128))).not.toEqual(logits);
  });

  it('refuses pixels that are not whole images', () => {
    expect(() => network.forward(new Uint8Array(PIXELS + 1))).toThrow('785 values are not whole vectors');
  });
});

describe.each(['conv2', 'fc1'] as const)('%s, as the array computes it', (name) => {
  const layer = network[name];
  const { inputs, activations } = network.forward(sliceDigits(heldOut, 0, 8).pixels);
  const vectors = inputs[name].length / layer.rows;

  it('has weights -1, 0 and +1 only', () => {
    expect(layer.weights.length).toBe(layer.rows * layer.columns);
    expect([...new Set(layer.weights)].sort((a, b) => a - b)).toEqual([-1, 0, 1]);
  });

  it('has a bias that at most four trim rows of eight pulses make', () => {
    expect(layer.bias.length).toBe(layer.columns);
    expect([...layer.bias].filter((bias) => bias % 8 !== 0 || Math.abs(bias) > 32)).toEqual([]);
  });

  it('takes inputs of six bits', () => {
    expect(inputs[name].every((input) => input <= 63)).toBe(true);
    expect(inputs[name].some((input) => input > 31)).toBe(true);
  });

  it('gives the activations of a float layer as scaled integers', () => {
    const sums = accumulate(layer, inputs[name]);
    const scale = layer.inputScale * layer.weightScale;
    const positions = vectors / 8;
    let largestError = 0;
    for (let vector = 0; vector < vectors; vector++) {
      for (let column = 0; column < layer.columns; column++) {
        const biased = sums[vector * layer.columns + column]! + layer.bias[column]!;
        const image = Math.floor(vector / positions);
        const captured =
          activations[name].values[(image * layer.columns + column) * positions + (vector % positions)]!;
        if (captured !== Math.fround(scale * Math.max(0, biased))) {
          expect.fail(`vector ${vector}, column ${column}: ${captured} is not relu(${scale} * ${biased})`);
        }
        const real = realSum(vector, column);
        largestError = Math.max(largestError, Math.abs(captured - Math.max(0, real)));
      }
    }
    expect(largestError).toBeLessThan(1e-6);
  });

  /** The column's sum in activation units: real inputs times real weights. */
  function realSum(vector: number, column: number): number {
    let sum = layer.bias[column]! * layer.inputScale * layer.weightScale;
    for (let row = 0; row < layer.rows; row++) {
      const input = inputs[name][vector * layer.rows + row]! * layer.inputScale;
      sum += input * (layer.weights[row * layer.columns + column]! * layer.weightScale);
    }
    return sum;
  }
});

it('fc1 fills an array of 256 x 128', () => {
  expect([network.fc1.rows, network.fc1.columns]).toEqual([256, 128]);
});
