import { referenceCell, regionOf, weightCell } from '../../macro/golden/address-map.js';
import type { CellPort, CellWord } from '../../macro/golden/march.js';
import { TRIM_ROW_BASE } from '../../macro/plan/addresses.js';

/**
 * Defects of a memory as the testing literature classifies them, one at a time (van de Goor, Testing Semiconductor
 * Memories, 1991).
 *
 * | model       | what is wrong                                                                     |
 * |-------------|-----------------------------------------------------------------------------------|
 * | stuck       | the cell holds `value`, whatever is written                                       |
 * | transition  | the cell cannot become `value`                                                    |
 * | state       | the cell is `value` while the other cell is `when`                                |
 * | idempotent  | the cell becomes `value` when the other cell changes to `when`                    |
 * | inversion   | the cell changes when the other cell changes to `when`                            |
 * | no word     | the address reaches no word; it reads as all `value`                              |
 * | lent        | the address reaches no word, and the other address reaches both                   |
 * | elsewhere   | the address reaches the other word instead of its own                             |
 * | both        | the address reaches the other word as well                                        |
 *
 * Where two words answer at once, a read gives their OR for `value` 1, their AND for 0. Where one write changes both
 * cells of a coupling, the coupling acts after the write.
 */
export const FAULT_MODELS = [
  'stuck',
  'transition',
  'state',
  'idempotent',
  'inversion',
  'no word',
  'lent',
  'elsewhere',
  'both',
] as const;
/** What is wrong; {@link FAULT_MODELS} says what each model means. */
export type FaultModel = (typeof FAULT_MODELS)[number];

/** One cell: a bit of the word at a bus address. */
export interface Cell {
  /** The word that the bus reaches it by. */
  readonly word: CellWord;
  /** Its bit in that word, 0..31. */
  readonly bit: number;
}

/** One defect of the memory. */
export interface Fault {
  /** What is wrong. */
  readonly model: FaultModel;
  /** The value that the model speaks of. */
  readonly value: 0 | 1;
  /** The state of the other cell that the model speaks of; without a meaning where there is no other cell. */
  readonly when: 0 | 1;
  /** The defective cell. */
  readonly cell: Cell;
  /** The cell, or with a wrong address the word, that it depends on; the cell itself where there is none. */
  readonly other: Cell;
}

/** Memory with one fault, all cells 0 before it is written. */
export class FaultyCells implements CellPort {
  private readonly words = new Map<number, number>();

  constructor(private readonly fault: Fault | undefined) {
    this.hold();
  }

  readCells(address: number): number {
    const { fault } = this;
    const [first, second] = this.reached(address);
    if (first === undefined) return fault!.value === 1 ? fault!.cell.word.mask : 0;
    if (second === undefined) return this.word(first);
    return (
      (fault!.value === 1 ? this.word(first) | this.word(second) : this.word(first) & this.word(second)) >>> 0
    );
  }

  writeCells(address: number, data: number, strobes: number): void {
    let bytes = 0;
    for (let lane = 0; lane < 4; lane++) if ((strobes >> lane) & 1) bytes |= 0xff << (8 * lane);
    for (const at of this.reached(address)) this.writeWord(at, data, bytes);
  }

  private writeWord(at: number, data: number, bytes: number): void {
    const { fault } = this;
    const before = this.word(at);
    let after = (before & ~bytes) | (data & bytes);
    if (fault === undefined) {
      this.words.set(at, after >>> 0);
      return;
    }
    const { model, value, when, cell, other } = fault;
    if (model === 'transition' && at === cell.word.address) {
      const bit = 1 << cell.bit;
      if ((before ^ after) & bit && Number((after & bit) !== 0) === value) after ^= bit;
    }
    const was = this.bit(other);
    this.words.set(at, after >>> 0);
    const is = this.bit(other);
    if (is !== was && is === when) {
      if (model === 'idempotent') this.force(value);
      if (model === 'inversion') this.force(this.bit(cell) === 1 ? 0 : 1);
    }
    this.hold();
  }

  /** Words that an access to an address reaches. */
  private reached(address: number): readonly number[] {
    const { fault } = this;
    if (fault === undefined) return [address];
    const [own, other] = [fault.cell.word.address, fault.other.word.address];
    switch (fault.model) {
      case 'no word':
        return address === own ? [] : [address];
      case 'lent':
        return address === own ? [] : address === other ? [other, own] : [address];
      case 'elsewhere':
        return [address === own ? other : address];
      case 'both':
        return address === own ? [own, other] : [address];
      default:
        return [address];
    }
  }

  private hold(): void {
    const { fault } = this;
    if (fault?.model === 'stuck') this.force(fault.value);
    if (fault?.model === 'state' && this.bit(fault.other) === fault.when) this.force(fault.value);
  }

  private force(value: 0 | 1): void {
    const { word, bit } = this.fault!.cell;
    const others = this.word(word.address) & ~(1 << bit);
    this.words.set(word.address, (others | (value << bit)) >>> 0);
  }

  private bit({ word, bit }: Cell): 0 | 1 {
    return ((this.word(word.address) >>> bit) & 1) === 1 ? 1 : 0;
  }

  private word(at: number): number {
    return this.words.get(at) ?? 0;
  }
}

/** Where a word is in the cells of the simulated array: reference, bank, row, plane, word, of the widths given. */
export function indexOf(
  address: number,
  rows: number,
  width: { readonly bank: number; readonly row: number; readonly word: number },
): number {
  const join = (reference: number, bank: number, row: number, plane: number, word: number) =>
    (((((reference << width.bank) | bank) << width.row) | row) * 2 + plane) * 2 ** width.word + word;
  if (regionOf(address) === 'weights') {
    const { row, plane, word } = weightCell(address);
    return join(0, 0, row < TRIM_ROW_BASE ? row : row - TRIM_ROW_BASE + rows, plane, word);
  }
  const { bank, row, word } = referenceCell(address);
  return join(1, bank, row, 0, word);
}

/** A fault as a reader names it. */
export function describeFault({ model, value, when, cell, other }: Fault): string {
  const at = ({ word, bit }: Cell) => `0x${word.address.toString(16).padStart(5, '0')}.${bit}`;
  const single = model === 'stuck' || model === 'transition';
  return `${model} ${single ? value : `${when} ${value}`} at ${at(cell)}${single ? '' : `, ${at(other)}`}`;
}
