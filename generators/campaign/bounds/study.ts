/** Everything that bounds of a macro depend on, as plain data, and the macro that it describes. */
import type { DieConstants } from '../../macro/die/constants.js';
import { Macro } from '../../macro/kernel/macro.js';
import type { MacroPlan } from '../../macro/plan/plan.js';
import { cellsOf, type MacroCells } from './cells.js';

/** What bounds depend on. */
export interface BoundStudy {
  readonly plan: MacroPlan;
  readonly bank: number;
  readonly constants: DieConstants;
  readonly most: number;
  readonly weights: Int8Array;
  readonly inputs: Int16Array;
}

/** The macro of a study, programmed, and its codes without a die. */
export function preparedOf({ plan, bank, weights, inputs }: BoundStudy): {
  readonly macro: Macro;
  readonly cells: MacroCells;
  readonly ideal: Uint8Array;
} {
  const macro = Macro.from(plan);
  macro.loadWeights(weights);
  return { macro, cells: cellsOf(macro, bank), ideal: macro.convertBatch(inputs, { bank }).codes };
}
