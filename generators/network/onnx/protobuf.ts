/**
 * Protocol buffers: messages as plain objects. In: a table of fields, bytes. Out: an object, and back.
 *
 * protobufjs reads and writes the values; its `minimal` part makes no code for each message, which takes longer than a
 * command that reads one file works. Source of the format: protobuf.dev/programming-guides/encoding.
 */
import protobuf from 'protobufjs/minimal.js';

/** Types of fields that are known here, besides messages. */
type Scalar = 'int32' | 'int64' | 'float' | 'double' | 'string' | 'bytes';

/** A field by its number: `[number, type]`, or `[number, type, 'repeated']`; a type that is no {@link Scalar} is a message. */
export type Field = readonly [id: number, type: string, rule?: 'repeated'];

/** Fields of each message, by their names. */
export type Messages = Readonly<Record<string, Readonly<Record<string, Field>>>>;

type Plain = Record<string, unknown>;
type Reader = protobuf.Reader;
type Writer = protobuf.Writer;

/** Wire type of what begins with its length. */
const LENGTH = 2;
/** How a value lies in a file. */
const WIRE: Readonly<Record<Scalar, number>> = {
  ...{ int32: 0, int64: 0, double: 1, string: LENGTH, bytes: LENGTH, float: 5 },
};

const isScalar = (type: string): type is Scalar => Object.hasOwn(WIRE, type);
const wireOf = (type: string) => (isScalar(type) ? WIRE[type] : LENGTH);
const isEmpty = (value: unknown) =>
  value === 0 || value === '' || (value instanceof Uint8Array && value.length === 0);

/**
 * Reads a message. Fields that are in no table are skipped, 64-bit integers become numbers. A field that is not there is
 * left out, and so is one that holds 0 or an empty text: not all that write such files tell these apart.
 *
 * @throws Error where the bytes are no message
 */
export function decodeMessage(messages: Messages, name: string, bytes: Uint8Array): object {
  return readMessage(messages, name, protobuf.Reader.create(bytes), bytes.length, {});
}

/** Writes a message: fields in the order of their numbers, lists of numbers packed, nothing for what {@link decodeMessage} leaves out. */
export function encodeMessage(messages: Messages, name: string, message: object): Uint8Array {
  return writeMessage(messages, name, message as Plain, protobuf.Writer.create()).finish();
}

/** Adds what stands up to `end` to a message: a message that is there twice is the two of them joined. */
function readMessage(messages: Messages, name: string, reader: Reader, end: number, into: Plain): Plain {
  const byNumber = new Map(Object.entries(messages[name]!).map(([key, field]) => [field[0], { key, field }]));
  while (reader.pos < end) {
    const tag = reader.uint32();
    const [id, wire] = [tag >>> 3, tag & 7];
    const { key, field: [, type, rule] = [] } = byNumber.get(id) ?? {};
    const packed = rule === 'repeated' && wire === LENGTH && wireOf(type!) !== LENGTH;
    if (key === undefined || type === undefined || (wire !== wireOf(type) && !packed)) {
      reader.skipType(wire);
    } else if (rule === 'repeated') {
      into[key] ??= [];
      const list = into[key] as unknown[];
      const last = packed ? reader.uint32() + reader.pos : reader.pos + 1;
      while (reader.pos < last) list.push(readValue(messages, type, reader, undefined));
    } else {
      const value = readValue(messages, type, reader, into[key]);
      if (isEmpty(value)) delete into[key];
      else into[key] = value;
    }
  }
  if (reader.pos > end) throw new Error(`a message ends in the middle of a field, at byte ${end}`);
  return into;
}

function readValue(messages: Messages, type: string, reader: Reader, before: unknown): unknown {
  if (isScalar(type)) {
    const value = reader[type]();
    return type === 'int64' ? Number(value) : value;
  }
  const end = reader.uint32() + reader.pos;
  return readMessage(messages, type, reader, end, (before ?? {}) as Plain);
}

function writeMessage(messages: Messages, name: string, message: Plain, writer: Writer): Writer {
  const fields = Object.entries(messages[name]!).sort(([, [a]], [, [b]]) => a - b);
  for (const [key, [id, type, rule]] of fields) {
    const value = message[key];
    if (value === undefined || isEmpty(value)) continue;
    const values = Array.from((rule === 'repeated' ? value : [value]) as ArrayLike<unknown>);
    if (rule === 'repeated' && wireOf(type) !== LENGTH && values.length > 0) {
      writer.uint32(8 * id + LENGTH).fork();
      for (const each of values) writeValue(messages, type, each, writer);
      writer.ldelim();
      continue;
    }
    for (const each of values) writeValue(messages, type, each, writer.uint32(8 * id + wireOf(type)));
  }
  return writer;
}

function writeValue(messages: Messages, type: string, value: unknown, writer: Writer): void {
  if (isScalar(type)) writer[type](value as never);
  else writeMessage(messages, type, value as Plain, writer.fork()).ldelim();
}
