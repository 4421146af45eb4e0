import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { LayerKernel, paddedSize } from '../../../generators/network/engine/kernel.js';
import {
  type SampleShape,
  sizeOf,
  type Window,
  windowedSize,
} from '../../../generators/network/graph/steps.js';

/** A value of an image; 0 beyond its edge. */
function pixel(codes: Int16Array, [, height, width]: SampleShape, channel: number, y: number, x: number) {
  return y < 0 || y >= height || x < 0 || x >= width ? 0 : codes[(channel * height + y) * width + x]!;
}

/** The definition: for each pixel of the result the values of its window, channel by channel, line by line. */
function windowsOf(codes: Int16Array, shape: SampleShape, window: Window, first: number, channels: number) {
  const [rows, columns] = windowedSize(shape, window);
  const vectors: number[] = [];
  for (let row = 0; row < rows; row++) {
    for (let column = 0; column < columns; column++) {
      for (let channel = first; channel < first + channels; channel++) {
        for (let ky = 0; ky < window.kernel[0]; ky++) {
          for (let kx = 0; kx < window.kernel[1]; kx++) {
            const y = row * window.strides[0] - window.pads[0] + ky;
            vectors.push(pixel(codes, shape, channel, y, column * window.strides[1] - window.pads[1] + kx));
          }
        }
      }
    }
  }
  return vectors;
}

const side = fc.integer({ min: 1, max: 13 });
const cases = fc
  .record({
    shape: fc.tuple(fc.integer({ min: 1, max: 5 }), side, side),
    kernel: fc.tuple(side, side),
    strides: fc.tuple(fc.integer({ min: 1, max: 3 }), fc.integer({ min: 1, max: 3 })),
    pads: fc.tuple(...Array.from({ length: 4 }, () => fc.integer({ min: 0, max: 3 }))),
    images: fc.integer({ min: 1, max: 3 }),
    first: fc.nat(4),
    seed: fc.nat(999),
  })
  .filter(({ shape, kernel, pads: [top, left, bottom, right], first }) => {
    const fits = kernel[0] <= shape[1] + top! + bottom! && kernel[1] <= shape[2] + left! + right!;
    return fits && first < shape[0];
  })
  .map(({ pads, ...rest }) => ({ ...rest, pads: pads as unknown as Window['pads'] }));

const kernel = new LayerKernel();

describe('windows as vectors', () => {
  it.each([1, 2] as const)('of %i bytes a code are those of the definition', (size) => {
    fc.assert(
      fc.property(cases, ({ shape, images, first, seed, ...window }) => {
        const channels = shape[0] - first;
        const wide = size === 1 ? 64 : 4000;
        const codes = Int16Array.from(
          { length: images * sizeOf(shape) },
          (_, at) => (at * 7919 + seed) % wide,
        );
        const [rows, columns] = windowedSize(shape, window);
        const values = channels * window.kernel[0] * window.kernel[1];
        const pitch = size === 1 ? values : 16 * Math.ceil(values / 8);
        const length = images * rows * columns * pitch;
        kernel.layOut({ planes: size * channels * paddedSize(shape, window).plane, vectors: length });
        kernel.fillVectors(codes, { shape, window, range: { first, channels } }, size, pitch);
        const found = size === 1 ? kernel.bytes('vectors', length) : kernel.words('vectors', length / 2);
        const vectors = [...found].filter((_, at) => at % (pitch / size) < values);
        const expected = Array.from({ length: images }, (_, image) =>
          windowsOf(codes.subarray(image * sizeOf(shape)), shape, window, first, channels),
        ).flat();
        expect(vectors).toEqual(expected);
      }),
    );
  });
});

describe('sums of channels', () => {
  it('add each column with its factor to its channel', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 20 }),
        fc.integer({ min: 1, max: 150 }),
        fc.integer({ min: 1, max: 9 }),
        (columns, pixels, outputs) => {
          const values = Int32Array.from(
            { length: 2 * columns * pixels },
            (_, at) => ((at * 37) % 255) - 127,
          );
          const channels = Int32Array.from({ length: columns }, (_, column) => (column * 5) % outputs);
          const factors = Int32Array.from({ length: columns }, (_, column) => 1 + (column % 7));
          kernel.layOut({
            ...{ values: 4 * values.length, channels: 4 * columns, factors: 4 * columns },
            sums: 8 * outputs * pixels,
          });
          kernel.longs('values', values.length).set(values);
          kernel.longs('channels', columns).set(channels);
          kernel.longs('factors', columns).set(factors);
          kernel.longs('sums', 2 * outputs * pixels).fill(3);
          const expected = new Array(2 * outputs * pixels).fill(3);
          for (let image = 0; image < 2; image++) {
            kernel.add(image, columns, pixels, outputs);
            for (let at = 0; at < columns * pixels; at++) {
              const [pixel, column] = [Math.floor(at / columns), at % columns];
              expected[(image * outputs + channels[column]!) * pixels + pixel] +=
                factors[column]! * values[image * columns * pixels + at]!;
            }
          }
          expect([...kernel.longs('sums', 2 * outputs * pixels)]).toEqual(expected);
        },
      ),
    );
  });

  it('of whole weights are exact, whatever lies behind the last value of a vector', () => {
    const [pixels, outputs, rows, pitch] = [5, 3, 19, 48];
    const codes = Int16Array.from({ length: (pixels * pitch) / 2 }, (_, at) => ((at * 613) % 4095) - 2047);
    const weights = Int16Array.from({ length: (outputs * pitch) / 2 }, (_, at) =>
      at % (pitch / 2) < rows ? ((at * 11) % 15) - 7 : 0,
    );
    kernel.layOut({ vectors: 2 * codes.length, weights: 2 * weights.length, sums: 4 * outputs * pixels });
    kernel.words('vectors', codes.length).set(codes);
    kernel.words('weights', weights.length).set(weights);
    kernel.products(0, pitch, pixels, outputs);
    const expected = Array.from({ length: outputs * pixels }, (_, at) => {
      const [output, pixel] = [Math.floor(at / pixels), at % pixels];
      let sum = 0;
      for (let row = 0; row < rows; row++) {
        sum += codes[(pixel * pitch) / 2 + row]! * weights[(output * pitch) / 2 + row]!;
      }
      return sum;
    });
    expect([...kernel.longs('sums', expected.length)]).toEqual(expected);
  });
});
