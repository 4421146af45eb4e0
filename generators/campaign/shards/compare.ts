import { orThrow } from '../../common/problems.js';
import type { Shard } from '../../common/shard.js';
import type { Calibrator } from '../../network/calibrate/calibrator.js';
import { fileHash } from '../../network/calibrate/saved.js';
import type { NetworkConfig } from '../../network/config/network.js';
import {
  type Axes,
  type ComparedItem,
  type Comparison,
  comparisonOf,
  withComparison,
} from '../../network/evaluate/compare.js';
import type { Score } from '../../network/evaluate/forms.js';
import type { EvaluationOptions, TestFiles } from '../../network/evaluate/held-out.js';
import type { OnnxFile } from '../../network/onnx/model.js';
import type { NetworkPlan } from '../../network/plan/plan.js';
import { sha256 } from '../../package/manifest.js';
import { itemsOf, type Results } from './merge.js';
import { campaignOf } from './result-file.js';
import { type Divisible, runShard } from './shard.js';

/** What a report of all combinations says besides them. */
interface About {
  readonly config: NetworkConfig;
  readonly test: string;
  readonly images: number;
}

/** A comparison whose parts were made in different places. */
export interface MergedComparison extends Omit<About, 'images'> {
  readonly comparison: Comparison;
}

/**
 * Tests a part of the combinations, and writes what came of each. Items are the float model, and then the combinations.
 *
 * @param calibration file of the calibration images
 * @returns what was done, in a line
 * @throws as `compareMethods`
 */
export async function compareShard(
  plan: NetworkPlan,
  model: OnnxFile,
  { calibrator, calibration }: { readonly calibrator: Calibrator; readonly calibration: string },
  files: TestFiles,
  axes: Axes,
  options: EvaluationOptions,
  shard: Shard,
  file: string,
): Promise<string> {
  const hashes = [calibration, files.test, files.labels].map(fileHash);
  const decides = [sha256(Buffer.from(model.bytes)), await Promise.all(hashes), axes, options.engine];
  return orThrow(
    await withComparison(plan, model, calibrator, files, axes, options, async ({ images, items, run }) => {
      const about: About = { config: plan.config, test: files.test, images };
      const work: Divisible = {
        ...{ campaign: campaignOf('compare', items, { ...about }, decides), noun: 'rows' },
        run: async (range, add) => {
          for await (const item of run(range)) add(timeless(item));
        },
      };
      return runShard(work, shard, file);
    }),
  );
}

/** How fast it was is no result. */
function timeless(item: ComparedItem): ComparedItem {
  const plain = ({ imagesPerSecond: _, ...score }: Score): Score => score;
  if ('float' in item) return { float: plain(item.float) };
  return 'score' in item ? { ...item, score: plain(item.score) } : item;
}

/**
 * The comparison that shards have made together.
 *
 * @throws InvalidInput where no combination can be built
 */
export function mergedComparison(results: Results): MergedComparison {
  const { images, ...about } = results.campaign.about as unknown as About;
  return { ...about, comparison: orThrow(comparisonOf(images, [...itemsOf(results)] as ComparedItem[])) };
}
