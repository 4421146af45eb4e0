/** The golden model of a macro with what the page has changed: one conversion, every cycle of it. */
import type { DieConfig } from '../generators/macro/die/constants.js';
import { dieConstants } from '../generators/macro/die/constants.js';
import { Die } from '../generators/macro/die/die.js';
import { Machine } from '../generators/macro/golden/machine.js';
import {
  type BusWrite,
  cellWrites,
  inputWrites,
  type ReferenceCells,
  referenceWrites,
  tableWrites,
  trimWrites,
} from '../generators/macro/golden/pack.js';
import { Trace } from '../generators/macro/golden/trace.js';
import { registerAddress, resultAddress } from '../generators/macro/plan/addresses.js';
import { startWord } from '../generators/macro/plan/register-words.js';
import { scheduleOf } from '../generators/macro/plan/schedule.js';
import { tableBits } from '../generators/macro/plan/table.js';
import type { LiveMacro } from '../generators/package/datasheet/live.js';
import { type Cycle, cyclesOf } from '../generators/package/datasheet/recorded.js';

/** What a conversion is given. */
export interface Setup {
  readonly inputs: readonly number[];
  /** A text a row, as {@link LiveMacro} has them. */
  readonly weights: readonly string[];
  readonly bank: number;
  readonly bits: number;
  /** Contents of the bank. */
  readonly reference: ReferenceCells;
  /** Sigma of the cell current, a share. */
  readonly mismatch: number;
  /** Sigma of the offset of the sense amplifiers, unit discharges. */
  readonly offset: number;
  /** Number of the die. */
  readonly die: number;
}

/** What it gives, by column. */
export interface Outcome {
  readonly macs: Int32Array;
  readonly codes: readonly number[];
  readonly values: readonly number[];
  readonly cycles: readonly Cycle[];
}

/** A die with nothing but mismatch and offset. */
function dieOf({ shape }: LiveMacro, { mismatch, offset, die }: Setup): Die | undefined {
  if (mismatch === 0 && offset === 0) return undefined;
  const config: DieConfig = {
    ...{ seed: die, fractionBits: 8, mismatch, offset },
    ...{ globalSpread: 0, pulseError: 0, compression: 0, leakage: 0, noise: 0 },
    temperature: { celsius: 25, nominalCelsius: 25, perKelvin: 0, tracking: 1 },
  };
  return new Die(dieConstants(config, shape), shape, die);
}

function planes(rows: readonly string[]) {
  const cells = rows.join('');
  const has = (letters: string) => Uint8Array.from(cells, (letter) => Number(letters.includes(letter)));
  return { plus: has('+*'), minus: has('-*') };
}

/** Programs the macro over its bus, converts once and reads all results. */
export function simulate(macro: LiveMacro, setup: Setup): Outcome {
  const { shape, layers } = macro;
  const { bank, bits } = setup;
  const trace = new Trace();
  const tables = layers.map(({ table }, at) => ({ bank: at, table: { entries: table, outputScale: 1 } }));
  const resetTable = tableBits({ shape, layers: tables });
  const die = dieOf(macro, setup);
  const machine = new Machine(shape, macro.reset, { trace, resetTable, ...(die && { die }) });
  const write = ({ address, data }: BusWrite) => machine.tick({ write: true, address, data, strobes: 0xf });
  [
    ...referenceWrites(setup.reference, bank, shape),
    ...tableWrites(layers[bank]!.table, bank),
    ...cellWrites(planes(setup.weights), shape.columns),
    ...trimWrites(planes(macro.trim), shape.columns),
    ...inputWrites(setup.inputs),
  ].forEach(write);
  write({ address: registerAddress('start'), data: startWord(bank, bits) });
  machine.idle(scheduleOf(shape, bits).total + 1);
  const cycles = cyclesOf(trace.lines.text(), 0);
  const words = Array.from(
    { length: shape.columns },
    (_, column) => machine.tick({ write: false, address: resultAddress(column), data: 0, strobes: 0 })!.data,
  );
  const { macs } = machine.conversion!;
  return {
    macs,
    codes: words.map((word) => (word >>> 16) & 0xff),
    values: words.map((word) => (shape.outputSigned ? (word << 16) >> 16 : word & 0xffff)),
    cycles,
  };
}
