import { bitsFor } from '../../common/bits.js';
import { TRIM_ROW_BASE } from '../../macro/plan/addresses.js';
import {
  ADDRESS_BITS,
  errorsOf,
  fieldOf,
  REGIONS,
  REGISTERS,
  type RegionName,
  type Register,
  regionsOf,
  registersOf,
} from '../../macro/plan/registers.js';
import type { MacroShape } from '../../macro/plan/shape.js';

/** Bits of an address below those that tell words. */
const WORD = 2;

/** Bits of an address or of a word, as Verilog selects them. */
export interface Slice {
  /** `18:8`, or `7` for one bit. */
  readonly range: string;
  readonly lsb: number;
}

/** A slice of the address that counts something, and its value in 32 bits. */
export interface Index extends Slice {
  readonly word: string;
}

/** Bits of the number of a register, whichever a macro has. */
const REGISTER_WIDTH = bitsFor(Math.max(...Object.values(REGISTERS).map(({ offset }) => offset / 4)) + 1);

/** What the words of a region are counted by. */
export type IndexName<R extends RegionName> = keyof (typeof REGIONS)[R]['strides'] & string;

/**
 * The address map as the registers decode it: regions, the slices of their indices, register numbers and the bits of
 * their fields, all from the one description of them.
 */
export function addressView(shape: MacroShape) {
  const registers = registersOf(shape);
  const numbers = registers.map(numberOf);
  const errorBits = errorsOf(shape).length;
  return {
    address: {
      registers: { selected: selects(shape, 'registers') },
      inputs: { selected: selects(shape, 'inputs'), ...indicesOf(shape, 'inputs') },
      results: { selected: selects(shape, 'results'), ...indicesOf(shape, 'results') },
      packedInputs: { selected: selects(shape, 'packed_inputs'), ...indicesOf(shape, 'packed_inputs') },
      packedResults: { selected: selects(shape, 'packed_results'), ...indicesOf(shape, 'packed_results') },
      tables: { selected: selects(shape, 'tables'), ...indicesOf(shape, 'tables') },
      references: { selected: selects(shape, 'references'), ...indicesOf(shape, 'references') },
      weights: { selected: selects(shape, 'weights'), ...indicesOf(shape, 'weights') },
    },
    /** The rows of the weight region from this one on are trim rows, which one bit of the address tells. */
    trimRowBase: TRIM_ROW_BASE,
    trimBit: indicesOf(shape, 'weights').row.lsb + Math.log2(TRIM_ROW_BASE),
    /** First of the four rows of a word of inputs. */
    firstRow: padded(bitsWithin(shape, 'inputs') - 1, WORD, WORD),
    registerNumber: padded(bitsWithin(shape, 'registers') - 1, WORD),
    /** Numbers of all registers, those included that only other macros have. */
    register: eachOf(REGISTERS, numberOf),
    registerWidth: REGISTER_WIDTH,
    registerBits: slice(REGISTER_WIDTH - 1, 0).range,
    fields: eachOf(REGISTERS, fieldsOf),
    readable: among('register', numbers),
    writable: among(
      'register',
      registers.filter((register) => REGISTERS[register].access !== 'ro').map(numberOf),
    ),
    /** What the status register reads as. */
    status: wordOf('status', { phase: 'phase_i', done: 'done_q', queued: 'queued_i', busy: 'busy_i' }),
    /** The errors that a macro has, as bits. */
    errorBits,
    errorLast: errorBits - 1,
    errorWord: `{${32 - errorBits}'d0, error_q}`,
    /** What the register of the streams reads as. */
    stream: wordOf('stream', {
      output_bytes: `7'd${shape.streams?.outputBytes ?? 0}`,
      input_bytes: `7'd${shape.streams?.inputBytes ?? 0}`,
      owner: 'streaming',
      enable: 'stream_enable_q',
    }),
  };
}

function eachOf<K extends string, V>(record: Readonly<Record<K, unknown>>, value: (key: K) => V) {
  return Object.fromEntries((Object.keys(record) as K[]).map((key) => [key, value(key)])) as Record<K, V>;
}

/** Number of a register: its address in words. */
function numberOf(register: Register): number {
  return REGISTERS[register].offset / 4;
}

function slice(msb: number, lsb: number): Slice {
  return { range: msb === lsb ? `${msb}` : `${msb}:${lsb}`, lsb };
}

/** A slice of the address, followed by zeros, in 32 bits. */
function padded(msb: number, lsb: number, zeros = 0): string {
  const above = 32 - (msb - lsb + 1) - zeros;
  return `{${above}'d0, addr_i[${slice(msb, lsb).range}]${zeros > 0 ? `, ${zeros}'d0` : ''}}`;
}

/** Bits of an address that tell where in a region it is. */
function bitsWithin(shape: MacroShape, region: RegionName): number {
  const { base } = REGIONS[region];
  const bases = regionsOf(shape).map((other) => REGIONS[other].base);
  const end = Math.min(2 ** ADDRESS_BITS, ...bases.filter((other) => other > base));
  const bits = Math.log2(end - base);
  if (!Number.isInteger(bits) || base % 2 ** bits !== 0)
    throw new Error(`region ${region} is no power of two in its place`);
  return bits;
}

/** Whether an address is in a region, as an expression. */
function selects(shape: MacroShape, region: RegionName): string {
  const lsb = bitsWithin(shape, region);
  const width = ADDRESS_BITS - lsb;
  const value = REGIONS[region].base / 2 ** lsb;
  const bits = `addr_i[${slice(ADDRESS_BITS - 1, lsb).range}]`;
  if (width === 1) return bits;
  return `${bits} == ${width}'${width % 4 === 0 ? `h${value.toString(16)}` : `b${value.toString(2).padStart(width, '0')}`}`;
}

/** Each index of a region is the bits of the address from its stride up to the next larger one. */
function indicesOf<R extends RegionName>(
  shape: MacroShape,
  region: R,
): Readonly<Record<IndexName<R>, Index>> {
  const strides = Object.entries<number>(REGIONS[region].strides).sort(([, a], [, b]) => b - a);
  const indices = strides.map(([index, stride], at) => {
    const lsb = Math.log2(stride);
    const msb = (at === 0 ? bitsWithin(shape, region) : Math.log2(strides[at - 1]![1])) - 1;
    return [index, { ...slice(msb, lsb), word: padded(msb, lsb) }] as const;
  });
  return Object.fromEntries(indices) as Record<IndexName<R>, Index>;
}

function fieldsOf(register: Register): Readonly<Record<string, Slice>> {
  const fields = REGISTERS[register].fields.map(({ name, msb, lsb }) => [name, slice(msb, lsb)] as const);
  return Object.fromEntries(fields);
}

/** Whether a number is one of some, as an expression over runs of neighbours. */
function among(name: string, numbers: readonly number[]): string {
  const starts = numbers.filter((number) => !numbers.includes(number - 1));
  const runs = starts.map((first) => {
    let last = first;
    while (numbers.includes(last + 1)) last++;
    if (first === last) return `${name} == ${first}`;
    return first === 0 ? `${name} <= ${last}` : `(${name} >= ${first} && ${name} <= ${last})`;
  });
  return runs.join(' || ');
}

/** A register's 32 bits as a concatenation of what its fields show; the others are 0. */
function wordOf(register: Register, shown: Readonly<Record<string, string>>): string {
  const fields = Object.entries(shown)
    .map(([name, net]) => ({ ...fieldOf(register, name), net }))
    .sort((a, b) => b.lsb - a.lsb);
  const parts: string[] = [];
  let next = 32;
  for (const { msb, lsb, net } of fields) {
    if (msb < next - 1) parts.push(`${next - 1 - msb}'d0`);
    parts.push(net);
    next = lsb;
  }
  if (next > 0) parts.push(`${next}'d0`);
  return `{${parts.join(', ')}}`;
}
