import type { Result } from '../../common/problems.js';
import type { Range } from '../../common/shard.js';
import type { ThreadedWork } from '../../common/work.js';
import type { SampleShape } from '../graph/steps.js';
import type { NetworkPlan } from '../plan/plan.js';
import { type ImageSet, openSamples, readLabels, withImages } from '../runtime/images.js';
import {
  batchesOf,
  type Form,
  type InferenceEngine,
  imagesIn,
  type Score,
  type Tally,
  test,
  tested,
} from './forms.js';

/** Held-out images and their classes, as `.npy`. */
export interface TestFiles {
  readonly test: string;
  readonly labels: string;
}

export interface EvaluationOptions extends ThreadedWork {
  readonly engine: InferenceEngine;
  /** Images that are tested, from the first. */
  readonly most?: number | undefined;
}

/** Held-out images with their classes, and what forms of the network make of them. */
export interface HeldOut {
  readonly images: ImageSet;
  /** Of an image. */
  readonly shape: SampleShape;
  /** Class of each image. */
  readonly labels: ArrayLike<number>;
  /** Classifies some batches with several forms in turn, which stay open. `name` is told as it goes on. */
  test(forms: readonly Form[], name: string, batches: Range): AsyncGenerator<Tally>;
  /** The score of one form on all images; the form is closed. */
  score(form: Form, name: string): Promise<Score>;
}

/** Opens the held-out images of a network, and closes them whatever becomes of the work. */
export function withTestImages<Value>(
  plan: NetworkPlan,
  files: TestFiles,
  { most, onProgress, stop }: EvaluationOptions,
  work: (heldOut: HeldOut) => Promise<Result<Value>>,
): Promise<Result<Value>> {
  const shape = plan.network.shapes.get(plan.network.input)!;
  return withImages(openSamples(files.test, plan, most), async (images) => {
    const labels = readLabels(files.labels, images.count);
    if (!labels.ok) return labels;
    const labelled = { images, shape, labels: labels.value };
    const all = { from: 0, to: batchesOf(images.count) };
    const run: HeldOut['test'] = (forms, name, batches) => {
      const total = imagesIn(batches, images.count);
      return test(forms, labelled, batches, (done) => onProgress(done, total, name), stop);
    };
    const score: HeldOut['score'] = async (form, name) => {
      try {
        return tested(await collected(run([form], name, all)), 1).scores[0]!;
      } finally {
        await form.close();
      }
    };
    return work({ ...labelled, test: run, score });
  });
}

/** All that a generator gives. */
export async function collected<Value>(values: AsyncIterable<Value>): Promise<Value[]> {
  const all: Value[] = [];
  for await (const value of values) all.push(value);
  return all;
}
