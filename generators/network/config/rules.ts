import { failure, type Problem, type Result, success } from '../../common/problems.js';
import type { Method } from '../../levels/calibrate/options.js';
import type { LinearStep, Network } from '../graph/steps.js';
import type { Granularity, NetworkConfig, WeightMethod } from './network.js';

/** What the config says of one layer, overrides applied. */
export interface LayerRule {
  readonly step: LinearStep;
  readonly on: 'macro' | 'digital';
  readonly method: WeightMethod;
  /** [1] for ternary and binary weights. */
  readonly digits: readonly number[];
  readonly granularity: Granularity;
  /** Of the nonlinear code. */
  readonly bits: number;
  readonly levels: Method;
}

/** The rule of every layer in the order of the network, or overrides that name no layer. */
export function layerRules(config: NetworkConfig, network: Network, file: string): Result<LayerRule[]> {
  const steps = network.steps.filter((step) => step.kind === 'linear');
  const named = (layer: string) =>
    layer === 'first' ? steps[0] : layer === 'last' ? steps.at(-1) : steps.find(({ name }) => name === layer);
  const problems: Problem[] = [];
  const overrides = new Map<LinearStep, NetworkConfig['overrides'][number]>();
  for (const [at, override] of config.overrides.entries()) {
    const path = `overrides.${at}.layer`;
    const step = named(override.layer);
    if (step === undefined) {
      const known = `Layers: first, last, ${steps.map(({ name }) => name).join(', ')}.`;
      problems.push({ file, path, message: `${JSON.stringify(override.layer)} is no layer`, fix: known });
    } else if (overrides.has(step)) {
      problems.push({ file, path, message: `names layer ${step.name} again`, fix: 'Join both entries.' });
    } else {
      overrides.set(step, override);
    }
  }
  if (problems.length > 0) return failure(...problems);
  return success(steps.map((step) => ruleOf(step, config, overrides.get(step))));
}

/** Overrides of a config that has been planned, by the name of their layer. */
export function overridesByLayer(
  { overrides }: NetworkConfig,
  network: Network,
): ReadonlyMap<string, NetworkConfig['overrides'][number]> {
  const steps = network.steps.filter((step) => step.kind === 'linear');
  const nameOf = (layer: string) =>
    (layer === 'first' ? steps[0] : layer === 'last' ? steps.at(-1) : undefined)?.name ?? layer;
  return new Map(overrides.map((override) => [nameOf(override.layer), override]));
}

function ruleOf(
  step: LinearStep,
  { weights, macro, levels }: NetworkConfig,
  override: NetworkConfig['overrides'][number] | undefined,
): LayerRule {
  const method = override?.weights ?? (override?.digits === undefined ? weights.method : 'digits');
  return {
    step,
    on: override?.on ?? 'macro',
    method,
    digits: method === 'digits' ? (override?.digits ?? weights.digits) : [1],
    granularity: override?.granularity ?? weights.granularity,
    bits: override?.bits ?? macro.adc.bits,
    levels: override?.levels ?? levels.method,
  };
}
