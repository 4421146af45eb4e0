import type { MacroPlan } from '../../macro/plan/plan.js';
import type { LayerPlan, NetworkPlan } from '../plan/plan.js';
import type { ArrayColumns } from './arrays.js';
import type { Requantizer } from './requantizer.js';

/** A macro of a layer with its references and table. */
export interface ArrayHardware extends ArrayColumns {
  readonly macro: MacroPlan;
}

/** A layer as integers. */
export interface LayerHardware {
  readonly plan: LayerPlan;
  /** Empty where the layer is digital. */
  readonly arrays: readonly ArrayHardware[];
  readonly requantizer: Requantizer;
}

/** A calibrated network as integers: everything that the hardware holds. */
export interface NetworkHardware {
  readonly plan: NetworkPlan;
  /** Activation units of a code, by tensor. */
  readonly scales: ReadonlyMap<string, number>;
  /** By name of the step. */
  readonly layers: ReadonlyMap<string, LayerHardware>;
  /** Of average pools, whose sums become codes. */
  readonly pools: ReadonlyMap<string, Requantizer>;
}

/** What a table entry of a column counts in the sum of its output channel: a_g d_j. */
export function columnFactor(
  { weights }: LayerPlan,
  { tileIndex, digits }: ArrayColumns,
  column: number,
): number {
  return weights.factors[tileIndex]! * weights.digits[digits[column]!]!;
}

/** Largest magnitude of each channel's sum: what the tables of its columns hold, or what its weights can reach. */
export function mostSums(plan: LayerPlan, arrays: readonly ArrayHardware[]): Float64Array {
  const most = new Float64Array(plan.rule.step.outputs);
  if (arrays.length === 0) return most.fill(plan.mostSum);
  for (const array of arrays) {
    const entries = array.macro.layers[0]!.table.entries;
    const largest = Math.max(...entries.map(Math.abs));
    for (let column = 0; column < array.outputs.length; column++) {
      most[array.outputs[column]!]! += largest * columnFactor(plan, array, column);
    }
  }
  return most;
}
