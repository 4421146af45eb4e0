/** In: lines of the array and pulses of the reference cells. Out: what the sense amplifiers say of every column. */

import type { DieLines } from '../die/die.js';
import { wordsOf } from '../plan/addresses.js';
import type { MacroShape } from '../plan/shape.js';
import { packBits } from './bits.js';
import type { Sensing } from './comparator.js';
import { newReferenceLines, pulseReference, type ReferenceLines } from './reference-lines.js';

/** Sense amplifiers of all columns, and the reference lines that they share. */
export class SenseAmplifiers {
  /** A bit a column: 1 where it is at or above the reference. A new array for each look; all 0 while switched off. */
  outputs: Uint32Array;
  /** Ramps begun so far: what comparators and dies are told of the next one. */
  conversions = 0;
  private readonly dark: Uint32Array;
  private macs: Int32Array;
  private lines: DieLines | undefined;
  private reference: ReferenceLines = newReferenceLines();
  private conversion = 0;

  constructor(
    shape: MacroShape,
    private readonly sensing: Sensing,
  ) {
    this.dark = new Uint32Array(wordsOf(shape.columns));
    this.outputs = this.dark;
    this.macs = new Int32Array(shape.columns);
  }

  /**
   * A conversion begins, its reference lines full.
   *
   * @param lines of the die, where there is one
   */
  begin(macs: Int32Array, lines: DieLines | undefined): void {
    this.macs = macs;
    this.lines = lines;
    this.reference = newReferenceLines();
  }

  /**
   * One pulse of the ramp.
   *
   * @param groups        1 for every group that is driven; group 0 discharges the other line
   * @param groupCurrents what each group discharges in a pulse: its 1-cells, or their currents where there is a die
   * @param swapped       whether the two lines are swapped
   */
  pulse(groups: Uint8Array, groupCurrents: ArrayLike<number>, swapped: boolean): void {
    if (this.reference.cycles === 0) this.conversion = this.conversions++;
    pulseReference(this.reference, groups, groupCurrents, swapped);
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
    this.outputs = packBits(this.macs.length, known ?? this.decision(step));
  }

  private decision(step: number): (column: number) => boolean {
    const { macs, lines, reference, conversion } = this;
    const { comparator, seed = 0, die } = this.sensing;
    if (die !== undefined && lines !== undefined) {
      return (column) => die.above(lines, column, reference, conversion);
    }
    const level = reference.positive - reference.negative;
    // Exactly: equality takes the upper code.
    if (comparator === undefined) return (column) => macs[column]! >= level;
    const moment = { step, conversion, seed };
    return (column) => comparator(macs[column]!, level, column, moment);
  }
}
