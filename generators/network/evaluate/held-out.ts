import type { Result } from '../../common/problems.js';
import type { SampleShape } from '../graph/steps.js';
import type { NetworkPlan } from '../plan/plan.js';
import { type ImageSet, openImages, readLabels, withImages } from '../runtime/images.js';
import { type Form, type InferenceEngine, type Score, scoreOf, type Tested, test } from './forms.js';

/** Held-out images and their classes, as `.npy`. */
export interface TestFiles {
  readonly test: string;
  readonly labels: string;
}

export interface EvaluationOptions {
  readonly engine: InferenceEngine;
  /** Images that are tested, from the first. */
  readonly most?: number | undefined;
  readonly onProgress: (done: number, total: number, name: string) => void;
  readonly stop?: AbortSignal | undefined;
}

/** Held-out images with their classes, and what forms of the network make of them. */
export interface HeldOut {
  readonly images: ImageSet;
  /** Of an image. */
  readonly shape: SampleShape;
  /** Classifies with several forms in turn, which stay open. `name` is told as it goes on. */
  test(forms: readonly Form[], name: string): Promise<Tested>;
  /** The score of one form, which is closed. */
  score(form: Form, name: string): Promise<Score>;
}

/** Opens the held-out images of a network, and closes them whatever becomes of the work. */
export function withTestImages<Value>(
  { network, config }: NetworkPlan,
  files: TestFiles,
  { most, onProgress, stop }: EvaluationOptions,
  work: (heldOut: HeldOut) => Promise<Result<Value>>,
): Promise<Result<Value>> {
  const shape = network.shapes.get(network.input)!;
  return withImages(openImages(files.test, config.images, shape, most), async (images) => {
    const labels = readLabels(files.labels, images.count);
    if (!labels.ok) return labels;
    const seen = (name: string) => (done: number) => onProgress(done, images.count, name);
    return work({
      ...{ images, shape },
      test: (forms, name) => test(forms, images, shape, labels.value, seen(name), stop),
      score: (form, name) => scoreOf(form, images, shape, labels.value, seen(name), stop),
    });
  });
}
