import { type BusWrite, referenceWrites } from '../../macro/golden/pack.js';
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
import { calibrationWord, marchWord, selfTestWord, startWord } from '../../macro/plan/register-words.js';
import { scheduleOf } from '../../macro/plan/schedule.js';
import { calibrationCycles, WINDOW_BITS, windowReference } from '../../macro/plan/self-calibration.js';
import type { Bench } from './bench.js';
import { NO_STALL } from './bus-timing.js';
import { randomInputs, restoreBank } from './scenario.js';
import type { Access } from './stimulus.js';

/** Of the register: 2^7 conversions of each setting. */
const MOST_REPEATS = 7;

/** Calibrations that would take longer repeat less. */
const LONGEST = 20_000;

/** A read of the register of the calibration. */
const LOOK: Access = {
  address: registerAddress('calibration'),
  write: false,
  data: 0,
  strobes: 0,
  stall: NO_STALL,
};

/**
 * Calibrations of the trim rows by the macro itself, with its own comparators and with known codes; what is refused
 * meanwhile, and resets in the middle. Trim rows and references are as before at the end, loaded inputs are not.
 */
export function selfCalibrations(bench: Bench): void {
  const { plan, stimulus, random } = bench;
  const { shape } = plan;
  if (!shape.selfCalibrate) return;
  const { bits } = plan.layers[0]!;
  const bank = shape.banks - 1;
  const address = registerAddress('calibration');
  const start = (repeats: number, on = bank) => stimulus.write(address, calibrationWord(on, repeats));
  const clearErrors = () => {
    stimulus.read(registerAddress('error'));
    stimulus.write(registerAddress('error'), 0x7f);
  };
  const kept = trimCells(bench);

  stimulus.read(address);
  stimulus.convert(randomInputs(bench), 0, bits, bench.columns);
  stimulus.writeAll(referenceWrites(windowReference(shape), bank, shape));
  start(1, shape.banks % 16); // no such bank, unless there are 16: then one of an odd window
  toTheEnd(bench, 1);
  stimulus.write(address, calibrationWord(bank, 3) & ~1); // no start bit: nothing happens
  stimulus.write(address, calibrationWord(bank, 0), 0b0111); // no whole word
  stimulus.read(address);
  clearErrors();

  startAndLook(bench, calibrationWord(bank, 0));
  whileOneRuns(bench, bank);
  clearErrors();
  toTheEnd(bench, 0);
  stimulus.start(bank, WINDOW_BITS);
  stimulus.start(bank, WINDOW_BITS); // queued where one can be
  start(0); // refused: they convert
  stimulus.idle(2 * scheduleOf(shape, WINDOW_BITS).total + 2);
  stimulus.clearDone();
  clearErrors();
  const repeats = [4, 3, 2, 1].find((power) => calibrationCycles(shape, power) <= LONGEST);
  if (repeats !== undefined) {
    start(repeats);
    toTheEnd(bench, repeats);
  }
  inItsWindow(bench, bank);
  if (shape.selfTest) {
    for (const seed of [0, 1, 3]) {
      stimulus.write(registerAddress('self_test'), selfTestWord(seed));
      start(0);
      toTheEnd(bench, 0);
    }
    stimulus.write(registerAddress('self_test'), selfTestWord(undefined));
  }
  mostComparisons(bench, bank);
  if (shape.streams !== undefined) {
    stimulus.write(registerAddress('stream'), 1);
    start(0); // refused: the streams have the data path
    stimulus.write(registerAddress('stream'), 0);
    clearErrors();
  }

  const edits = 4 * shape.trimRows;
  const conversion = scheduleOf(shape, WINDOW_BITS).total + 1;
  for (const cycles of [0, 1, edits - 1, edits, edits + 3, edits + conversion, random.whole(1, 4 * edits)]) {
    start(random.whole(0, 1));
    stimulus.idle(cycles);
    stimulus.reset(1 + (cycles % 2));
    stimulus.read(address);
    trimCells(bench);
  }
  start(0);
  toTheEnd(bench, 0);
  stimulus.reset(1);
  stimulus.read(address);
  stimulus.writeAll(kept);
  if (bank < plan.layers.length) restoreBank(bench, bank);
  stimulus.forgetInputs();
}

/**
 * As many comparisons as there can be, more than its counters hold: of the first setting, in which all trim cells
 * subtract, and with known codes, which are on both sides. A reset ends them.
 */
function mostComparisons({ plan: { shape }, stimulus }: Bench, bank: number): void {
  const conversions = 2 ** MOST_REPEATS * (scheduleOf(shape, WINDOW_BITS).total + 1);
  for (const seed of shape.selfTest ? [undefined, 0, 1, 2, 3] : [undefined]) {
    if (seed !== undefined) stimulus.write(registerAddress('self_test'), selfTestWord(seed));
    stimulus.write(registerAddress('calibration'), calibrationWord(bank, MOST_REPEATS));
    stimulus.idle(4 * shape.trimRows + conversions + 8);
    stimulus.read(registerAddress('calibration'));
    stimulus.reset(1);
  }
}

/** What the trim rows hold, read over the bus. */
function trimCells({ plan, stimulus }: Bench): BusWrite[] {
  const { trimRows, columns } = plan.shape;
  return Array.from({ length: trimRows }, (_, row) => TRIM_ROW_BASE + row).flatMap((row) =>
    ([0, 1] as const).flatMap((plane) =>
      Array.from({ length: wordsOf(columns) }, (_, word) => {
        const address = weightAddress(row, plane, word);
        return { address, data: stimulus.read(address) };
      }),
    ),
  );
}

/** Writes the register of the calibration, and reads it as soon after as the bus can: nothing of the last one is left. */
function startAndLook({ stimulus }: Bench, data: number): void {
  stimulus.burst([{ ...LOOK, write: true, data, strobes: 0b1111 }, LOOK, LOOK]);
}

/** Waits until nothing runs; then what was found is read, and results, which are still those of before. */
function toTheEnd(bench: Bench, repeats: number): void {
  const { stimulus, plan, columns } = bench;
  const { machine } = stimulus;
  stimulus.idleUntil(() => !machine.busy, calibrationCycles(plan.shape, repeats));
  // Its last cycle, and the first one after it.
  stimulus.burst([LOOK, LOOK]);
  stimulus.read(registerAddress('status'));
  for (const column of columns) stimulus.read(resultAddress(column));
  trimCells(bench);
}

/** What is refused while a calibration runs, and what is not. */
function whileOneRuns({ plan, stimulus }: Bench, bank: number): void {
  const { shape } = plan;
  const last = weightAddress(TRIM_ROW_BASE + shape.trimRows - 1, 0, 0);
  stimulus.write(registerAddress('interrupt'), 3);
  stimulus.write(LOOK.address, calibrationWord(bank, 1));
  stimulus.write(registerAddress('start'), startWord(0, 1));
  stimulus.write(weightAddress(0, 0, 0), 0xffff_ffff);
  stimulus.read(weightAddress(0, 0, 0));
  stimulus.read(last);
  stimulus.write(last, 0xffff_ffff);
  stimulus.read(referenceAddress(0, 0, 0));
  stimulus.write(referenceAddress(bank, 0, 0), 0xffff_ffff);
  stimulus.write(tableAddress(0, 0), 0);
  stimulus.read(tableAddress(0, 0));
  if (shape.march) stimulus.write(registerAddress('march'), marchWord(0));
  if (shape.selfTest) stimulus.write(registerAddress('self_test'), selfTestWord(0));
  if (shape.streams !== undefined) stimulus.write(registerAddress('stream'), 1);
  stimulus.read(registerAddress('status'));
  stimulus.write(inputAddress(0), 0x01010101);
  stimulus.read(resultAddress(0));
  stimulus.read(LOOK.address);
  stimulus.write(registerAddress('interrupt'), 0);
}

/** A conversion of zero inputs: a column within half a trim step reads as code 1. */
function inItsWindow({ plan, stimulus }: Bench, bank: number): void {
  const { rows, columns } = plan.shape;
  stimulus.forgetInputs();
  const all = Array.from({ length: columns }, (_, column) => column);
  stimulus.convert(new Int32Array(rows), bank, WINDOW_BITS, all);
}
