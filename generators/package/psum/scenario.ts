import { bitsFor } from '../../common/bits.js';
import { beatsOf, type PsumPlan, vectorBeats } from '../../macro/psum/plan.js';
import { psumAddress, rangeWord, resultRange } from '../../macro/psum/registers.js';
import { NO_STALL } from '../vectors/bus-timing.js';
import {
  newPsumBench,
  type PsumBench,
  program,
  programRandomly,
  randomSum,
  sendSum,
  sumOf,
  valueRange,
  vectorOf,
} from './bench.js';
import {
  afterReset,
  atTheEdges,
  bursts,
  everything,
  forbidden,
  readCoefficients,
  refusedWhileBusy,
} from './bus-scenario.js';
import { AT_ONCE, type PsumVectors } from './stimulus.js';

export interface PsumVectorOptions {
  /** Same seed, same vectors. */
  readonly seed: number;
  /** Sums of random values, besides the directed ones. */
  readonly sums: number;
}

/** What a generated package carries. */
export const PSUM_PACKAGED: PsumVectorOptions = { seed: 1, sums: 12 };

/** The whole scenario: everything that a unit must do and everything that it must refuse. */
export function buildPsumVectors(plan: PsumPlan, { seed, sums }: PsumVectorOptions): PsumVectors {
  const bench = newPsumBench(plan, seed);
  afterReset(bench);
  programRandomly(bench);
  readCoefficients(bench);
  extremes(bench);
  roundings(bench);
  streams(bench, sums);
  refusedWhileBusy(bench);
  atTheEdges(bench);
  misfits(bench);
  forbidden(bench);
  bursts(bench, 6);
  resetsOfWrites(bench);
  resets(bench);
  return bench.stimulus.vectors();
}

/** The largest sums that there are, of both signs, under the largest coefficients and every kind of shift. */
function extremes(bench: PsumBench): void {
  const { plan, stimulus } = bench;
  const { shape } = plan;
  const { low, high } = valueRange(plan);
  const ofResults = resultRange(shape);
  const ones = <Value>(count: number, value: Value) => new Array<Value>(count).fill(value);
  const largest = 2 ** shape.scaleBits - 1;
  const bias = 2 ** (shape.biasBits - 1);
  for (const [shift, scale, offset] of [
    [0, 1, 0],
    [0, largest, bias - 1],
    [1, largest, -bias],
    [15, largest, -bias],
    [16, largest, bias - 1],
    [31, largest, bias - 1],
  ] as const) {
    program(bench, {
      weights: ones(shape.tiles * shape.digits, 2 ** shape.weightBits - 1),
      scales: ones(shape.channels, scale),
      biases: ones(shape.channels, offset),
      ...{ shift, ...ofResults },
    });
    for (const value of [low, high, 0])
      sendSum(
        bench,
        sumOf(bench, () => value),
      );
    sendSum(bench, randomSum(bench));
    stimulus.drain();
  }
}

/** One below, at and one above the middle between two results, for both signs, at every shift; and the clamp's bounds. */
function roundings(bench: PsumBench): void {
  const { plan, stimulus, random } = bench;
  const { shape } = plan;
  const { low, high } = resultRange(shape);
  const zero = sumOf(bench, () => 0);
  const most = 2 ** (shape.biasBits - 1);
  const weights = new Array<number>(shape.tiles * shape.digits).fill(1);
  const scales = new Array<number>(shape.channels).fill(1);
  for (let shift = 0; shift < Math.min(32, shape.biasBits); shift += shift < 3 ? 1 : 3) {
    const half = shift === 0 ? 0 : 2 ** (shift - 1);
    const near = [low, low + 1, -1, 0, 1, high - 1, high].flatMap((result) =>
      [-half - 1, -half, -half + 1, 0, half - 1, half].map((offset) => result * 2 ** shift + offset),
    );
    const fitting = near.filter((bias) => bias >= -most && bias < most);
    for (let from = 0; from < fitting.length; from += shape.channels) {
      const biases = Array.from(
        { length: shape.channels },
        (_, channel) => fitting[(from + channel) % fitting.length]!,
      );
      program(bench, { weights, scales, biases, shift, low, high });
      sendSum(bench, zero);
      stimulus.drain();
      // Bounds inside the range, and a low bound above the high one.
      const inside = [random.whole(low, high), random.whole(low, high)] as const;
      stimulus.write(psumAddress('range'), rangeWord(Math.min(...inside), Math.max(...inside)));
      sendSum(bench, zero);
      stimulus.drain();
      stimulus.write(psumAddress('range'), rangeWord(high, low));
      sendSum(bench, zero);
      stimulus.drain();
    }
  }
}

const PACES = [
  AT_ONCE,
  { sends: 0.5, receives: 1 },
  { sends: 1, receives: 0.5 },
  { sends: 0.6, receives: 0.6 },
  { sends: 1, receives: 0.15 },
] as const;

/** Sums of random values, sender and receiver each at paces of their own. */
function streams(bench: PsumBench, count: number): void {
  const { stimulus } = bench;
  const perPace = Math.max(2, Math.ceil(count / PACES.length));
  for (const pace of PACES) {
    programRandomly(bench);
    stimulus.streamPace = pace;
    for (let sum = 0; sum < perPace; sum++) sendSum(bench, randomSum(bench));
    stimulus.drain();
  }
  // A receiver that takes nothing for long: all that there is room for comes in, and no more.
  stimulus.streamPace = { sends: 1, receives: 0 };
  for (let sum = 0; sum < 3; sum++) sendSum(bench, randomSum(bench));
  stimulus.idle(3 * vectorBeats(bench.plan.shape) * bench.plan.shape.tiles + 12);
  stimulus.streamPace = AT_ONCE;
  stimulus.drain();
}

/** Vectors that end early or late, that are of another tile, and sums that begin anew. */
function misfits(bench: PsumBench): void {
  const { plan, stimulus, random } = bench;
  const { shape } = plan;
  programRandomly(bench);
  const settle = () => {
    sendSum(bench, randomSum(bench)); // all is well again
    stimulus.drain();
    stimulus.read(psumAddress('error'));
    stimulus.write(psumAddress('error'), 2);
    stimulus.read(psumAddress('error'));
  };
  const most = 2 ** bitsFor(shape.tiles) - 1;
  const wrongTiles = new Set([0, 1, shape.tiles - 1, Math.min(shape.tiles, most), most]);
  for (const pace of [AT_ONCE, { sends: 0.7, receives: 0.6 }]) {
    stimulus.streamPace = pace;
    for (const tile of new Set([0, Math.floor(shape.tiles / 2), shape.tiles - 1])) {
      const before = () => {
        const values = randomSum(bench);
        for (let g = 0; g < tile; g++) stimulus.send(vectorOf(bench, g, values[g]!));
        return vectorOf(bench, tile, values[tile]!);
      };
      const beats = vectorBeats(shape);
      for (const end of new Set([1, beatsOf(shape), beats - 1, random.whole(1, beats)])) {
        if (end < 1 || end >= beats) continue;
        const vector = before().slice(0, end);
        stimulus.send(vector.map((beat, at) => ({ ...beat, last: at === end - 1 })));
        settle();
      }
      for (const extra of [1, 3]) {
        const vector = before().map((beat) => ({ ...beat, last: false }));
        const more = Array.from({ length: extra }, (_, at) => ({
          ...vector[0]!,
          tile: random.whole(0, shape.tiles - 1),
          last: at === extra - 1,
        }));
        stimulus.send([...vector, ...more]);
        settle();
      }
      for (const wrong of wrongTiles) {
        if (wrong === tile) continue;
        const [first, ...others] = before();
        stimulus.send([{ ...first!, tile: wrong }, ...others]);
        settle();
        // Of one beat alone.
        before();
        stimulus.send([{ ...first!, tile: wrong, last: true }]);
        settle();
      }
    }
  }
  // Vectors left out to their last beat while results wait, and the pipeline with them.
  stimulus.streamPace = { sends: 1, receives: 0.2 };
  for (const length of [1, 2, 3, 5, 8]) {
    sendSum(bench, randomSum(bench));
    const [first] = vectorOf(bench, 0, randomSum(bench)[0]!);
    stimulus.send(Array.from({ length }, (_, at) => ({ ...first!, tile: most, last: at === length - 1 })));
  }
  settle();
  // The same where the last beat waits with the pipeline: it ends the vector when it is taken, and is no error again.
  for (let length = 1; length <= 12; length++) {
    stimulus.streamPace = { sends: 1, receives: 0 };
    const sums = Math.ceil((1 + (length % 3)) / beatsOf(shape));
    for (let sum = 0; sum < sums; sum++) sendSum(bench, randomSum(bench));
    const [first] = vectorOf(bench, 0, randomSum(bench)[0]!);
    stimulus.send(Array.from({ length }, (_, at) => ({ ...first!, tile: most, last: at === length - 1 })));
    stimulus.idle(sums * shape.tiles * vectorBeats(shape) + 24);
    stimulus.write(psumAddress('error'), 7);
    stimulus.streamPace = AT_ONCE;
    stimulus.drain();
    stimulus.read(psumAddress('error'));
    stimulus.write(psumAddress('error'), 7);
  }
  // An error that comes while the bit is cleared wins.
  const [first] = vectorOf(bench, 0, randomSum(bench)[0]!);
  for (let after = 0; after < 3; after++) {
    stimulus.send([
      { ...first!, last: vectorBeats(shape) > 1 },
      { ...first!, last: true },
    ]);
    stimulus.idle(after);
    stimulus.write(psumAddress('error'), 7);
    stimulus.drain();
    stimulus.read(psumAddress('error'));
    stimulus.write(psumAddress('error'), 7);
  }
}

/** Writes of scales and biases, which no reset changes, ended by reset after every number of cycles. */
function resetsOfWrites(bench: PsumBench): void {
  const { stimulus } = bench;
  const writes = everything(bench)
    .slice(-4)
    .filter(({ write }) => write);
  programRandomly(bench);
  for (const [at, { address, data }] of writes.entries()) {
    for (let after = 1; after <= 5; after++) {
      const access = { write: true, address, data: data + after, strobes: 0xf, stall: NO_STALL };
      // The second writes something else, so that it is seen whether reset keeps it from the memory.
      stimulus.resetDuring([access, { ...access, data: access.data ^ 1 }], after, 1 + at);
      // The accesses may be over before.
      stimulus.reset(1);
      stimulus.read(address);
    }
  }
}

/** Resets at rest, in the middle of sums, with results waiting, and in the middle of accesses. */
function resets(bench: PsumBench): void {
  const { plan, stimulus, random } = bench;
  const sumBeats = plan.shape.tiles * vectorBeats(plan.shape);
  for (let reset = 0; reset < 12; reset++) {
    programRandomly(bench);
    stimulus.streamPace = reset % 3 === 2 ? { sends: 0.8, receives: 0.3 } : AT_ONCE;
    sendSum(bench, randomSum(bench));
    sendSum(bench, randomSum(bench));
    stimulus.idle(reset % 2 === 0 ? random.whole(0, 10) : random.whole(0, 2 * sumBeats + 9));
    if (reset % 4 === 1) {
      const accesses = everything(bench).slice(0, 4);
      stimulus.resetDuring(
        accesses.map((access) => ({ ...access, stall: NO_STALL })),
        random.whole(1, 4),
        random.whole(1, 2),
      );
      // The access that reset cut short may be over before.
      stimulus.reset(1);
    } else stimulus.reset(random.whole(1, 3));
    stimulus.streamPace = AT_ONCE;
    stimulus.read(psumAddress('status'));
    afterReset(bench);
    // Scales and biases stay; weights, shift and range do not.
    sendSum(bench, randomSum(bench));
    stimulus.drain();
  }
}
