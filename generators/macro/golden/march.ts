import { referenceAddress, TRIM_ROW_BASE, weightAddress, wordsOf } from '../plan/addresses.js';
import { MARCH, registerWord } from '../plan/registers.js';
import type { MacroShape } from '../plan/shape.js';
import { fieldIn, referenceCell, regionOf, weightCell } from './address-map.js';

/** The cells as the bus and the march reach them: a word of up to 32 at a bus address. */
export interface CellPort {
  /** The word at an address, unsigned. */
  readCells(address: number): number;
  /** Writes the bytes whose strobe is set. */
  writeCells(address: number, data: number, strobes: number): void;
}

/** A word that the march visits. */
export interface CellWord {
  /** Its bus address, which names region, bank, row, plane and word. */
  readonly address: number;
  /** Bits of the cells that exist. */
  readonly mask: number;
}

/** What a march does at each word: 0 stands for the data background, 1 for its inverse. */
export interface MarchElement {
  readonly order: 'up' | 'down';
  readonly reads?: 0 | 1;
  readonly writes?: 0 | 1;
}

/** March C- (van de Goor, IEEE Design & Test 10(1), 1993); its two elements of any order as the hardware runs them. */
export const MARCH_C_MINUS: readonly MarchElement[] = [
  { order: 'up', writes: 0 },
  { order: 'up', reads: 0, writes: 1 },
  { order: 'up', reads: 1, writes: 0 },
  { order: 'down', reads: 0, writes: 1 },
  { order: 'down', reads: 1, writes: 0 },
  { order: 'down', reads: 0 },
];

/**
 * Data backgrounds: 0 is solid, k = 1 .. 5 has stripes of 2^(k-1) cells. Any two cells of a word differ in at least
 * one of them.
 */
export const BACKGROUNDS: readonly number[] = [
  0, 0xaaaa_aaaa, 0xcccc_cccc, 0xf0f0_f0f0, 0xff00_ff00, 0xffff_0000,
];

const backgroundOf = fieldIn('march', 'background');

/** Every word of cells in rising order: weight rows, trim rows, then the reference cells, bank by bank. */
export function cellWords(shape: MacroShape): CellWord[] {
  const { rows, trimRows, columns, banks, referenceRows, referenceColumns } = shape;
  const words: CellWord[] = [];
  const addRow = (cells: number, address: (word: number) => number) => {
    for (let word = 0; 32 * word < cells; word++) {
      words.push({ address: address(word), mask: 0xffff_ffff >>> Math.max(0, 32 * (word + 1) - cells) });
    }
  };
  for (let at = 0; at < rows + trimRows; at++) {
    const row = at < rows ? at : TRIM_ROW_BASE + at - rows;
    for (const plane of [0, 1] as const) addRow(columns, (word) => weightAddress(row, plane, word));
  }
  for (let bank = 0; bank < banks; bank++) {
    for (let row = 0; row < referenceRows; row++) {
      addRow(referenceColumns, (word) => referenceAddress(bank, row, word));
    }
  }
  return words;
}

/** Clock cycles of a march that finds nothing: a word takes one where it is only written, two where it is read. */
export function marchCycles(shape: MacroShape): number {
  const { rows, trimRows, columns, banks, referenceRows, referenceColumns } = shape;
  const words = 2 * (rows + trimRows) * wordsOf(columns) + banks * referenceRows * wordsOf(referenceColumns);
  return words * MARCH_C_MINUS.reduce((cycles, { reads }) => cycles + (reads === undefined ? 1 : 2), 0);
}

/**
 * The march engine, cycle by cycle. It stops at the first word that reads wrong and stays there, so that the
 * position is the failing address, until it is resumed or started again.
 */
export class March {
  busy = false;
  /** In the first cycle after it was busy. */
  stopped = false;
  /** It was busy for a cycle since it was started: an asynchronous reset may come before. */
  private ran = false;
  private done = false;
  private failed = false;
  private comparing = false;
  private element = 0;
  private at = 0;
  private background = 0;
  private found = 0; // what was read
  private wrong = 0;

  private all: readonly CellWord[] | undefined;
  private hash = 0x811c_9dc5;

  /**
   * @param words    the words to visit; all where left out. Words without a fault never fail, so a fault is simulated
   *                 exactly on those that it touches
   * @param elements March C- where left out
   */
  constructor(
    private readonly shape: MacroShape,
    private readonly cells: () => CellPort,
    words?: readonly CellWord[],
    private readonly elements = MARCH_C_MINUS,
  ) {
    this.all = words;
  }

  reset(): void {
    this.stopped ||= this.busy && this.ran;
    this.busy = false;
    this.done = false;
    this.failed = false;
    this.comparing = false;
    this.element = 0;
    this.at = 0;
    this.background = 0;
  }

  /** A write of the march register, which is refused while anything runs. */
  write(data: number): void {
    this.ran = false;
    if (data & MARCH.start) {
      this.reset();
      this.background = backgroundOf(data);
      this.busy = true;
    } else if (data & MARCH.resume && this.failed) {
      this.failed = false;
      this.busy = true;
      this.advance();
    }
  }

  /** Value of the march register. */
  get status(): number {
    return registerWord('march', {
      background: this.background,
      element: this.element,
      fail: this.failed,
      done: this.done,
      busy: this.busy,
    });
  }

  /** Value of the address register. */
  get address(): number {
    return this.words[this.at]!.address;
  }

  /** Value of the data register: after a fail, the cells of the word that read wrong. */
  get failing(): number {
    return this.failed ? this.wrong : 0;
  }

  /** Everything that the march did at the cell port so far, as one number. */
  get signature(): number {
    return this.hash;
  }

  /** One clock edge. */
  tick(): void {
    this.stopped = false;
    if (!this.busy) return;
    this.ran = true;
    this.visit();
    this.stopped = !this.busy;
  }

  private visit(): void {
    const { reads, writes } = this.elements[this.element]!;
    const { address, mask } = this.words[this.at]!;
    const word = (value: 0 | 1) => this.pattern ^ -value;
    if (reads !== undefined && !this.comparing) {
      this.found = this.cells().readCells(address);
      this.comparing = true;
      // The RTL drives what it would write next.
      this.sign(true, false, word(reads === 0 ? 1 : 0));
      return;
    }
    if (writes === undefined) this.sign(false, true, 0);
    else {
      this.cells().writeCells(address, word(writes), 0xf);
      this.sign(true, true, word(writes));
    }
    const wrong = reads === undefined ? 0 : ((this.found ^ word(reads)) & mask) >>> 0;
    this.comparing = false;
    if (wrong === 0) this.advance();
    else {
      this.busy = false;
      this.failed = true;
      this.wrong = wrong;
    }
  }

  private get words(): readonly CellWord[] {
    this.all ??= cellWords(this.shape);
    return this.all;
  }

  private get pattern(): number {
    return BACKGROUNDS[this.background] ?? 0;
  }

  private advance(): void {
    const up = this.elements[this.element]!.order === 'up';
    const last = this.words.length - 1;
    if (this.at !== (up ? last : 0)) this.at += up ? 1 : -1;
    else if (this.element === this.elements.length - 1) {
      this.busy = false;
      this.done = true;
    } else {
      this.element++;
      this.at = this.elements[this.element]!.order === 'up' ? 0 : last;
    }
  }

  /** Folds a cycle of the cell port into the signature (FNV-1a over two words). */
  private sign(enabled: boolean, write: boolean, data: number): void {
    const fold = (word: number) => {
      this.hash = Math.imul(this.hash ^ word, 0x0100_0193) >>> 0;
    };
    fold(enabled ? portWord(this.shape, this.address) | (Number(write) << 30) | (1 << 31) : 0);
    fold(enabled ? data : 0);
  }
}

/** The address pins of the cell port as one number: reference 29, plane 28, bank 23:20, row 18:8, word 4:0. */
function portWord({ rows }: MacroShape, address: number): number {
  if (regionOf(address) === 'weights') {
    const { row, plane, word } = weightCell(address);
    return (plane << 28) | ((row < TRIM_ROW_BASE ? row : row - TRIM_ROW_BASE + rows) << 8) | word;
  }
  const { bank, row, word } = referenceCell(address);
  return (1 << 29) | (bank << 20) | (row << 8) | word;
}
