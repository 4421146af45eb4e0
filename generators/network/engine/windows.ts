import { type SampleShape, sizeOf, type Window, windowedSize } from '../graph/steps.js';
import type { ChannelRange } from '../weights/quantize.js';

/** Arrays that hold codes. */
export type Codes = Int16Array | Int8Array | Uint8Array;

/**
 * Windows of images as input vectors of an array: for each image and each pixel of the result the values in the order
 * channel, y, x; 0 beyond the edge.
 *
 * @param codes   images x channels x height x width
 * @param vectors takes images x pixels x rows
 */
export function fillVectors(
  codes: Int16Array,
  shape: SampleShape,
  window: Window,
  { first, channels }: ChannelRange,
  vectors: Codes,
): void {
  const [, height, width] = shape;
  const [kernelHeight, kernelWidth] = window.kernel;
  const [down, right] = window.strides;
  const [top, left, bottom, rightPad] = window.pads;
  const [rows, columns] = windowedSize(shape, window);
  const size = sizeOf(shape);
  // Planes with their padding around them: the loops over windows have no edges to look out for.
  const line = width + left + rightPad;
  const plane = line * (height + top + bottom);
  const padded = new Int16Array(channels * plane);
  let to = 0;
  for (let image = 0; image < codes.length; image += size) {
    for (let channel = 0, from = image + first * height * width; channel < channels; channel++) {
      for (let y = 0; y < height; y++, from += width) {
        padded.set(codes.subarray(from, from + width), channel * plane + (y + top) * line + left);
      }
    }
    for (let row = 0; row < rows; row++) {
      for (let column = 0; column < columns; column++) {
        const corner = row * down * line + column * right;
        for (let channel = 0, at = corner; channel < channels; channel++, at = corner + channel * plane) {
          for (let ky = 0; ky < kernelHeight; ky++, at += line) {
            for (let kx = 0; kx < kernelWidth; kx++) vectors[to++] = padded[at + kx]!;
          }
        }
      }
    }
  }
}
