import { failure, type Result, success } from '../../common/problems.js';
import { parse } from '../../macro/config/parse.js';
import type { Calibrator } from '../calibrate/calibrator.js';
import { type NetworkConfig, networkSchema } from '../config/network.js';
import { overridesByLayer } from '../config/rules.js';
import { type NetworkPlan, planNetwork } from '../plan/plan.js';
import { bestWithin, type Choice, type FrontierPoint, frontierOf } from './frontier.js';
import { choicesOf, type LayerLosses, lossesOf, type Spent } from './losses.js';
import { changesOf, type LayerChange } from './sensitivity.js';

/** Bits of the layers on macros, and how they were found. */
export interface BitsRow extends FrontierPoint {
  /** `uniform`: all layers alike; `best`: of least loss within a budget; `config`: as the config has them. */
  readonly kind: 'uniform' | 'best' | 'config';
  /** What `best` may cost; of the others what they do cost. */
  readonly budget: number;
}

export interface ChosenBits {
  readonly spent: Spent;
  readonly layers: readonly LayerLosses[];
  readonly rows: readonly BitsRow[];
  /** Where a budget was given: the best within it. */
  readonly chosen: BitsRow | undefined;
  /** Where it was asked for: what the bits of each layer are worth, counted from the one row there is. */
  readonly changes: readonly LayerChange[] | undefined;
}

export interface BitsOptions {
  readonly spent: Spent;
  /** Widths that a layer may have, ascending. */
  readonly widths: readonly number[];
  readonly budget?: number | undefined;
  /** Also each layer alone with fewer and with more bits than within the budget, or than the config has. */
  readonly sensitivity?: boolean | undefined;
}

/**
 * Bits of the ADCs of every layer, of least loss for what they cost: at the cost of each uniform width and between two of
 * them, or within a budget; or of the config, where only their sensitivity is asked for.
 *
 * @throws MissingTool without onnxruntime, Interrupted where the calibrator is stopped
 */
export async function chooseBits(
  plan: NetworkPlan,
  calibrator: Calibrator,
  { spent, widths, budget, sensitivity = false }: BitsOptions,
): Promise<Result<ChosenBits>> {
  const { file } = plan;
  const own = plan.layers.filter(({ macros }) => macros > 0).map(({ rule }) => rule.bits);
  if (own.length === 0) {
    return failure({ file, path: 'overrides', message: 'no layer is on macros: there are no ADCs' });
  }
  const asConfigured = sensitivity && budget === undefined;
  const all = [...new Set([...widths, ...(asConfigured ? own : [])])].sort((one, other) => one - other);
  const losses = await lossesOf(plan, calibrator, all);
  if (!losses.ok) return losses;
  const layers = losses.value;
  const choices = layers.map((layer) => choicesOf(layer, spent));
  if (asConfigured) {
    const row = rowOf('config', choices, own);
    const changes = changesOf(layers, widths, row, spent);
    return success({ spent, layers, rows: [row], chosen: undefined, changes });
  }
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
    const changes = sensitivity ? changesOf(layers, widths, chosen, spent) : undefined;
    return success({ spent, layers, rows: [chosen], chosen, changes });
  }
  const uniform = widths.map((bits) =>
    rowOf(
      'uniform',
      choices,
      choices.map(() => bits),
    ),
  );
  const rows = uniform.flatMap((row, at) => {
    const next = uniform[at + 1];
    const between = next === undefined ? undefined : best(Math.round(Math.sqrt(row.cost * next.cost)));
    const within = best(row.cost);
    return [row, within, between?.cost === within?.cost ? undefined : between].filter(
      (each) => each !== undefined,
    );
  });
  return success({ spent, layers, rows, chosen: undefined, changes: undefined });
}

/** Bits of the layers, with the sums of what they cost and lose. */
function rowOf(
  kind: BitsRow['kind'],
  choices: readonly (readonly Choice[])[],
  bits: readonly number[],
): BitsRow {
  const taken = choices.map((each, at) => each.find((choice) => choice.bits === bits[at])!);
  const sum = (of: (choice: Choice) => number) => taken.reduce((total, choice) => total + of(choice), 0);
  const cost = sum((choice) => choice.cost);
  return { kind, budget: cost, cost, loss: sum((choice) => choice.loss), bits };
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
