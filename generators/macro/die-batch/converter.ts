/** In: a programmed macro, a batch of inputs. Out: the codes of that batch on one die after the other. */
import type { DieConstants } from '../die/constants.js';
import { Die, type StoredCells } from '../die/die.js';
import type { BatchOptions } from '../golden/batch.js';
import type { Sensing } from '../golden/comparator.js';
import type { CellPlanes, ReferenceCells } from '../golden/pack.js';
import { Macro } from '../kernel/macro.js';
import type { MacroShape } from '../plan/shape.js';
import { type ColumnCurrents, DieMacro } from './die-macro.js';
import { DieKernel } from './kernel.js';

export type { ColumnCurrents } from './die-macro.js';

/** Most inputs of a batch: they are in memory, in two bytes each. */
const MOST_INPUTS = 2 ** 29;

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
  /** Vectors of the batch. */
  readonly count: number;
  private readonly shape: MacroShape;
  private readonly bank: number;
  private readonly cells: StoredCells;
  private readonly reference: ReferenceCells;
  /** In WebAssembly, and where its inputs lie. */
  private readonly loaded: { readonly macro: DieMacro; readonly inputs: number } | undefined;

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
    this.count = inputs.length / shape.rows;
    // The ideal macro refuses what no die takes either.
    this.macroWith({}).convertBatch(inputs, options, {});
    if (inputs.length > MOST_INPUTS) {
      throw new RangeError(
        `inputs has ${inputs.length} entries, a batch of dies takes ${MOST_INPUTS} at most`,
      );
    }
    const kernel = plain ? undefined : DieKernel.open();
    if (kernel === undefined) return;
    const contents = { cells: this.cells, reference, bank, bits: options.bits ?? reference.bits };
    const loaded = new DieMacro(kernel, shape, contents, constants);
    const at = kernel.place(2 * loaded.pitch * this.count);
    loaded.write(inputs, 0, this.count, at);
    this.loaded = { macro: loaded, inputs: at };
  }

  /** Whether it runs in WebAssembly. */
  get fast(): boolean {
    return this.loaded !== undefined;
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
    const { columns } = this.shape;
    const drawn = typeof die === 'number' ? new Die(this.constants, this.shape, die) : die;
    // The kernel draws cells by the seed.
    if (this.loaded === undefined || drawn.chosen !== undefined) this.convertPlain(drawn, codes, first);
    else {
      const { macro, inputs } = this.loaded;
      macro.convert(drawn, inputs, this.count, first, (found, vector, vectors, pitch) => {
        if (pitch === columns) codes.set(found, vector * columns);
        else {
          for (let each = 0; each < vectors; each++) {
            const from = each * pitch;
            codes.set(found.subarray(from, from + columns), (vector + each) * columns);
          }
        }
      });
    }
    return codes;
  }

  /**
   * Lets the batch be converted with other trim cells from now on.
   *
   * @param cells trim rows x columns, as `packTrim` gives them
   */
  loadTrim(cells: CellPlanes): void {
    this.cells.trimPlus.set(cells.plus);
    this.cells.trimMinus.set(cells.minus);
    this.loaded?.macro.loadTrim(cells);
  }

  /** Currents of the cells of every column that hold a 1, on a die. */
  currents(die: Die): ColumnCurrents {
    if (this.loaded !== undefined && die.chosen === undefined) return this.loaded.macro.currents(die);
    const { rows, columns } = this.shape;
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
}
