import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterAll, describe, expect, it } from 'vitest';
import { openNpy, readNpy, writeNpy } from '../../../generators/levels/calibrate/npy.js';
import { npyHeaderBytes, parseNpyHeader } from '../../../generators/levels/calibrate/npy-header.js';

const folder = mkdtempSync(join(tmpdir(), 'imcgen-npy-'));
afterAll(() => rmSync(folder, { recursive: true }));

const MAGIC = [0x93, ...Buffer.from('NUMPY')];

function npyBytes(dictionary: string, body: Uint8Array, version = 1): Uint8Array {
  const length =
    version === 1 ? [dictionary.length & 255, dictionary.length >> 8] : [dictionary.length, 0, 0, 0];
  return Uint8Array.from([...MAGIC, version, 0, ...length, ...Buffer.from(dictionary), ...body]);
}

function header(descr: string, shape: string, order = 'False'): string {
  return `{'descr': '${descr}', 'fortran_order': ${order}, 'shape': ${shape}, }`;
}

function fileOf(bytes: Uint8Array): string {
  const path = join(folder, 'given.npy');
  writeFileSync(path, bytes);
  return path;
}

function messageOf(bytes: Uint8Array): string {
  const result = readNpy(fileOf(bytes));
  return result.ok ? 'read without a complaint' : result.problems.map(({ message }) => message).join('; ');
}

describe('.npy values', () => {
  it.each([
    ['<f4', new Float32Array([1.5, -2.25, 3e-40])],
    ['<f8', new Float64Array([1 / 3, -1e300, 5e-324])],
    ['|i1', new Int8Array([-128, 0, 127])],
    ['|u1', new Uint8Array([0, 128, 255])],
    ['<i2', new Int16Array([-32768, 0, 32767])],
    ['<u2', new Uint16Array([0, 1, 65535])],
    ['<i4', new Int32Array([-2147483648, 0, 2147483647])],
    ['<u4', new Uint32Array([0, 1, 4294967295])],
  ])('%s comes back as it was written', (descr, data) => {
    const path = join(folder, 'written.npy');
    writeNpy(path, { shape: [1, 3], fortranOrder: false, data });
    expect(readFileSync(path, 'latin1')).toContain(`'descr': '${descr}'`);
    expect(readNpy(path)).toEqual({ ok: true, value: { shape: [1, 3], fortranOrder: false, data } });
  });

  it('reads float16, with its subnormals and infinities', () => {
    const halves = new Uint8Array(new Uint16Array([0x3c00, 0xc000, 0x0001, 0x7bff, 0xfc00]).buffer);
    const result = readNpy(fileOf(npyBytes(header('<f2', '(5,)'), halves)));
    expect(result.ok && [...result.value.data]).toEqual([1, -2, 2 ** -24, 65504, Number.NEGATIVE_INFINITY]);
  });

  it('reads big-endian values, 64-bit integers and bool', () => {
    const read = (descr: string, body: number[], count: number) => {
      const result = readNpy(fileOf(npyBytes(header(descr, `(${count},)`), Uint8Array.from(body))));
      return result.ok ? [...result.value.data] : result.problems;
    };
    expect(read('>f4', [0x3f, 0x80, 0, 0], 1)).toEqual([1]);
    expect(read('>i2', [0xff, 0xfe, 0x01, 0x00], 2)).toEqual([-2, 256]);
    expect(read('<i8', [0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff], 1)).toEqual([-1]);
    expect(read('|b1', [0, 1], 2)).toEqual([0, 1]);
  });

  it.each([1, 2, 3])('reads format version %i', (version) => {
    const result = readNpy(fileOf(npyBytes(header('|u1', '(2,)'), Uint8Array.of(3, 4), version)));
    expect(result.ok && [...result.value.data]).toEqual([3, 4]);
  });

  it('keeps Fortran order and scalar shapes', () => {
    const fortran = readNpy(fileOf(npyBytes(header('|u1', '(1, 2)', 'True'), Uint8Array.of(3, 4))));
    expect(fortran.ok && fortran.value.fortranOrder).toBe(true);
    const scalar = readNpy(fileOf(npyBytes(header('|u1', '()'), Uint8Array.of(9))));
    expect(scalar.ok && [...scalar.value.data]).toEqual([9]);
  });

  it('comes piece by piece with nothing lost', () => {
    const path = join(folder, 'long.npy');
    const data = Float32Array.from({ length: 1000 }, (_, index) => index);
    writeNpy(path, { shape: [1000], fortranOrder: false, data });
    const file = openNpy(path);
    if (!file.ok) throw new Error('unreadable');
    const pieces = [...file.value.pieces(300)].map((piece) => piece.length);
    expect(pieces).toEqual([300, 300, 300, 100]);
    expect([...file.value.pieces(300)].length).toBe(4);
    file.value.close();
  });
});

describe('.npy files that are not what they say', () => {
  const four = new Uint8Array(4);
  it.each([
    ['an empty file', new Uint8Array(0), /is empty/],
    ['text', Buffer.from('hello, world, this is no array'), /is not an \.npy file/],
    [
      'a version from the future',
      npyBytes(header('|u1', '(4,)'), four, 9),
      /version 9; 1, 2 and 3 are known/,
    ],
    [
      'a header that ends too late',
      Uint8Array.from([...MAGIC, 1, 0, 255, 255, 0, 0]),
      /its header should end at byte 65545/,
    ],
    ['a file cut inside the preamble', Uint8Array.from([...MAGIC, 1, 0]), /truncated inside its header/],
    [
      'values cut short',
      npyBytes(header('<f4', '(4,)'), four),
      /shape \(4,\) of '<f4' needs 16 bytes, the file holds 4/,
    ],
    ['more values than its shape', npyBytes(header('|u1', '(3,)'), four), /accounts for 3 only/],
    ['complex numbers', npyBytes(header('<c8', '(1,)'), four), /elements of type '<c8'/],
    ['pickled objects', npyBytes(header('|O', '(1,)'), four), /elements of type '\|O'/],
    [
      'records',
      npyBytes("{'descr': [('a', '<f4')], 'fortran_order': False, 'shape': (1,), }", four),
      /elements of type \[/,
    ],
    ['no shape', npyBytes("{'descr': '|u1', 'fortran_order': False, }", four), /no readable 'shape'/],
    ['a negative extent', npyBytes(header('|u1', '(-4,)'), four), /no readable 'shape'/],
    [
      'an extent beyond counting',
      npyBytes(header('|u1', '(99999999999999999999,)'), four),
      /impossible shape/,
    ],
    ['a product beyond counting', npyBytes(header('<f4', '(94906267, 94906267)'), four), /impossible shape/],
  ])('%s gives a clear error', (_, bytes, message) => {
    expect(messageOf(bytes)).toMatch(message);
  });

  it('names a file that does not exist', () => {
    const result = readNpy(join(folder, 'absent.npy'));
    expect(!result.ok && result.problems[0]?.message).toBe('no such file');
  });

  it('never throws, whatever the bytes after the magic are', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 300 }), (tail) => {
        const bytes = Uint8Array.from([...MAGIC, ...tail]);
        const length = npyHeaderBytes('fuzz.npy', bytes, bytes.length);
        if (length.ok) parseNpyHeader('fuzz.npy', bytes.subarray(0, length.value), bytes.length);
      }),
    );
  });
});
