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

/** The macro of a study, programmed. */
export function preparedOf({ plan, bank, weights }: BoundStudy): {
  readonly macro: Macro;
  readonly cells: MacroCells;
} {
  const macro = Macro.from(plan);
  macro.loadWeights(weights);
  return { macro, cells: cellsOf(macro, bank) };
}
