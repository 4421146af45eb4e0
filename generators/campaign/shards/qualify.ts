import {
  prepared,
  type Qualification,
  type QualifiedMutant,
  type QualifyOptions,
  qualificationOf,
} from '../../checks/qualify/qualify.js';
import { rangeOf, type Shard, shardText } from '../../common/shard.js';
import { itemsOf, type Results } from './merge.js';
import { campaignOf, isThere, writeResults } from './result-file.js';

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
    const range = rangeOf(shard, sampled);
    const what = `${file}: shard ${shardText(shard)}, mutants ${range.from} to ${range.to - 1} of ${sampled}`;
    if (isThere(file, campaign, range)) return `${what}, there already`;
    writeResults(file, campaign, { shard, range }, range.from === range.to ? [] : await run(range));
    return range.from === range.to ? `${file}: shard ${shardText(shard)}, none of ${sampled} mutants` : what;
  });
}

/** The qualification that shards have found together. */
export function mergedQualification(results: Results): Qualification {
  const about = results.campaign.about as unknown as About;
  return qualificationOf(about, [...itemsOf(results)] as QualifiedMutant[]);
}
