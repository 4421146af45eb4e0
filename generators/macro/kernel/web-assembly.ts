/** In: a compiled kernel as text. Out: its exports, and room in its memory. */

/** Memory of an instance. */
export interface Memory {
  readonly buffer: ArrayBuffer;
  grow(pages: number): number;
}

/** What of WebAssembly is used here, whatever platform declares it. */
interface Platform {
  readonly WebAssembly?: {
    validate(bytes: Uint8Array): boolean;
    readonly Module: new (bytes: Uint8Array) => object;
    readonly Instance: new (module: object) => { readonly exports: unknown };
  };
}

const PAGE = 65536;

/** The exports of a module, or undefined where this platform has no WebAssembly with what the module needs. */
export function instantiate<Exports>(module: string): Exports | undefined {
  const { WebAssembly } = globalThis as unknown as Platform;
  if (WebAssembly === undefined) return undefined;
  const bytes = bytesOf(module);
  if (!WebAssembly.validate(bytes)) return undefined;
  return new WebAssembly.Instance(new WebAssembly.Module(bytes)).exports as Exports;
}

const BASE64 = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/';

/** Bytes of base64 text without padding; `atob` is no part of JavaScript itself. */
function bytesOf(text: string): Uint8Array {
  const bytes = new Uint8Array(Math.floor((text.length * 6) / 8));
  let [bits, held, end] = [0, 0, 0];
  for (const digit of text) {
    bits = ((bits << 6) | BASE64.indexOf(digit)) & 0xffff;
    held += 6;
    if (held < 8) continue;
    held -= 8;
    bytes[end++] = bits >> held;
  }
  return bytes;
}

/**
 * Gives every region its place, 16-byte aligned, in as much memory as they take together.
 *
 * @param sizes bytes of each region
 * @returns addresses by the names of the regions
 */
export function makeRoom<Region extends string>(
  memory: Memory,
  sizes: readonly (readonly [Region, number])[],
): Partial<Record<Region, number>> {
  let end = 0;
  const at = sizes.map(([region, size]) => {
    const begin = end;
    end += Math.ceil(size / 16) * 16;
    return [region, begin] as const;
  });
  const missing = Math.ceil((end - memory.buffer.byteLength) / PAGE);
  if (missing > 0) memory.grow(missing);
  return Object.fromEntries(at) as Partial<Record<Region, number>>;
}
