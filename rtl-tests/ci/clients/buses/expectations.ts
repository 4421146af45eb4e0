import { Random } from '../../../../generators/common/random.js';
import { Macro } from '../../../../generators/macro/golden/macro.js';
import {
  type BusWrite,
  type CellPlanes,
  cellWrites,
  inputWrites,
  packTernary,
  type ReferenceCells,
  referenceWrites,
  tableWrites,
  trimWrites,
} from '../../../../generators/macro/golden/pack.js';
import {
  inputAddress,
  referenceAddress,
  registerAddress,
  resultAddress,
  tableAddress,
  weightAddress,
  wordsOf,
} from '../../../../generators/macro/plan/addresses.js';
import type { MacroPlan } from '../../../../generators/macro/plan/plan.js';
import { resetWord, startWord } from '../../../../generators/macro/plan/register-words.js';
import {
  ERRORS,
  fieldOf,
  maskOf,
  REGISTERS,
  type Register,
  registersOf,
} from '../../../../generators/macro/plan/registers.js';
import {
  groupsPerStep,
  type MacroShape,
  magnitudeBits,
  outputRange,
  stepRows,
} from '../../../../generators/macro/plan/shape.js';

/** What a word is written with and then reads as: cells and entries that do not exist read as 0, or as the sign. */
type Word = readonly [address: number, written: number, read: number];

/** One conversion: what is loaded before it, and what every column gives. */
interface Conversion {
  readonly inputs: readonly (readonly [address: number, data: number])[];
  readonly start: number;
  readonly results: readonly (readonly [address: number, data: number])[];
}

/** Contents for a whole macro, and conversions on them. */
interface Round {
  readonly words: readonly Word[];
  readonly conversions: readonly Conversion[];
}

interface Refused {
  readonly why: string;
  readonly write: boolean;
  readonly address: number;
  readonly strobes: number;
}

/** Numbers that a bus client compares the hardware with; JSON for its Python. */
export interface Expectations {
  readonly name: string;
  readonly bus: string;
  readonly resetPin: string;
  readonly resetActive: 0 | 1;
  readonly registers: readonly { name: string; address: number; reset: number; writable: number }[];
  /** Bits of the error register. */
  readonly errors: { readonly access: number; readonly busy: number };
  readonly status: { readonly done: number; readonly busy: number };
  /** Table entries after reset. */
  readonly tables: readonly (readonly [address: number, data: number])[];
  readonly rounds: readonly Round[];
  readonly refused: readonly Refused[];
  /** Words that keep the bytes that a partial write leaves out. */
  readonly bytewise: readonly { readonly address: number; readonly mask: number }[];
  /** Bits of `y_o` a column; 0 where the macro has no such pins. */
  readonly parallelBits: number;
}

/** Bits of a table word; an entry is extended to them by its sign. */
const TABLE_BITS = 0xffff;

const ROUNDS = 3;
const CONVERSIONS = 3;

/** Ones in the bits of word `word` of a row that exist. */
function rowMask(cells: number, word: number): number {
  const bits = Math.min(32, cells - 32 * word);
  return (2 ** bits - 1) >>> 0;
}

/** Contents of a reference bank, any that fit: as many cells a step as the ramp has room for. */
function randomReferences(shape: MacroShape, bits: number, random: Random): ReferenceCells {
  const { referenceColumns, offsetRows, referencePulses, headroom } = shape;
  const capacity = groupsPerStep(shape, bits) * stepRows(shape) * referenceColumns;
  // Reference lines clip where bitlines do; plans stay below that.
  let left = Math.floor(headroom / referencePulses);
  const take = (most: number) => {
    const cells = random.whole(0, Math.min(most, left));
    left -= cells;
    return cells;
  };
  const offsetCells = take(offsetRows * referenceColumns);
  const stepCells = Array.from({ length: 2 ** bits - 1 }, () => take(Math.min(capacity, 6)));
  return { bits, offsetCells, stepCells };
}

/** Written with garbage in the bits that do not exist. */
function withGarbage({ address, data }: BusWrite, mask: number, random: Random): Word {
  const garbage = random.whole(0, 2 ** 32 - 1) & ~mask;
  return [address, ((data & mask) | garbage) >>> 0, data];
}

/** Cells of both planes, the state (1,1) included: it discharges both lines. */
function randomCells(count: number, random: Random): CellPlanes {
  const plane = () => Uint8Array.from({ length: count }, () => random.whole(0, 1));
  return { plus: plane(), minus: plane() };
}

function randomRound({ shape }: MacroPlan, random: Random): Round {
  const { rows, columns, trimRows, banks, adcBits, referenceColumns, outputBits } = shape;
  const macro = new Macro(shape);
  const weights = Int8Array.from({ length: rows * columns }, () => random.whole(-1, 1));
  const cells = random.whole(0, 1) === 0 ? randomCells(rows * columns, random) : packTernary(weights);
  macro.loadCells(cells);
  const trim = randomCells(trimRows * columns, random);
  macro.array.loadTrim(trim);
  const weightWords = [...cellWrites(cells, columns), ...trimWrites(trim, columns)].map((word) =>
    withGarbage(word, rowMask(columns, (word.address >> 2) & 31), random),
  );

  const { low, high } = outputRange(shape);
  const widths = Array.from({ length: banks }, () => random.whole(1, adcBits));
  const bankWords = widths.flatMap((bits, bank) => {
    const references = randomReferences(shape, bits, random);
    macro.programReferences(bank, references);
    const entries = Array.from({ length: 2 ** adcBits }, () => random.whole(low, high));
    macro.programTable(bank, entries);
    return [
      ...referenceWrites(references, bank, shape).map((word) =>
        withGarbage(word, rowMask(referenceColumns, (word.address >> 2) & 3), random),
      ),
      ...tableWrites(entries, bank)
        .map((word) => withGarbage(word, 2 ** outputBits - 1, random))
        .map(([address, written, read]): Word => [address, written, read & TABLE_BITS]),
    ];
  });

  const most = 2 ** magnitudeBits(shape) - 1;
  const least = shape.inputSigned ? -most - 1 : 0;
  const conversions = Array.from({ length: CONVERSIONS }, (_, at): Conversion => {
    const bank = (at + random.whole(0, banks - 1)) % banks;
    // Full scale once.
    const inputs = Int16Array.from({ length: rows }, () => (at === 0 ? most : random.whole(least, most)));
    const { codes, outputs } = macro.convert(inputs, bank);
    return {
      inputs: inputWrites(inputs).map(({ address, data }) => [address, data]),
      start: startWord(bank, widths[bank]!),
      results: Array.from({ length: columns }, (_, column) => {
        const code = shape.readout === 'broadcast' ? 0 : codes[column]!;
        return [resultAddress(column), code * 2 ** 16 + (outputs[column]! & 0xffff)];
      }),
    };
  });
  return { words: [...weightWords, ...bankWords], conversions };
}

/** Accesses that change nothing but an error bit: unaligned, unmapped, of a kind that is forbidden, partial. */
function refusals({ shape }: MacroPlan): Refused[] {
  const { rows, columns, trimRows, banks, adcBits, referenceRows, referenceColumns } = shape;
  const both = (why: string, address: number): Refused[] =>
    [true, false].map((write) => ({ why, write, address, strobes: 15 }));
  const unaligned = [
    registerAddress('interrupt'),
    weightAddress(0, 0, 0),
    referenceAddress(0, 0, 0),
    tableAddress(0, 0),
  ];
  const beyond: [string, number][] = [
    ['after the registers', registerAddress(registersOf(shape).at(-1)!) + 4],
    ['after the inputs', inputAddress(Math.ceil(rows / 4))],
    ['after the columns', resultAddress(columns)],
    ['after the codes', tableAddress(0, 2 ** adcBits)],
    ['after the banks of the tables', tableAddress(banks, 0)],
    ['after the rows', weightAddress(rows, 0, 0)],
    ['after the trim rows', weightAddress(1024 + trimRows, 0, 0)],
    ['after the words of a row', weightAddress(0, 1, wordsOf(columns))],
    ...(referenceRows < 1024
      ? [['after the reference rows', referenceAddress(0, referenceRows, 0)] as [string, number]]
      : []),
    ...(banks < 16 ? [['after the banks', referenceAddress(banks, 0, 0)] as [string, number]] : []),
    ...(wordsOf(referenceColumns) < 4
      ? [
          ['after the words of a reference row', referenceAddress(0, 0, wordsOf(referenceColumns))] as [
            string,
            number,
          ],
        ]
      : []),
  ];
  const readOnly = (Object.keys(REGISTERS) as Register[]).filter(
    (register) => REGISTERS[register].access === 'ro' && registersOf(shape).includes(register),
  );
  const wholeOnly = [registerAddress('interrupt'), tableAddress(0, 0)];
  return [
    ...unaligned.flatMap((address) => [1, 2, 3].flatMap((byte) => both('unaligned', address + byte))),
    ...beyond.flatMap(([why, address]) => both(why, address)),
    { why: 'inputs are write only', write: false, address: inputAddress(0), strobes: 15 },
    { why: 'results are read only', write: true, address: resultAddress(0), strobes: 15 },
    ...readOnly.map((name) => ({
      why: `${name} is read only`,
      write: true,
      address: registerAddress(name),
      strobes: 15,
    })),
    ...wholeOnly.flatMap((address) =>
      [1, 6, 7, 8, 14].map((strobes) => ({ why: 'partial', write: true, address, strobes })),
    ),
  ];
}

/** @param seed  of everything random in it */
export function expectationsOf(plan: MacroPlan, seed: number): Expectations {
  const { name, shape, config } = plan;
  const random = new Random(seed);
  const entries = plan.layers.flatMap(({ bank, table }) => tableWrites(table.entries, bank));
  const style = config.reset;
  return {
    name,
    bus: config.bus,
    resetPin: style.endsWith('low') ? 'rst_ni' : 'rst_i',
    resetActive: style.endsWith('low') ? 0 : 1,
    registers: registersOf(shape).map((register) => ({
      name: register,
      address: registerAddress(register),
      reset: resetWord(shape, register),
      // Bits that keep what is written: the march register starts one, seeds are as wide as a code.
      writable:
        register === 'interrupt' ? 3 : register === 'self_test' ? 1 + 256 * (2 ** shape.adcBits - 1) : 0,
    })),
    errors: { access: 2 ** ERRORS.bad_access.bit, busy: 2 ** ERRORS.busy.bit },
    status: { done: maskOf(fieldOf('status', 'done')), busy: maskOf(fieldOf('status', 'busy')) },
    tables: entries.map(({ address, data }) => [address, data & TABLE_BITS]),
    rounds: Array.from({ length: ROUNDS }, () => randomRound(plan, random)),
    refused: refusals(plan),
    bytewise: [
      { address: weightAddress(shape.rows - 1, 1, 0), mask: rowMask(shape.columns, 0) },
      { address: referenceAddress(shape.banks - 1, 0, 0), mask: rowMask(shape.referenceColumns, 0) },
    ],
    parallelBits: ['column_lut', 'broadcast'].includes(shape.readout) ? shape.outputBits : 0,
  };
}
