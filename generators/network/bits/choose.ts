import { failure, type Result, success } from '../../common/problems.js';
import { parse } from '../../macro/config/parse.js';
import type { Calibrator } from '../calibrate/calibrator.js';
import { type NetworkConfig, networkSchema } from '../config/network.js';
import { overridesByLayer } from '../config/rules.js';
import { type NetworkPlan, planNetwork } from '../plan/plan.js';
import { bestWithin, type FrontierPoint, frontierOf } from './frontier.js';
import { choicesOf, type LayerLosses, lossesOf, type Spent } from './losses.js';

/** Bits of the layers on macros, and how they were found. */
export interface BitsRow extends FrontierPoint {
  /** `uniform`: all layers alike; `best`: of least loss within a budget. */
  readonly kind: 'uniform' | 'best';
  /** What `best` may cost. */
  readonly budget: number;
}

export interface ChosenBits {
  readonly spent: Spent;
  readonly layers: readonly LayerLosses[];
  readonly rows: readonly BitsRow[];
  /** Where a budget was given: the best within it. */
  readonly chosen: BitsRow | undefined;
}

export interface BitsOptions {
  readonly spent: Spent;
  /** Widths that a layer may have, ascending. */
  readonly widths: readonly number[];
  readonly budget?: number | undefined;
}

/**
 * Bits of the ADCs of every layer, of least loss for what they cost: at the cost of each uniform width and between two of
 * them, or within a budget.
 *
 * @throws MissingTool without onnxruntime, Interrupted where the calibrator is stopped
 */
export async function chooseBits(
  plan: NetworkPlan,
  calibrator: Calibrator,
  { spent, widths, budget }: BitsOptions,
): Promise<Result<ChosenBits>> {
  const { file } = plan;
  if (plan.layers.every(({ macros }) => macros === 0)) {
    return failure({ file, path: 'overrides', message: 'no layer is on macros: there are no ADCs' });
  }
  const losses = await lossesOf(plan, calibrator, widths);
  if (!losses.ok) return losses;
  const layers = losses.value;
  const choices = layers.map((layer) => choicesOf(layer, spent));
  const points = frontierOf(choices);
  const best = (most: number): BitsRow | undefined => {
    const point = bestWithin(points, most);
    return point && { kind: 'best', budget: most, ...point };
  };
  if (budget !== undefined) {
    const chosen = best(budget);
    if (chosen === undefined) {
      const message = `${budget} ${spent} are too few: ${widths[0]} bits everywhere take ${points[0]!.cost}`;
      return failure({ file: '--budget', path: '', message, fix: `Give ${points[0]!.cost} or more.` });
    }
    return success({ spent, layers, rows: [chosen], chosen });
  }
  const uniform = widths.map((bits, at): BitsRow => {
    const taken = choices.map((each) => each[at]!);
    const sum = (of: (choice: (typeof taken)[number]) => number) =>
      taken.reduce((total, choice) => total + of(choice), 0);
    const cost = sum((choice) => choice.cost);
    const alike = choices.map(() => bits);
    return { kind: 'uniform', budget: cost, cost, loss: sum((choice) => choice.loss), bits: alike };
  });
  const rows = uniform.flatMap((row, at) => {
    const next = uniform[at + 1];
    const between = next === undefined ? undefined : best(Math.round(Math.sqrt(row.cost * next.cost)));
    const within = best(row.cost);
    return [row, within, between?.cost === within?.cost ? undefined : between].filter(
      (each) => each !== undefined,
    );
  });
  return success({ spent, layers, rows, chosen: undefined });
}

/** The config with bits for each layer on macros. */
export function withBits(config: NetworkConfig, plan: NetworkPlan, bits: readonly number[]): NetworkConfig {
  const known = overridesByLayer(config, plan.network);
  let at = 0;
  const overrides = plan.layers.flatMap(({ rule, macros }) => {
    const layer = rule.step.name;
    const override = known.get(layer);
    if (macros > 0) return [{ on: 'macro' as const, ...override, layer, bits: bits[at++]! }];
    return override === undefined ? [] : [{ ...override, layer }];
  });
  return { ...config, overrides };
}

/** The plan with bits for each layer on macros, or the rules that it breaks. */
export function plannedWith(plan: NetworkPlan, bits: readonly number[]): Result<NetworkPlan> {
  const config = parse(plan.file, networkSchema, withBits(plan.config, plan, bits));
  return config.ok ? planNetwork(config.value, plan.network, plan.file) : config;
}
