/** In: the bus of a macro. Out: its trim rows calibrated, by conversions over that bus alone. */
import type { Machine } from '../golden/machine.js';
import {
  type BusWrite,
  inputWrites,
  packTrim,
  referenceWrites,
  tableWrites,
  trimWrites,
} from '../golden/pack.js';
import { registerAddress, resultAddress } from '../plan/addresses.js';
import { startWord } from '../plan/register-words.js';
import { STATUS_DONE } from '../plan/registers.js';
import type { MacroShape } from '../plan/shape.js';
import { DEFAULT_REPEATS, type KnownConversions, offsetConversions } from './known.js';
import { searchTrims, type TrimSettings } from './search.js';

/** The bus of a macro as a driver sees it: one 32-bit word an access, byte addresses. */
export interface MacroBus {
  /** Writes a whole word. */
  write(address: number, data: number): void;
  /** Reads a word, without sign. */
  read(address: number): number;
}

/**
 * The bus of a golden model, an access a cycle.
 *
 * @throws Error from its accesses where the macro refuses one
 */
export function busOf(machine: Pick<Machine, 'tick'>): MacroBus {
  const access = (write: boolean, address: number, data: number) => {
    const answer = machine.tick({ write, address, data, strobes: 0xf })!;
    if (answer.error) throw new Error(`the macro refuses address 0x${address.toString(16)}`);
    return answer.data;
  };
  return {
    write: (address, data) => void access(true, address, data),
    read: (address) => access(false, address, 0),
  };
}

/**
 * Calibrates the trim rows by known conversions. The macro is idle and holds what they need: weights, references, table.
 * The trim rows hold the settings found afterwards; a bias that they are to carry is added to these.
 *
 * @param bus   of the macro, whose streams have not got the data path
 * @param shape of the macro
 * @param known its conversions
 * @throws what the bus throws
 *
 * @example
 * ```ts
 * import { busOf, calibrateTrims, Die, knownConversions, Machine, type MacroPlan } from 'imcgen';
 *
 * declare const plan: MacroPlan; // with trim rows and "die"
 * declare const weights: Int8Array;
 * declare const inputs: Int8Array; // vectors such as the macro will convert
 * const machine = Machine.from(plan, { die: Die.from(plan, 7) }); // then write references and weights over its bus
 * const known = knownConversions(plan, { weights, inputs });
 * const { settings, reported } = calibrateTrims(busOf(machine), plan.shape, known);
 * console.log(settings.join(' '), reported.includes(1));
 * ```
 */
export function calibrateTrims(bus: MacroBus, shape: MacroShape, known: KnownConversions): TrimSettings {
  return searched(bus, shape, known);
}

/** @param toLower writes what the lower edge is measured with; the last measurement shows it where left out */
function searched(bus: MacroBus, shape: MacroShape, known: KnownConversions, toLower?: () => void) {
  const sums = summed(bus, shape, known);
  const measure = (settings: Int16Array) => {
    writeAll(bus, settingWrites(shape, settings));
    return sums();
  };
  const lower = () => {
    toLower!();
    return sums();
  };
  return searchTrims(shape, known, measure, toLower && lower);
}

/** Converts known conversions and sums their decoded values, a column each. */
function summed(bus: MacroBus, shape: MacroShape, known: KnownConversions): () => Int32Array {
  const { columns, rows } = shape;
  const { bank, bits, inputs, repeats } = known;
  const value = decodedIn(shape);
  const vectors = Array.from({ length: inputs.length / rows }, (_, at) =>
    inputWrites(Array.from({ length: rows }, (_, row) => inputs[at * rows + row]!)),
  );
  bus.write(registerAddress('status'), STATUS_DONE);
  return () => {
    const sums = new Int32Array(columns);
    for (const vector of vectors) {
      writeAll(bus, vector);
      for (let again = 0; again < repeats; again++) {
        bus.write(registerAddress('start'), startWord(bank, bits));
        while ((bus.read(registerAddress('status')) & STATUS_DONE) === 0);
        for (let column = 0; column < columns; column++)
          sums[column]! += value(bus.read(resultAddress(column)));
        bus.write(registerAddress('status'), STATUS_DONE);
      }
    }
    return sums;
  };
}

/** What may be said of a calibration of offsets. */
export interface OffsetOptions {
  /** Bank that is used meanwhile; default 0. */
  readonly bank?: number;
  /** Comparisons of each setting, over which noise is averaged; default 64. */
  readonly repeats?: number;
}

/**
 * Calibrates the trim rows against the offsets of the sense amplifiers, by `offsetConversions`. Weights do not matter and stay;
 * the reference bank and the two table entries in use are read first and restored at the end. Loaded inputs are 0 afterwards.
 *
 * @param bus     of the macro, which is idle and whose streams have not got the data path
 * @param shape   of the macro
 * @param options bank and number of comparisons
 * @throws RangeError as `offsetConversions`; what the bus throws
 *
 * @example
 * ```ts
 * import { busOf, calibrateOffsets, Die, Machine, type MacroPlan } from 'imcgen';
 *
 * declare const plan: MacroPlan; // with trim rows and "die"
 * const machine = Machine.from(plan, { die: Die.from(plan, 7) });
 * const { settings, reported } = calibrateOffsets(busOf(machine), plan.shape);
 * console.log(settings.join(' '), reported.includes(1));
 * ```
 */
export function calibrateOffsets(
  bus: MacroBus,
  shape: MacroShape,
  { bank = 0, repeats = DEFAULT_REPEATS }: OffsetOptions = {},
): TrimSettings {
  const known = offsetConversions(shape, bank, repeats);
  const used = [...referenceWrites(known.reference, bank, shape), ...tableWrites(known.entries, bank)];
  const kept = used.map(({ address }) => ({ address, data: bus.read(address) }));
  writeAll(bus, used);
  const found = searched(bus, shape, known, () => {
    writeAll(bus, referenceWrites(known.lowerReference, bank, shape));
  });
  writeAll(bus, kept);
  return found;
}

/** Bus words of the trim rows with these settings. */
export function settingWrites(shape: MacroShape, settings: ArrayLike<number>): BusWrite[] {
  return trimWrites(settingCells(shape, settings), shape.columns);
}

/** Trim cells of settings: as many of wp, or of wn, from the first trim row on. */
export function settingCells(shape: MacroShape, settings: ArrayLike<number>) {
  const { trimPulses } = shape;
  return packTrim(
    Float64Array.from(settings, (setting) => setting * trimPulses),
    shape,
  ).cells;
}

/** Decoded value in a result word. */
function decodedIn({ outputSigned }: MacroShape): (word: number) => number {
  return outputSigned ? (word) => (word << 16) >> 16 : (word) => word & 0xffff;
}

function writeAll(bus: MacroBus, writes: readonly BusWrite[]): void {
  for (const { address, data } of writes) bus.write(address, data);
}
