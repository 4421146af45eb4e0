/** In: macros of a network, what dies differ by. Out: what the macros of a chip make of vectors; chips are seeds. */

import type { DieConfig } from '../../macro/die/constants.js';
import { type DieConstants, dieConstants } from '../../macro/die/constants.js';
import { Die } from '../../macro/die/die.js';
import { macroSeed } from '../../macro/die/hash.js';
import { DieMacro } from '../../macro/die-batch/die-macro.js';
import { CHUNK, DieKernel } from '../../macro/die-batch/kernel.js';
import type { MacroShape } from '../../macro/plan/shape.js';
import { type ArrayModel, type ArrayModels, programmedMacros } from './array-models.js';
import type { ArrayHardware } from './hardware.js';

/** Constants of a die of a macro. */
export type ConstantsOf = (shape: MacroShape) => DieConstants;

/** Constants as a die section has them. */
export function constantsOfSection(die: DieConfig): ConstantsOf {
  return (shape) => dieConstants(die, shape);
}

/**
 * The macros of a network on one chip after the other. A chip is a seed. Each of its macros is a die of its own, whose seed follows
 * from that of the chip and the number of the macro in the network.
 */
export class ChipModels {
  private readonly kernel: DieKernel;
  private macros = 0;
  private chip = 0;

  /** @throws Error where there is no WebAssembly with SIMD */
  constructor(private readonly constants: ConstantsOf) {
    const kernel = DieKernel.open();
    if (kernel === undefined) throw new Error('dies of a network need WebAssembly with SIMD');
    this.kernel = kernel;
  }

  /** Converts on another chip from now on. */
  use(chip: number): void {
    this.chip = chip;
  }

  /** For a `GoldenNetwork`, which asks for its layers in their order. */
  readonly models: ArrayModels = (arrays) =>
    programmedMacros(arrays).map((macro, at): ArrayModel => {
      const { shape } = macro;
      const { reference, table } = macro.programmed(0);
      const constants = this.constants(shape);
      const contents = { cells: macro.array, reference, bank: 0, bits: reference.bits };
      const loaded = new DieMacro(this.kernel, shape, contents, constants);
      const number = this.macros++;
      let die: { readonly chip: number; readonly die: Die } | undefined;
      return {
        convert: (inputs, outputs, first) => {
          if (die?.chip !== this.chip) {
            die = { chip: this.chip, die: new Die(constants, shape, macroSeed(this.chip, number)) };
          }
          this.convert(loaded, die.die, arrays[at]!, table, inputs, outputs, first);
        },
      };
    });

  private convert(
    macro: DieMacro,
    die: Die,
    { outputs: { length: columns } }: ArrayHardware,
    table: Int32Array,
    inputs: Uint8Array | Int8Array,
    outputs: Int32Array,
    first: number,
  ): void {
    const count = outputs.length / columns;
    const at = this.kernel.work('inputs', 2 * macro.pitch * CHUNK);
    for (let from = 0; from < count; from += CHUNK) {
      const vectors = Math.min(CHUNK, count - from);
      macro.write(inputs, from, vectors, at);
      macro.convert(die, at, vectors, first + from, (codes, _, __, pitch) => {
        for (let vector = 0, to = from * columns; vector < vectors; vector++) {
          const line = vector * pitch;
          for (let column = 0; column < columns; column++) outputs[to++] = table[codes[line + column]!]!;
        }
      });
    }
  }
}
