/** In: sizes of regions. Out: an instance of kernel/die.ts, in whose memory many macros lie side by side. */
import { instantiate, type Memory } from '../kernel/web-assembly.js';
import { KERNEL_MODULE } from './kernel-module.js';

/** Places in memory that the kernel is told. */
export type Region =
  | ('inputs' | 'cells' | 'pulses' | 'both' | 'apart' | 'leaks' | 'sums' | 'differences' | 'values')
  | ('held' | 'thresholds' | 'codes');
/** Numbers that it is told. */
export type Setting =
  | ('rows' | 'columns' | 'signed' | 'steps' | 'stepPulses' | 'falling' | 'counting' | 'ends' | 'one')
  | ('mostCurrent' | 'mismatch' | 'gain' | 'bend' | 'bendEnd' | 'headroom' | 'leakage' | 'noise' | 'reach')
  | ('most' | 'weightFirst' | 'weightSecond' | 'noiseFirst' | 'noiseSecond');
/** The exported variables and functions. */
type Exports = Record<Region | Setting, { value: number }> & {
  readonly memory: Memory;
  draw(): void;
  convert(first: number, count: number, conversion: number): void;
};

/** Vectors whose sums are in memory at once: few enough for the nearest caches. */
export const CHUNK = 32;

const PAGE = 65536;

/** Bytes of a memory, and where they begin. */
interface Room {
  readonly at: number;
  readonly size: number;
}

/** One instance, shared by macros that take turns: instances are scarce. */
export class DieKernel {
  private end = 0;
  private readonly shared = new Map<Region, Room>();
  /** Whose settings the instance has. */
  user: object | undefined;

  private constructor(private readonly wasm: Exports) {}

  /** A new instance; undefined where this platform has no WebAssembly with SIMD. */
  static open(): DieKernel | undefined {
    const wasm = instantiate<Exports>(KERNEL_MODULE);
    return wasm === undefined ? undefined : new DieKernel(wasm);
  }

  /** Room that stays, 16-byte aligned and 0. */
  place(size: number): number {
    const at = this.end;
    this.end += Math.ceil(size / 16) * 16;
    const { memory } = this.wasm;
    const missing = Math.ceil((this.end - memory.buffer.byteLength) / PAGE);
    if (missing > 0) memory.grow(missing);
    return at;
  }

  /** Working space that all macros share; holds anything. */
  work(region: Region, size: number): number {
    const known = this.shared.get(region);
    if (known !== undefined && known.size >= size) return known.at;
    const room = { at: this.place(size), size };
    this.shared.set(region, room);
    return room.at;
  }

  set(settings: Partial<Record<Region | Setting, number>>): void {
    for (const [name, value] of Object.entries(settings)) this.wasm[name as Region | Setting].value = value;
  }

  bytes(at: number, length: number): Uint8Array {
    return new Uint8Array(this.wasm.memory.buffer, at, length);
  }

  halves(at: number, length: number): Int16Array {
    return new Int16Array(this.wasm.memory.buffer, at, length);
  }

  words(at: number, length: number): Int32Array {
    return new Int32Array(this.wasm.memory.buffer, at, length);
  }

  draw(): void {
    this.wasm.draw();
  }

  convert(first: number, count: number, conversion: number): void {
    this.wasm.convert(first, count, conversion);
  }
}
