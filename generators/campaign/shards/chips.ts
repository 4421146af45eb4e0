import { orThrow } from '../../common/problems.js';
import type { Shard } from '../../common/shard.js';
import type { DieConfig } from '../../macro/die/constants.js';
import { fileHash } from '../../network/calibrate/saved.js';
import type { NetworkConfig } from '../../network/config/network.js';
import type { Score } from '../../network/evaluate/forms.js';
import type { TestFiles } from '../../network/evaluate/held-out.js';
import type { LoadedNetwork } from '../../network/load.js';
import { sha256 } from '../../package/manifest.js';
import {
  type ChipEvaluation,
  type ChipItem,
  type ChipOptions,
  chipEvaluationOf,
  type HardwareOf,
  withChips,
} from '../chips/chips.js';
import type { ChipSetting } from '../chips/summary.js';
import { itemsOf, type Results } from './merge.js';
import { campaignOf } from './result-file.js';
import { type Divisible, runShard } from './shard.js';

/** What the campaign is called in files of results. */
export const CHIPS = 'evaluate --dies';

/** What a report of all chips says besides what was found. */
interface About {
  readonly config: NetworkConfig;
  readonly die: DieConfig;
  readonly seed: number;
  readonly test: string;
  readonly images: number;
  readonly settings: readonly ChipSetting[];
}

/** Files that decide the results. */
export interface ChipFiles extends TestFiles {
  /** Undefined where the network was trained. */
  readonly calibration: string | undefined;
}

/** Chips of a network, and about what. */
export interface TestedChips extends Omit<About, 'images' | 'settings'> {
  readonly evaluation: ChipEvaluation;
}

/**
 * Tests a part of the chips. Items are the float model, and for each setting the ideal macros and then its chips.
 *
 * @returns what was done, in a line
 * @throws as `withChips`
 */
export async function chipsShard(
  { plan, model, trained }: LoadedNetwork,
  hardwareOf: HardwareOf,
  files: ChipFiles,
  options: ChipOptions,
  shard: Shard,
  file: string,
): Promise<string> {
  const { die, seed, settings, chips } = options;
  const { calibration } = files;
  const hashes = [files.test, files.labels, ...(calibration === undefined ? [] : [calibration])].map(
    fileHash,
  );
  const decides = [sha256(Buffer.from(model.bytes)), await Promise.all(hashes), trained?.key, chips];
  return orThrow(
    await withChips(plan, model, hardwareOf, files, options, async ({ images, items, run }) => {
      const about: About = { config: plan.config, die, seed, test: files.test, images, settings };
      const work: Divisible = {
        ...{ campaign: campaignOf(CHIPS, items, { ...about }, decides), noun: 'items' },
        run: (range, add) => run(range, (item) => add(timeless(item))),
      };
      return runShard(work, shard, file);
    }),
  );
}

/** How fast it was is no result. */
function timeless(item: ChipItem): ChipItem {
  const plain = ({ imagesPerSecond: _, ...score }: Score): Score => score;
  if ('float' in item) return { float: plain(item.float) };
  return item;
}

/** The chips that shards have tested together. */
export function mergedChips(results: Results): TestedChips {
  const { images, settings, ...about } = results.campaign.about as unknown as About;
  return {
    ...about,
    evaluation: orThrow(chipEvaluationOf(images, settings, [...itemsOf(results)] as ChipItem[])),
  };
}
