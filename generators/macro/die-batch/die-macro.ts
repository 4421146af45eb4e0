/** In: a programmed macro. Out: its codes on a die, from WebAssembly. */
import type { DieConstants } from '../die/constants.js';
import { Die, type StoredCells } from '../die/die.js';
import { KIND, keyOf, MOST_DEVIATE } from '../die/hash.js';
import { type CellPlanes, packReferences, type ReferenceCells } from '../golden/pack.js';
import { linesOfRamp } from '../golden/reference-lines.js';
import { stepsOfRamp } from '../golden/word-lines.js';
import { readoutOf } from '../plan/readouts.js';
import { type MacroShape, maxMagnitude } from '../plan/shape.js';
import { CHUNK, type DieKernel, type Region } from './kernel.js';

/** What a macro converts with. */
export interface DieContents {
  readonly cells: StoredCells;
  readonly reference: ReferenceCells;
  readonly bank: number;
  /** Width of the conversions. */
  readonly bits: number;
}

/** A number for each line of each column: of RBLP and of RBLN where x > 0. */
export interface ColumnCurrents {
  /** wp, in f a unit pulse: parts of a unit discharge, as `Die` has them. */
  readonly plus: Int32Array;
  /** wn, alike. */
  readonly minus: Int32Array;
}

/** A programmed macro in the memory of a kernel. */
export class DieMacro {
  /** Die whose cells are in memory, and whose thresholds are. */
  private drawn: number | undefined;
  private die: Die | undefined;
  private readonly padded: number;
  /** Rows of an input vector in memory. */
  readonly pitch: number;
  private readonly at: Readonly<Record<'cells' | 'both' | 'apart' | 'leaks' | 'thresholds', number>>;
  private readonly referenceCells: Uint8Array;

  constructor(
    private readonly kernel: DieKernel,
    private readonly shape: MacroShape,
    private readonly contents: DieContents,
    private readonly constants: DieConstants,
  ) {
    const { rows, columns } = shape;
    this.padded = 16 * Math.ceil(columns / 16);
    this.pitch = 2 * Math.ceil(rows / 2);
    this.referenceCells = packReferences(contents.reference, shape);
    const plane = this.pitch * this.padded;
    this.at = {
      ...{ cells: kernel.place(plane), both: kernel.place(2 * plane), apart: kernel.place(2 * plane) },
      leaks: kernel.place(8 * this.padded),
      thresholds: kernel.place(this.thresholds * 4),
    };
    const cells = kernel.bytes(this.at.cells, plane);
    const { plus, minus } = contents.cells;
    for (let row = 0; row < rows; row++) {
      for (let column = 0; column < columns; column++) {
        const cell = row * columns + column;
        cells[row * this.padded + column] = plus[cell]! | (minus[cell]! << 1);
      }
    }
    // A column that is not there is never at the reference.
    kernel.words(this.at.thresholds, this.thresholds).fill(2 ** 31 - 1);
  }

  /** From now on with other trim cells: trim rows x columns. */
  loadTrim({ plus, minus }: CellPlanes): void {
    this.contents.cells.trimPlus.set(plus);
    this.contents.cells.trimMinus.set(minus);
    this.die = undefined;
  }

  /** Currents of the cells of every column that hold a 1, on a die. */
  currents(die: Die): ColumnCurrents {
    this.use();
    this.draw(die);
    const { columns } = this.shape;
    const leaks = this.kernel.words(this.at.leaks, 2 * this.padded);
    return { plus: leaks.slice(0, columns), minus: leaks.slice(this.padded, this.padded + columns) };
  }

  /** Writes vectors where {@link convert} finds them, one whole number a row each, `from` the first of them. */
  write(inputs: ArrayLike<number>, from: number, count: number, at: number): void {
    const { shape, pitch } = this;
    const { rows } = shape;
    const limit = maxMagnitude(shape);
    const found = this.kernel.halves(at, count * pitch);
    if (inputs instanceof Uint8Array && pitch === rows) {
      found.set(inputs.subarray(from * rows, (from + count) * rows));
      return;
    }
    for (let vector = 0; vector < count; vector++) {
      const to = vector * pitch;
      const first = (from + vector) * rows;
      for (let row = 0; row < rows; row++) found[to + row] = Math.max(-limit, inputs[first + row]!);
    }
  }

  /**
   * Codes of vectors in memory on a die.
   *
   * @param inputs     where the vectors lie
   * @param count      how many there are
   * @param conversion number of the first conversion
   * @param use        is handed the codes of a chunk, as long as they last: `pitch` bytes a vector
   */
  convert(
    die: Die,
    inputs: number,
    count: number,
    conversion: number,
    use: (codes: Uint8Array, first: number, vectors: number, pitch: number) => void,
  ): void {
    const { kernel, padded } = this;
    this.use();
    this.draw(die);
    this.writeThresholds(die);
    const noise = keyOf(die.seed, KIND.noise);
    kernel.set({ inputs, gain: die.arrayGain, noiseFirst: noise.first, noiseSecond: noise.second });
    const codes = kernel.work('codes', CHUNK * padded);
    for (let first = 0; first < count; first += CHUNK) {
      const vectors = Math.min(CHUNK, count - first);
      kernel.convert(first, vectors, conversion + first);
      use(kernel.bytes(codes, vectors * padded), first, vectors, padded);
    }
  }

  private get thresholds(): number {
    return 2 ** this.contents.bits * this.padded;
  }

  /** Draws the cells of a die, unless they are in memory. */
  private draw(die: Die): void {
    const { kernel } = this;
    if (this.drawn === die.seed) return;
    this.drawn = die.seed;
    const { pulseError } = this.constants;
    const { first: weightFirst, second: weightSecond } = keyOf(die.seed, KIND.weight);
    kernel.set({ weightFirst, weightSecond });
    const pulses = kernel.words(kernel.work('pulses', 4 * this.pitch), this.pitch);
    pulses.fill(0);
    if (pulseError > 0) {
      for (let row = 0; row < this.shape.rows; row++) pulses[row] = pulseError * die.pulseDeviate(row);
    }
    kernel.draw();
  }

  /** What the lines of a column must reach at each step: the level, less what trim and offset add. */
  private writeThresholds(die: Die): void {
    if (this.die === die) return;
    this.die = die;
    const { shape, padded } = this;
    const { bank, bits, cells } = this.contents;
    const { columns } = shape;
    const references = linesOfRamp(shape, bits, die.groupCurrents(bank, this.referenceCells));
    const added = die.trims(cells);
    for (let column = 0; column < columns; column++) added[column]! += die.offset(column);
    const thresholds = this.kernel.words(this.at.thresholds, this.thresholds);
    stepsOfRamp(shape, bits).forEach((step, at) => {
      const level = die.level(references[step - 1]!);
      for (let column = 0; column < columns; column++) {
        thresholds[at * padded + column] = level - added[column]!;
      }
    });
  }

  /** Gives the kernel the settings of this macro, unless it has them. */
  private use(): void {
    const { kernel, shape, constants, padded, pitch } = this;
    if (kernel.user === this) return;
    kernel.user = this;
    const { rows, ramp, earlyStop, topK } = shape;
    const falling = ramp === 'falling';
    const one = 2 ** constants.fractionBits;
    const work: readonly (readonly [Region, number])[] = [
      ...([
        ['pulses', 4 * pitch],
        ['sums', 4 * CHUNK * padded],
        ['differences', 4 * CHUNK * padded],
      ] as const),
      ...([
        ['values', 4 * padded],
        ['held', 4 * padded],
        ['codes', CHUNK * padded],
      ] as const),
    ];
    const { mostDeviate = MOST_DEVIATE } = constants;
    kernel.set({
      ...this.at,
      ...Object.fromEntries(work.map(([region, size]) => [region, kernel.work(region, size)])),
      rows,
      columns: padded,
      signed: Number(shape.inputSigned),
      steps: 2 ** this.contents.bits - 1,
      stepPulses: shape.referencePulses,
      falling: Number(falling),
      counting: Number(readoutOf(shape).moves === 'counts'),
      ends: earlyStop ? (falling ? topK : 1) : 0,
      one,
      mostCurrent: 4 * one - 1,
      mismatch: constants.mismatch,
      bend: constants.bend,
      bendEnd: constants.bendEnd,
      headroom: new Die(constants, shape, 0).headroom,
      leakage: constants.leakage,
      noise: constants.noise,
      most: mostDeviate,
      reach: Math.floor((constants.noise * mostDeviate + 2 ** 15) / 2 ** 16),
    });
  }
}
