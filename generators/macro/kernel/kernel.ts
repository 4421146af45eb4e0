/** In: a batch of inputs for an array and a bank. Out: its results, from WebAssembly; undefined where there is no such thing. */

import type { BitcellArray } from '../golden/array.js';
import type { BankContents, BatchBuffers, BatchKernel } from '../golden/batch.js';
import { fullScale, type MacroShape, magnitudeBits, maxMac, maxMagnitude } from '../plan/shape.js';
import { KERNEL_MODULE } from './kernel-module.js';
import { instantiate, type Memory, makeRoom } from './web-assembly.js';

/** Vectors that are in memory at once: few enough for the nearest caches. */
const CHUNK = 64;

/** The exported variables and functions of kernel/convert.ts. */
type Settings =
  | ('inputs' | 'cells' | 'trims' | 'references' | 'entries' | 'tables' | 'lines' | 'counts' | 'macs')
  | ('codes' | 'outputs' | 'rows' | 'columns' | 'signed' | 'limit' | 'clips' | 'headroom' | 'digits')
  | ('steps' | 'narrow' | 'found');
type Exports = Record<Settings, { value: number }> & {
  readonly memory: Memory;
  outside(length: number, low: number, high: number): number;
  convert(count: number, decoded: boolean): void;
};

/** Cells and trim of an array as of one change of it. */
interface PackedCells {
  readonly version: number;
  readonly cells: Uint8Array;
  readonly trims: Int32Array;
}

let shared: Kernel | undefined | 'none';

/**
 * The kernel, where this platform has WebAssembly with SIMD. All macros share one: instances are
 * scarce, and cells are copied in within microseconds.
 */
export function kernel(): BatchKernel | undefined {
  if (shared === undefined) {
    const wasm = instantiate<Exports>(KERNEL_MODULE);
    shared = wasm === undefined ? 'none' : new Kernel(wasm);
  }
  return shared === 'none' ? undefined : shared;
}

class Kernel implements BatchKernel {
  /** Cells as the kernel needs them, made once after each change. */
  private readonly packed = new WeakMap<BitcellArray, PackedCells>();
  /** Those in memory. */
  private resident: PackedCells | undefined;

  constructor(private readonly wasm: Exports) {}

  convert(
    array: BitcellArray,
    bank: BankContents,
    inputs: ArrayLike<number>,
    buffers: BatchBuffers,
    refuse: (first: number, end: number) => void,
  ): void {
    const { wasm } = this;
    const { shape } = array;
    const { rows, columns, inputSigned } = shape;
    this.prepare(array, bank);
    const span = 2 ** magnitudeBits(shape);
    const fits = inputSigned ? inputs instanceof Int8Array : inputs instanceof Uint8Array;
    const count = inputs.length / rows;
    for (let first = 0; first < count; first += CHUNK) {
      const vectors = Math.min(CHUNK, count - first);
      const from = first * rows;
      const length = vectors * rows;
      if (fits) {
        const bytes = inputs as Uint8Array | Int8Array;
        this.bytes('inputs', length).set(new Uint8Array(bytes.buffer, bytes.byteOffset + from, length));
        if (wasm.outside(length, inputSigned ? -span : 0, span - 1)) refuse(from, from + length);
      } else {
        refuse(from, from + length);
        const bytes = this.bytes('inputs', length);
        for (let i = 0; i < length; i++) bytes[i] = inputs[from + i]!;
      }
      this.bytes('inputs', 4, length).fill(0);
      wasm.convert(vectors, buffers.outputs !== undefined);
      const [at, values] = [first * columns, vectors * columns];
      buffers.codes?.set(this.bytes('codes', values), at);
      buffers.outputs?.set(this.words('outputs', values), at);
      buffers.macs?.set(this.words('macs', values), at);
    }
  }

  /** Brings memory and settings in line with an array and a bank. */
  private prepare(array: BitcellArray, { references, table }: BankContents): void {
    const { shape } = array;
    const { headroom, inputSigned, ramp, earlyStop, topK } = shape;
    const full = fullScale(shape);
    const narrow = maxMac(shape) < MOST_NARROW;
    this.layOut(shape);
    this.set({
      rows: shape.rows,
      columns: shape.columns,
      signed: Number(inputSigned),
      limit: maxMagnitude(shape),
      clips: Number(headroom < full),
      // Where nothing clips, both lines carry the same sums in excess, beyond the full scale perhaps.
      headroom: headroom < full ? headroom : MOST_WIDE,
      // The sums of four inputs must fit a byte.
      digits: 4 * maxMagnitude(shape) < 256 ? 1 : 2,
      steps: references.length,
      narrow: Number(narrow),
      found: ramp === 'falling' && earlyStop ? topK : 0,
    });
    const packed = this.packedCells(array);
    if (this.resident !== packed) {
      this.bytes('cells', packed.cells.length).set(packed.cells);
      this.words('trims', shape.columns).set(packed.trims);
      this.resident = packed;
    }
    // A reference that no mac reaches may as well be the least such.
    const most = narrow ? MOST_NARROW : MOST_WIDE;
    this.words('references', references.length).set(
      references.map((reference) => Math.max(-most, Math.min(most, reference))),
    );
    this.words('entries', table.length).set(table);
  }

  private packedCells(array: BitcellArray): PackedCells {
    const known = this.packed.get(array);
    if (known?.version === array.version) return known;
    const packed = { version: array.version, cells: packCells(array), trims: array.trims() };
    this.packed.set(array, packed);
    return packed;
  }

  /** Gives every region its place, 16-byte aligned, in as much memory as they take. */
  private layOut(shape: MacroShape): void {
    const { rows, columns } = shape;
    const padded = 16 * blocksOf(shape);
    const sizes: readonly (readonly [Settings, number])[] = [
      ['cells', cellBytes(shape)],
      ['trims', 4 * padded],
      ['references', 4 * 128],
      ['entries', 4 * 256],
      ['counts', 4 * 128],
      ['lines', 128],
      ['tables', 4 * 16 * quadsOf(shape)],
      ['inputs', CHUNK * rows + 4],
      ['macs', 4 * (CHUNK * columns + 16)],
      ['codes', CHUNK * columns + 16],
      ['outputs', 4 * (CHUNK * columns + 16)],
    ];
    this.set(makeRoom(this.wasm.memory, sizes));
  }

  private set(settings: Partial<Record<Settings, number>>): void {
    for (const [name, value] of Object.entries(settings)) this.wasm[name as Settings].value = value;
  }

  private bytes(region: Settings, length: number, from = 0): Uint8Array {
    return new Uint8Array(this.wasm.memory.buffer, this.wasm[region].value + from, length);
  }

  private words(region: Settings, length: number): Int32Array {
    return new Int32Array(this.wasm.memory.buffer, this.wasm[region].value, length);
  }
}

/** Macs below it are compared in 16 bits. */
const MOST_NARROW = 2 ** 15 - 1;
const MOST_WIDE = 2 ** 31 - 1;

function blocksOf({ columns }: MacroShape): number {
  return Math.ceil(columns / 16);
}

function quadsOf({ rows }: MacroShape): number {
  return Math.ceil(rows / 4);
}

function cellBytes(shape: MacroShape): number {
  return 32 * blocksOf(shape) * quadsOf(shape);
}

/**
 * Cells as the kernel looks sums up with them: for every 16 columns and 4 rows 16 bytes that hold the four
 * bits of wp, then 16 with those of wn. Byte 2 i is column i of the 16, byte 2 i + 1 column 8 + i.
 */
function packCells({ shape, plus, minus }: BitcellArray): Uint8Array {
  const { rows, columns } = shape;
  const packed = new Uint8Array(cellBytes(shape));
  const block = 32 * quadsOf(shape);
  for (let row = 0; row < rows; row++) {
    for (let column = 0; column < columns; column++) {
      const lane = ((column & 7) << 1) | ((column >> 3) & 1);
      const at = (column >> 4) * block + (row >> 2) * 32 + lane;
      packed[at]! |= plus[row * columns + column]! << (row & 3);
      packed[at + 16]! |= minus[row * columns + column]! << (row & 3);
    }
  }
  return packed;
}
