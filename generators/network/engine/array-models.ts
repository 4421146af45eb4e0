import { Macro } from '../../macro/golden/macro.js';
import type { ArrayHardware } from './hardware.js';

/** What converts the input vectors of a macro of a layer. */
export interface ArrayModel {
  /**
   * Decoded values of some vectors.
   *
   * @param inputs  one byte a row, vector after vector
   * @param outputs is filled: one a vector and column
   * @param first   number of the first conversion, which is what noise depends on
   */
  convert(inputs: Uint8Array | Int8Array, outputs: Int32Array, first: number): void;
}

/** Makes the models of all macros of a layer, in their order. */
export type ArrayModels = (arrays: readonly ArrayHardware[]) => ArrayModel[];

/** Golden models of the macros of a layer, programmed. */
export function programmedMacros(arrays: readonly ArrayHardware[]): Macro[] {
  return arrays.map(({ macro: plan, weights }) => {
    const macro = Macro.from(plan);
    macro.loadWeights(weights);
    return macro;
  });
}

/** The ideal macros. */
export const idealModels: ArrayModels = (arrays) =>
  programmedMacros(arrays).map((macro) => ({
    convert: (inputs, outputs) => {
      macro.convertBatch(inputs, {}, { outputs });
    },
  }));
