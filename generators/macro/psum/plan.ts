import { bitsFor } from '../../common/bits.js';
import { failure, type Problem, type Result, success } from '../../common/problems.js';
import { LANES, MOST_BEAT_BYTES, type PsumConfig } from '../config/psum.js';

/** What the hardware is made for, as pure numbers; Verilog parameters of the unit. */
export interface PsumShape {
  readonly channels: number;
  readonly tiles: number;
  /** Digits of a weight. */
  readonly digits: number;
  readonly lanes: number;
  readonly valueBits: number;
  readonly valueSigned: boolean;
  readonly weightBits: number;
  readonly scaleBits: number;
  readonly biasBits: number;
  readonly resultBits: number;
  readonly resultSigned: boolean;
  /** Holds every sum of any values and any weights of these widths. */
  readonly accBits: number;
}

/** Everything about one unit. */
export interface PsumPlan {
  /** Of the top level: the name of the config with `_psum`. */
  readonly name: string;
  readonly config: PsumConfig;
  readonly shape: PsumShape;
  /** Weights after reset: digit j of tile g at index g * digits + j. */
  readonly weights: readonly number[];
}

/** A validated config. */
export interface PsumInput {
  /** The file that problems name. */
  readonly file: string;
  readonly config: PsumConfig;
}

/** Gives a validated config the name that problems carry. */
export function psumInput(config: PsumConfig, file: string): PsumInput {
  const { $schema: _, ...resolved } = config;
  return { file, config: resolved };
}

/** Beats of one pass over the channels. */
export function beatsOf({ channels, lanes }: PsumShape): number {
  return Math.ceil(channels / lanes);
}

/** Beats of the vector of one tile: all its digits. */
export function vectorBeats(shape: PsumShape): number {
  return shape.digits * beatsOf(shape);
}

/** Cycles of a sum where nobody stalls: one a beat. Sums repeat with this period. */
export function sumCycles(shape: PsumShape): number {
  return shape.tiles * vectorBeats(shape);
}

/** Cycles from the beat that completes a channel to its result at the pins. */
export const LATENCY = 7;

/** Whole bytes of a field. */
export function fieldBytes(bits: number): number {
  return Math.ceil(bits / 8);
}

/** Width of a product of one value and one weight, as a signed number. */
export function productBits({ valueBits, valueSigned, weightBits }: Omit<PsumShape, 'accBits'>): number {
  return valueBits + 1 - Number(valueSigned) + weightBits;
}

/** Column of a tile that holds digit j of channel c: digits begin with a beat of their own. */
export function columnOf(shape: PsumShape, digit: number, channel: number): number {
  return digit * beatsOf(shape) * shape.lanes + channel;
}

/** Columns of a tile up to the last one that is looked at. */
export function columnsOf(shape: PsumShape): number {
  return columnOf(shape, shape.digits - 1, shape.channels - 1) + 1;
}

/** Plans a unit, or returns every violated rule. */
export function planPsum({ config, file }: PsumInput): Result<PsumPlan> {
  const { channels, tiles, digits, lanes, input, result, scaleBits } = config;
  const largest = Math.max(...digits);
  const weightBits = config.weightBits ?? bitsFor(largest + 1);
  const problems = [
    ...widthProblems(config, file),
    ...(weightBits < bitsFor(largest + 1)
      ? [
          {
            file,
            path: 'weightBits',
            message: `${weightBits} bits do not hold the digit ${largest}`,
            fix: `Use weightBits >= ${bitsFor(largest + 1)}.`,
          },
        ]
      : []),
    ...laneProblems(config, file),
  ];
  if (problems.length > 0) return failure(...problems);
  const sizes = {
    ...{ channels, tiles, digits: digits.length, lanes, scaleBits, weightBits },
    ...{ valueBits: input.bits, valueSigned: input.signed },
    ...{ resultBits: result.bits, resultSigned: result.signed, biasBits: 0 },
  };
  // A sum of n products fits as many bits more as n takes.
  const accBits = productBits(sizes) + Math.ceil(Math.log2(tiles * digits.length));
  const biasBits = config.biasBits ?? Math.min(32, accBits + scaleBits);
  return success({
    ...{ name: `${config.name}_psum`, config },
    shape: { ...sizes, accBits, biasBits },
    weights: Array.from({ length: tiles }, () => digits).flat(),
  });
}

function widthProblems({ input, result }: PsumConfig, file: string): Problem[] {
  const signOnly = (path: 'input' | 'result', { bits, signed }: PsumConfig['input']): Problem[] =>
    signed && bits < 2
      ? [
          {
            file,
            path: `${path}.bits`,
            message: `signed ${path === 'input' ? 'values' : 'results'} of 1 bit have a sign and no magnitude`,
            fix: `Use ${path}.bits >= 2, or ${path}.signed: false.`,
          },
        ]
      : [];
  return [...signOnly('input', input), ...signOnly('result', result)];
}

function laneProblems({ channels, lanes, input, result }: PsumConfig, file: string): Problem[] {
  const bytes = Math.max(fieldBytes(input.bits), fieldBytes(result.bits));
  const most = LANES.findLast((count) => count < 2 * channels && count * bytes <= MOST_BEAT_BYTES)!;
  const fix = `Use lanes <= ${most}.`;
  if (lanes >= 2 * channels) {
    const message = `${lanes} lanes never work together on ${channels} channels`;
    return [{ file, path: 'lanes', message, fix }];
  }
  if (lanes * bytes > MOST_BEAT_BYTES) {
    const message = `${lanes} fields of ${bytes} bytes are ${lanes * bytes} bytes a beat, at most ${MOST_BEAT_BYTES} are allowed`;
    return [{ file, path: 'lanes', message, fix }];
  }
  return [];
}
