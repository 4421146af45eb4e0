import { Lines } from './lines.js';

/** A conversion as it began: what the cycles that follow belong to. */
export interface StartedConversion {
  /** First precharge cycle, counted as the machine counts its cycles. */
  readonly firstCycle: number;
  /** One whole number a row. */
  readonly inputs: Int32Array;
  /** What each column converts, unit discharges. */
  readonly macs: Int32Array;
  /** Bank of references and table. */
  readonly bank: number;
  /** Code width. */
  readonly bits: number;
}

/**
 * Collects the observed state, one line a change: `<cycle> <state>`. The state is flags, phase, step, bank,
 * rwl_p, rwl_n, ref_group, sa, column and, where the macro has these pins, y; hexadecimal, vectors from the highest bit down.
 */
export class Trace {
  /**
   * What was recorded.
   *
   * @internal
   */
  readonly lines = new Lines();
  /** Conversions in the order in which they began. */
  readonly conversions: StartedConversion[] = [];
  private last = '';

  /** Adds a line where the state is another than that of the last one. */
  record(cycle: number, state: string): void {
    if (state === this.last) return;
    this.last = state;
    this.lines.add(`${cycle} ${state}`);
  }
}

export function hexOfNumber(value: number): string {
  return value.toString(16);
}
