/** In: codes of images, decoded values of arrays. Out: input vectors of arrays, sums of channels, from WebAssembly. */
import { type SampleShape, sizeOf, type Window, windowedSize } from '../graph/steps.js';
import type { ChannelRange } from '../weights/quantize.js';
import { KERNEL_MODULE } from './kernel-module.js';

/** The functions of kernel/layer.ts. */
interface Exports {
  readonly memory: { readonly buffer: ArrayBuffer; grow(pages: number): number };
  windows(...sizes: number[]): void;
  add(
    ...[values, columns, pixels, channels, factors, sums]: [number, number, number, number, number, number]
  ): void;
  products(
    ...[vectors, pitch, pixels, weights, outputs, sums]: [number, number, number, number, number, number]
  ): void;
}

/** What of WebAssembly is used here; no type of Node declares it. */
interface Platform {
  readonly WebAssembly: {
    readonly Module: new (bytes: Uint8Array) => object;
    readonly Instance: new (module: object) => { readonly exports: unknown };
  };
}

/** Bytes behind planes and vectors that the kernel may read or write. */
const SPARE = 16;
const PAGE = 65536;

/** Regions of the kernel's memory, in bytes. */
interface Sizes {
  readonly planes: number;
  readonly vectors: number;
  readonly values: number;
  readonly channels: number;
  readonly factors: number;
  readonly weights: number;
  readonly sums: number;
}
type Region = keyof Sizes;

/** Which windows of an image become vectors. */
export interface WindowRange {
  readonly shape: SampleShape;
  readonly window: Window;
  readonly range: ChannelRange;
}

/** Planes with their padding around them: windows have no edges to look out for. */
interface Padded {
  readonly line: number;
  readonly plane: number;
}

/**
 * What moves numbers between the macros of a layer: windows become vectors, decoded values are added up. Arrays that it
 * hands out lie in its memory and are valid until the next {@link layOut}.
 */
export class LayerKernel {
  private readonly wasm: Exports;
  private at: Readonly<Record<Region, number>> = {
    ...{ planes: 0, vectors: 0, values: 0, channels: 0, factors: 0, weights: 0, sums: 0 },
  };

  constructor() {
    const { WebAssembly } = globalThis as unknown as Platform;
    const module = new WebAssembly.Module(Buffer.from(KERNEL_MODULE, 'base64'));
    this.wasm = new WebAssembly.Instance(module).exports as Exports;
  }

  /** Gives every region its place. */
  layOut(sizes: Partial<Sizes>): void {
    let end = 0;
    const at = { ...this.at };
    for (const region of Object.keys(at) as Region[]) {
      at[region] = end;
      end += Math.ceil(((sizes[region] ?? 0) + SPARE) / 16) * 16;
    }
    const { memory } = this.wasm;
    const missing = Math.ceil((end - memory.buffer.byteLength) / PAGE);
    if (missing > 0) memory.grow(missing);
    this.at = at;
  }

  bytes(region: Region, length: number): Uint8Array {
    return new Uint8Array(this.wasm.memory.buffer, this.at[region], length);
  }

  signedBytes(region: Region, length: number): Int8Array {
    return new Int8Array(this.wasm.memory.buffer, this.at[region], length);
  }

  words(region: Region, length: number): Int16Array {
    return new Int16Array(this.wasm.memory.buffer, this.at[region], length);
  }

  longs(region: Region, length: number): Int32Array {
    return new Int32Array(this.wasm.memory.buffer, this.at[region], length);
  }

  /**
   * Windows of some images into `vectors`: image after image, pixel after pixel of the result, in each the values in the
   * order channel, y, x; 0 beyond the edge.
   *
   * @param codes  whole images: channel, y, x
   * @param size   bytes a code, 1 or 2: codes have to fit them
   * @param pitch  bytes from a vector to the next; what a window leaves of them holds anything
   */
  fillVectors(codes: Int16Array, { shape, window, range }: WindowRange, size: 1 | 2, pitch: number): void {
    const [, height, width] = shape;
    const { kernel, strides, pads } = window;
    const { line, plane } = paddedSize(shape, window);
    const [rows, columns] = windowedSize(shape, window);
    const length = range.channels * plane;
    const planes = size === 1 ? this.bytes('planes', length) : this.words('planes', length);
    planes.fill(0);
    const [top, left] = pads;
    let to = this.at.vectors;
    for (let image = 0; image < codes.length; image += sizeOf(shape)) {
      let from = image + range.first * height * width;
      for (let channel = 0; channel < range.channels; channel++) {
        for (let y = 0; y < height; y++, from += width) {
          planes.set(codes.subarray(from, from + width), channel * plane + (y + top) * line + left);
        }
      }
      this.wasm.windows(
        ...[this.at.planes, to, range.channels, plane * size, line * size, kernel[0], kernel[1] * size],
        ...[rows, strides[0] * line * size, columns, strides[1] * size, pitch],
      );
      to += rows * columns * pitch;
    }
  }

  /**
   * Adds `values` of one image, each with the factor of its column, to the `sums` of that image.
   *
   * @param image number among those that are in memory
   */
  add(image: number, columns: number, pixels: number, outputs: number): void {
    const { values, channels, factors, sums } = this.at;
    const from = values + 4 * image * pixels * columns;
    this.wasm.add(from, columns, pixels, channels, factors, sums + 4 * image * outputs * pixels);
  }

  /** Exact products of the vectors of one image with `weights`, 16 bits each, into its `sums`. */
  products(image: number, pitch: number, pixels: number, outputs: number): void {
    const { vectors, weights, sums } = this.at;
    const from = vectors + image * pixels * pitch;
    this.wasm.products(from, pitch, pixels, weights, outputs, sums + 4 * image * outputs * pixels);
  }
}

/** Values of a line and of a plane with the padding of a window. */
export function paddedSize([, height, width]: SampleShape, { pads }: Window): Padded {
  const [top, left, bottom, right] = pads;
  const line = width + left + right;
  return { line, plane: line * (height + top + bottom) };
}

let shared: LayerKernel | undefined;

/** One for all layers: instances are scarce. */
export function layerKernel(): LayerKernel {
  shared ??= new LayerKernel();
  return shared;
}
