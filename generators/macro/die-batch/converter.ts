/** In: a programmed macro, a batch of inputs. Out: the codes of that batch on one die after the other. */
import type { DieConstants } from '../die/constants.js';
import { Die, type StoredCells } from '../die/die.js';
import { deviate, KIND, keyOf } from '../die/hash.js';
import type { Sensing } from '../golden/comparator.js';
import { type BatchOptions, Macro } from '../golden/macro.js';
import { type CellPlanes, packReferences, type ReferenceCells } from '../golden/pack.js';
import { linesOfRamp } from '../golden/reference-lines.js';
import { instantiate, type Memory, makeRoom } from '../golden/web-assembly.js';
import { stepsOfRamp } from '../golden/word-lines.js';
import { readoutOf } from '../plan/readouts.js';
import { type MacroShape, maxMagnitude } from '../plan/shape.js';
import { KERNEL_MODULE } from './kernel-module.js';

/** Vectors whose sums are in memory at once: few enough for the nearest caches. */
const CHUNK = 32;
/** Most inputs of a batch: they are in memory, in two bytes each. */
const MOST_INPUTS = 2 ** 29;

type Region =
  | ('inputs' | 'cells' | 'pulses' | 'both' | 'apart' | 'leaks' | 'sums' | 'differences' | 'values')
  | ('held' | 'thresholds' | 'codes');
type Setting =
  | ('rows' | 'columns' | 'signed' | 'steps' | 'stepPulses' | 'falling' | 'counting' | 'ends' | 'one')
  | ('mostCurrent' | 'mismatch' | 'gain' | 'bend' | 'bendEnd' | 'headroom' | 'leakage' | 'noise' | 'reach')
  | ('weightFirst' | 'weightSecond' | 'noiseFirst' | 'noiseSecond');
/** The exported variables and functions of kernel/die.ts. */
type Exports = Record<Region | Setting, { value: number }> & {
  readonly memory: Memory;
  draw(): void;
  convert(first: number, count: number, conversion: number): void;
};

/** A number for each line of each column: of RBLP and of RBLN where x > 0. */
export interface ColumnCurrents {
  /** wp, in f a unit pulse: parts of a unit discharge, as `Die` has them. */
  readonly plus: Int32Array;
  /** wn, alike. */
  readonly minus: Int32Array;
}

/**
 * A batch of inputs on many dies of one macro: {@link convert} gives the codes that a {@link Macro} with such a die gives,
 * bit for bit, noise included. What dies have in common is prepared once. WebAssembly with SIMD where the platform has it;
 * otherwise, and with `plain`, a {@link Macro} in plain JavaScript.
 *
 * @example
 * ```ts
 * import { DieConverter, dieConstants, Macro, type MacroPlan } from 'imcgen';
 *
 * declare const plan: MacroPlan; // of a config with "die"
 * declare const weights: Int8Array;
 * const { shape, config } = plan;
 * const macro = Macro.from(plan);
 * macro.loadWeights(weights);
 * const inputs = new Uint8Array(1000 * shape.rows).fill(3); // 1000 vectors, one after the other
 * const converter = new DieConverter(macro, dieConstants(config.die!, shape), inputs);
 * for (let seed = 1; seed <= 100; seed++) console.log(seed, converter.convert(seed)[0]);
 * ```
 */
export class DieConverter {
  /** Die whose cells are in memory. */
  private drawn: number | undefined;
  /** Vectors of the batch. */
  readonly count: number;
  private readonly shape: MacroShape;
  private readonly bits: number;
  private readonly wasm: Exports | undefined;
  private readonly bank: number;
  private readonly cells: StoredCells;
  private readonly reference: ReferenceCells;
  /** The same, cell by cell. */
  private readonly referenceCells: Uint8Array;

  /**
   * @param macro     what is programmed: cells, trim, references. Later changes of it do not count
   * @param constants of the dies
   * @param inputs    one whole number a row, vector after vector
   * @param options   bank and width of all conversions
   * @throws RangeError for an input outside IN_BITS, an unknown bank or width, or a length that does not fit
   */
  constructor(
    macro: Macro,
    private readonly constants: DieConstants,
    private readonly inputs: ArrayLike<number>,
    private readonly options: BatchOptions = {},
  ) {
    const { shape } = macro;
    const { bank = 0, plain = false } = options;
    const { reference } = macro.programmed(bank);
    this.shape = shape;
    this.bank = bank;
    this.reference = reference;
    this.cells = {
      plus: macro.array.plus.slice(),
      minus: macro.array.minus.slice(),
      trimPlus: macro.array.trimPlus.slice(),
      trimMinus: macro.array.trimMinus.slice(),
    };
    this.bits = options.bits ?? reference.bits;
    this.count = inputs.length / shape.rows;
    this.referenceCells = packReferences(reference, shape);
    // The ideal macro refuses what no die takes either.
    this.macroWith({}).convertBatch(inputs, options, {});
    if (inputs.length > MOST_INPUTS) {
      throw new RangeError(
        `inputs has ${inputs.length} entries, a batch of dies takes ${MOST_INPUTS} at most`,
      );
    }
    this.wasm = plain ? undefined : instantiate<Exports>(KERNEL_MODULE);
    if (this.wasm !== undefined) this.prepare(this.wasm);
  }

  /** Whether it runs in WebAssembly. */
  get fast(): boolean {
    return this.wasm !== undefined;
  }

  /**
   * Codes of the batch on one die.
   *
   * @param die   or its seed
   * @param codes array to fill, count x columns; a new one where left out
   * @param first number of its first conversion, which is what noise depends on; 0 where left out
   * @returns codes, one a vector and column; for `broadcast` those whose decoded values it holds
   */
  convert(
    die: Die | number,
    codes: Uint8Array = new Uint8Array(this.count * this.shape.columns),
    first = 0,
  ): Uint8Array {
    const drawn = typeof die === 'number' ? new Die(this.constants, this.shape, die) : die;
    if (this.wasm === undefined) this.convertPlain(drawn, codes, first);
    else this.convertFast(this.wasm, drawn, codes, first);
    return codes;
  }

  /**
   * Lets the batch be converted with other trim cells from now on.
   *
   * @param cells trim rows x columns, as `packTrim` gives them
   */
  loadTrim({ plus, minus }: CellPlanes): void {
    this.cells.trimPlus.set(plus);
    this.cells.trimMinus.set(minus);
  }

  /** Currents of the cells of every column that hold a 1, on a die. */
  currents(die: Die): ColumnCurrents {
    const { rows, columns } = this.shape;
    if (this.wasm !== undefined) {
      this.draw(this.wasm, die.seed);
      const padded = paddedColumns(this.shape);
      const leaks = words(this.wasm, 'leaks', 2 * padded);
      return { plus: leaks.slice(0, columns), minus: leaks.slice(padded, padded + columns) };
    }
    const sums = { plus: new Int32Array(columns), minus: new Int32Array(columns) };
    for (let row = 0; row < rows; row++) {
      for (let column = 0; column < columns; column++) {
        const cell = row * columns + column;
        if (this.cells.plus[cell]) sums.plus[column]! += die.weightCurrent(row, column, 0);
        if (this.cells.minus[cell]) sums.minus[column]! += die.weightCurrent(row, column, 1);
      }
    }
    return sums;
  }

  private convertPlain(die: Die, codes: Uint8Array, first: number): void {
    const macro = this.macroWith({ die });
    macro.conversions = first;
    macro.convertBatch(this.inputs, this.options, { codes });
  }

  /** A macro with the same contents. */
  private macroWith(sensing: Sensing): Macro {
    const macro = new Macro(this.shape, sensing);
    macro.loadCells(this.cells);
    macro.array.loadTrim({ plus: this.cells.trimPlus, minus: this.cells.trimMinus });
    macro.programReferences(this.bank, this.reference);
    return macro;
  }

  private convertFast(wasm: Exports, die: Die, codes: Uint8Array, conversion: number): void {
    const { columns } = this.shape;
    const noise = keyOf(die.seed, KIND.noise);
    this.draw(wasm, die.seed);
    this.set(wasm, { gain: die.arrayGain, noiseFirst: noise.first, noiseSecond: noise.second });
    this.writeThresholds(wasm, die);
    const padded = paddedColumns(this.shape);
    for (let first = 0; first < this.count; first += CHUNK) {
      const vectors = Math.min(CHUNK, this.count - first);
      wasm.convert(first, vectors, conversion + first);
      const found = bytes(wasm, 'codes', vectors * padded);
      const at = first * columns;
      if (padded === columns) codes.set(found, at);
      else {
        for (let vector = 0; vector < vectors; vector++) {
          codes.set(found.subarray(vector * padded, vector * padded + columns), at + vector * columns);
        }
      }
    }
  }

  /** Draws the cells of a die, unless they are in memory. */
  private draw(wasm: Exports, seed: number): void {
    if (this.drawn === seed) return;
    this.drawn = seed;
    const { pulseError } = this.constants;
    const { first: weightFirst, second: weightSecond } = keyOf(seed, KIND.weight);
    this.set(wasm, { weightFirst, weightSecond });
    if (pulseError > 0) {
      const key = keyOf(seed, KIND.pulse);
      const pulses = words(wasm, 'pulses', this.shape.rows);
      for (let row = 0; row < pulses.length; row++) pulses[row] = pulseError * deviate(key, row);
    }
    wasm.draw();
  }

  /** What the lines of a column must reach at each step: the level, less what trim and offset add. */
  private writeThresholds(wasm: Exports, die: Die): void {
    const { shape, bits } = this;
    const { columns } = shape;
    const padded = paddedColumns(shape);
    const currents = die.groupCurrents(this.bank, this.referenceCells);
    const references = linesOfRamp(shape, bits, currents);
    const added = die.trims(this.cells);
    for (let column = 0; column < columns; column++) added[column]! += die.offset(column);
    const thresholds = words(wasm, 'thresholds', 2 ** bits * padded);
    stepsOfRamp(shape, bits).forEach((step, at) => {
      const level = die.level(references[step - 1]!);
      for (let column = 0; column < columns; column++) {
        thresholds[at * padded + column] = level - added[column]!;
      }
    });
  }

  /** Memory and settings that all dies share. */
  private prepare(wasm: Exports): void {
    const { shape, constants, bits } = this;
    const { rows, columns, ramp, earlyStop, topK } = shape;
    const padded = paddedColumns(shape);
    const evenRows = 2 * Math.ceil(rows / 2);
    const steps = 2 ** bits - 1;
    const falling = ramp === 'falling';
    const places = makeRoom<Region>(wasm.memory, [
      ['inputs', 2 * evenRows * this.count],
      ['cells', evenRows * padded],
      ['pulses', 4 * evenRows],
      ['both', 2 * evenRows * padded],
      ['apart', 2 * evenRows * padded],
      ['leaks', 8 * padded],
      ['sums', 4 * CHUNK * padded],
      ['differences', 4 * CHUNK * padded],
      ['values', 4 * padded],
      ['held', 4 * padded],
      ['thresholds', 4 * 2 ** bits * padded],
      ['codes', CHUNK * padded],
    ]);
    this.set(wasm, {
      ...places,
      rows,
      columns: padded,
      signed: Number(shape.inputSigned),
      steps,
      stepPulses: shape.referencePulses,
      falling: Number(falling),
      counting: Number(readoutOf(shape).moves === 'counts'),
      ends: earlyStop ? (falling ? topK : 1) : 0,
      one: 2 ** constants.fractionBits,
      mostCurrent: 4 * 2 ** constants.fractionBits - 1,
      mismatch: constants.mismatch,
      bend: constants.bend,
      bendEnd: constants.bendEnd,
      headroom: new Die(constants, shape, 0).headroom,
      leakage: constants.leakage,
      noise: constants.noise,
      reach: Math.floor((constants.noise * MOST_DEVIATE + 2 ** 15) / 2 ** 16),
    });
    const { plus, minus } = this.cells;
    const cells = bytes(wasm, 'cells', evenRows * padded);
    for (let row = 0; row < rows; row++) {
      for (let column = 0; column < columns; column++) {
        const cell = row * columns + column;
        cells[row * padded + column] = plus[cell]! | (minus[cell]! << 1);
      }
    }
    // A column that is not there is never at the reference.
    words(wasm, 'thresholds', 2 ** bits * padded).fill(2 ** 31 - 1);
    const limit = maxMagnitude(shape);
    const inputs = new Int16Array(wasm.memory.buffer, wasm.inputs.value, evenRows * this.count);
    for (let vector = 0; vector < this.count; vector++) {
      for (let row = 0; row < rows; row++) {
        inputs[vector * evenRows + row] = Math.max(-limit, this.inputs[vector * rows + row]!);
      }
    }
  }

  private set(wasm: Exports, settings: Partial<Record<Region | Setting, number>>): void {
    for (const [name, value] of Object.entries(settings)) wasm[name as Region | Setting].value = value;
  }
}

/** Largest deviate there is. */
const MOST_DEVIATE = 1020;

function paddedColumns({ columns }: MacroShape): number {
  return 16 * Math.ceil(columns / 16);
}

function bytes(wasm: Exports, region: Region, length: number): Uint8Array {
  return new Uint8Array(wasm.memory.buffer, wasm[region].value, length);
}

function words(wasm: Exports, region: Region, length: number): Int32Array {
  return new Int32Array(wasm.memory.buffer, wasm[region].value, length);
}
