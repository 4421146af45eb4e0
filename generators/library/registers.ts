/**
 * The address map of a macro: what stands where, and the words that start and ask things of it.
 *
 * The map is one for every bus and every shape. Addresses are byte addresses of {@link ADDRESS_BITS} bits, an access is one
 * 32-bit word. `import { registers } from 'imcgen'` gives all of this under one name.
 *
 * @example
 * ```ts
 * import { registers } from 'imcgen';
 *
 * const { startWord, registerAddress, resultAddress } = registers;
 * console.log(`write ${startWord(0, 4)} to ${registerAddress('start')}`); // bank 0, 4 bits
 * console.log(`then read ${resultAddress(0)}, ${resultAddress(1)}, ..`);
 * ```
 *
 * @module registers
 */
import {
  CALIBRATION as calibration,
  type ErrorBit,
  type ErrorName,
  ERRORS as errors,
  MARCH as march,
  type Region,
  type RegionName,
  type Register,
  type RegisterDefinition,
  REGIONS as regions,
  REGISTERS as registers,
} from '../macro/plan/registers.js';

export {
  countsInUse,
  inputAddress,
  packedInputAddress,
  packedResultAddress,
  referenceAddress,
  registerAddress,
  resultAddress,
  sizeInUse,
  TRIM_ROW_BASE,
  tableAddress,
  weightAddress,
  wordsOf,
} from '../macro/plan/addresses.js';
export { packedColumns, packedInputBits, packedResultBits, packedRows } from '../macro/plan/packed-words.js';
export {
  calibrationWord,
  dimensionsWord,
  formatWord,
  IDENTITY,
  marchWord,
  resetWord,
  selfTestWord,
  startWord,
} from '../macro/plan/register-words.js';
export {
  type Access,
  ADDRESS_BITS,
  type BitField,
  type ErrorBit,
  type ErrorName,
  type FieldValues,
  fieldOf,
  maskOf,
  PHASES,
  READOUTS,
  type Region,
  type RegionName,
  type Register,
  type RegisterDefinition,
  regionsOf,
  registersOf,
  registerWord,
  STATUS_DONE,
} from '../macro/plan/registers.js';

/** The ranges of the address map, whether a macro has them or not: {@link regionsOf} tells. */
export const REGIONS: Readonly<Record<RegionName, Region>> = regions;

/** Every register, whether a macro has it or not: {@link registersOf} tells. */
export const REGISTERS: Readonly<Record<Register, RegisterDefinition>> = registers;

/** Bits of the error register. All but `lost` also answer the access with a bus error. */
export const ERRORS: Readonly<Record<ErrorName, ErrorBit>> = errors;

/** Bits of the march register in place: what a write asks for, and what a read tells. */
export const MARCH: Readonly<Record<'start' | 'resume' | 'busy' | 'done' | 'fail', number>> = march;

/** Bits of the calibration register in place: what a write asks for, and what a read tells. */
export const CALIBRATION: Readonly<Record<'start' | 'busy' | 'done' | 'fail', number>> = calibration;
