import type { LayerPlan } from '../plan/plan.js';

/** What weights of a column and of a tile share: each weight has the product of both. */
interface Shared {
  readonly column: number[];
  readonly tile: number[];
}

/** Weight units of a whole weight. */
export function sharedScales({ weights }: LayerPlan): Shared {
  return { column: [...weights.scales], tile: [...weights.factors] };
}

/** No weight is so large. */
const NEVER = 1e30;

/**
 * Least magnitude of a weight that is not 0, for methods that have one: half way between the largest that became 0 and the smallest that
 * did not. Null where whole weights are rounded.
 */
export function sharedThresholds({ rule, weights, tiles }: LayerPlan): Shared | null {
  const { step, method, granularity } = rule;
  if (method === 'digits') return null;
  const { outputs, channels } = step;
  const ones = { column: new Array<number>(outputs).fill(1), tile: tiles.map(() => 1) };
  const size = weights.codes.length / outputs;
  const area = size / channels;
  const tileOf = (at: number) => {
    const channel = Math.floor((at % size) / area);
    return tiles.findIndex((tile) => channel < tile.first + tile.channels);
  };
  const groupOf = (at: number) =>
    granularity === 'layer' ? 0 : granularity === 'column' ? Math.floor(at / size) : tileOf(at);
  const groups = granularity === 'layer' ? 1 : granularity === 'column' ? outputs : tiles.length;
  const kept = new Array<number>(groups).fill(Number.POSITIVE_INFINITY);
  const dropped = new Array<number>(groups).fill(0);
  for (let at = 0; at < weights.codes.length; at++) {
    const [group, magnitude] = [groupOf(at), Math.abs(step.weights[at]!)];
    if (weights.codes[at] === 0) dropped[group] = Math.max(dropped[group]!, magnitude);
    else kept[group] = Math.min(kept[group]!, magnitude);
  }
  // Signs of binary weights, that of 0 included, are always kept.
  const thresholds = kept.map((least, group) =>
    least === Number.POSITIVE_INFINITY ? NEVER : method === 'bwma' ? 0 : (least + dropped[group]!) / 2,
  );
  if (granularity === 'layer') return { ...ones, column: ones.column.map(() => thresholds[0]!) };
  return granularity === 'column' ? { ...ones, column: thresholds } : { ...ones, tile: thresholds };
}
