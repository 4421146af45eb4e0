import { bitsFor } from '../../common/bits.js';
import { type MacroShape, magnitudeBits } from '../../macro/plan/shape.js';
import { cellWordWidth, rowWidth } from './ports.js';

/** A Verilog parameter of the macro. Top level, testbench and documents are made from this one list. */
export interface Parameter {
  readonly name: string;
  readonly value: number;
  readonly meaning: string;
}

function parameter(name: string, value: number | boolean, meaning: string): Parameter {
  return { name, value: Number(value), meaning };
}

/** The shape as Verilog parameters, in the order of the top level; an instance may override each of them. */
export function parametersOf(shape: MacroShape): readonly Parameter[] {
  return [
    parameter('ROWS', shape.rows, 'word lines'),
    parameter('COLS', shape.columns, 'columns'),
    parameter('IN_BITS', shape.inputBits, 'input width, sign included'),
    parameter('IN_SIGNED', shape.inputSigned, "1: two's complement inputs"),
    parameter('BIT_SERIAL', shape.inputCoding === 'bit_serial', '1: one bit slice a cycle, 0: pulse width'),
    parameter('TRIM_ROWS', shape.trimRows, 'calibration rows'),
    parameter('TRIM_PULSES', shape.trimPulses, 'unit pulses that drive every trim row'),
    parameter('HEADROOM', shape.headroom, 'unit discharges at which a bitline clips'),
    parameter('ADC_BITS', shape.adcBits, 'widest nonlinear code'),
    parameter('BANKS', shape.banks, 'resident reference sets and tables'),
    parameter('REF_COLS', shape.referenceColumns, 'reference cells a row and bank'),
    parameter('REF_ROWS', shape.referenceRows, 'reference rows, offset group included'),
    parameter('OFFSET_ROWS', shape.offsetRows, 'rows of the offset group'),
    parameter('REF_PULSES', shape.referencePulses, 'unit pulses a ramp step'),
    parameter('PRE_CYCLES', shape.prechargeCycles, 'cycles that precharge the bitlines'),
    parameter('EARLY_STOP', shape.earlyStop, '1: end the ramp once no code can change'),
    ...(shape.ramp === 'falling'
      ? [parameter('TOP_K', shape.topK, 'columns found that end the ramp early')]
      : []),
    parameter('OUT_BITS', shape.outputBits, 'width of a decoded value'),
    parameter('OUT_SIGNED', shape.outputSigned, "1: two's complement values"),
    parameter('DOUBLE_BUFFER', shape.doubleBuffer, '1: load and readout overlap the conversion'),
  ];
}

/** Values by Verilog name, as a simulator overrides them. */
export function parameterValues(shape: MacroShape): ReadonlyMap<string, number> {
  return new Map(parametersOf(shape).map(({ name, value }) => [name, value]));
}

/** Parameters of the analog macro, the same in every view of it. */
export function arrayParametersOf(shape: MacroShape): readonly Parameter[] {
  return [
    parameter('ROWS', shape.rows, 'word lines'),
    parameter('COLS', shape.columns, 'columns'),
    parameter('MAG_BITS', magnitudeBits(shape), 'bits of |x|: a row is driven 2^MAG_BITS - 1 pulses at most'),
    parameter('TRIM_ROWS', shape.trimRows, 'calibration rows'),
    parameter('HEADROOM', shape.headroom, 'unit discharges at which a bitline clips'),
    parameter('ADC_BITS', shape.adcBits, 'widest nonlinear code'),
    parameter('REF_COLS', shape.referenceColumns, 'reference cells a row and bank'),
    parameter('REF_ROWS', shape.referenceRows, 'reference rows, offset group included'),
    parameter('OFFSET_ROWS', shape.offsetRows, 'rows of the offset group'),
    parameter('BANK_W', bitsFor(shape.banks), 'bits of a bank number'),
    parameter('ROW_W', rowWidth(shape), 'bits of a cell row number, trim rows after the others'),
    parameter('WORD_W', cellWordWidth(shape), 'bits of a word number in a cell row'),
  ];
}
