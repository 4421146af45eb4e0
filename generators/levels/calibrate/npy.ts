import { closeSync, fstatSync, openSync, readSync } from 'node:fs';
import { basename } from 'node:path';
import { inputName, STDIN, standardInput } from '../../common/files/input.js';
import { writeWhole } from '../../common/files/writer.js';
import type { Result } from '../../common/problems.js';
import { failure, success } from '../../common/problems.js';
import { unreadable } from '../../common/system-errors.js';
import { NPY_KINDS, type NpyHeader, type NpyKind, npyHeaderBytes, parseNpyHeader } from './npy-header.js';

/** Values of an array in one of the number types that are written as they are. */
export type NpyData =
  | Float32Array
  | Float64Array
  | Int8Array
  | Uint8Array
  | Int16Array
  | Uint16Array
  | Int32Array
  | Uint32Array;

/** An array as NumPy has it. */
export interface NpyArray {
  /** Extent of each dimension; empty for a single number. */
  readonly shape: readonly number[];
  /** True if the first index runs fastest in `data`. */
  readonly fortranOrder: boolean;
  /**
   * Values in the file's order. float16 and bfloat16 become float32, which holds them exactly; 64-bit integers become
   * float64, exact up to 2^53; bool becomes 0 and 1.
   */
  readonly data: NpyData;
}

/** An open `.npy` file whose values are read piece by piece. */
export interface NpyFile extends NpyHeader {
  /**
   * The values in the file's order, from value `first` on, at most `values` at a time. Each piece is valid until the next is
   * asked for.
   */
  pieces(values: number, first?: number): Generator<NpyData>;
  close(): void;
}

/**
 * Opens an `.npy` file and checks that its header accounts for every byte of it.
 *
 * @param path  `-` for standard input
 * @param name  what messages call the file
 */
export function openNpy(path: string, name: string = inputName(path)): Result<NpyFile> {
  if (path === STDIN) {
    const bytes = standardInput();
    const header = readHeader(bytes, name);
    if (!header.ok) return header;
    const pieces = (values: number, first?: number) => readPieces(bytes, header.value, values, first);
    return success({ ...header.value, pieces, close: () => undefined });
  }
  let descriptor: number;
  try {
    descriptor = openSync(path, 'r');
  } catch (error) {
    return failure(unreadable(name, error));
  }
  const header = readHeader(descriptor, name);
  if (!header.ok) {
    closeSync(descriptor);
    return header;
  }
  return success({
    ...header.value,
    pieces: (values, first) => readPieces(descriptor, header.value, values, first),
    close: () => closeSync(descriptor),
  });
}

/**
 * Reads a whole `.npy` file: format 1 to 3, either byte order, booleans, integers of 8 to 64 bits, floats of 16 to 64 bits.
 *
 * @param path  `-` for standard input
 * @returns the array, or why the file cannot be read or is none
 *
 * @example
 * ```ts
 * import { orThrow, readNpy } from 'imcgen';
 *
 * const { shape, data } = orThrow(readNpy('weights.npy'));
 * const ternary = Int8Array.from(data, Math.sign);
 * console.log(shape, ternary[0]);
 * ```
 */
export function readNpy(path: string): Result<NpyArray> {
  const file = openNpy(path);
  if (!file.ok) return file;
  const { kind, shape, fortranOrder, values, pieces, close } = file.value;
  try {
    const [data] = [...pieces(Math.max(1, values))];
    return success({ shape, fortranOrder, data: data ?? decode(new Uint8Array(0), kind, true) });
  } finally {
    close();
  }
}

/**
 * Writes `.npy` format 1.0, little-endian; the file appears complete or not at all. Folders that are missing are made.
 *
 * @param path  file to write; a link is written through
 * @param array shape and values
 * @throws InvalidInput where it cannot be written
 * @throws RangeError where `data` has another length than the product of `shape`
 */
export function writeNpy(path: string, array: NpyArray): void {
  writeWhole(path, npyBytes(array));
}

/**
 * The same as bytes.
 *
 * @throws RangeError where `data` has another length than the product of `shape`
 */
export function npyBytes(array: NpyArray): Uint8Array {
  const { shape, fortranOrder, data } = array;
  const values = shape.reduce((product, extent) => product * extent, 1);
  if (values !== data.length) throw new RangeError(`shape (${shape}) does not hold ${data.length} values`);
  const descr = `${data.BYTES_PER_ELEMENT === 1 ? '|' : '<'}${kindOf(data)}`;
  const start = npyStart(descr, shape, fortranOrder);
  const body = Buffer.from(data.buffer, data.byteOffset, data.byteLength);
  return Buffer.concat([start, body]);
}

/**
 * What a `.npy` file of format 1.0 has before its values.
 *
 * @param descr number type, as `<f4`
 */
export function npyStart(descr: string, shape: readonly number[], fortranOrder: boolean): Uint8Array {
  const extents = shape.length === 1 ? `(${shape[0]},)` : `(${shape.join(', ')})`;
  const dictionary = `{'descr': '${descr}', 'fortran_order': ${fortranOrder ? 'True' : 'False'}, 'shape': ${extents}, }`;
  // NumPy aligns the values to 64 bytes: 10 bytes before the dictionary, a newline after its padding.
  const header = `${dictionary.padEnd(Math.ceil((dictionary.length + 11) / 64) * 64 - 11)}\n`;
  const start = Buffer.from([
    0x93,
    0x4e,
    0x55,
    0x4d,
    0x50,
    0x59,
    1,
    0,
    header.length & 255,
    header.length >> 8,
  ]);
  return Buffer.concat([start, Buffer.from(header, 'latin1')]);
}

/** A file that is open, or all its bytes. */
type Source = number | Uint8Array;

function readHeader(source: Source, name: string): Result<NpyHeader> {
  const stat = typeof source === 'number' ? fstatSync(source) : undefined;
  if (stat?.isDirectory()) return failure({ file: name, path: '', message: 'is a folder' });
  if (stat?.isFile() === false) {
    const fix = 'A pipe is read as standard input: name it -.';
    return failure({ file: name, path: '', message: 'is not a regular file', fix });
  }
  const size = stat?.size ?? (source as Uint8Array).length;
  const start = readBytes(source, 0, Math.min(12, size));
  const length = npyHeaderBytes(name, start, size);
  if (!length.ok) return length;
  return parseNpyHeader(name, readBytes(source, 0, length.value), size);
}

function* readPieces(source: Source, header: NpyHeader, values: number, first = 0): Generator<NpyData> {
  const size = NPY_KINDS[header.kind];
  const buffer = new Uint8Array(Math.min(values, header.values) * size);
  for (let at = first; at < header.values; at += values) {
    const bytes = buffer.subarray(0, Math.min(values, header.values - at) * size);
    readInto(source, header.dataOffset + at * size, bytes);
    yield decode(bytes, header.kind, header.littleEndian);
  }
}

function readBytes(source: Source, at: number, length: number): Uint8Array {
  const bytes = new Uint8Array(length);
  readInto(source, at, bytes);
  return bytes;
}

function readInto(source: Source, at: number, bytes: Uint8Array): void {
  if (typeof source !== 'number') {
    bytes.set(source.subarray(at, at + bytes.length));
    return;
  }
  for (let done = 0; done < bytes.length; ) {
    const got = readSync(source, bytes, done, bytes.length - done, at + done);
    if (got === 0) throw new Error(`the file became shorter while it was read, at byte ${at + done}`);
    done += got;
  }
}

function decode(bytes: Uint8Array, kind: NpyKind, littleEndian: boolean): NpyData {
  const size = NPY_KINDS[kind];
  if (size > 1 && !littleEndian) swapBytes(bytes, size);
  const { buffer, byteOffset } = bytes;
  const length = bytes.length / size;
  switch (kind) {
    case 'b1':
    case 'u1':
      return bytes;
    case 'i1':
      return new Int8Array(buffer, byteOffset, length);
    case 'i2':
      return new Int16Array(buffer, byteOffset, length);
    case 'u2':
      return new Uint16Array(buffer, byteOffset, length);
    case 'i4':
      return new Int32Array(buffer, byteOffset, length);
    case 'u4':
      return new Uint32Array(buffer, byteOffset, length);
    case 'i8':
      return Float64Array.from(new BigInt64Array(buffer, byteOffset, length), Number);
    case 'u8':
      return Float64Array.from(new BigUint64Array(buffer, byteOffset, length), Number);
    case 'f2':
      return Float32Array.from(new Uint16Array(buffer, byteOffset, length), float16);
    case 'bf16':
      return Float32Array.from(new Uint16Array(buffer, byteOffset, length), bfloat16);
    case 'f4':
      return new Float32Array(buffer, byteOffset, length);
    case 'f8':
      return new Float64Array(buffer, byteOffset, length);
  }
}

/** IEEE 754 binary16: sign, 5 exponent bits (bias 15), 10 fraction bits. */
function float16(bits: number): number {
  const sign = bits & 0x8000 ? -1 : 1;
  const exponent = (bits >> 10) & 31;
  const fraction = bits & 1023;
  if (exponent === 0) return sign * fraction * 2 ** -24;
  if (exponent === 31) return fraction === 0 ? sign * Number.POSITIVE_INFINITY : Number.NaN;
  return sign * (1024 + fraction) * 2 ** (exponent - 25);
}

const word = new Uint32Array(1);
const single = new Float32Array(word.buffer);

/** bfloat16: the upper half of a binary32. */
function bfloat16(bits: number): number {
  word[0] = bits * 2 ** 16;
  return single[0]!;
}

function swapBytes(bytes: Uint8Array, size: number): void {
  const buffer = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length);
  if (size === 2) buffer.swap16();
  else if (size === 4) buffer.swap32();
  else buffer.swap64();
}

function kindOf(data: NpyData): NpyKind {
  if (data instanceof Float32Array) return 'f4';
  if (data instanceof Float64Array) return 'f8';
  if (data instanceof Int8Array) return 'i1';
  if (data instanceof Uint8Array) return 'u1';
  if (data instanceof Int16Array) return 'i2';
  if (data instanceof Uint16Array) return 'u2';
  return data instanceof Int32Array ? 'i4' : 'u4';
}

export function npyName(path: string): string {
  return basename(path).replace(/\.npy$/i, '');
}
