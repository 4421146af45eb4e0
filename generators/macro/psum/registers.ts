import type { DescribedField, DescribedRegion } from '../plan/register-texts.js';
import type { PsumShape } from './plan.js';

/*
 * The address map of a partial-sum unit: byte addresses, 20 bits, one 32-bit word an access, as a macro has them.
 */

function bits(
  access: DescribedField['access'],
  name: string,
  msb: number,
  lsb: number,
  meaning: string,
): DescribedField {
  return { name, msb, lsb, access, meaning };
}

/** Bits of the error register. `busy` and `bad_access` also answer the access with a bus error. */
export const PSUM_ERRORS = {
  busy: { bit: 0, meaning: 'access refused: a sum has begun, or its results are on their way' },
  misfit: { bit: 1, meaning: 'a vector ended early or late, or was not of the tile that was due' },
  bad_access: { bit: 2, meaning: 'no such address, unaligned, partial or forbidden access' },
} as const;

export const PSUM_REGISTERS = {
  id: {
    offset: 0x00,
    access: 'ro',
    meaning: 'what answers here: a partial-sum unit of imcgen',
    fields: [bits('ro', 'id', 31, 0, 'the letters IPS1')],
  },
  size: {
    offset: 0x04,
    access: 'ro',
    meaning: 'what a sum is made of',
    fields: [
      bits('ro', 'channels', 31, 16, 'results of a sum'),
      bits('ro', 'tiles', 15, 0, 'vectors of a sum'),
    ],
  },
  format: {
    offset: 0x08,
    access: 'ro',
    meaning: 'numbers in and out',
    fields: [
      bits('ro', 'lanes', 30, 24, 'channels a beat'),
      bits('ro', 'digits', 19, 16, 'digits of a weight'),
      bits('ro', 'result_signed', 13, 13, "results are two's complement"),
      bits('ro', 'result_bits', 12, 8, 'width of a result'),
      bits('ro', 'value_signed', 5, 5, "values are two's complement"),
      bits('ro', 'value_bits', 4, 0, 'width of a value'),
    ],
  },
  widths: {
    offset: 0x0c,
    access: 'ro',
    meaning: 'widths of the coefficients and of an accumulator',
    fields: [
      bits('ro', 'weight_bits', 27, 24, 'of a weight'),
      bits('ro', 'bias_bits', 21, 16, 'of a bias'),
      bits('ro', 'scale_bits', 12, 8, 'of a scale'),
      bits('ro', 'acc_bits', 5, 0, 'of an accumulator'),
    ],
  },
  status: {
    offset: 0x10,
    access: 'ro',
    meaning: 'what the unit does',
    fields: [bits('ro', 'busy', 0, 0, 'a sum has begun, or its results are on their way')],
  },
  error: {
    offset: 0x14,
    access: 'rw1c',
    meaning: 'sticky error bits, write 1 to clear',
    fields: Object.entries(PSUM_ERRORS)
      .map(([name, { bit, meaning }]) => bits('rw1c', name, bit, bit, meaning))
      .reverse(),
  },
  shift: {
    offset: 0x18,
    access: 'rw',
    meaning: 'shift of all channels',
    fields: [bits('rw', 'shift', 4, 0, 'bits that a scaled sum is shifted right by')],
  },
  range: {
    offset: 0x1c,
    access: 'rw',
    meaning: 'what results are clamped to; low 0 is a ReLU',
    fields: [
      bits('rw', 'high', 31, 16, 'largest result, of RESULT_BITS; reads are sign-extended'),
      bits('rw', 'low', 15, 0, 'smallest result, of RESULT_BITS; reads are sign-extended'),
    ],
  },
} as const;

export type PsumRegister = keyof typeof PSUM_REGISTERS;
export const PSUM_REGISTER_NAMES = Object.keys(PSUM_REGISTERS) as PsumRegister[];

/** Registers that the shape sets, which never change. */
export const PSUM_CONSTANTS: readonly PsumRegister[] = ['id', 'size', 'format', 'widths'];

/** The letters IPS1. */
export const PSUM_IDENTITY = 0x4950_5331;

export type PsumRegionName = 'weights' | 'scales' | 'biases';

/** The coefficients; each is one word. Strides of weights follow the digits. */
export function psumRegions({ digits }: PsumShape): Readonly<Record<PsumRegionName, DescribedRegion>> {
  return {
    weights: {
      base: 0x1_0000,
      strides: { tile: 4 * digits, digit: 4 },
      access: 'rw',
      bytes: false,
      meaning: 'what a digit of a tile counts: digit times array scale',
      fields: [bits('rw', 'value', 7, 0, 'of WEIGHT_BITS, unsigned')],
    },
    scales: {
      base: 0x2_0000,
      strides: { channel: 4 },
      access: 'rw',
      bytes: false,
      meaning: 'scale of a channel; unknown until written',
      fields: [bits('rw', 'value', 15, 0, 'of SCALE_BITS, unsigned')],
    },
    biases: {
      base: 0x3_0000,
      strides: { channel: 4 },
      access: 'rw',
      bytes: false,
      meaning: 'bias of a channel; unknown until written',
      fields: [bits('rw', 'value', 31, 0, "of BIAS_BITS, two's complement; reads are sign-extended")],
    },
  };
}

export function psumCounts(
  { tiles, digits, channels }: PsumShape,
  region: PsumRegionName,
): Readonly<Record<string, number>> {
  return region === 'weights' ? { tile: tiles, digit: digits } : { channel: channels };
}

export function weightWordAddress(shape: PsumShape, tile: number, digit: number): number {
  return psumRegions(shape).weights.base + 4 * (tile * shape.digits + digit);
}

export function scaleAddress(channel: number): number {
  return 0x2_0000 + 4 * channel;
}

export function biasAddress(channel: number): number {
  return 0x3_0000 + 4 * channel;
}

export function psumAddress(register: PsumRegister): number {
  return PSUM_REGISTERS[register].offset;
}

/** The word of the range register. */
export function rangeWord(low: number, high: number): number {
  return (((high & 0xffff) << 16) | (low & 0xffff)) >>> 0;
}

/** Smallest and largest result that there is: the range after reset. */
export function resultRange({ resultBits, resultSigned }: PsumShape): { low: number; high: number } {
  return resultSigned
    ? { low: -(2 ** (resultBits - 1)), high: 2 ** (resultBits - 1) - 1 }
    : { low: 0, high: 2 ** resultBits - 1 };
}

/** Value of a register after reset. */
export function psumResetWord(shape: PsumShape, register: PsumRegister): number {
  const { low, high } = resultRange(shape);
  const words: Partial<Record<PsumRegister, number>> = {
    id: PSUM_IDENTITY,
    size: shape.channels * 2 ** 16 + shape.tiles,
    format:
      shape.lanes * 2 ** 24 +
      shape.digits * 2 ** 16 +
      Number(shape.resultSigned) * 2 ** 13 +
      shape.resultBits * 2 ** 8 +
      Number(shape.valueSigned) * 2 ** 5 +
      shape.valueBits,
    widths: shape.weightBits * 2 ** 24 + shape.biasBits * 2 ** 16 + shape.scaleBits * 2 ** 8 + shape.accBits,
    range: rangeWord(low, high),
  };
  return words[register] ?? 0;
}
