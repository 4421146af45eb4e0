import type { Shard } from '../../common/shard.js';
import type { LayerPlan } from '../../macro/plan/plan.js';
import { type DieRecord, type Ideal, IdealMacro } from '../montecarlo/dies.js';
import type { Limits } from '../montecarlo/limits.js';
import {
  type CornerResult,
  type MonteCarlo,
  type MonteCarloOptions,
  prepareMonteCarlo,
  seedOf,
} from '../montecarlo/montecarlo.js';
import { simulateEach } from '../montecarlo/pool.js';
import { studyKey } from '../montecarlo/study.js';
import { summaryOf } from '../montecarlo/summary.js';
import { itemsOf, type Results } from './merge.js';
import { campaignOf } from './result-file.js';
import { type Divisible, runShard } from './shard.js';

/** What a report of all dies says besides them. */
interface About {
  readonly head: Omit<MonteCarlo, 'corners'>;
  readonly layer: LayerPlan;
  readonly limits: Limits;
  readonly dies: number;
  readonly corners: readonly (Omit<CornerResult, 'summary'> & { readonly ideal: Ideal })[];
}

/**
 * Simulates a part of the dies of a run, all dies of the first corner first, and writes what became of them.
 *
 * @returns what was done, in a line
 * @throws as `monteCarlo`
 */
export async function monteCarloShard(
  config: string,
  options: MonteCarloOptions,
  shard: Shard,
  file: string,
): Promise<string> {
  const { layer, dies, limits, head, studies } = await prepareMonteCarlo(
    config,
    options,
    Number.MAX_SAFE_INTEGER,
  );
  // What is the same for all dies of all corners is computed once.
  const perfect = new IdealMacro(studies[0]!.study);
  const { ideal } = perfect;
  const about: About = {
    ...{ head, layer, limits, dies },
    corners: studies.map(({ study, ...each }) => ({ ...each, constants: study.constants, ideal })),
  };
  const items = dies * studies.length;
  const keys = studies.map(({ study }) => studyKey(study));
  const campaign = campaignOf('montecarlo', items, { ...about }, [keys, head, dies, limits]);
  const run: Divisible['run'] = async (range, add) => {
    let done = 0;
    for (const [at, { corner, study }] of studies.entries()) {
      const [from, to] = [Math.max(range.from, at * dies), Math.min(range.to, (at + 1) * dies)];
      const seeds = Array.from({ length: Math.max(0, to - from) }, (_, die) =>
        seedOf(head.seed, from + die - at * dies),
      );
      const found = new Map<number, DieRecord>();
      await simulateEach(study, seeds, options.workers ?? 1, { perfect, stop: options.stop }, (some) => {
        for (const record of some) found.set(record.die, record);
        done += some.length;
        options.onProgress?.(done, range.to - range.from, corner);
      });
      for (const seed of seeds) add(found.get(seed)!);
    }
  };
  return runShard({ campaign, noun: 'dies', run }, shard, file);
}

/** The run that shards have done together. */
export function mergedMonteCarlo(results: Results): MonteCarlo {
  const { head, layer, limits, dies, corners } = results.campaign.about as unknown as About;
  const items = itemsOf(results) as Generator<DieRecord>;
  return {
    ...head,
    corners: corners.map(({ ideal, ...corner }) => ({
      ...corner,
      summary: summaryOf(taken(items, dies), ideal, layer, limits),
    })),
  };
}

/** So many of a list; the others stay in it. */
function* taken<Value>(list: Iterator<Value>, count: number): Generator<Value> {
  for (let at = 0; at < count; at++) yield list.next().value as Value;
}
