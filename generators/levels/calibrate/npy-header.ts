import type { Problem, Result } from '../../common/problems.js';
import { failure, success } from '../../common/problems.js';

/** Element kinds of a `.npy` file that stand for numbers, by NumPy's name without the byte order. */
export const NPY_KINDS = {
  b1: 1,
  i1: 1,
  u1: 1,
  i2: 2,
  u2: 2,
  i4: 4,
  u4: 4,
  i8: 8,
  u8: 8,
  f2: 2,
  f4: 4,
  f8: 8,
  bf16: 2,
} as const;

export type NpyKind = keyof typeof NPY_KINDS;

export interface NpyHeader {
  readonly kind: NpyKind;
  readonly littleEndian: boolean;
  readonly fortranOrder: boolean;
  readonly shape: readonly number[];
  /** Product of the shape: values in the file. */
  readonly values: number;
  /** Byte at which the values start. */
  readonly dataOffset: number;
}

/** Longest header that is read: NumPy itself writes a few hundred bytes. */
const MAX_HEADER_BYTES = 1 << 20;
const PREAMBLE_BYTES = 12;
const MAGIC = [0x93, 0x4e, 0x55, 0x4d, 0x50, 0x59];

/** Bytes that must be read before {@link parseNpyHeader} can be called, from the first 12 of the file. */
export function npyHeaderBytes(file: string, start: Uint8Array, fileBytes: number): Result<number> {
  const bad = (message: string, fix?: string) => failure(problem(file, message, fix));
  if (fileBytes === 0) return bad('is empty', 'an .npy file starts with a header, even for no values');
  if (MAGIC.some((byte, index) => start[index] !== byte)) {
    return bad('is not an .npy file: it does not start with \\x93NUMPY', 'write it with numpy.save');
  }
  const major = start[6];
  if (major !== 1 && major !== 2 && major !== 3)
    return bad(`has .npy version ${major}; 1, 2 and 3 are known`);
  if (start.length < (major === 1 ? 10 : 12)) return bad('is truncated inside its header');
  const view = new DataView(start.buffer, start.byteOffset, start.byteLength);
  const length = major === 1 ? 10 + view.getUint16(8, true) : 12 + view.getUint32(8, true);
  if (length > fileBytes) {
    return bad(`is truncated: its header should end at byte ${length}, the file has ${fileBytes}`);
  }
  if (length > MAX_HEADER_BYTES)
    return bad(`has a header of ${length} bytes, at most ${MAX_HEADER_BYTES} are read`);
  return success(length);
}

/**
 * Header of an `.npy` file (format 1.0, 2.0 and 3.0 as NumPy documents it).
 *
 * @param bytes      the file from its start to the end of its header, see {@link npyHeaderBytes}
 * @param fileBytes  size of the whole file; the header must account for every byte of it
 */
export function parseNpyHeader(file: string, bytes: Uint8Array, fileBytes: number): Result<NpyHeader> {
  const text = new TextDecoder('latin1').decode(bytes.subarray(bytes[6] === 1 ? 10 : PREAMBLE_BYTES));
  const problems: Problem[] = [];
  const field = (name: string, value: string) => {
    const found = new RegExp(`['"]${name}['"]\\s*:\\s*(${value})\\s*[,}]`).exec(text)?.[1];
    if (found === undefined)
      problems.push(problem(file, `has no readable '${name}' in its header: ${excerpt(text)}`));
    return found;
  };
  const descr = field('descr', `'[^']*'|"[^"]*"|\\[[^\\]]*\\]`);
  const order = field('fortran_order', 'True|False');
  const extents = field('shape', '\\([0-9,\\sL]*\\)');
  if (descr === undefined || order === undefined || extents === undefined) return { ok: false, problems };

  const type = elementType(file, descr);
  if (!type.ok) return type;
  const shape = (extents.match(/[0-9]+/g) ?? []).map(Number);
  const values = shape.reduce((product, extent) => product * extent, 1);
  const wanted = values * NPY_KINDS[type.value.kind];
  const held = fileBytes - bytes.length;
  if (!shape.every(Number.isSafeInteger) || !Number.isSafeInteger(wanted)) {
    return failure(problem(file, `has the impossible shape ${extents}`));
  }
  if (held < wanted) {
    return failure(
      problem(
        file,
        `is truncated: shape ${extents} of ${descr} needs ${wanted} bytes, the file holds ${held}`,
        'write the file again',
      ),
    );
  }
  if (held > wanted) {
    return failure(
      problem(
        file,
        `holds ${held} bytes of values, its shape ${extents} of ${descr} accounts for ${wanted} only`,
      ),
    );
  }
  return success({ ...type.value, fortranOrder: order === 'True', shape, values, dataOffset: bytes.length });
}

/**
 * How NumPy writes arrays of ml_dtypes.bfloat16 (also JAX, TensorFlow): as raw elements of 2 bytes that have a byte
 * order. Raw data without a type has none, `|V2`, and one byte could be any of ten formats: these are refused.
 */
const BFLOAT16 = /^['"](<V2|<?bfloat16)['"]$/;

function elementType(file: string, descr: string): Result<{ kind: NpyKind; littleEndian: boolean }> {
  const fix = 'save real numbers, for example array.astype(numpy.float32)';
  if (BFLOAT16.test(descr)) return success({ kind: 'bf16', littleEndian: true });
  const name = /^['"]([<>|=]?)([a-zA-Z?][0-9]*)['"]$/.exec(descr);
  const kind = name?.[2] === '?' ? 'b1' : name?.[2];
  if (name === null || kind === undefined || !(kind in NPY_KINDS)) {
    return failure(
      problem(
        file,
        `holds elements of type ${excerpt(descr)}; float16/32/64, bfloat16, integers and bool are read`,
        fix,
      ),
    );
  }
  return success({ kind: kind as NpyKind, littleEndian: name[1] !== '>' });
}

function problem(file: string, message: string, fix?: string): Problem {
  return fix === undefined ? { file, path: '', message } : { file, path: '', message, fix };
}

function excerpt(text: string): string {
  const printable = text.replace(/[^\x20-\x7e]/g, '?').trim();
  return printable.length > 80 ? `${printable.slice(0, 77)}...` : printable;
}
