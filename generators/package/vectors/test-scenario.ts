import { cellWords, MARCH_C_MINUS, marchCycles } from '../../macro/golden/march.js';
import { referenceWrites, tableWrites } from '../../macro/golden/pack.js';
import {
  inputAddress,
  referenceAddress,
  registerAddress,
  resultAddress,
  tableAddress,
  weightAddress,
  wordsOf,
} from '../../macro/plan/addresses.js';
import { marchWord, selfTestWord, startWord } from '../../macro/plan/register-words.js';
import { MARCH } from '../../macro/plan/registers.js';
import { scheduleOf } from '../../macro/plan/schedule.js';
import type { Bench } from './bench.js';
import { NO_STALL } from './bus-timing.js';
import type { Access, Stimulus } from './stimulus.js';

/** Longer marches end by reset: the array model follows every write with the sums that conversions need. */
const LONGEST_MARCH = 5_000;
/** Seeds tried at each width; all of them up to 3 bits. */
const MOST_SEEDS = 8;

/** A read of the march register. */
const LOOK: Access = {
  address: registerAddress('march'),
  write: false,
  data: 0,
  strobes: 0,
  stall: NO_STALL,
};

/** A read of where the march is. */
const PLACE: Access = { ...LOOK, address: registerAddress('march_address') };

/** Marches over all cells, what is refused meanwhile, and resets in the middle. Leaves the cells and inputs undefined. */
export function marches(bench: Bench): void {
  const { plan, stimulus, random } = bench;
  const { shape } = plan;
  if (!shape.march) return;
  const result = () => {
    for (const register of ['march', 'march_address', 'march_data', 'status'] as const)
      stimulus.read(registerAddress(register));
  };
  const march = (background: number) => stimulus.write(registerAddress('march'), marchWord(background));
  const whole = marchCycles(shape) <= LONGEST_MARCH;

  result();
  stimulus.write(registerAddress('march_address'), 0);
  stimulus.write(registerAddress('march'), MARCH.resume); // nothing to resume
  march(0);
  march(1); // refused, as all of these until the next read of status
  stimulus.write(registerAddress('start'), startWord(0, 1));
  stimulus.write(weightAddress(0, 0, 0), 0xffff_ffff);
  stimulus.read(weightAddress(0, 0, 0));
  stimulus.read(referenceAddress(0, 0, 0));
  stimulus.write(tableAddress(0, 0), 0);
  if (shape.selfTest) stimulus.write(registerAddress('self_test'), selfTestWord(0));
  result();
  // The march writes whole words; the bus has its own strobes: a part is refused, and nothing is nothing.
  for (const strobes of [0b0001, 0]) {
    stimulus.write(registerAddress('interrupt'), 3, strobes);
    stimulus.read(registerAddress('interrupt'));
    stimulus.write(inputAddress(0), 0, strobes);
  }
  stimulus.write(inputAddress(0), 0);
  stimulus.read(resultAddress(0));
  stimulus.read(registerAddress('error'));
  stimulus.write(registerAddress('error'), 0x3f);
  if (whole) {
    stimulus.idle(marchCycles(shape));
    result();
    stimulus.read(weightAddress(0, 0, 0));
    watchedMarch(bench, random.whole(1, 5));
    result();
    stimulus.write(registerAddress('march'), MARCH.resume);
  }
  for (const cycles of [0, 1, 30, 301]) {
    march(random.whole(0, 7));
    stimulus.idle(cycles);
    stimulus.reset(1 + (cycles % 2));
    result();
  }
  stimulus.forgetInputs();
}

/**
 * A whole march, looked at wherever an element ends: it is not done before the last. Where it is, is read there, among
 * the reference cells, and at the last word before them, in the trim rows where there are any.
 */
function watchedMarch({ plan, stimulus }: Bench, background: number): void {
  const { machine } = stimulus;
  const { rows, trimRows, columns } = plan.shape;
  const words = cellWords(plan.shape).length;
  const beforeReferences = 2 * (rows + trimRows) * wordsOf(columns) - 1;
  let end = machine.cycle;
  startAndLook(stimulus, marchWord(background));
  for (const { order, reads } of MARCH_C_MINUS) {
    const cycles = reads === undefined ? 1 : 2;
    const visited = order === 'up' ? beforeReferences : words - 1 - beforeReferences;
    stimulus.idle(end + cycles * visited - machine.cycle);
    stimulus.burst([PLACE]);
    end += words * cycles;
    stimulus.idle(end - machine.cycle);
    stimulus.burst([LOOK, PLACE, LOOK, PLACE, LOOK]);
  }
}

/** Writes the march register, and reads it as soon after as the bus can: nothing of the last march is left. */
export function startAndLook(stimulus: Stimulus, word: number): void {
  stimulus.burst([{ ...LOOK, write: true, data: word, strobes: 0b1111 }, LOOK]);
}

/** Conversions of the self-test's codes at every width, and what is refused while one runs. */
export function selfTests(bench: Bench): void {
  const { plan, stimulus, random, columns } = bench;
  const { shape } = plan;
  if (!shape.selfTest) return;
  const inputs = new Int32Array(shape.rows);
  const on = (seed: number | undefined) => stimulus.write(registerAddress('self_test'), selfTestWord(seed));
  for (let bits = 1; bits <= shape.adcBits; bits++) {
    const seeds = 2 ** bits;
    for (let turn = 0; turn < Math.min(seeds, MOST_SEEDS); turn++) {
      on(seeds <= MOST_SEEDS ? turn : random.whole(0, 127));
      stimulus.convert(inputs, random.whole(0, shape.banks - 1), bits, columns);
    }
  }
  stimulus.read(registerAddress('self_test'));
  stimulus.start(0, shape.adcBits);
  on(undefined); // refused: it would change the running conversion
  if (shape.march) stimulus.write(registerAddress('march'), marchWord(0));
  stimulus.read(registerAddress('self_test'));
  stimulus.idle(scheduleOf(shape, shape.adcBits).total);
  stimulus.clearDone();
  stimulus.write(registerAddress('error'), 0x3f);
  on(undefined);
  const { bank, bits, ramp, table } = plan.layers[0]!;
  stimulus.writeAll(referenceWrites(ramp, bank, shape));
  stimulus.writeAll(tableWrites(table.entries, bank));
  stimulus.convert(inputs, bank, bits, columns);
}
