import { faultsOf, type Problem } from '../../common/problems.js';
import type { StreamsConfig } from '../config/choices.js';
import { scheduleOf } from './schedule.js';
import type { MacroShape } from './shape.js';

/** A shape with stream ports. */
export type StreamShape = MacroShape & { readonly streams: StreamsConfig };

export function hasStreams(shape: MacroShape): shape is StreamShape {
  return shape.streams !== undefined;
}

/** Bytes of a column in a beat of the output port. */
export function fieldBytes({ outputBits }: MacroShape): 1 | 2 {
  return outputBits > 8 ? 2 : 1;
}

/** Columns a beat of the output port. */
export function fieldsOfBeat(shape: StreamShape): number {
  return shape.streams.outputBytes / fieldBytes(shape);
}

/** Beats of an input vector, one byte a row. */
export function inputBeats({ rows, streams }: StreamShape): number {
  return Math.ceil(rows / streams.inputBytes);
}

/** Beats of a result vector. */
export function outputBeats(shape: StreamShape): number {
  return Math.ceil(shape.columns / fieldsOfBeat(shape));
}

/**
 * Clock cycles from one result vector to the next where neither side waits: the slowest of conversion, input and
 * output. With early stop the conversion is taken at its longest.
 *
 * @param bits code width of the conversions
 */
export function streamPeriod(shape: StreamShape, bits: number): number {
  return Math.max(scheduleOf(shape, bits).total, inputBeats(shape), outputBeats(shape));
}

/** What stands in the way of stream ports. */
export function checkStreams(shape: MacroShape, file: string): Problem[] {
  if (!hasStreams(shape)) return [];
  const { inputBytes, outputBytes } = shape.streams;
  const { problems, refuse } = faultsOf(file);
  if (!shape.doubleBuffer) {
    refuse(
      'output.doubleBuffer',
      'false leaves no time for streams: inputs and results could only move while nothing converts',
      'Use output.doubleBuffer: true, or leave streams out.',
    );
  }
  const mostInput = nextPowerOfTwo(shape.rows);
  if (inputBytes > mostInput) {
    refuse(
      'streams.inputBytes',
      `${inputBytes} bytes a beat are never filled: an input vector has ${shape.rows}`,
      `Use inputBytes <= ${mostInput}.`,
    );
  }
  const field = fieldBytes(shape);
  const mostOutput = field * nextPowerOfTwo(shape.columns);
  if (outputBytes < field) {
    refuse(
      'streams.outputBytes',
      `${outputBytes} byte a beat cannot hold a result of ${shape.outputBits} bits`,
      `Use outputBytes >= ${field}, or output.bits <= 8.`,
    );
  } else if (outputBytes > mostOutput) {
    refuse(
      'streams.outputBytes',
      `${outputBytes} bytes a beat are never filled: a result vector has ${shape.columns * field}`,
      `Use outputBytes <= ${mostOutput}.`,
    );
  }
  return problems;
}

function nextPowerOfTwo(count: number): number {
  return 2 ** Math.ceil(Math.log2(count));
}
