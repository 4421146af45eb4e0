/** In: the description of regions and registers. Out: the same with what each of them is for, in the words of the documents. */
import { MOST_ROWS } from '../config/limits.js';
import {
  type BitField,
  type ErrorName,
  fieldsInUse,
  REGIONS,
  type REGISTERS,
  type Region,
  type RegionName,
  type Register,
} from './registers.js';
import type { MacroShape } from './shape.js';

/** What something with fields is for, and each of them. */
interface Texts<Field extends string> {
  readonly meaning: string;
  readonly fields: Readonly<Record<Field, string>>;
}

/** A text for every entry of a description and for every field of it. */
type TextsOf<Described extends Record<string, { readonly fields: readonly BitField[] }>> = {
  readonly [Name in keyof Described]: Texts<Described[Name]['fields'][number]['name']>;
};

/** What each bit of the error register says. */
export const ERROR_TEXTS = {
  busy: 'access refused: the hardware is using what it names',
  bank: 'start refused: no such reference bank',
  width: 'start refused: code width outside 1 .. ADC_BITS',
  overrun: 'start refused: one is already queued',
  lost: 'a conversion finished while the previous done was not cleared',
  bad_access: 'no such address, unaligned, partial or forbidden access',
  stream: 'an input vector of the stream was too short or too long, and was dropped',
} as const satisfies Readonly<Record<ErrorName, string>>;

/** What each region holds, and each field of its words. */
export const REGION_TEXTS = {
  registers: {
    meaning: 'control and status',
    fields: {},
  },
  inputs: {
    meaning: 'one byte a row, four rows a word; write only',
    fields: {
      rows: 'inputs, the first row in 7:0',
    },
  },
  packed_inputs: {
    meaning: 'inputs once more, many rows a word; write only',
    fields: {
      rows: 'inputs of PACKED_ROWS rows, the first row lowest',
    },
  },
  results: {
    meaning: 'one word a column: code in 23:16, decoded value in 15:0; read only',
    fields: {
      code: 'nonlinear code; 0 where the readout keeps values only',
      value: 'decoded value, sign-extended where results are signed',
    },
  },
  packed_results: {
    meaning: 'decoded values once more, several columns a word; read only',
    fields: {
      columns: 'values of PACKED_COLUMNS columns, the first column lowest',
    },
  },
  tables: {
    meaning: 'decoder: 0x200 a bank, one word a code',
    fields: {
      value: 'of OUT_BITS; reads are sign-extended where results are signed',
    },
  },
  references: {
    meaning: 'reference cells: 0x4000 a bank, 0x10 a row, one bit a cell',
    fields: {
      cells: 'the first column in bit 0',
    },
  },
  weights: {
    meaning: `cells: 0x100 a row (trim rows from row ${MOST_ROWS}), 0x80 a plane (wp, wn), one bit a column`,
    fields: {
      cells: 'the first column in bit 0',
    },
  },
} as const satisfies TextsOf<typeof REGIONS>;

/** What each register is for, and each field of it. */
export const REGISTER_TEXTS = {
  id: {
    meaning: 'what answers here: an imcgen macro',
    fields: {
      id: 'the letters IMC1',
    },
  },
  dimensions: {
    meaning: 'size of the array',
    fields: {
      columns: 'columns',
      rows: 'rows',
    },
  },
  format: {
    meaning: 'numbers in and out, and the converter',
    fields: {
      streams: 'there are stream ports',
      self_test: 'known codes can take the place of the sense amplifiers',
      march: 'there is an engine for a march test',
      banks: 'reference banks',
      self_calibration: 'the macro can calibrate its trim rows by itself',
      packed_words: 'there are packed inputs and packed results',
      output_signed: "results are two's complement",
      output_bits: 'width of a result',
      early_stop: 'the ramp ends once no code can change',
      falling_ramp: 'the ramp runs from the last reference down',
      readout: 'column converter',
      adc_bits: 'widest code',
      bit_serial: 'input slices, not pulse widths',
      input_signed: "inputs are two's complement",
      input_bits: 'width of an input, sign included',
    },
  },
  start: {
    meaning: 'starts a conversion, or queues one',
    fields: {
      width: 'code width of the conversion',
      bank: 'reference bank',
      start: 'write 1 to start',
    },
  },
  status: {
    meaning: 'what the macro does',
    fields: {
      phase: 'phase of the conversion',
      done: 'a conversion has finished; write 1 to clear',
      queued: 'a start is queued',
      busy: 'converting, or a start is queued',
    },
  },
  error: { meaning: 'sticky error bits, write 1 to clear', fields: ERROR_TEXTS },
  interrupt: {
    meaning: 'what raises irq_o',
    fields: {
      error: 'any error bit raises irq_o',
      done: 'done raises irq_o',
    },
  },
  march: {
    meaning: 'march test of the cells',
    fields: {
      background: 'data background, taken with start',
      element: 'element that runs',
      fail: 'a word read wrong: the march stopped there',
      done: 'the march has ended, or stopped',
      resume: 'write 1 to go on after a fail',
      busy: 'the march runs',
      start: 'write 1 to start',
    },
  },
  march_address: {
    meaning: 'where the march is',
    fields: {
      address: 'of the word under test; after a fail, of the word that failed',
    },
  },
  march_data: {
    meaning: 'what the march found',
    fields: {
      cells: 'after a fail: the cells of that word that read wrong',
    },
  },
  self_test: {
    meaning: 'self-test of the converters',
    fields: {
      seed: 'XORed with the column number; bits beyond adc_bits read as 0',
      enable: 'known codes in place of the sense amplifiers',
    },
  },
  stream: {
    meaning: 'who has the data path: inputs, starts and results',
    fields: {
      output_bytes: 'bytes a beat of the output stream',
      input_bytes: 'bytes a beat of the input stream',
      owner: 'the streams have the data path: enabled, or still at work on what they took',
      enable: 'give the data path to the streams; 0: back to the bus',
    },
  },
  calibration: {
    meaning: 'calibration of the trim rows by the macro itself',
    fields: {
      reported: 'columns so far not shown to be within half a trim step',
      bank: 'bank with the references beside zero, taken with start',
      repeats: 'a setting is converted 2^repeats times, taken with start',
      fail: 'a column is reported',
      done: 'the calibration has ended',
      busy: 'the calibration runs',
      start: 'write 1 to start',
    },
  },
} as const satisfies TextsOf<typeof REGISTERS>;

/** A field with what it says. */
export interface DescribedField extends BitField {
  /** In a few words. */
  readonly meaning: string;
}

/** A region with what it holds. */
export interface DescribedRegion extends Region {
  /** In a few words. */
  readonly meaning: string;
  /** Bits of a word. */
  readonly fields: readonly DescribedField[];
}

function described(fields: readonly BitField[], texts: Readonly<Record<string, string>>): DescribedField[] {
  return fields.map((field) => ({ ...field, meaning: texts[field.name]! }));
}

/** A region with its texts. */
export function describedRegion(name: RegionName): DescribedRegion {
  const { meaning, fields } = REGION_TEXTS[name];
  return { ...REGIONS[name], meaning, fields: described(REGIONS[name].fields, fields) };
}

/** The fields of a register that a macro has, with their texts. */
export function describedFields(shape: MacroShape, register: Register): DescribedField[] {
  return described(fieldsInUse(shape, register), REGISTER_TEXTS[register].fields);
}
