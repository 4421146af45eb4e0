import { type Result, success } from '../../common/problems.js';
import type { NetworkHardware } from '../engine/hardware.js';
import type { OnnxFile } from '../onnx/model.js';
import { openImages, readLabels, withImages } from '../runtime/images.js';
import { type Form, floatForm, hardwareForm, type InferenceEngine, type Score, test } from './forms.js';

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

/**
 * Accuracy of the float model and of the hardware on the same held-out images.
 *
 * @throws MissingTool without onnxruntime, Interrupted where `stop` aborts
 */
export async function evaluateNetwork(
  hardware: NetworkHardware,
  model: OnnxFile,
  files: TestFiles,
  { engine, most, onProgress, stop }: EvaluationOptions,
): Promise<Result<Evaluation>> {
  const { network, config } = hardware.plan;
  const shape = network.shapes.get(network.input)!;
  return withImages(openImages(files.test, config.images, shape, most), async (images) => {
    const labels = readLabels(files.labels, images.count);
    if (!labels.ok) return labels;
    const forms: Form[] = [];
    try {
      forms.push(await floatForm(model, shape));
      forms.push(await hardwareForm(engine, hardware));
      const seen = (done: number) => onProgress(done, images.count, 'held-out images');
      const { scores, agreeing } = await test(forms, images, shape, labels.value, seen, stop);
      const [float, found] = scores as [Score, Score];
      return success({ images: images.count, engine, float, hardware: found, agreeing });
    } finally {
      for (const form of forms) await form.close();
    }
  });
}
