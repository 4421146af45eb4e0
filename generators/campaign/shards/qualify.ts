import {
  prepared,
  type Qualification,
  type QualifiedMutant,
  type QualifyOptions,
  qualificationOf,
} from '../../checks/qualify/qualify.js';
import type { Shard } from '../../common/shard.js';
import { itemsOf, type Results } from './merge.js';
import { campaignOf } from './result-file.js';
import { type Divisible, runShard } from './shard.js';

/** What a report of all mutants says of the package. */
type About = Pick<Qualification, 'macro' | 'all' | 'edited' | 'data' | 'seed'>;

/**
 * Simulates a part of the mutants of a package and writes what became of them.
 *
 * @returns what was done, in a line
 * @throws as `qualify`
 */
export async function qualifyShard(
  folder: string,
  options: QualifyOptions,
  shard: Shard,
  file: string,
): Promise<string> {
  const { data, seed } = options;
  return prepared(folder, options, async ({ macro, all, edited, sampled, inputs, run }) => {
    const about: About = { macro, all, edited, data, seed };
    const campaign = campaignOf('qualify', sampled, { ...about }, inputs);
    const work: Divisible = {
      ...{ campaign, noun: 'mutants' },
      run: async (range, add) => (await run(range)).forEach(add),
    };
    return runShard(work, shard, file);
  });
}

/** The qualification that shards have found together. */
export function mergedQualification(results: Results): Qualification {
  const about = results.campaign.about as unknown as About;
  return qualificationOf(about, [...itemsOf(results)] as QualifiedMutant[]);
}
