import type { Readout } from '../config/choices.js';
import { READOUT_STYLES } from './readouts.js';
import type { MacroShape } from './shape.js';

/*
 * The address map, one for every bus and every shape: strides are fixed, so software written for
 * one macro addresses all of them. Byte addresses, 20 bits; every access is one 32-bit word.
 * What everything in it is for, is in register-texts.ts.
 */

/** Width of a byte address. */
export const ADDRESS_BITS = 20;

/** Read only, write only, both, or reads with bits that a written 1 clears. */
export type Access = 'ro' | 'wo' | 'rw' | 'rw1c';

/** Bits msb:lsb of a register or of a word in a region. */
export interface BitField<Name extends string = string> {
  /** As drivers and SystemRDL have it. */
  readonly name: Name;
  /** Highest bit. */
  readonly msb: number;
  /** Lowest bit. */
  readonly lsb: number;
  /** What software may do with it. */
  readonly access: Access;
  /** Names of the values 0, 1, .. where each stands for something. */
  readonly values?: readonly string[];
}

/** Makes fields of one access. */
function bitsOf(access: Access) {
  return <const Name extends string>(
    name: Name,
    msb: number,
    lsb: number,
    values?: readonly string[],
  ): BitField<Name> => ({ name, msb, lsb, access, ...(values && { values }) });
}

const readOnly = bitsOf('ro');
const writeOnly = bitsOf('wo');
const readWrite = bitsOf('rw');
const clearable = bitsOf('rw1c');

/** A range of addresses; the address of a word in it is the base plus index times stride, summed. */
export interface Region {
  /** Its first byte address. */
  readonly base: number;
  /** Bytes from one index to the next, by what the index counts. */
  readonly strides: Readonly<Record<string, number>>;
  /** What software may do with its words. */
  readonly access: Access;
  /** Whether single bytes of a word can be written. */
  readonly bytes: boolean;
  /** Bits of a word. */
  readonly fields: readonly BitField[];
}

/** A range of the address map. */
export type RegionName =
  | ('registers' | 'inputs' | 'packed_inputs' | 'results' | 'packed_results')
  | ('tables' | 'references' | 'weights');

export const REGIONS = {
  registers: {
    base: 0x0_0000,
    strides: {},
    access: 'rw',
    bytes: false,
    fields: [],
  },
  inputs: {
    base: 0x1_0000,
    strides: { word: 4 },
    access: 'wo',
    bytes: true,
    fields: [writeOnly('rows', 31, 0)],
  },
  packed_inputs: {
    base: 0x1_8000,
    strides: { word: 4 },
    access: 'wo',
    bytes: true,
    fields: [writeOnly('rows', 31, 0)],
  },
  results: {
    base: 0x2_0000,
    strides: { column: 4 },
    access: 'ro',
    bytes: false,
    fields: [readOnly('code', 23, 16), readOnly('value', 15, 0)],
  },
  packed_results: {
    base: 0x2_8000,
    strides: { word: 4 },
    access: 'ro',
    bytes: false,
    fields: [readOnly('columns', 31, 0)],
  },
  tables: {
    base: 0x3_0000,
    strides: { bank: 0x200, code: 4 },
    access: 'rw',
    bytes: false,
    fields: [readWrite('value', 15, 0)],
  },
  references: {
    base: 0x4_0000,
    strides: { bank: 0x4000, row: 0x10, word: 4 },
    access: 'rw',
    bytes: true,
    fields: [readWrite('cells', 31, 0)],
  },
  weights: {
    base: 0x8_0000,
    strides: { row: 0x100, plane: 0x80, word: 4 },
    access: 'rw',
    bytes: true,
    fields: [readWrite('cells', 31, 0)],
  },
} as const satisfies Readonly<Record<RegionName, Region>>;

/** Regions that only macros with packed words have; elsewhere their addresses answer with a bus error. */
const PACKED_REGIONS: readonly RegionName[] = ['packed_inputs', 'packed_results'];

/** The regions that a macro has, by address. */
export function regionsOf({ packedWords }: MacroShape): RegionName[] {
  const all = Object.keys(REGIONS) as RegionName[];
  return all.filter((region) => packedWords || !PACKED_REGIONS.includes(region));
}

/**
 * A register: its word address in the register region and its bits. Bits in no field read as 0. Bits that
 * say one thing read and another written are two fields.
 */
export interface RegisterDefinition {
  /** Byte address from the base of the region. */
  readonly offset: number;
  /** What software may do with it. */
  readonly access: Access;
  /** From the highest bit down. */
  readonly fields: readonly BitField[];
}

/** Readouts as the format register numbers them. */
export const READOUTS = Object.keys(READOUT_STYLES) as readonly Readout[];

/** Phases of a conversion as the status register and `phase_o` number them. */
export const PHASES = ['idle', 'precharge', 'mac', 'ramp', 'sense', 'done'] as const;

/** A bit of the error register. */
export interface ErrorBit {
  /** Its number in the register, from 0. */
  readonly bit: number;
}

/** Why an access, a start or a vector of a stream was refused, or that results were lost. */
export type ErrorName = 'busy' | 'bank' | 'width' | 'overrun' | 'lost' | 'bad_access' | 'stream';

/** Bits of the error register. All but `lost` also answer the access with a bus error. */
export const ERRORS = {
  busy: { bit: 0 },
  bank: { bit: 1 },
  width: { bit: 2 },
  overrun: { bit: 3 },
  lost: { bit: 4 },
  bad_access: { bit: 5 },
  stream: { bit: 6 },
} as const satisfies Readonly<Record<ErrorName, ErrorBit>>;

/** A register. Those of march, self-test, streams and calibration are there where the config asks for them. */
export type Register =
  | ('id' | 'dimensions' | 'format' | 'start' | 'status' | 'error' | 'interrupt')
  | ('march' | 'march_address' | 'march_data' | 'self_test' | 'stream' | 'calibration');

/** The errors that a macro can report, by bit. */
export function errorsOf(shape: MacroShape): ErrorName[] {
  const all = Object.keys(ERRORS) as ErrorName[];
  return all.filter((error) => error !== 'stream' || shape.streams !== undefined);
}

export const REGISTERS = {
  id: {
    offset: 0x00,
    access: 'ro',
    fields: [readOnly('id', 31, 0)],
  },
  dimensions: {
    offset: 0x04,
    access: 'ro',
    fields: [readOnly('columns', 31, 16), readOnly('rows', 15, 0)],
  },
  format: {
    offset: 0x08,
    access: 'ro',
    fields: [
      readOnly('streams', 31, 31),
      readOnly('self_test', 30, 30),
      readOnly('march', 29, 29),
      readOnly('banks', 28, 24),
      readOnly('self_calibration', 23, 23),
      readOnly('packed_words', 22, 22),
      readOnly('output_signed', 21, 21),
      readOnly('output_bits', 20, 16),
      readOnly('early_stop', 15, 15),
      readOnly('falling_ramp', 14, 14),
      readOnly('readout', 13, 12, READOUTS),
      readOnly('adc_bits', 10, 8),
      readOnly('bit_serial', 5, 5),
      readOnly('input_signed', 4, 4),
      readOnly('input_bits', 3, 0),
    ],
  },
  start: {
    offset: 0x0c,
    access: 'wo',
    fields: [writeOnly('width', 18, 16), writeOnly('bank', 11, 8), writeOnly('start', 0, 0)],
  },
  status: {
    offset: 0x10,
    access: 'rw1c',
    fields: [
      readOnly('phase', 10, 8, PHASES),
      clearable('done', 2, 2),
      readOnly('queued', 1, 1),
      readOnly('busy', 0, 0),
    ],
  },
  error: {
    offset: 0x14,
    access: 'rw1c',
    fields: Object.entries(ERRORS)
      .map(([name, { bit }]) => clearable(name as ErrorName, bit, bit))
      .reverse(),
  },
  interrupt: {
    offset: 0x18,
    access: 'rw',
    fields: [readWrite('error', 1, 1), readWrite('done', 0, 0)],
  },
  march: {
    offset: 0x1c,
    access: 'rw',
    fields: [
      readWrite('background', 10, 8),
      readOnly('element', 6, 4),
      readOnly('fail', 2, 2),
      readOnly('done', 1, 1),
      writeOnly('resume', 1, 1),
      readOnly('busy', 0, 0),
      writeOnly('start', 0, 0),
    ],
  },
  march_address: {
    offset: 0x20,
    access: 'ro',
    fields: [readOnly('address', 19, 0)],
  },
  march_data: {
    offset: 0x24,
    access: 'ro',
    fields: [readOnly('cells', 31, 0)],
  },
  self_test: {
    offset: 0x28,
    access: 'rw',
    fields: [readWrite('seed', 14, 8), readWrite('enable', 0, 0)],
  },
  stream: {
    offset: 0x2c,
    access: 'rw',
    fields: [
      readOnly('output_bytes', 22, 16),
      readOnly('input_bytes', 14, 8),
      readOnly('owner', 1, 1),
      readWrite('enable', 0, 0),
    ],
  },
  calibration: {
    offset: 0x30,
    access: 'rw',
    fields: [
      readOnly('reported', 26, 16),
      readWrite('bank', 11, 8),
      readWrite('repeats', 6, 4),
      readOnly('fail', 2, 2),
      readOnly('done', 1, 1),
      readOnly('busy', 0, 0),
      writeOnly('start', 0, 0),
    ],
  },
} as const satisfies Readonly<Record<Register, RegisterDefinition>>;

/** Registers that only macros with an option have; elsewhere their addresses answer with a bus error. */
const OPTIONAL: Partial<Record<Register, 'march' | 'selfTest' | 'streams' | 'selfCalibrate'>> = {
  march: 'march',
  march_address: 'march',
  march_data: 'march',
  self_test: 'selfTest',
  stream: 'streams',
  calibration: 'selfCalibrate',
};

/** Fields that only macros with an option have; elsewhere their bits are in no field. */
const OPTIONAL_FIELDS: Readonly<Record<string, 'streams' | 'packedWords' | 'selfCalibrate'>> = {
  'format.streams': 'streams',
  'format.self_calibration': 'selfCalibrate',
  'format.packed_words': 'packedWords',
  'error.stream': 'streams',
};

/** The registers that a macro has, by address. */
export function registersOf(shape: MacroShape): Register[] {
  const all = Object.keys(REGISTERS) as Register[];
  return all.filter((register) => {
    const option = OPTIONAL[register];
    return option === undefined || Boolean(shape[option]);
  });
}

/** The fields of a register that a macro has. */
export function fieldsInUse(shape: MacroShape, register: Register): readonly BitField[] {
  const fields: readonly BitField[] = REGISTERS[register].fields;
  return fields.filter(({ name }) => {
    const option = OPTIONAL_FIELDS[`${register}.${name}`];
    return option === undefined || Boolean(shape[option]);
  });
}

/**
 * The bits of a field in place: 0x0000_0004 for bit 2.
 *
 * @param field of a register or a region
 */
export function maskOf({ msb, lsb }: BitField): number {
  return (2 ** (msb - lsb + 1) - 1) * 2 ** lsb;
}

/**
 * The bits of a register that have a name.
 *
 * @throws Error where the register has no such field
 */
export function fieldOf(register: Register, name: string): BitField {
  const fields: readonly BitField[] = REGISTERS[register].fields;
  const field = fields.find((candidate) => candidate.name === name);
  if (field === undefined) throw new Error(`register ${register} has no field ${name}`);
  return field;
}

/** The bits of a register's field in place. */
export function bitsIn(register: Register, name: string): number {
  return maskOf(fieldOf(register, name));
}

/** An error in its place in the error register. */
export function errorBit(error: ErrorName): number {
  return 1 << ERRORS[error].bit;
}

/** Values of fields by name; true is 1. */
export type FieldValues = Readonly<Record<string, number | boolean>>;

/**
 * A register's word from the values of its fields; those left out are 0.
 *
 * @throws Error for a field that the register does not have, or a value that does not fit
 */
export function registerWord(register: Register, values: FieldValues): number {
  return Object.entries(values).reduce((word, [name, value]) => {
    const field = fieldOf(register, name);
    const placed = Number(value) * 2 ** field.lsb;
    if (placed < 0 || placed > maskOf(field)) throw new Error(`${register}.${name} cannot be ${value}`);
    return word + placed;
  }, 0);
}

/** Done bit of the status register: a conversion has finished; write 1 to clear. */
export const STATUS_DONE = bitsIn('status', 'done');
/** Bits of the march register: what a write asks for, and what a read tells. */
export const MARCH = {
  start: bitsIn('march', 'start'),
  resume: bitsIn('march', 'resume'),
  busy: bitsIn('march', 'busy'),
  done: bitsIn('march', 'done'),
  fail: bitsIn('march', 'fail'),
} as const;
/** Bits of the calibration register: what a write asks for, and what a read tells. */
export const CALIBRATION = {
  start: bitsIn('calibration', 'start'),
  busy: bitsIn('calibration', 'busy'),
  done: bitsIn('calibration', 'done'),
  fail: bitsIn('calibration', 'fail'),
} as const;
