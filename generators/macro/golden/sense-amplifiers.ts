/** In: MACs and pulses of the reference cells. Out: what the sense amplifiers say of every column. */

import { wordsOf } from '../plan/registers.js';
import type { MacroShape } from '../plan/shape.js';
import { packBits } from './bits.js';
import { atOrAbove, type Sensing } from './comparator.js';

/** Sense amplifiers of all columns, and the reference line that they share. */
export class SenseAmplifiers {
  /** A bit a column: 1 where it is at or above the reference. A new array for each look; all 0 while switched off. */
  outputs: Uint32Array;
  private readonly dark: Uint32Array;
  private macs: Int32Array;
  /** What the reference lines differ by, unit discharges. */
  private reference = 0;
  private conversion = 0;

  constructor(
    shape: MacroShape,
    private readonly sensing: Sensing,
  ) {
    this.dark = new Uint32Array(wordsOf(shape.columns));
    this.outputs = this.dark;
    this.macs = new Int32Array(shape.columns);
  }

  /** A conversion begins, its reference line full. */
  begin(macs: Int32Array, conversion: number): void {
    this.macs = macs;
    this.conversion = conversion;
    this.reference = 0;
  }

  /**
   * One pulse of the ramp.
   *
   * @param groups     1 for every group that is driven; group 0 discharges the other line
   * @param groupCells 1-cells of every group
   * @param swapped    whether the two lines are swapped
   */
  pulse(groups: Uint8Array, groupCells: Int32Array, swapped: boolean): void {
    const sign = swapped ? -1 : 1;
    groups.forEach((driven, group) => {
      if (driven) this.reference += sign * (group === 0 ? -groupCells[0]! : groupCells[group]!);
    });
  }

  off(): void {
    this.outputs = this.dark;
  }

  /**
   * Compares every column.
   *
   * @param known what stands in for the amplifiers, if anything does
   */
  look(step: number, known: ((column: number) => boolean) | undefined): void {
    const { macs, reference, conversion } = this;
    const { comparator = atOrAbove, seed = 0 } = this.sensing;
    const moment = { step, conversion, seed };
    this.outputs = packBits(
      macs.length,
      known ?? ((column) => comparator(macs[column]!, reference, column, moment)),
    );
  }
}
