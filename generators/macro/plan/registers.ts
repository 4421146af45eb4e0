import type { Readout } from '../config/choices.js';
import { MOST_ROWS } from '../config/limits.js';
import { READOUT_STYLES } from './readouts.js';
import type { MacroShape } from './shape.js';

/*
 * The address map, one for every bus and every shape: strides are fixed, so software written for
 * one macro addresses all of them. Byte addresses, 20 bits; every access is one 32-bit word.
 */

/** Width of a byte address. */
export const ADDRESS_BITS = 20;

/** Read only, write only, both, or reads with bits that a written 1 clears. */
export type Access = 'ro' | 'wo' | 'rw' | 'rw1c';

/** Bits msb:lsb of a register or of a word in a region. */
export interface BitField {
  /** As drivers and SystemRDL have it. */
  readonly name: string;
  /** Highest bit. */
  readonly msb: number;
  /** Lowest bit. */
  readonly lsb: number;
  /** What software may do with it. */
  readonly access: Access;
  /** What it says, in a few words. */
  readonly meaning: string;
  /** Names of the values 0, 1, .. where each stands for something. */
  readonly values?: readonly string[];
}

/** Makes fields of one access. */
function bitsOf(access: Access) {
  return (name: string, msb: number, lsb: number, meaning: string, values?: readonly string[]): BitField => ({
    ...{ name, msb, lsb, access, meaning },
    ...(values && { values }),
  });
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
  /** What it holds, in a few words. */
  readonly meaning: string;
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
    meaning: 'control and status',
    fields: [],
  },
  inputs: {
    base: 0x1_0000,
    strides: { word: 4 },
    access: 'wo',
    bytes: true,
    meaning: 'one byte a row, four rows a word; write only',
    fields: [writeOnly('rows', 31, 0, 'inputs, the first row in 7:0')],
  },
  packed_inputs: {
    base: 0x1_8000,
    strides: { word: 4 },
    access: 'wo',
    bytes: true,
    meaning: 'inputs once more, many rows a word; write only',
    fields: [writeOnly('rows', 31, 0, 'inputs of PACKED_ROWS rows, the first row lowest')],
  },
  results: {
    base: 0x2_0000,
    strides: { column: 4 },
    access: 'ro',
    bytes: false,
    meaning: 'one word a column: code in 23:16, decoded value in 15:0; read only',
    fields: [
      readOnly('code', 23, 16, 'nonlinear code; 0 where the readout keeps values only'),
      readOnly('value', 15, 0, 'decoded value, sign-extended where results are signed'),
    ],
  },
  packed_results: {
    base: 0x2_8000,
    strides: { word: 4 },
    access: 'ro',
    bytes: false,
    meaning: 'decoded values once more, several columns a word; read only',
    fields: [readOnly('columns', 31, 0, 'values of PACKED_COLUMNS columns, the first column lowest')],
  },
  tables: {
    base: 0x3_0000,
    strides: { bank: 0x200, code: 4 },
    access: 'rw',
    bytes: false,
    meaning: 'decoder: 0x200 a bank, one word a code',
    fields: [readWrite('value', 15, 0, 'of OUT_BITS; reads are sign-extended where results are signed')],
  },
  references: {
    base: 0x4_0000,
    strides: { bank: 0x4000, row: 0x10, word: 4 },
    access: 'rw',
    bytes: true,
    meaning: 'reference cells: 0x4000 a bank, 0x10 a row, one bit a cell',
    fields: [readWrite('cells', 31, 0, 'the first column in bit 0')],
  },
  weights: {
    base: 0x8_0000,
    strides: { row: 0x100, plane: 0x80, word: 4 },
    access: 'rw',
    bytes: true,
    meaning: `cells: 0x100 a row (trim rows from row ${MOST_ROWS}), 0x80 a plane (wp, wn), one bit a column`,
    fields: [readWrite('cells', 31, 0, 'the first column in bit 0')],
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
  /** What it is for, in a few words. */
  readonly meaning: string;
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
  /** What it says, in a few words. */
  readonly meaning: string;
}

/** Why an access, a start or a vector of a stream was refused, or that results were lost. */
export type ErrorName = 'busy' | 'bank' | 'width' | 'overrun' | 'lost' | 'bad_access' | 'stream';

/** Bits of the error register. All but `lost` also answer the access with a bus error. */
export const ERRORS = {
  busy: { bit: 0, meaning: 'access refused: the hardware is using what it names' },
  bank: { bit: 1, meaning: 'start refused: no such reference bank' },
  width: { bit: 2, meaning: 'start refused: code width outside 1 .. ADC_BITS' },
  overrun: { bit: 3, meaning: 'start refused: one is already queued' },
  lost: { bit: 4, meaning: 'a conversion finished while the previous done was not cleared' },
  bad_access: { bit: 5, meaning: 'no such address, unaligned, partial or forbidden access' },
  stream: { bit: 6, meaning: 'an input vector of the stream was too short or too long, and was dropped' },
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
    meaning: 'what answers here: an imcgen macro',
    fields: [readOnly('id', 31, 0, 'the letters IMC1')],
  },
  dimensions: {
    offset: 0x04,
    access: 'ro',
    meaning: 'size of the array',
    fields: [readOnly('columns', 31, 16, 'columns'), readOnly('rows', 15, 0, 'rows')],
  },
  format: {
    offset: 0x08,
    access: 'ro',
    meaning: 'numbers in and out, and the converter',
    fields: [
      readOnly('streams', 31, 31, 'there are stream ports'),
      readOnly('self_test', 30, 30, 'known codes can take the place of the sense amplifiers'),
      readOnly('march', 29, 29, 'there is an engine for a march test'),
      readOnly('banks', 28, 24, 'reference banks'),
      readOnly('self_calibration', 23, 23, 'the macro can calibrate its trim rows by itself'),
      readOnly('packed_words', 22, 22, 'there are packed inputs and packed results'),
      readOnly('output_signed', 21, 21, "results are two's complement"),
      readOnly('output_bits', 20, 16, 'width of a result'),
      readOnly('early_stop', 15, 15, 'the ramp ends once no code can change'),
      readOnly('falling_ramp', 14, 14, 'the ramp runs from the last reference down'),
      readOnly('readout', 13, 12, 'column converter', READOUTS),
      readOnly('adc_bits', 10, 8, 'widest code'),
      readOnly('bit_serial', 5, 5, 'input slices, not pulse widths'),
      readOnly('input_signed', 4, 4, "inputs are two's complement"),
      readOnly('input_bits', 3, 0, 'width of an input, sign included'),
    ],
  },
  start: {
    offset: 0x0c,
    access: 'wo',
    meaning: 'starts a conversion, or queues one',
    fields: [
      writeOnly('width', 18, 16, 'code width of the conversion'),
      writeOnly('bank', 11, 8, 'reference bank'),
      writeOnly('start', 0, 0, 'write 1 to start'),
    ],
  },
  status: {
    offset: 0x10,
    access: 'rw1c',
    meaning: 'what the macro does',
    fields: [
      readOnly('phase', 10, 8, 'phase of the conversion', PHASES),
      clearable('done', 2, 2, 'a conversion has finished; write 1 to clear'),
      readOnly('queued', 1, 1, 'a start is queued'),
      readOnly('busy', 0, 0, 'converting, or a start is queued'),
    ],
  },
  error: {
    offset: 0x14,
    access: 'rw1c',
    meaning: 'sticky error bits, write 1 to clear',
    fields: Object.entries(ERRORS)
      .map(([name, { bit, meaning }]) => clearable(name, bit, bit, meaning))
      .reverse(),
  },
  interrupt: {
    offset: 0x18,
    access: 'rw',
    meaning: 'what raises irq_o',
    fields: [
      readWrite('error', 1, 1, 'any error bit raises irq_o'),
      readWrite('done', 0, 0, 'done raises irq_o'),
    ],
  },
  march: {
    offset: 0x1c,
    access: 'rw',
    meaning: 'march test of the cells',
    fields: [
      readWrite('background', 10, 8, 'data background, taken with start'),
      readOnly('element', 6, 4, 'element that runs'),
      readOnly('fail', 2, 2, 'a word read wrong: the march stopped there'),
      readOnly('done', 1, 1, 'the march has ended, or stopped'),
      writeOnly('resume', 1, 1, 'write 1 to go on after a fail'),
      readOnly('busy', 0, 0, 'the march runs'),
      writeOnly('start', 0, 0, 'write 1 to start'),
    ],
  },
  march_address: {
    offset: 0x20,
    access: 'ro',
    meaning: 'where the march is',
    fields: [readOnly('address', 19, 0, 'of the word under test; after a fail, of the word that failed')],
  },
  march_data: {
    offset: 0x24,
    access: 'ro',
    meaning: 'what the march found',
    fields: [readOnly('cells', 31, 0, 'after a fail: the cells of that word that read wrong')],
  },
  self_test: {
    offset: 0x28,
    access: 'rw',
    meaning: 'self-test of the converters',
    fields: [
      readWrite('seed', 14, 8, 'XORed with the column number; bits beyond adc_bits read as 0'),
      readWrite('enable', 0, 0, 'known codes in place of the sense amplifiers'),
    ],
  },
  stream: {
    offset: 0x2c,
    access: 'rw',
    meaning: 'who has the data path: inputs, starts and results',
    fields: [
      readOnly('output_bytes', 22, 16, 'bytes a beat of the output stream'),
      readOnly('input_bytes', 14, 8, 'bytes a beat of the input stream'),
      readOnly('owner', 1, 1, 'the streams have the data path: enabled, or still at work on what they took'),
      readWrite('enable', 0, 0, 'give the data path to the streams; 0: back to the bus'),
    ],
  },
  calibration: {
    offset: 0x30,
    access: 'rw',
    meaning: 'calibration of the trim rows by the macro itself',
    fields: [
      readOnly('reported', 26, 16, 'columns so far not shown to be within half a trim step'),
      readWrite('bank', 11, 8, 'bank with the references beside zero, taken with start'),
      readWrite('repeats', 6, 4, 'a setting is converted 2^repeats times, taken with start'),
      readOnly('fail', 2, 2, 'a column is reported'),
      readOnly('done', 1, 1, 'the calibration has ended'),
      readOnly('busy', 0, 0, 'the calibration runs'),
      writeOnly('start', 0, 0, 'write 1 to start'),
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

/**
 * A register's word from the values of its fields; those left out are 0.
 *
 * @throws Error for a field that the register does not have, or a value that does not fit
 */
export function registerWord(register: Register, values: Readonly<Record<string, number>>): number {
  return Object.entries(values).reduce((word, [name, value]) => {
    const field = fieldOf(register, name);
    const placed = value * 2 ** field.lsb;
    if (value < 0 || placed > maskOf(field)) throw new Error(`${register}.${name} cannot be ${value}`);
    return word + placed;
  }, 0);
}

/** Done bit of the status register: a conversion has finished; write 1 to clear. */
export const STATUS_DONE = maskOf(fieldOf('status', 'done'));
/** Bits of the march register: what a write asks for, and what a read tells. */
export const MARCH = {
  start: maskOf(fieldOf('march', 'start')),
  resume: maskOf(fieldOf('march', 'resume')),
  busy: maskOf(fieldOf('march', 'busy')),
  done: maskOf(fieldOf('march', 'done')),
  fail: maskOf(fieldOf('march', 'fail')),
} as const;
/** Bits of the calibration register: what a write asks for, and what a read tells. */
export const CALIBRATION = {
  start: maskOf(fieldOf('calibration', 'start')),
  busy: maskOf(fieldOf('calibration', 'busy')),
  done: maskOf(fieldOf('calibration', 'done')),
  fail: maskOf(fieldOf('calibration', 'fail')),
} as const;
