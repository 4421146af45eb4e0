import { weightAddress } from './addresses.js';
import { READOUTS, type Register, registerWord } from './registers.js';
import type { MacroShape } from './shape.js';

/* The words that a driver writes into registers, and those that it finds there. */

/** The letters IMC1. */
export const IDENTITY = 0x494d_4331;

/** The word that starts a conversion on `bank` at code width `bits`. */
export function startWord(bank: number, bits: number): number {
  return registerWord('start', { start: 1, bank, width: bits });
}

/** The word that starts a march on a data background, 0..5. */
export function marchWord(background: number): number {
  return registerWord('march', { start: 1, background });
}

/** The word that starts a calibration of the trim rows by the macro: every setting is converted 2^`repeats` times, 0..7. */
export function calibrationWord(bank: number, repeats: number): number {
  return registerWord('calibration', { start: 1, bank, repeats });
}

/** The word that puts the codes `(column ^ seed) mod 2^b` in place of the sense amplifiers; undefined: back to them. */
export function selfTestWord(seed: number | undefined): number {
  return seed === undefined ? 0 : registerWord('self_test', { enable: 1, seed });
}

/** Value of the register of the streams; 0 where there are none. */
export function streamWord({ streams }: MacroShape, state: { enable: boolean; owner: boolean }): number {
  if (streams === undefined) return 0;
  return registerWord('stream', {
    ...state,
    input_bytes: streams.inputBytes,
    output_bytes: streams.outputBytes,
  });
}

/** Value of the read-only register of the array's dimensions. */
export function dimensionsWord(shape: MacroShape): number {
  return registerWord('dimensions', { columns: shape.columns, rows: shape.rows });
}

/** Value of the read-only format register. */
export function formatWord(shape: MacroShape): number {
  return registerWord('format', {
    streams: shape.streams !== undefined,
    self_test: shape.selfTest,
    march: shape.march,
    banks: shape.banks,
    self_calibration: shape.selfCalibrate,
    packed_words: shape.packedWords,
    output_signed: shape.outputSigned,
    output_bits: shape.outputBits,
    early_stop: shape.earlyStop,
    falling_ramp: shape.ramp === 'falling',
    readout: READOUTS.indexOf(shape.readout),
    adc_bits: shape.adcBits,
    bit_serial: shape.inputCoding === 'bit_serial',
    input_signed: shape.inputSigned,
    input_bits: shape.inputBits,
  });
}

/** Value of a register after reset. */
export function resetWord(shape: MacroShape, register: Register): number {
  const words: Partial<Record<Register, number>> = {
    id: IDENTITY,
    dimensions: dimensionsWord(shape),
    format: formatWord(shape),
    march_address: weightAddress(0, 0, 0),
    stream: streamWord(shape, { enable: false, owner: false }),
  };
  return words[register] ?? 0;
}
