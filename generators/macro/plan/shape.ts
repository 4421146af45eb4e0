import type { InputCoding, RampDirection, Readout, StreamsConfig } from '../config/choices.js';
import type { MacroConfig } from '../config/types.js';

/** The numbers that the Verilog parameters carry: everything about a macro's structure, nothing about its levels. */
export interface MacroShape {
  /** Word lines (ROWS). */
  readonly rows: number;
  /** Columns (COLS). */
  readonly columns: number;
  /** Width of an input, sign included (IN_BITS). */
  readonly inputBits: number;
  /** Whether inputs are two's complement. */
  readonly inputSigned: boolean;
  /** How an input becomes pulses of its word line. */
  readonly inputCoding: InputCoding;
  /** Calibration rows; 0 for none. */
  readonly trimRows: number;
  /** Unit pulses that drive every trim row. */
  readonly trimPulses: number;
  /** Whether the macro writes its trim rows by itself, by conversions against references beside zero. */
  readonly selfCalibrate: boolean;
  /** Unit discharges at which a bitline clips. */
  readonly headroom: number;
  /** Widest nonlinear code (ADC_BITS); narrower ones are selectable at run time. */
  readonly adcBits: number;
  /** Kind of column converter. */
  readonly readout: Readout;
  /** Direction in which the ramp meets the references. */
  readonly ramp: RampDirection;
  /** Whether the ramp ends when no later step can change a code. */
  readonly earlyStop: boolean;
  /** Columns at or above the reference that end a falling ramp which may stop early. */
  readonly topK: number;
  /** Resident reference sets and tables. */
  readonly banks: number;
  /** Cells of a reference row and bank (REF_COLS). */
  readonly referenceColumns: number;
  /** Reference rows of a bank, offset group included (REF_ROWS). */
  readonly referenceRows: number;
  /** Rows of the offset group, which starts the ramp below zero. */
  readonly offsetRows: number;
  /** Unit pulses of a ramp step (REF_PULSES). */
  readonly referencePulses: number;
  /** Cycles that precharge the lines. */
  readonly prechargeCycles: number;
  /** Width of a decoded value (OUT_BITS). */
  readonly outputBits: number;
  /** Whether decoded values are two's complement. */
  readonly outputSigned: boolean;
  /** Whether readout and next load overlap the conversion. */
  readonly doubleBuffer: boolean;
  /** Bytes a beat of the stream ports; undefined where there are none. */
  readonly streams: StreamsConfig | undefined;
  /** Whether there are bus addresses whose words hold many inputs, or results of several columns. */
  readonly packedWords: boolean;
  /** Whether there is an engine that runs a march test over all cells. */
  readonly march: boolean;
  /** Whether known codes can take the place of the sense amplifiers. */
  readonly selfTest: boolean;
}

/** The numbers of a config that make its hardware; what was left open takes its value from the others. */
export function shapeOf(config: MacroConfig): MacroShape {
  const { array, input, adc, output } = config;
  const magnitudeBits = input.bits - (input.signed ? 1 : 0);
  return {
    rows: array.rows,
    columns: array.columns,
    inputBits: input.bits,
    inputSigned: input.signed,
    inputCoding: input.coding,
    trimRows: array.trimRows,
    trimPulses: array.trimPulses,
    selfCalibrate: array.selfCalibrate === true,
    headroom: array.headroom ?? array.rows * (2 ** magnitudeBits - 1),
    adcBits: adc.bits,
    readout: adc.readout,
    ramp: adc.ramp,
    earlyStop: adc.earlyStop,
    topK: adc.topK ?? array.columns,
    banks: adc.banks ?? config.layers.length,
    referenceColumns: adc.reference.columns,
    referenceRows: adc.reference.rows,
    offsetRows: adc.reference.offsetRows,
    referencePulses: adc.reference.pulses,
    prechargeCycles: adc.prechargeCycles,
    outputBits: output.bits,
    outputSigned: output.signed,
    doubleBuffer: output.doubleBuffer,
    streams: config.streams,
    packedWords: config.packedWords === true,
    march: config.test.march,
    selfTest: config.test.selfTest,
  };
}

/** Bits of |x|: the sign bit of signed inputs does not pulse a word line. */
export function magnitudeBits(shape: MacroShape): number {
  return shape.inputBits - (shape.inputSigned ? 1 : 0);
}

/** Largest |x| that the input drivers can express: 2^n - 1. */
export function maxMagnitude(shape: MacroShape): number {
  return 2 ** magnitudeBits(shape) - 1;
}

/** Most unit discharges one bitline can lose, before clipping. */
export function fullScale(shape: MacroShape): number {
  return shape.rows * maxMagnitude(shape);
}

/** Largest |mac|: what both lines can differ by, plus what the trim rows add outside the clipped part. */
export function maxMac(shape: MacroShape): number {
  return Math.min(shape.headroom, fullScale(shape)) + shape.trimRows * shape.trimPulses;
}

/** Most 1-cells that may discharge one reference line: it clips where the bitlines do. */
export function rampLimit(shape: MacroShape): number {
  return shape.headroom < fullScale(shape) ? Math.floor(shape.headroom / shape.referencePulses) : Infinity;
}

/** Reference rows of one ramp group: the rows left by the offset group, shared by 2^B - 1 groups. */
export function stepRows(shape: MacroShape): number {
  return Math.floor((shape.referenceRows - shape.offsetRows) / (2 ** shape.adcBits - 1));
}

/** Ramp group of a reference row: 0 for the offset group, 2^B and more for rows left over. */
export function groupOfRow(shape: MacroShape, row: number): number {
  const { offsetRows } = shape;
  return row < offsetRows ? 0 : Math.floor((row - offsetRows) / stepRows(shape)) + 1;
}

/** Groups that one ramp step drives together at run-time width `bits`: 2^(B-b). */
export function groupsPerStep(shape: MacroShape, bits: number): number {
  return 2 ** (shape.adcBits - bits);
}

/** Most 1-cells that a ramp step can hold at run-time width `bits`. */
export function stepCapacity(shape: MacroShape, bits: number): number {
  return groupsPerStep(shape, bits) * stepRows(shape) * shape.referenceColumns;
}

/** Most 1-cells of the offset group. */
export function offsetCapacity(shape: MacroShape): number {
  return shape.offsetRows * shape.referenceColumns;
}

/** Range of a table entry, unsigned or two's complement. */
export function outputRange(shape: MacroShape): { readonly low: number; readonly high: number } {
  return shape.outputSigned
    ? { low: -(2 ** (shape.outputBits - 1)), high: 2 ** (shape.outputBits - 1) - 1 }
    : { low: 0, high: 2 ** shape.outputBits - 1 };
}
