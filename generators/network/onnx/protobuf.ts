/**
 * Protocol buffers: messages as plain objects. In: a table of fields, bytes. Out: an object, and back.
 *
 * Source: protobuf.dev/programming-guides/encoding. Read in one pass, without code that is made for each message: a command
 * reads one file.
 */

/** Types of fields that are known here, besides messages. */
type Scalar = 'int32' | 'int64' | 'float' | 'double' | 'string' | 'bytes';

/** A field by its number: `[number, type]`, or `[number, type, 'repeated']`; a type that is no {@link Scalar} is a message. */
export type Field = readonly [id: number, type: string, rule?: 'repeated'];

/** Fields of each message, by their names. */
export type Messages = Readonly<Record<string, Readonly<Record<string, Field>>>>;

type Plain = Record<string, unknown>;

/** How a value lies in a file. */
const WIRE = { varint: 0, fixed64: 1, length: 2, fixed32: 5 } as const;
const SCALARS: Readonly<Record<Scalar, number>> = {
  ...{ int32: WIRE.varint, int64: WIRE.varint, float: WIRE.fixed32, double: WIRE.fixed64 },
  ...{ string: WIRE.length, bytes: WIRE.length },
};
/** A varint takes so many bytes at most. */
const LONGEST_VARINT = 10;

const isScalar = (type: string): type is Scalar => Object.hasOwn(SCALARS, type);
const wireOf = (type: string) => (isScalar(type) ? SCALARS[type] : WIRE.length);

/**
 * Reads a message. Fields that are in no table are skipped, 64-bit integers become numbers. A field that is not there is
 * left out, and so is one that holds 0 or an empty text: not all that write such files tell these apart.
 *
 * @throws Error where the bytes are no message
 */
export function decodeMessage(messages: Messages, name: string, bytes: Uint8Array): object {
  return new Reader(messages, bytes).message(name, bytes.length, {});
}

/** Writes a message: fields in the order of their numbers, lists of numbers packed, nothing for what {@link decodeMessage} leaves out. */
export function encodeMessage(messages: Messages, name: string, message: object): Uint8Array {
  const fields = Object.entries(messages[name]!).sort(([, [a]], [, [b]]) => a - b);
  const parts: Uint8Array[] = [];
  const put = (id: number, wire: number, ...bytes: readonly Uint8Array[]) => {
    parts.push(varint(BigInt(id * 8 + wire)));
    if (wire === WIRE.length) parts.push(varint(BigInt(bytes.reduce((sum, { length }) => sum + length, 0))));
    parts.push(...bytes);
  };
  for (const [key, [id, type, rule]] of fields) {
    const value = (message as Plain)[key];
    if (value === undefined || isEmpty(value)) continue;
    const values = (rule === 'repeated' ? value : [value]) as ArrayLike<unknown>;
    const encoded = Array.from(values, (each) => encodeValue(messages, type, each));
    const wire = wireOf(type);
    if (rule !== 'repeated' || wire === WIRE.length) for (const each of encoded) put(id, wire, each);
    else if (encoded.length > 0) put(id, WIRE.length, Buffer.concat(encoded));
  }
  return Buffer.concat(parts);
}

const isEmpty = (value: unknown) =>
  value === 0 || value === '' || (value instanceof Uint8Array && value.length === 0);

function encodeValue(messages: Messages, type: string, value: unknown): Uint8Array {
  if (!isScalar(type)) return encodeMessage(messages, type, value as object);
  switch (type) {
    case 'string':
      return Buffer.from(value as string);
    case 'bytes':
      return value as Uint8Array;
    case 'float':
      return new Uint8Array(Float32Array.of(value as number).buffer);
    case 'double':
      return new Uint8Array(Float64Array.of(value as number).buffer);
    default:
      return varint(BigInt.asUintN(64, BigInt(value as number)));
  }
}

/** Seven bits a byte, the lowest first; the top bit says that more follow. */
function varint(value: bigint): Uint8Array {
  const bytes: number[] = [];
  let rest = value;
  for (; rest > 0x7fn; rest >>= 7n) bytes.push(Number(rest & 0x7fn) | 0x80);
  return Uint8Array.of(...bytes, Number(rest));
}

class Reader {
  private readonly view: DataView;
  private at = 0;

  constructor(
    private readonly messages: Messages,
    private readonly bytes: Uint8Array,
  ) {
    this.view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  }

  /** Adds what stands up to `end` to a message: a message that is there twice is the two of them joined. */
  message(name: string, end: number, into: Plain): Plain {
    const fields = this.messages[name]!;
    const byNumber = new Map(
      Object.entries(fields).map(([key, [id, ...rest]]) => [id, [key, ...rest] as const]),
    );
    while (this.at < end) {
      const tag = this.whole();
      const [id, wire] = [tag >>> 3, tag & 7];
      const [key, type, rule] = byNumber.get(id) ?? [];
      if (key === undefined || type === undefined) this.skip(wire);
      else if (rule === 'repeated') {
        into[key] ??= [];
        this.list(type, wire, into[key] as unknown[]);
      } else if (wire === wireOf(type)) {
        const value = this.value(type, into[key]);
        if (isEmpty(value)) delete into[key];
        else into[key] = value;
      } else this.skip(wire);
    }
    if (this.at > end) throw new Error(`a message ends in the middle of a field, at byte ${end}`);
    return into;
  }

  /** A value of a list, or where they are packed several. */
  private list(type: string, wire: number, into: unknown[]): void {
    if (wire === wireOf(type)) into.push(this.value(type, undefined));
    else if (wire === WIRE.length) {
      for (const end = this.end(); this.at < end; ) into.push(this.value(type, undefined));
    } else this.skip(wire);
  }

  private value(type: string, before: unknown): unknown {
    if (!isScalar(type)) return this.message(type, this.end(), (before ?? {}) as Plain);
    switch (type) {
      case 'string':
        return Buffer.from(this.some()).toString('utf8');
      case 'bytes':
        return this.some();
      case 'float':
        return this.view.getFloat32(this.take(4), true);
      case 'double':
        return this.view.getFloat64(this.take(8), true);
      case 'int32':
        return this.whole() | 0;
      default:
        return this.whole();
    }
  }

  private skip(wire: number): void {
    if (wire === WIRE.varint) this.whole();
    else if (wire === WIRE.fixed64) this.take(8);
    else if (wire === WIRE.length) this.at = this.end();
    else if (wire === WIRE.fixed32) this.take(4);
    else throw new Error(`byte ${this.at - 1} begins no field`);
  }

  /** Where so many bytes begin that are taken. */
  private take(count: number): number {
    const from = this.at;
    if (from + count > this.bytes.length) throw new Error(`it is cut off at byte ${this.bytes.length}`);
    this.at += count;
    return from;
  }

  /** Where what begins with its length ends. */
  private end(): number {
    const length = this.whole();
    const end = this.at + length;
    if (length < 0 || end > this.bytes.length) {
      throw new Error(`it is cut off: ${length} bytes are to follow byte ${this.at} of ${this.bytes.length}`);
    }
    return end;
  }

  private some(): Uint8Array {
    const end = this.end();
    const some = this.bytes.subarray(this.at, end);
    this.at = end;
    return some;
  }

  /** A varint as the signed number of 64 bits that it stands for; beyond 2^53 the nearest that there is. */
  private whole(): number {
    let [low, high] = [0, 0];
    for (let shift = 0; shift < 7 * LONGEST_VARINT; shift += 7) {
      const byte = this.bytes[this.take(1)]!;
      const bits = byte & 0x7f;
      if (shift <= 28) low |= bits << shift;
      if (shift === 28) high = bits >> 4;
      else if (shift > 28) high |= bits << (shift - 32);
      if (byte < 0x80) return high * 2 ** 32 + (low >>> 0);
    }
    throw new Error(`a number has more than ${LONGEST_VARINT} bytes, at byte ${this.at}`);
  }
}
