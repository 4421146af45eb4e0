import { packedColumns, packedInputBits, packedRows } from '../../macro/plan/packed-words.js';
import { readoutOf } from '../../macro/plan/readouts.js';
import { fieldOf, maskOf } from '../../macro/plan/registers.js';
import type { MacroShape } from '../../macro/plan/shape.js';
import { fieldsOfBeat, hasStreams } from '../../macro/plan/streams.js';

/** Rows that the input drivers take at once: four of a bus word, as many as a packed one has, or a beat of the stream. */
function inputLanes(shape: MacroShape): number {
  if (hasStreams(shape)) return Math.max(4, shape.streams.inputBytes);
  return shape.packedWords ? packedRows(shape) : 4;
}

/** Columns that are read at once. */
export function fieldsAtOnce(shape: MacroShape): number {
  if (hasStreams(shape)) return fieldsOfBeat(shape);
  return shape.packedWords ? packedColumns(shape) : 1;
}

/** What the templates ask where more than a plain bus word moves at once: by streams, or in packed words. */
export function wideAccessView(shape: MacroShape) {
  const wide = hasStreams(shape) || shape.packedWords;
  const fields = fieldsAtOnce(shape);
  return {
    packed: shape.packedWords,
    wide,
    inputLanes: inputLanes(shape),
    fieldsAtOnce: fields,
    /** Fields are decoded as they leave; `broadcast` holds decoded values. */
    fieldDecoders: wide && readoutOf(shape).decodes !== 'step',
    /** Fields, each with what its proof adds to the name of a property. */
    fieldParts: Array.from({ length: fields }, (_, field) => ({
      field,
      suffix: fields === 1 ? '' : `_${field}`,
    })),
    packedInputBits: packedInputBits(shape),
    packedRows: packedRows(shape),
    packedColumns: packedColumns(shape),
    packedFormat: `32'h${maskOf(fieldOf('format', 'packed_words')).toString(16)}`,
  } as const;
}
