import { type Result, success } from '../../common/problems.js';
import type { Calibrator } from '../calibrate/calibrator.js';
import { floatForm, hardwareForm, type Score } from '../evaluate/forms.js';
import { type EvaluationOptions, type TestFiles, withTestImages } from '../evaluate/held-out.js';
import type { OnnxFile } from '../onnx/model.js';
import type { NetworkPlan } from '../plan/plan.js';
import { type BitsRow, plannedWith } from './choose.js';

/** Accuracy of each row, and of the float model. */
export interface MeasuredBits {
  readonly images: number;
  readonly float: Score;
  /** One a row. */
  readonly scores: readonly Score[];
}

/**
 * Accuracy of networks with the bits of each row, every one calibrated anew, on the same held-out images.
 *
 * @throws MissingTool without onnxruntime, Interrupted where `stop` aborts
 */
export async function measuredBits(
  plan: NetworkPlan,
  model: OnnxFile,
  calibrator: Calibrator,
  files: TestFiles,
  rows: readonly BitsRow[],
  options: EvaluationOptions,
): Promise<Result<MeasuredBits>> {
  return withTestImages(plan, files, options, async ({ images, shape, score }) => {
    const float = await score(await floatForm(model, shape), 'float model');
    const scores: Score[] = [];
    for (const [at, { bits }] of rows.entries()) {
      const planned = plannedWith(plan, bits);
      const made = planned.ok ? await calibrator.calibrate(planned.value) : planned;
      if (!made.ok) return made;
      const name = `row ${at + 1} of ${rows.length}: held-out images`;
      scores.push(await score(await hardwareForm(options.engine, made.value.hardware), name));
    }
    return success({ images: images.count, float, scores });
  });
}
