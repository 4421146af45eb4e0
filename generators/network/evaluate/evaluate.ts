import { type Result, success } from '../../common/problems.js';
import type { NetworkHardware } from '../engine/hardware.js';
import type { OnnxFile } from '../onnx/model.js';
import { type Form, floatForm, hardwareForm, type InferenceEngine, type Score } from './forms.js';
import { type EvaluationOptions, type TestFiles, withTestImages } from './held-out.js';

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
  return withTestImages(hardware.plan, files, options, async (heldOut) => {
    const { images, shape } = heldOut;
    const forms: Form[] = [];
    try {
      forms.push(await floatForm(model, shape));
      forms.push(await hardwareForm(options.engine, hardware));
      const { scores, agreeing } = await heldOut.test(forms, 'held-out images');
      const [float, found] = scores as [Score, Score];
      return success({ images: images.count, engine: options.engine, float, hardware: found, agreeing });
    } finally {
      for (const form of forms) await form.close();
    }
  });
}
