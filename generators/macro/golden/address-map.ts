/** In: addresses and words of the bus. Out: what they mean, read from the description of regions and registers. */
import { countsInUse, registerAddress, TRIM_ROW_BASE } from '../plan/addresses.js';
import {
  ADDRESS_BITS,
  errorBit,
  fieldOf,
  maskOf,
  REGIONS,
  REGISTERS,
  type RegionName,
  type Register,
  registersOf,
} from '../plan/registers.js';
import type { MacroShape } from '../plan/shape.js';

/** A request of the internal bus: one cycle long, answered in the next. */
export interface Request {
  /** Whether it writes. */
  readonly write: boolean;
  /** Byte address, 20 bits. */
  readonly address: number;
  /** Word to write, unsigned; without a meaning for a read. */
  readonly data: number;
  /** Bytes to write, bit k for bits 8 k + 7 .. 8 k; without a meaning for a read. */
  readonly strobes: number;
}

/** What a start asks for: a conversion on a bank at a code width. */
export interface StartOrder {
  readonly bank: number;
  readonly bits: number;
}

/** Regions from the last to the first: one reaches from its base to that of the one after it. */
const DOWNWARDS = (Object.keys(REGIONS) as RegionName[]).sort((a, b) => REGIONS[b].base - REGIONS[a].base);

/** Every base is a multiple of so many bytes. */
const BLOCK_BITS = 15;
/** The region of each block of the address space. */
const REGION_OF_BLOCK = Array.from(
  { length: 2 ** (ADDRESS_BITS - BLOCK_BITS) },
  (_, block) => DOWNWARDS.find((region) => block * 2 ** BLOCK_BITS >= REGIONS[region].base)!,
);

/** The region that an address lies in, in use or not. */
export function regionOf(address: number): RegionName {
  return REGION_OF_BLOCK[address >> BLOCK_BITS] ?? DOWNWARDS[0]!;
}

/** Whether an address is one of cells: weights, trim or references. */
export function isCell(address: number): boolean {
  const region = regionOf(address);
  return region === 'weights' || region === 'references';
}

/** Reads an index out of the addresses of a region. Strides are powers of two, so that it is a field of the address. */
function indexIn(region: RegionName, index: string): (address: number) => number {
  const strides: Readonly<Record<string, number>> = REGIONS[region].strides;
  const stride = strides[index]!;
  const next = DOWNWARDS[DOWNWARDS.indexOf(region) - 1];
  const size = (next === undefined ? 2 ** ADDRESS_BITS : REGIONS[next].base) - REGIONS[region].base;
  const above = Math.min(size, ...Object.values(strides).filter((other) => other > stride));
  const shift = Math.log2(stride);
  const mask = above / stride - 1;
  return (address) => (address >> shift) & mask;
}

const weightRow = indexIn('weights', 'row');
const weightPlane = indexIn('weights', 'plane');
const weightWord = indexIn('weights', 'word');
const referenceBank = indexIn('references', 'bank');
const referenceRow = indexIn('references', 'row');
const referenceWord = indexIn('references', 'word');
const tableBank = indexIn('tables', 'bank');
const tableCode = indexIn('tables', 'code');

/** The word of the input region at an address. */
export const inputWord = indexIn('inputs', 'word');
/** The word of packed inputs at an address. */
export const packedInputWord = indexIn('packed_inputs', 'word');
/** The column of the result region at an address. */
export const resultColumn = indexIn('results', 'column');
/** The word of packed results at an address. */
export const packedResultWord = indexIn('packed_results', 'word');

/** Whether an address is one of inputs, a byte a row or packed. */
export function isInput(address: number): boolean {
  return regionOf(address).endsWith('inputs');
}

/** Whether an address is one of results, a word a column or packed. */
export function isResult(address: number): boolean {
  return regionOf(address).endsWith('results');
}

export function weightCell(address: number) {
  return { row: weightRow(address), plane: weightPlane(address), word: weightWord(address) };
}

export function referenceCell(address: number) {
  return { bank: referenceBank(address), row: referenceRow(address), word: referenceWord(address) };
}

export function tableEntry(address: number) {
  return { bank: tableBank(address), code: tableCode(address) };
}

/** Reads a field out of the words of a register. */
export function fieldIn(register: Register, name: string): (word: number) => number {
  const field = fieldOf(register, name);
  const mask = maskOf(field);
  return (word) => (word & mask) >>> field.lsb;
}

const START_ADDRESS = registerAddress('start');
const startBit = fieldIn('start', 'start');
const startBank = fieldIn('start', 'bank');
const startWidth = fieldIn('start', 'width');

/** What a write of the start register asks for; undefined for every other request. */
export function startOf({ write, address, data }: Request): StartOrder | undefined {
  if (!write || address !== START_ADDRESS || startBit(data) === 0) return undefined;
  return { bank: startBank(data), bits: startWidth(data) };
}

/** Bits of the error register for a start that names a bank, or a code width, which the macro does not have. */
export function strangerBits({ banks, adcBits }: MacroShape, { bank, bits }: StartOrder): number {
  const width = bits < 1 || bits > adcBits;
  return (bank >= banks ? errorBit('bank') : 0) | (width ? errorBit('width') : 0);
}

/**
 * Whether a request writes nothing: a write with no byte strobe. It is answered without an error at any address, in
 * use or not, and changes nothing; converters between bus widths send such writes to the neighbours of a word.
 */
export function writesNothing({ write, strobes }: Request): boolean {
  return write && strobes === 0;
}

/** Whether what is written, inputs or cells, shows only once a conversion or a march takes it up. */
export function isSilent({ address }: Request): boolean {
  return isInput(address) || isCell(address);
}

/** The addresses that a macro has. */
export class AddressMap {
  private readonly registers: ReadonlyMap<number, Register>;
  /** Of each region, whether an index that an address names exists. */
  private readonly exist: ReadonlyMap<RegionName, readonly ((address: number) => boolean)[]>;

  constructor(shape: MacroShape) {
    this.registers = new Map(registersOf(shape).map((register) => [registerAddress(register), register]));
    this.exist = new Map(
      DOWNWARDS.map((region) => [
        region,
        Object.entries(countsInUse(shape, region)).map(([name, count]) => {
          const read = indexIn(region, name);
          const trimRows = region === 'weights' && name === 'row' ? shape.trimRows : 0;
          return (address: number) => {
            const trimRow = read(address) - TRIM_ROW_BASE;
            return read(address) < count || (trimRow >= 0 && trimRow < trimRows);
          };
        }),
      ]),
    );
  }

  /** The register at an address; undefined where there is none. */
  registerAt(address: number): Register | undefined {
    return this.registers.get(address);
  }

  /** Whether an access goes to something that exists, aligned, whole where it must be, in a direction it allows. */
  isLegal({ write, address, strobes }: Request): boolean {
    if (address % 4 !== 0) return false;
    const whole = strobes === 0xf;
    const region = regionOf(address);
    if (region === 'registers') {
      const register = this.registerAt(address);
      return register !== undefined && (!write || (REGISTERS[register].access !== 'ro' && whole));
    }
    const { access, bytes } = REGIONS[region];
    if (access === (write ? 'ro' : 'wo') || (write && !bytes && !whole)) return false;
    return this.exist.get(region)!.every((exists) => exists(address));
  }
}
