import type { Readout } from '../config/choices.js';

/** What a readout is: golden model, Verilog, proofs and documents take it from {@link READOUT_STYLES}. */
export interface ReadoutStyle {
  /** Module of the column converters, after the name of the macro. */
  readonly module: string;
  /** How the ramp moves the register of a column: `counts` one up or down, `follows` the step itself. */
  readonly moves: 'counts' | 'follows';
  /** What the register of a column holds: the nonlinear `code`, or the decoded `value`. */
  readonly holds: 'code' | 'value';
  /** Where codes are decoded: at the `read` port of the bus, in each of the `columns`, or once a ramp `step`. */
  readonly decodes: 'read' | 'columns' | 'step';
  /** Decoded values of all columns are there at once, on pins of the macro. */
  readonly showsAll: boolean;
}

/** The readouts in the order in which the format register numbers them. */
export const READOUT_STYLES: Readonly<Record<Readout, ReadoutStyle>> = {
  counter: {
    module: 'column_counter',
    moves: 'counts',
    holds: 'code',
    decodes: 'read',
    showsAll: false,
  },
  capture: {
    module: 'column_capture',
    moves: 'follows',
    holds: 'code',
    decodes: 'read',
    showsAll: false,
  },
  column_lut: {
    module: 'column_lut',
    moves: 'counts',
    holds: 'code',
    decodes: 'columns',
    showsAll: true,
  },
  broadcast: {
    module: 'column_broadcast',
    moves: 'follows',
    holds: 'value',
    decodes: 'step',
    showsAll: true,
  },
};

/** The readout of a macro. */
export function readoutOf({ readout }: { readonly readout: Readout }): ReadoutStyle {
  return READOUT_STYLES[readout];
}
