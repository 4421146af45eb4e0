/** In: a macro, weights and inputs, what its dies differ by. Out: codes that no die within so many sigma changes. */
import { Interrupted, orThrow } from '../../common/problems.js';
import { Random } from '../../common/random.js';
import type { Work } from '../../common/work.js';
import { configHash } from '../../macro/config/hash.js';
import { type DieConfig, dieConstants } from '../../macro/die/constants.js';
import type { LayerPlan, MacroPlan } from '../../macro/plan/plan.js';
import { inputsOf, weightsOf } from '../montecarlo/samples.js';
import type { MacroCells } from './cells.js';
import { type CodeBounds, MacroBounds } from './codes.js';
import { deviatesWithin, type Effect, type Effects, effectsAlone, everyEffect, spreadOf } from './spread.js';
import { type BoundStudy, preparedOf } from './study.js';

/** What bounds of a macro are about. */
export interface MacroBoundOptions extends Work {
  readonly die: DieConfig;
  /** Every deviate lies within so many. */
  readonly sigmas: number;
  /** How many random vectors, or an `.npy` file of them, vectors x rows. */
  readonly inputs: number | string;
  /** An `.npy` file, rows x columns; random ones where left out. */
  readonly weights?: string | undefined;
  /** Of random weights and inputs, and of the first die that is looked at. */
  readonly seed: number;
  /** Layer whose bank converts; the first where left out. */
  readonly layer?: LayerPlan | undefined;
}

/** Codes of all conversions and columns. */
export interface BoundCount {
  readonly codes: number;
  /** One code on all dies. */
  readonly certain: number;
  /** And that of the ideal macro. */
  readonly kept: number;
  /** Codes by how far the highest lies above the lowest. */
  readonly widths: readonly number[];
}

/** Bounds of a macro. */
export interface MacroBound extends BoundCount {
  readonly macro: string;
  readonly sha256: string;
  readonly layer: string;
  readonly sigmas: number;
  readonly die: DieConfig;
  readonly weights: string;
  readonly inputs: string;
  readonly seed: number;
  /** What each effect leaves of the codes by itself. */
  readonly alone: readonly (Pick<BoundCount, 'certain' | 'kept'> & { readonly effect: Effect })[];
}

/** Vectors after which signals and the bar have their turn. */
const TURN = 64;

/** Bounds of a macro and what they were made of. */
export async function boundMacro(
  plan: MacroPlan,
  options: MacroBoundOptions,
): Promise<{ readonly bound: MacroBound; readonly study: BoundStudy; readonly codes: CodeBounds }> {
  const { die, sigmas, seed, layer = plan.layers[0]! } = options;
  const random = new Random(seed);
  const weights = orThrow(weightsOf(plan, options.weights, random));
  const inputs = orThrow(inputsOf(plan, layer, options.inputs, random));
  const constants = dieConstants(die, plan.shape);
  const most = deviatesWithin(sigmas);
  const study: BoundStudy = { plan, bank: layer.bank, constants, most, weights, inputs };
  const { macro, cells } = preparedOf(study);
  const ideal = macro.convertBatch(inputs, { bank: layer.bank }).codes;
  const effects = [...effectsAlone(constants)].filter(
    ([effect]) => effect !== 'trim cells' || plan.shape.trimRows > 0,
  );
  const rounds = 1 + effects.length;
  const run = (each: Effects, round: number) =>
    boundsOf(cells, inputs, each, most, options, (share) => (round + share) / rounds);
  const codes = await run(everyEffect(constants), 0);
  const alone: MacroBound['alone'][number][] = [];
  for (const [at, [effect, each]] of effects.entries()) {
    const { certain, kept } = countOf(await run(each, 1 + at), ideal);
    alone.push({ effect, certain, kept });
  }
  const bound: MacroBound = {
    ...{ macro: plan.name, sha256: configHash(plan), layer: layer.name, sigmas, die, seed },
    weights: options.weights ?? 'random',
    inputs: typeof options.inputs === 'string' ? options.inputs : `${options.inputs} random vectors`,
    ...countOf(codes, ideal),
    alone,
  };
  return { bound, study, codes };
}

async function boundsOf(
  cells: MacroCells,
  inputs: Int16Array,
  effects: Effects,
  most: number,
  { stop, onProgress }: Work,
  done: (share: number) => number,
): Promise<CodeBounds> {
  const { rows, columns } = cells.shape;
  const count = inputs.length / rows;
  const bounds = new MacroBounds(cells, spreadOf(effects, most));
  const codes = { low: new Uint8Array(count * columns), high: new Uint8Array(count * columns) };
  for (let vector = 0; vector < count; vector++) {
    if (vector % TURN === 0) {
      await new Promise(setImmediate);
      if (stop?.aborted) throw new Interrupted();
      onProgress(Math.round(done(vector / count) * 100), 100, 'bounds, %');
    }
    bounds.bound(inputs, inputs, vector * rows, codes, vector * columns);
  }
  return codes;
}

function countOf({ low, high }: CodeBounds, ideal: Uint8Array): BoundCount {
  const widths: number[] = [];
  let kept = 0;
  for (let at = 0; at < low.length; at++) {
    const width = high[at]! - low[at]!;
    while (widths.length <= width) widths.push(0);
    widths[width]!++;
    if (width === 0 && low[at] === ideal[at]) kept++;
  }
  return { codes: low.length, certain: widths[0]!, kept, widths };
}
