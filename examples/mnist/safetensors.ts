import { readFileSync } from 'node:fs';

/**
 * The part of the safetensors file format that the example's weights use
 * (https://github.com/huggingface/safetensors#format): a 64-bit little-endian length, a JSON header of that
 * length with the type, shape and byte range of each tensor, then the tensors, row-major and little-endian.
 */
interface TensorEntry {
  readonly dtype: string;
  readonly shape: readonly number[];
  /** First byte and the byte after the last, counted from the end of the header. */
  readonly data_offsets: readonly [number, number];
}

const LENGTH_BYTES = 8;

/** The tensors of one file, each asked for by name, type and shape. */
export class TensorFile {
  private readonly bytes: Buffer;
  private readonly dataStart: number;
  private readonly entries: Readonly<Record<string, TensorEntry>>;

  constructor(private readonly file: string) {
    this.bytes = readFileSync(file);
    this.dataStart = LENGTH_BYTES + Number(this.bytes.readBigUInt64LE(0));
    this.entries = JSON.parse(this.bytes.toString('utf8', LENGTH_BYTES, this.dataStart));
  }

  /** An F32 tensor of exactly this shape, flattened row-major; the shape `[]` is a single number. */
  float32(name: string, shape: readonly number[]): Float32Array {
    const data = this.data(name, 'F32', shape, Float32Array.BYTES_PER_ELEMENT);
    return Float32Array.from({ length: data.length / 4 }, (_, i) => data.readFloatLE(4 * i));
  }

  /** An I8 tensor of exactly this shape, flattened row-major. */
  int8(name: string, shape: readonly number[]): Int8Array {
    return Int8Array.from(this.data(name, 'I8', shape, Int8Array.BYTES_PER_ELEMENT));
  }

  private data(name: string, dtype: string, shape: readonly number[], elementBytes: number): Buffer {
    const entry = this.entries[name];
    if (entry === undefined) throw new Error(`${this.file}: no tensor ${name}`);
    if (entry.dtype !== dtype || entry.shape.join() !== shape.join()) {
      throw new Error(
        `${this.file}: ${name} is ${entry.dtype} [${entry.shape}], the network has ${dtype} [${shape}]`,
      );
    }
    const [first, end] = entry.data_offsets;
    const data = this.bytes.subarray(this.dataStart + first, this.dataStart + end);
    const expectedBytes = shape.reduce((product, size) => product * size, elementBytes);
    if (data.length !== expectedBytes) {
      throw new Error(`${this.file}: ${name} has ${data.length} bytes of ${expectedBytes}`);
    }
    return data;
  }
}
