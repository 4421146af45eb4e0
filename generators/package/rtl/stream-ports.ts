import { bitsFor } from '../../common/bits.js';
import { readoutOf } from '../../macro/plan/readouts.js';
import type { MacroShape } from '../../macro/plan/shape.js';
import { hasStreams, inputBeats, outputBeats } from '../../macro/plan/streams.js';
import type { BusPin } from './bus-ports.js';

/** Bits of `tuser`: code width in 6:4, bank in 3:0. */
const USER_BITS = 7;

/** Pins of the AXI4-Stream ports; none where a macro has no streams. Top level, testbench and documents take them from here. */
export function streamPins(shape: MacroShape): readonly BusPin[] {
  if (!hasStreams(shape)) return [];
  const { inputBytes, outputBytes } = shape.streams;
  const pin = (direction: BusPin['direction'], name: string, meaning: string, width = 1): BusPin => ({
    ...{ name, direction, width, meaning },
  });
  return [
    pin('input', 's_axis_tvalid_i', 'a beat of an input vector'),
    pin('output', 's_axis_tready_o', 'it is taken'),
    pin('input', 's_axis_tdata_i', 'one byte a row, the first row in 7:0', 8 * inputBytes),
    pin('input', 's_axis_tlast_i', 'last beat of the vector'),
    pin('input', 's_axis_tuser_i', 'of its first beat: code width in 6:4, bank in 3:0', USER_BITS),
    pin('output', 'm_axis_tvalid_o', 'a beat of a result vector'),
    pin('input', 'm_axis_tready_i', 'it is taken'),
    pin('output', 'm_axis_tdata_o', 'one field a column, the first column lowest', 8 * outputBytes),
    pin('output', 'm_axis_tlast_o', 'last beat of the vector'),
    pin('output', 'm_axis_tuser_o', 'code width in 6:4, bank in 3:0', USER_BITS),
  ];
}

/** What the templates ask of the streams. */
export function streamView(shape: MacroShape) {
  if (!hasStreams(shape)) return { streams: false, busPath: '' } as const;
  const { holds } = readoutOf(shape);
  return {
    streams: true,
    /** Starts and inputs of the bus pass the input stream on their way. */
    busPath: 'bus_',
    streamInputBytes: shape.streams.inputBytes,
    streamOutputBytes: shape.streams.outputBytes,
    streamGroupWidth: bitsFor(outputBeats(shape)),
    streamBeatWidth: bitsFor(inputBeats(shape)),
    resultWidth: holds === 'value' ? shape.outputBits : shape.adcBits,
  } as const;
}
