import { Random } from '../../common/random.js';
import type { TileBeat } from '../../macro/psum/machine.js';
import { columnOf, fieldBytes, type PsumPlan, vectorBeats } from '../../macro/psum/plan.js';
import {
  biasAddress,
  psumAddress,
  rangeWord,
  resultRange,
  scaleAddress,
  weightWordAddress,
} from '../../macro/psum/registers.js';
import { PsumStimulus } from './stimulus.js';

/** A unit with a stimulus for it. */
export interface PsumBench {
  readonly plan: PsumPlan;
  readonly stimulus: PsumStimulus;
  readonly random: Random;
}

/** Values of a sum by tile, digit and channel. */
export type SumValues = readonly (readonly (readonly number[])[])[];

export function newPsumBench(plan: PsumPlan, seed: number): PsumBench {
  const random = new Random(seed);
  return { plan, random, stimulus: new PsumStimulus(plan, random) };
}

/** Smallest and largest value of a tile. */
export function valueRange({ shape: { valueBits, valueSigned } }: PsumPlan): { low: number; high: number } {
  return valueSigned
    ? { low: -(2 ** (valueBits - 1)), high: 2 ** (valueBits - 1) - 1 }
    : { low: 0, high: 2 ** valueBits - 1 };
}

/** The vector of a tile as its beats; what nobody may look at is random. */
export function vectorOf(
  { plan, random }: PsumBench,
  tile: number,
  values: readonly (readonly number[])[],
): TileBeat[] {
  const { shape } = plan;
  const bits = 8 * fieldBytes(shape.valueBits);
  const columns = new Array<number>(vectorBeats(shape) * shape.lanes).fill(Number.NaN);
  values.forEach((pass, digit) => {
    pass.forEach((value, channel) => {
      columns[columnOf(shape, digit, channel)] = value;
    });
  });
  const last = vectorBeats(shape) - 1;
  return Array.from({ length: last + 1 }, (_, beat) => ({
    fields: columns.slice(beat * shape.lanes, (beat + 1) * shape.lanes).map((value) => {
      const noise = random.whole(0, 2 ** bits - 1);
      if (Number.isNaN(value)) return noise;
      const low = 2 ** shape.valueBits;
      return noise - (noise % low) + (((value % low) + low) % low);
    }),
    last: beat === last,
    // Only the first beat names its tile.
    tile: beat === 0 ? tile : random.whole(0, shape.tiles - 1),
  }));
}

export function sumOf(
  { plan: { shape } }: PsumBench,
  value: (tile: number, digit: number, channel: number) => number,
): SumValues {
  return Array.from({ length: shape.tiles }, (_, g) =>
    Array.from({ length: shape.digits }, (_, j) =>
      Array.from({ length: shape.channels }, (_, c) => value(g, j, c)),
    ),
  );
}

export function randomSum(bench: PsumBench): SumValues {
  const { low, high } = valueRange(bench.plan);
  return sumOf(bench, () => bench.random.whole(low, high));
}

export function sendSum(bench: PsumBench, values: SumValues): void {
  values.forEach((tile, g) => {
    bench.stimulus.send(vectorOf(bench, g, tile));
  });
}

/** Coefficients by channel, and what all channels share. */
export interface Coefficients {
  readonly weights: readonly number[];
  readonly scales: readonly number[];
  readonly biases: readonly number[];
  readonly shift: number;
  readonly low: number;
  readonly high: number;
}

export function program({ plan: { shape }, stimulus }: PsumBench, all: Coefficients): void {
  const { weights, scales, biases, shift, low, high } = all;
  weights.forEach((weight, index) => {
    const [tile, digit] = [Math.floor(index / shape.digits), index % shape.digits];
    stimulus.write(weightWordAddress(shape, tile, digit), weight);
  });
  scales.forEach((scale, channel) => {
    stimulus.write(scaleAddress(channel), scale);
  });
  biases.forEach((bias, channel) => {
    stimulus.write(biasAddress(channel), bias);
  });
  stimulus.write(psumAddress('shift'), shift);
  stimulus.write(psumAddress('range'), rangeWord(low, high));
}

/** Coefficients under which results differ: shifts that leave about the width of a result. */
export function randomCoefficients({ plan: { shape }, random }: PsumBench): Coefficients {
  const { accBits, scaleBits, resultBits, biasBits } = shape;
  const shift = Math.min(31, Math.max(0, accBits + scaleBits - resultBits - 2));
  const most = Math.min(2 ** (biasBits - 1), 2 ** (shift + resultBits - 1));
  const { low, high } = resultRange(shape);
  return {
    weights: Array.from({ length: shape.tiles * shape.digits }, () =>
      random.whole(0, 2 ** shape.weightBits - 1),
    ),
    scales: Array.from({ length: shape.channels }, () => random.whole(0, 2 ** scaleBits - 1)),
    biases: Array.from({ length: shape.channels }, () => random.whole(-most, most - 1)),
    ...{ shift, low, high },
  };
}

export function programRandomly(bench: PsumBench): Coefficients {
  const coefficients = randomCoefficients(bench);
  program(bench, coefficients);
  return coefficients;
}
