import type { CosimOptions, CosimResult } from '../../checks/cosim/cosim.js';
import { type CosimRun, cosimOf } from '../../checks/cosim/runs.js';
import type { Shard } from '../../common/shard.js';
import { itemsOf, type Results } from './merge.js';
import { packageContent } from './package-content.js';
import { campaignOf } from './result-file.js';
import { type Divisible, runShard } from './shard.js';

/** A simulation by its name; for how long it ran is no result. */
export interface NamedVerdict {
  readonly name: string;
  readonly result: Omit<CosimResult, 'seconds'>;
}

/**
 * Simulates a part of some runs of a package, and writes their verdicts.
 *
 * @returns what was done, in a line
 * @throws as `cosim`
 */
export async function cosimShard(
  folder: string,
  runs: readonly CosimRun[],
  options: Omit<CosimOptions, 'seed' | 'dump'> & {
    readonly onProgress: (done: number, total: number, name: string) => void;
  },
  shard: Shard,
  file: string,
): Promise<string> {
  const { signal: _, onProgress, ...settings } = options;
  const campaign = campaignOf('cosim', runs.length, {}, [await packageContent(folder), runs, settings]);
  const run: Divisible['run'] = async ({ from, to }, add) => {
    for (const [at, each] of runs.slice(from, to).entries()) {
      onProgress(at, to - from, each.name);
      const { seconds: __, ...result } = await cosimOf(folder, each, options);
      add({ name: each.name, result });
    }
  };
  return runShard({ campaign, noun: 'runs', run }, shard, file);
}

/** The verdicts that shards have found together. */
export function mergedCosim(results: Results): NamedVerdict[] {
  return [...itemsOf(results)] as NamedVerdict[];
}
