import fc from 'fast-check';
import protobuf from 'protobufjs/light.js';
import { describe, expect, it } from 'vitest';
import { decodeMessage, encodeMessage, type Messages } from '../../../generators/network/onnx/protobuf.js';

const MESSAGES: Messages = {
  Outer: {
    whole: [1, 'int64'],
    small: [20, 'int32'],
    real: [2, 'float'],
    fine: [3, 'double'],
    text: [4, 'string'],
    raw: [5, 'bytes'],
    inner: [6, 'Inner'],
    inners: [7, 'Inner', 'repeated'],
    texts: [8, 'string', 'repeated'],
    wholes: [9, 'int64', 'repeated'],
    smalls: [10, 'int32', 'repeated'],
    reals: [11, 'float', 'repeated'],
    fines: [300, 'double', 'repeated'],
  },
  Inner: { name: [1, 'string'], wholes: [2, 'int64', 'repeated'] },
};

/** The same table for protobufjs; with its lists of numbers packed, or one by one as older files have them. */
function reference(packed: boolean) {
  const fieldOf = ([id, type, rule]: Messages[string][string]) => {
    const listed = rule !== undefined && !packed && type !== 'string' && type !== 'Inner';
    return { id, type, ...(rule && { rule }), ...(listed && { options: { packed: false } }) };
  };
  const nested = Object.fromEntries(
    Object.entries(MESSAGES).map(([name, fields]) => [
      name,
      { fields: Object.fromEntries(Object.entries(fields).map(([key, field]) => [key, fieldOf(field)])) },
    ]),
  );
  return protobuf.Root.fromJSON({ nested }).lookupType('Outer');
}

const int32 = fc.integer({ min: -(2 ** 31), max: 2 ** 31 - 1 });
const int64 = fc.oneof(int32, fc.integer({ min: -(2 ** 53), max: 2 ** 53 }));
// JSON has no -0 in protobufjs's objects either.
const float = fc.float({ noNaN: true }).filter((value) => !Object.is(value, -0));
const double = fc.double({ noNaN: true }).filter((value) => !Object.is(value, -0));
const text = fc.string({ unit: 'grapheme' });
const inner = fc.record({ name: text, wholes: fc.array(int64) }, { requiredKeys: [] });
const outer = fc.record(
  {
    ...{ whole: int64, small: int32, real: float, fine: double, text, inner, raw: fc.uint8Array() },
    ...{ inners: fc.array(inner), texts: fc.array(text), wholes: fc.array(int64) },
    ...{ smalls: fc.array(int32), reals: fc.array(float), fines: fc.array(double) },
  },
  { requiredKeys: [] },
);

/** Bytes as numbers: one has a Buffer where the other has a Uint8Array. */
const plain = (value: object) =>
  JSON.parse(JSON.stringify(value, (_, each) => (each instanceof Uint8Array ? [...each] : each)));
const decode = (bytes: Uint8Array) => decodeMessage(MESSAGES, 'Outer', bytes);
const encode = (message: object) => encodeMessage(MESSAGES, 'Outer', message);

describe('protocol buffers', () => {
  it('are written as protobufjs writes them', () => {
    const type = reference(true);
    fc.assert(
      fc.property(outer, (message) => {
        expect([...encode(message)]).toEqual([...type.encode(type.fromObject(message)).finish()]);
      }),
    );
  });

  it.each([true, false])('are read as protobufjs reads them: packed lists %s', (packed) => {
    const type = reference(packed);
    fc.assert(
      fc.property(outer, (message) => {
        const bytes = type.encode(type.fromObject(message)).finish();
        const wanted = type.toObject(type.decode(bytes), { longs: Number });
        expect(plain(decode(bytes))).toEqual(plain(wanted));
      }),
    );
  });

  it('skip fields that are not known, and join a message that is there twice', () => {
    const more = {
      ...MESSAGES,
      Outer: { ...MESSAGES.Outer, extra: [15, 'double'], note: [16, 'string'] },
    } as Messages;
    const bytes = encodeMessage(more, 'Outer', { whole: 3, extra: 1.5, note: 'n', text: 't' });
    expect(decode(bytes)).toEqual({ whole: 3, text: 't' });
    const [first, second] = [{ name: 'a', wholes: [1] }, { wholes: [2, 3] }].map((inner) =>
      encode({ inner }),
    );
    expect(decode(Buffer.concat([first!, second!]))).toEqual({ inner: { name: 'a', wholes: [1, 2, 3] } });
  });

  it('are refused where they are cut off inside a field', () => {
    const bytes = encode({
      whole: 2 ** 40,
      inner: { name: 'name', wholes: [1, 2] },
      raw: new Uint8Array(9),
      fines: [1],
    });
    for (let length = 1; length < bytes.length; length++) {
      const part = bytes.subarray(0, length);
      let read: object | undefined;
      try {
        read = decode(part);
      } catch (error) {
        expect((error as Error).message).toMatch(/out of range|ends in the middle/);
        continue;
      }
      // Cut between two fields: what is there is a message, which gives the same bytes.
      expect([...encode(read)]).toEqual([...part]);
    }
  });

  it.each([
    ['a kind of field that there is not', [0x0e]],
    ['a group that does not end', [0x0b]],
    ['a number that does not end', [0x08, ...Array.from({ length: 12 }, () => 0xff)]],
    ['a length beyond the end', [0x22, 0x7f, 0x41]],
    ['a message that ends inside a field of it', [0x32, 0x02, 0x0a, 0x05, 0x41, 0x41, 0x41, 0x41, 0x41]],
  ])('are refused with %s', (_, bytes) => {
    expect(() => decode(Uint8Array.from(bytes))).toThrow(/invalid|out of range|in the middle/);
  });
});
