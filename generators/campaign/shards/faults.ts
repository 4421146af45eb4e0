import {
  type FaultResult,
  type FaultRun,
  type FaultRunOptions,
  faultRunOf,
  type PreparedFaults,
  prepareFaults,
} from '../../checks/faults/run.js';
import type { Shard } from '../../common/shard.js';
import { itemsOf, type Results } from './merge.js';
import { packageContent } from './package-content.js';
import { campaignOf } from './result-file.js';
import { type Divisible, runShard } from './shard.js';

/**
 * Tries a part of the faults of a package, and writes what the march finds of them. Items are blocks of faults of one kind, and
 * between them marches through the RTL.
 *
 * @returns what was done, in a line
 * @throws as `faultRun`
 */
export async function faultsShard(
  folder: string,
  options: FaultRunOptions,
  shard: Shard,
  file: string,
): Promise<string> {
  const { about, items, run } = await prepareFaults(folder, options);
  const { pairs, simulate, simulator, seed } = options;
  const decides = [await packageContent(folder), pairs, simulate, simulator, seed];
  const campaign = campaignOf('faults', items, { ...about }, decides);
  const work: Divisible = {
    ...{ campaign, noun: 'blocks' },
    run: async (range, add) => {
      for await (const result of run(range)) add({ ...result, seconds: undefined });
    },
  };
  return runShard(work, shard, file);
}

/** The run that shards have done together. */
export function mergedFaults(results: Results): FaultRun {
  const about = results.campaign.about as unknown as PreparedFaults['about'];
  return faultRunOf(about, [...itemsOf(results)] as FaultResult[]);
}
