import { type Result, success } from '../../common/problems.js';
import type { Range } from '../../common/shard.js';
import type { NetworkHardware } from '../engine/hardware.js';
import type { OnnxFile } from '../onnx/model.js';
import {
  batchesOf,
  type Form,
  floatForm,
  hardwareForm,
  type InferenceEngine,
  type Score,
  type Tally,
  tested,
} from './forms.js';
import { collected, type EvaluationOptions, type TestFiles, withTestImages } from './held-out.js';

/** Accuracy of the float model and of the hardware on the same images. */
export interface Evaluation {
  /** Images that were tested. */
  readonly images: number;
  /** What computed the hardware. */
  readonly engine: InferenceEngine;
  /** The float model. */
  readonly float: Score;
  /** Its hardware. */
  readonly hardware: Score;
  /** Images that both forms give the same class. */
  readonly agreeing: number;
}

/** Held-out images of a network and its two forms, ready to be tested. */
export interface PreparedEvaluation {
  /** Images that are tested in all. */
  readonly images: number;
  /** Batches that they are tested in. */
  readonly batches: number;
  /** What the forms make of some batches, in their order. */
  readonly run: (batches: Range) => AsyncGenerator<Tally>;
}

/**
 * Accuracy of the float model and of the hardware on the same held-out images.
 *
 * @throws MissingTool without onnxruntime, Interrupted where `stop` aborts
 */
export async function evaluateNetwork(
  hardware: NetworkHardware,
  model: OnnxFile,
  files: TestFiles,
  options: EvaluationOptions,
): Promise<Result<Evaluation>> {
  return withEvaluation(hardware, model, files, options, async ({ images, batches, run }) => {
    const tallies = await collected(run({ from: 0, to: batches }));
    return evaluationOf({ images, engine: options.engine }, tallies);
  });
}

/**
 * Prepares {@link evaluateNetwork} or a part of it.
 *
 * @throws as {@link evaluateNetwork}
 */
export async function withEvaluation<Value>(
  hardware: NetworkHardware,
  model: OnnxFile,
  files: TestFiles,
  options: EvaluationOptions,
  work: (ready: PreparedEvaluation) => Promise<Value>,
): Promise<Result<Value>> {
  const { engine, threads } = options;
  return withTestImages(hardware.plan, files, options, async ({ images, shape, test }) => {
    const run: PreparedEvaluation['run'] = async function* (batches) {
      if (batches.from >= batches.to) return;
      const forms: Form[] = [];
      try {
        forms.push(await floatForm(model, shape, threads));
        forms.push(await hardwareForm(engine, hardware, threads));
        yield* test(forms, 'held-out images', batches);
      } finally {
        for (const form of forms) await form.close();
      }
    };
    return success(await work({ images: images.count, batches: batchesOf(images.count), run }));
  });
}

/** What is said of all images, from what was found in each batch. */
export function evaluationOf(
  about: Pick<Evaluation, 'images' | 'engine'>,
  tallies: readonly Tally[],
): Evaluation {
  const { scores, agreeing } = tested(tallies, 2);
  const [float, hardware] = scores as [Score, Score];
  return { ...about, float, hardware, agreeing };
}
