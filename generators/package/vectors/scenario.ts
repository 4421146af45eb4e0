import { MOST_BANKS, MOST_REFERENCE_ROWS } from '../../macro/config/limits.js';
import {
  cellWrites,
  packTernary,
  packTrim,
  referenceWrites,
  tableWrites,
  trimWrites,
} from '../../macro/golden/pack.js';
import {
  inputAddress,
  referenceAddress,
  registerAddress,
  resultAddress,
  TRIM_ROW_BASE,
  tableAddress,
  weightAddress,
  wordsOf,
} from '../../macro/plan/addresses.js';
import type { MacroPlan } from '../../macro/plan/plan.js';
import { rampReferences } from '../../macro/plan/ramp.js';
import { startWord } from '../../macro/plan/register-words.js';
import { scheduleOf } from '../../macro/plan/schedule.js';
import {
  fullScale,
  groupsPerStep,
  magnitudeBits,
  maxMagnitude,
  offsetCapacity,
  outputRange,
  stepCapacity,
  stepRows,
} from '../../macro/plan/shape.js';
import type { Bench } from './bench.js';
import { programSpare, randomRamp, randomTables } from './memory-scenario.js';

/** Column of +1 weights: reaches every positive MAC. */
const POSITIVE = 0;
/** Column of -1 weights: reaches every negative MAC, also for unsigned inputs. */
const NEGATIVE = 1;

/** Programs everything a plan holds: references, tables, weights and trim. */
export function program({ plan, stimulus, random }: Bench): void {
  const { shape } = plan;
  for (const { bank, ramp, table } of plan.layers) {
    stimulus.writeAll(referenceWrites(ramp, bank, shape));
    stimulus.writeAll(tableWrites(table.entries, bank));
  }
  const weights = new Int8Array(shape.rows * shape.columns).map((_, cell) => {
    const column = cell % shape.columns;
    const any = random.whole(-1, 1);
    return column === POSITIVE ? 1 : column === NEGATIVE ? -1 : any;
  });
  stimulus.writeAll(cellWrites(packTernary(weights), shape.columns));
  const reach = shape.trimRows * shape.trimPulses;
  const trim = new Int32Array(shape.columns).map((_, column) =>
    column <= NEGATIVE ? 0 : random.whole(-reach, reach),
  );
  stimulus.writeAll(trimWrites(packTrim(trim, shape).cells, shape.columns));
}

/** Identity, shape and state, as the registers show them. */
export function readRegisters({ stimulus }: Bench): void {
  for (const register of ['id', 'dimensions', 'format', 'status', 'error', 'interrupt'] as const) {
    stimulus.read(registerAddress(register));
  }
}

/** Registers, and a few cells read back, all of which were written. */
export function readBack(bench: Bench): void {
  const { plan, stimulus, random } = bench;
  const { shape } = plan;
  readRegisters(bench);
  const lastWord = wordsOf(shape.columns) - 1;
  for (let i = 0; i < 8; i++) {
    const plane = i % 2 === 0 ? 0 : 1;
    stimulus.read(weightAddress(random.whole(0, shape.rows - 1), plane, random.whole(0, lastWord)));
  }
  stimulus.read(weightAddress(shape.rows - 1, 1, lastWord));
  if (shape.trimRows > 0) stimulus.read(weightAddress(TRIM_ROW_BASE + shape.trimRows - 1, 0, lastWord));
  stimulus.read(
    referenceAddress(shape.banks - 1, shape.referenceRows - 1, wordsOf(shape.referenceColumns) - 1),
  );
  stimulus.read(tableAddress(0, 1));
  // One byte of a word: the others keep their value, and what lies beyond the last column stays 0.
  stimulus.write(weightAddress(shape.rows - 1, 0, lastWord), 0xffff_ffff, 0b0010);
  stimulus.read(weightAddress(shape.rows - 1, 0, lastWord));
}

/** Inputs that drive the +1 column to `mac`, or the -1 column where the inputs have no sign. */
function inputsReaching(plan: MacroPlan, mac: number): Int32Array | undefined {
  const { shape } = plan;
  const most = maxMagnitude(shape);
  if (Math.abs(mac) > Math.min(shape.headroom, fullScale(shape))) return undefined;
  if (mac < 0 && !shape.inputSigned && shape.columns === 1) return undefined;
  let left = Math.abs(mac);
  const sign = mac < 0 && shape.inputSigned ? -1 : 1;
  return new Int32Array(shape.rows).map(() => {
    const x = Math.min(most, left);
    left -= x;
    return sign * x;
  });
}

/** Inputs at every reference -1, 0 and +1 u: equality takes the upper code. */
export function atEveryReference(bench: Bench): void {
  const { plan, stimulus } = bench;
  for (const { bank, bits, ramp } of plan.layers) {
    for (const reference of ramp.references) {
      for (const beside of [-1, 0, 1]) {
        const inputs = inputsReaching(plan, reference + beside);
        if (inputs !== undefined) stimulus.convert(inputs, bank, bits, bench.columns);
      }
    }
  }
}

/** All zero, full scale both ways, the most negative code, alternating: clips where headroom is short. */
export function atTheLimits(bench: Bench): void {
  const { plan, stimulus } = bench;
  const { shape, layers } = plan;
  const most = maxMagnitude(shape);
  const fill = (value: (row: number) => number) => new Int32Array(shape.rows).map((_, row) => value(row));
  const patterns = [
    fill(() => 0),
    fill(() => most),
    fill((row) => (row % 2 === 0 ? most : 0)),
    fill(() => 1),
  ];
  if (shape.inputSigned) {
    patterns.push(
      fill(() => -most),
      fill(() => -most - 1),
      fill((row) => (row % 2 === 0 ? most : -most)),
    );
  }
  const { bank, bits } = layers[0]!;
  for (const inputs of patterns) stimulus.convert(inputs, bank, bits, bench.columns);
}

export function randomInputs({ plan, random }: Bench): Int32Array {
  const { shape } = plan;
  const span = 2 ** magnitudeBits(shape);
  // Most activations are zero, as after a ReLU.
  const density = random.next();
  return new Int32Array(shape.rows).map(() =>
    random.next() < density ? random.whole(shape.inputSigned ? -span : 0, span - 1) : 0,
  );
}

export function randomConversions(bench: Bench, conversions: number): void {
  const { plan, stimulus, random } = bench;
  for (let i = 0; i < conversions; i++) {
    const { bank, bits } = plan.layers[random.whole(0, plan.layers.length - 1)]!;
    stimulus.convert(randomInputs(bench), bank, bits, bench.columns);
  }
}

/**
 * Conversions as fast as the bus allows: the next inputs are loaded while the macro converts.
 *
 * @param bench  macro and stimulus, which the accesses are added to
 * @param inputs vectors in their order, one whole number a row
 * @param bank   0 .. banks - 1
 * @param bits   code width
 * @param read columns read after each conversion, taking turns over all of them; the trace compares
 *             every column in every cycle whatever is read
 */
export function streamConversions(
  { plan, stimulus }: Bench,
  inputs: readonly ArrayLike<number>[],
  bank: number,
  bits: number,
  read = plan.shape.columns,
): void {
  const { shape } = plan;
  const { total } = scheduleOf(shape, bits);
  const turn = (index: number) => Array.from({ length: read }, (_, i) => (index * read + i) % shape.columns);
  if (!shape.doubleBuffer) {
    inputs.forEach((vector, index) => {
      stimulus.convert(vector, bank, bits, turn(index));
    });
    return;
  }
  const [first] = inputs;
  if (first !== undefined) stimulus.load(first);
  inputs.forEach((_, index) => {
    stimulus.start(bank, bits);
    const { machine } = stimulus;
    const next = inputs[index + 1];
    if (next !== undefined) stimulus.load(next);
    stimulus.idle(machine.conversion!.firstCycle + total - machine.cycle);
    for (const column of turn(index)) stimulus.read(resultAddress(column));
    stimulus.clearDone();
  });
}

export function randomStream(bench: Bench, conversions: number): void {
  const inputs = Array.from({ length: conversions }, () => randomInputs(bench));
  const { bank, bits } = bench.plan.layers[0]!;
  streamConversions(bench, inputs, bank, bits);
}

/** Every code width from 1 to the built one, with references of its own. */
export function everyWidth(bench: Bench): void {
  const { plan, stimulus, random } = bench;
  const { shape } = plan;
  for (let bits = 1; bits <= shape.adcBits; bits++) {
    const reference = randomRamp(shape, bits, random);
    stimulus.writeAll(referenceWrites(reference, 0, shape));
    const references = rampReferences(reference.stepCells, reference.offsetCells, shape.referencePulses);
    for (let i = 0; i < 3; i++) {
      const target = references[random.whole(0, references.length - 1)]!;
      stimulus.convert(inputsReaching(plan, target) ?? randomInputs(bench), 0, bits, bench.columns);
    }
  }
  restoreBank(bench, 0);
}

/**
 * Other entries in every bank's table, with a layer or without, read back and seen by a conversion; then a layer's own
 * again, which the results that stand follow, unless they were decoded as the ramp ran.
 */
export function rewriteTables(bench: Bench): void {
  const { plan, stimulus } = bench;
  const { banks, adcBits } = plan.shape;
  randomTables(bench);
  for (let bank = 0; bank < banks; bank++) {
    const layer = plan.layers[bank];
    if (layer === undefined) programSpare(bench, bank);
    stimulus.convert(randomInputs(bench), bank, layer?.bits ?? adcBits, bench.columns);
    // The table that the bus reads is the one addressed, not that of the results.
    stimulus.read(tableAddress((bank + 1) % banks, 0));
    if (layer !== undefined) stimulus.writeAll(tableWrites(layer.table.entries, bank));
    for (const column of bench.columns) stimulus.read(resultAddress(column));
  }
}

/** A reference set that no plan would make: steps without cells, later ones fuller than earlier ones. */
export function brokenReferences(bench: Bench): void {
  const { plan, stimulus, random } = bench;
  const { shape } = plan;
  const bits = shape.adcBits;
  const stepCells = Array.from({ length: 2 ** bits - 1 }, (_, k) =>
    k % 2 === 0 ? 0 : stepCapacity(shape, bits),
  );
  stimulus.writeAll(referenceWrites({ bits, stepCells, offsetCells: offsetCapacity(shape) }, 0, shape));
  // Cells of rows that no group drives must not count.
  const driven = shape.offsetRows + stepRows(shape) * groupsPerStep(shape, 1) * 2;
  if (driven < shape.referenceRows)
    stimulus.write(referenceAddress(0, shape.referenceRows - 1, 0), random.whole(1, 255));
  for (let i = 0; i < 4; i++) stimulus.convert(randomInputs(bench), 0, bits, bench.columns);
  restoreBank(bench, 0);
}

/** The references of a layer again. */
export function restoreBank({ plan, stimulus }: Bench, bank: number): void {
  const layer = plan.layers[bank]!;
  stimulus.writeAll(referenceWrites(layer.ramp, bank, plan.shape));
}

/** A cell (1,1) discharges both lines: no difference, but it costs headroom. */
export function illegalCells(bench: Bench): void {
  const { plan, stimulus } = bench;
  const { bank, bits } = plan.layers[0]!;
  const before = [0, 1].map((plane) => stimulus.read(weightAddress(0, plane as 0 | 1, 0)));
  stimulus.write(weightAddress(0, 0, 0), 0xffff_ffff);
  stimulus.write(weightAddress(0, 1, 0), 0xffff_ffff);
  stimulus.convert(randomInputs(bench), bank, bits, bench.columns);
  atTheLimits(bench);
  before.forEach((word, plane) => {
    stimulus.write(weightAddress(0, plane as 0 | 1, 0), word);
  });
}

/** Starts that queue, overrun and name what does not exist; accesses while the hardware is busy. */
export function conflicts(bench: Bench): void {
  const { plan, stimulus } = bench;
  const { shape } = plan;
  const { bank, bits } = plan.layers[0]!;
  const { total } = scheduleOf(shape, bits);
  const clear = () => {
    stimulus.read(registerAddress('status'));
    stimulus.read(registerAddress('error'));
    stimulus.write(registerAddress('error'), 0x3f);
    stimulus.clearDone();
    stimulus.read(registerAddress('error'));
  };
  const table = tableAddress(bank, 0);
  const entry = plan.layers[0]!.table.entries[0]!;

  stimulus.write(registerAddress('interrupt'), 3);
  stimulus.load(randomInputs(bench));
  stimulus.start(bank, bits);
  stimulus.start(bank, bits); // queued, or refused without a queue
  stimulus.start(bank, bits); // overrun
  stimulus.write(registerAddress('start'), startWord(bank, 0)); // no such width either
  stimulus.read(registerAddress('error'));
  stimulus.write(inputAddress(0), 0x01010101); // the queued start owns the inputs
  stimulus.write(weightAddress(0, 0, 0), 0xffff_ffff);
  stimulus.write(referenceAddress(bank, 0, 0), 0);
  stimulus.write(table, 0);
  stimulus.read(weightAddress(0, 0, 0));
  stimulus.read(resultAddress(0));
  stimulus.read(registerAddress('status'));
  stimulus.forgetInputs();
  stimulus.idle(3 * total); // the second conversion finds done still set: a lost result
  clear();
  stimulus.read(weightAddress(0, 0, 0));

  stimulus.write(registerAddress('start'), startWord(shape.banks % MOST_BANKS, bits)); // no such bank, unless 16
  stimulus.idle(total);
  stimulus.write(registerAddress('start'), startWord(bank, 0));
  stimulus.write(registerAddress('start'), startWord(bank, 7));
  stimulus.read(registerAddress('error'));
  stimulus.write(registerAddress('error'), 0x3f);
  stimulus.write(registerAddress('start'), startWord(shape.banks % MOST_BANKS, 0), 0b0111); // no whole word: not looked at
  stimulus.read(registerAddress('error'));
  stimulus.idle(scheduleOf(shape, shape.adcBits).total + 2);
  stimulus.write(registerAddress('start'), startWord(bank, bits) & ~1); // no start bit: nothing happens
  clear();

  // Another entry, seen by the next conversion, then the old one.
  stimulus.write(table, outputRange(shape).low);
  stimulus.convert(new Int32Array(shape.rows), bank, bits, bench.columns);
  stimulus.write(table, entry);
  stimulus.read(table);
  stimulus.write(registerAddress('interrupt'), 0);
}

/** Addresses that do not exist, unaligned, partial and forbidden accesses. */
export function forbiddenAccesses({ plan, stimulus }: Bench): void {
  const { shape } = plan;
  const lastWord = wordsOf(shape.columns);
  stimulus.write(registerAddress('id'), 1);
  stimulus.write(registerAddress('interrupt'), 3, 0b0111);
  stimulus.read(registerAddress('interrupt'));
  stimulus.read(registerAddress('start'));
  stimulus.read(0x1c);
  stimulus.write(0x1c, 0);
  stimulus.read(0x0e);
  stimulus.read(0x28);
  stimulus.write(0x24, 0);
  stimulus.read(0x2c);
  stimulus.write(0x2c, 0);
  if (shape.streams !== undefined || shape.selfCalibrate) {
    const beyond = shape.selfCalibrate ? 0x34 : 0x30;
    stimulus.read(beyond);
    stimulus.write(beyond, 0);
  }
  stimulus.read(0x8000);
  stimulus.read(inputAddress(0));
  stimulus.write(inputAddress(Math.ceil(shape.rows / 4)), 1);
  stimulus.write(resultAddress(0), 1);
  stimulus.read(resultAddress(shape.columns));
  stimulus.read(tableAddress(shape.banks, 0));
  if (shape.adcBits < 7) stimulus.read(tableAddress(0, 2 ** shape.adcBits));
  stimulus.write(tableAddress(0, 0), 0, 0b0001);
  stimulus.read(weightAddress(shape.rows, 0, 0));
  stimulus.read(weightAddress(TRIM_ROW_BASE + shape.trimRows, 0, 0));
  stimulus.write(weightAddress(0, 0, lastWord), 1);
  if (shape.banks < MOST_BANKS) stimulus.read(referenceAddress(shape.banks, 0, 0));
  if (shape.referenceRows < MOST_REFERENCE_ROWS) stimulus.read(referenceAddress(0, shape.referenceRows, 0));
  const referenceWords = wordsOf(shape.referenceColumns);
  if (referenceWords < 4) stimulus.read(referenceAddress(0, 0, referenceWords));
  stimulus.read(registerAddress('error'));
  stimulus.write(registerAddress('error'), 0x3f);
  stimulus.read(registerAddress('error'));
}

/** Reset after 1, 2, .. cycles of a conversion: always back to idle, and the next conversion is right. */
export function resetAnywhere(bench: Bench, points: number): void {
  const { plan, stimulus } = bench;
  const { bank, bits } = plan.layers[0]!;
  const { total } = scheduleOf(plan.shape, bits);
  for (let point = 1; point <= points; point++) {
    stimulus.load(randomInputs(bench));
    stimulus.start(bank, bits);
    stimulus.idle(Math.round(((total + 1) * point) / points));
    stimulus.reset(1 + (point % 2));
    stimulus.read(registerAddress('status'));
    stimulus.read(resultAddress(bench.columns.at(-1)!));
  }
  stimulus.convert(randomInputs(bench), bank, bits, bench.columns);
  for (const layer of plan.layers) stimulus.writeAll(tableWrites(layer.table.entries, layer.bank));
}
