import { orThrow } from '../../common/problems.js';
import type { Shard } from '../../common/shard.js';
import type { CalibratedNetwork } from '../../network/calibrate/calibrator.js';
import { fileHash, toSave } from '../../network/calibrate/saved.js';
import type { NetworkConfig } from '../../network/config/network.js';
import { type Evaluation, evaluationOf, withEvaluation } from '../../network/evaluate/evaluate.js';
import type { InferenceEngine, Tally } from '../../network/evaluate/forms.js';
import type { EvaluationOptions, TestFiles } from '../../network/evaluate/held-out.js';
import type { OnnxFile } from '../../network/onnx/model.js';
import { macrosOf } from '../../network/plan/plan.js';
import { sha256 } from '../../package/manifest.js';
import { itemsOf, type Results } from './merge.js';
import { campaignOf } from './result-file.js';
import { type Divisible, runShard } from './shard.js';

/** What a report of all images says besides what was found. */
interface About {
  readonly config: NetworkConfig;
  readonly macros: number;
  /** Of the calibration. */
  readonly key: string;
  readonly test: string;
  readonly images: number;
  readonly engine: InferenceEngine;
}

/** An evaluation whose parts ran in different places. */
export interface MergedEvaluation {
  readonly config: NetworkConfig;
  readonly macros: number;
  readonly calibration: { readonly key: string };
  readonly evaluation: Evaluation;
  readonly test: string;
}

/**
 * Tests a part of the held-out images on the float model and on the hardware, and writes how many get their class. Items are
 * batches of images: what a batch gives does not depend on the others.
 *
 * @returns what was done, in a line
 * @throws as `evaluateNetwork`
 */
export async function evaluateShard(
  { hardware, key }: CalibratedNetwork,
  model: OnnxFile,
  files: TestFiles,
  options: EvaluationOptions,
  shard: Shard,
  file: string,
): Promise<string> {
  const { engine } = options;
  const { config } = hardware.plan;
  const macros = macrosOf(hardware.plan);
  const inputs = [
    ...[sha256(Buffer.from(model.bytes)), await fileHash(files.test), await fileHash(files.labels)],
    // What is calibrated elsewhere has to be the same hardware.
    sha256(JSON.stringify(toSave(hardware))),
  ];
  return orThrow(
    await withEvaluation(hardware, model, files, options, async ({ images, batches, run }) => {
      const about: About = { config, macros, key, test: files.test, images, engine };
      const work: Divisible = {
        ...{ campaign: campaignOf('evaluate', batches, { ...about }, inputs), noun: 'batches' },
        run: async (range, add) => {
          for await (const { seconds: _, ...tally } of run(range)) add(tally);
        },
      };
      return runShard(work, shard, file);
    }),
  );
}

/** The evaluation that shards have found together. */
export function mergedEvaluation(results: Results): MergedEvaluation {
  const { config, macros, key, test, ...about } = results.campaign.about as unknown as About;
  const evaluation = evaluationOf(about, [...itemsOf(results)] as Tally[]);
  return { config, macros, calibration: { key }, evaluation, test };
}
