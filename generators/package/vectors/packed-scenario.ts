import { MOST_ROWS } from '../../macro/config/limits.js';
import { packedInputWrites, tableWrites } from '../../macro/golden/pack.js';
import {
  packedInputAddress,
  packedResultAddress,
  registerAddress,
  tableAddress,
} from '../../macro/plan/addresses.js';
import { packedInputWords, packedResultWords } from '../../macro/plan/packed-words.js';
import { scheduleOf } from '../../macro/plan/schedule.js';
import type { Bench } from './bench.js';
import { programSpare, randomTables } from './memory-scenario.js';
import { randomInputs } from './scenario.js';

/* What a macro with packed words must do and refuse at their addresses. */

/**
 * Loads inputs in packed words.
 *
 * @param inputs one whole number a row
 */
export function loadPacked({ stimulus }: Bench, inputs: ArrayLike<number>): void {
  stimulus.writeAll(packedInputWrites(inputs, stimulus.shape));
  stimulus.forgetInputs();
}

/** Reads the results of all columns in packed words. */
export function readPacked({ stimulus }: Bench): number[] {
  return Array.from({ length: packedResultWords(stimulus.shape) }, (_, word) =>
    stimulus.read(packedResultAddress(word)),
  );
}

/**
 * Conversions as fast as packed words allow: the next inputs are loaded while the macro converts.
 *
 * @param bench  macro, with a double buffer, and stimulus, which the accesses are added to
 * @param inputs vectors in their order, one whole number a row
 * @param bank   0 .. banks - 1
 * @param bits   code width
 */
export function packedConversions(
  bench: Bench,
  inputs: readonly ArrayLike<number>[],
  bank: number,
  bits: number,
): void {
  const { stimulus } = bench;
  const { total } = scheduleOf(stimulus.shape, bits);
  loadPacked(bench, inputs[0] ?? []);
  for (const next of [...inputs.slice(1), []]) {
    stimulus.start(bank, bits);
    loadPacked(bench, next);
    const { machine } = stimulus;
    stimulus.idle(machine.conversion!.firstCycle + total - machine.cycle);
    readPacked(bench);
    stimulus.clearDone();
  }
}

/** Packed results that are read as a conversion of another bank ends: codes and bank are of one conversion. */
function readAsOneEnds(bench: Bench): void {
  const { stimulus } = bench;
  const { banks, adcBits } = stimulus.shape;
  const { total } = scheduleOf(stimulus.shape, adcBits);
  // Buses differ in the cycles that an access takes.
  for (let early = 0; early < 8; early++) {
    stimulus.load(randomInputs(bench));
    stimulus.start(early % 2 === 0 ? banks - 1 : 0, adcBits);
    const { machine } = stimulus;
    stimulus.idle(Math.max(0, machine.conversion!.firstCycle + total - early - machine.cycle));
    stimulus.read(packedResultAddress(0));
    stimulus.idle(total);
    stimulus.clearDone();
  }
}

/** Everything about packed words; nothing for a macro that has none. */
export function packedWords(bench: Bench): void {
  const { plan, stimulus, random, columns } = bench;
  const { shape, layers } = plan;
  if (!shape.packedWords) return;
  const inputs = Array.from({ length: packedInputWords(shape) }, (_, word) => packedInputAddress(word));
  const none = [packedInputAddress(inputs.length), packedResultAddress(packedResultWords(shape))];
  const anyWord = () => Math.floor(random.next() * 2 ** 32);
  const convert = (bank: number, bits: number) => {
    stimulus.start(bank, bits);
    stimulus.idle(scheduleOf(shape, bits).total);
    readPacked(bench);
    stimulus.clearDone();
  };
  for (const { bank, bits, table } of layers) {
    loadPacked(bench, randomInputs(bench));
    convert(bank, bits);
    // Bits that no input has, some of the bytes, and plain words among packed ones.
    for (const address of inputs) stimulus.write(address, anyWord(), random.whole(0, 15));
    convert(bank, bits);
    for (const address of inputs) stimulus.write(address, anyWord());
    stimulus.load(randomInputs(bench));
    convert(bank, bits);
    // Both kinds of results, one after the other.
    stimulus.convert(randomInputs(bench), bank, bits, columns);
    readPacked(bench);
    // Under a table that begins above 0, what no column has is 0 all the same.
    stimulus.write(tableAddress(bank, 0), 1);
    convert(bank, bits);
    stimulus.writeAll(tableWrites(table.entries, bank));
  }

  // Every bank looks its own table up, with a layer or without.
  randomTables(bench);
  for (let bank = 0; bank < shape.banks; bank++) {
    const layer = layers[bank];
    if (layer === undefined) programSpare(bench, bank);
    loadPacked(bench, randomInputs(bench));
    convert(bank, layer?.bits ?? shape.adcBits);
  }
  if (shape.doubleBuffer && shape.banks > 1) readAsOneEnds(bench);
  for (const { bank, table } of layers) stimulus.writeAll(tableWrites(table.entries, bank));

  // What has the inputs and the results has their packed words as well.
  const { bank, bits } = layers[0]!;
  stimulus.start(bank, bits);
  stimulus.start(bank, bits); // queued, or refused without a queue
  stimulus.write(inputs[0]!, anyWord());
  readPacked(bench);
  stimulus.read(registerAddress('error'));
  stimulus.idle(2 * scheduleOf(shape, bits).total);
  stimulus.write(inputs.at(-1)!, anyWord());
  stimulus.forgetInputs();
  convert(bank, bits);

  stimulus.write(registerAddress('error'), 0x3f);
  stimulus.read(inputs[0]!);
  stimulus.write(packedResultAddress(0), 0);
  for (const address of none) {
    stimulus.write(address, 0);
    stimulus.read(address);
  }
  stimulus.write(packedInputAddress(MOST_ROWS), 0);
  stimulus.write(inputs[0]! + 2, 0);
  stimulus.read(packedResultAddress(0) + 1);
  stimulus.write(inputs[0]!, anyWord(), 0);
  stimulus.write(packedResultAddress(0), 0, 0);
  stimulus.read(registerAddress('error'));
  stimulus.write(registerAddress('error'), 0x3f);
}
