/** In: comparisons of the columns. Out: starts, and the cells of the trim rows; as `<name>_calibration` gives them. */
import { registerAddress, TRIM_ROW_BASE, weightAddress } from '../plan/addresses.js';
import { CALIBRATION, registerWord } from '../plan/registers.js';
import { toleratedBeyond, WINDOW_BITS } from '../plan/self-calibration.js';
import type { MacroShape } from '../plan/shape.js';
import { fieldIn, isCell, type Request, type StartOrder, startOf } from './address-map.js';
import type { CellPort } from './march.js';

const ADDRESS = registerAddress('calibration');
const bankIn = fieldIn('calibration', 'bank');
const repeatsIn = fieldIn('calibration', 'repeats');

/** What a calibration sees of the conversion under way. */
export interface Comparisons {
  /** The column converters take what the comparators say. */
  readonly strobe: boolean;
  /** A bit a column: 1 where it is at or above the reference. */
  readonly outputs: Uint32Array;
  /** The last cycle of the conversion. */
  readonly ends: boolean;
}

/** Which of the three comparisons of a conversion are those with the references next below and above zero. */
function looksOf({ ramp }: MacroShape): { readonly lower: number; readonly upper: number } {
  return { lower: ramp === 'falling' ? 2 : 0, upper: 1 };
}

/**
 * Calibration of the trim rows, cycle by cycle, column after column. All trim cells of a column are first taken to subtract.
 * Then it is compared with the two references beside zero, 2^repeats times, and one cell is changed after the other, until
 * the column is no longer below the lower one: first those of wn from the last row on, then those of wp from the first.
 *
 * A column counts as below the lower reference, or as above the upper one, where more than a quarter of the comparisons
 * say so. It is reported where it ends as either.
 */
export class SelfCalibration {
  private state: 'rest' | 'read' | 'write' | 'start' | 'convert' = 'rest';
  private done = false;
  private reported = 0;
  private repeats = 0;
  private bank = 0;

  private column = 0;
  /** All cells are taken to subtract, before the column is measured. */
  private filling = false;
  /** The trim cell that changes next. */
  private row = 0;
  private plane: 0 | 1 = 0;
  /** All cells add. */
  private none = false;
  private word = 0; // what was read

  private conversions = 0;
  private look = 0;
  private low = 0;
  private high = 0;
  private readonly looks: { readonly lower: number; readonly upper: number };

  constructor(
    private readonly shape: MacroShape,
    private readonly cells: () => CellPort,
  ) {
    this.looks = looksOf(shape);
  }

  reset(): void {
    this.state = 'rest';
    this.done = false;
    this.reported = 0;
    this.repeats = 0;
    this.bank = 0;
  }

  /** It has cells, converters and word lines: rows are not driven, and what its conversions give goes nowhere else. */
  get busy(): boolean {
    return this.state !== 'rest';
  }

  /** The conversion that it asks for in this cycle. */
  get start(): StartOrder | undefined {
    return this.state === 'start' ? { bank: this.bank, bits: WINDOW_BITS } : undefined;
  }

  /** Value of its register. */
  get status(): number {
    return registerWord('calibration', {
      reported: this.reported,
      bank: this.bank,
      repeats: this.repeats,
      fail: Number(this.reported > 0),
      done: Number(this.done),
      busy: Number(this.busy),
    });
  }

  /** Whether a legal request must wait, for a calibration that runs or with one that would. */
  refuses(request: Request, busy: boolean): boolean {
    const { write, address } = request;
    if (this.busy && (isCell(address) || startOf(request) !== undefined)) return true;
    return busy && write && address === ADDRESS;
  }

  /** The bank that a write of its register would start it on. */
  static bankOf({ write, address, data }: Request): number | undefined {
    return write && address === ADDRESS && data & CALIBRATION.start ? bankIn(data) : undefined;
  }

  /** A write of its register, which is refused while anything runs. */
  write(data: number): void {
    if (!(data & CALIBRATION.start)) return;
    this.bank = bankIn(data);
    this.repeats = repeatsIn(data);
    this.done = false;
    this.reported = 0;
    this.begin(0);
  }

  /** One clock edge. */
  tick(seen: Comparisons): void {
    if (this.state === 'read') {
      this.word = this.cells().readCells(this.address);
      this.state = 'write';
    } else if (this.state === 'write') this.change();
    else if (this.state === 'start') {
      this.look = 0;
      this.state = 'convert';
    } else if (this.state === 'convert') this.follow(seen);
  }

  private begin(column: number): void {
    this.column = column;
    this.filling = true;
    this.row = 0;
    this.plane = 0;
    this.none = false;
    this.clear();
    this.state = 'read';
  }

  private clear(): void {
    this.conversions = 0;
    this.low = 0;
    this.high = 0;
  }

  private get address(): number {
    return weightAddress(TRIM_ROW_BASE + this.row, this.plane, this.column >> 5);
  }

  /** Writes the cell of the column among its neighbours, and goes on to the next one. */
  private change(): void {
    const value = this.filling ? this.plane : 1 - this.plane;
    const bit = 1 << (this.column & 31);
    const strobe = 1 << ((this.column >> 3) & 3);
    this.cells().writeCells(this.address, (value ? this.word | bit : this.word & ~bit) >>> 0, strobe);
    const last = this.shape.trimRows - 1;
    if (this.filling) {
      // Ends at the cell that is the first to be taken back.
      if (this.row !== last) this.row++;
      else if (this.plane === 0) {
        this.plane = 1;
        this.row = 0;
      } else this.filling = false;
      this.state = this.filling ? 'read' : 'start';
      return;
    }
    if (this.plane === 1) {
      if (this.row > 0) this.row--;
      else this.plane = 0;
    } else if (this.row === last) this.none = true;
    else this.row++;
    this.state = 'start';
  }

  private follow({ strobe, outputs, ends }: Comparisons): void {
    if (strobe) {
      const above = (outputs[this.column >> 5]! >>> (this.column & 31)) & 1;
      if (this.look === this.looks.lower) this.low += 1 - above;
      if (this.look === this.looks.upper) this.high += above;
      this.look++;
    }
    if (!ends) return;
    this.conversions++;
    if (this.conversions === 2 ** this.repeats) this.decide();
    else this.state = 'start';
  }

  private decide(): void {
    const most = toleratedBeyond(2 ** this.repeats);
    const [below, above] = [this.low > most, this.high > most];
    this.clear();
    if (below && !above && !this.none) {
      this.state = 'read';
      return;
    }
    if (below || above) this.reported++;
    if (this.column < this.shape.columns - 1) {
      this.begin(this.column + 1);
      return;
    }
    this.done = true;
    this.state = 'rest';
  }
}
