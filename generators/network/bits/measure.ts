import { type Result, success } from '../../common/problems.js';
import type { Calibrator } from '../calibrate/calibrator.js';
import type { EvaluationOptions, TestFiles } from '../evaluate/evaluate.js';
import { type Form, floatForm, hardwareForm, type Score, scoreOf } from '../evaluate/forms.js';
import type { OnnxFile } from '../onnx/model.js';
import type { NetworkPlan } from '../plan/plan.js';
import { openImages, readLabels, withImages } from '../runtime/images.js';
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
  { engine, most, onProgress, stop }: EvaluationOptions,
): Promise<Result<MeasuredBits>> {
  const shape = plan.network.shapes.get(plan.network.input)!;
  return withImages(openImages(files.test, plan.config.images, shape, most), async (images) => {
    const labels = readLabels(files.labels, images.count);
    if (!labels.ok) return labels;
    const scored = (form: Form, name: string) => {
      const seen = (done: number) => onProgress(done, images.count, name);
      return scoreOf(form, images, shape, labels.value, seen, stop);
    };
    const float = await scored(await floatForm(model, shape), 'float model');
    const scores: Score[] = [];
    for (const [at, { bits }] of rows.entries()) {
      const planned = plannedWith(plan, bits);
      const made = planned.ok ? await calibrator.calibrate(planned.value) : planned;
      if (!made.ok) return made;
      const name = `row ${at + 1} of ${rows.length}: held-out images`;
      scores.push(await scored(await hardwareForm(engine, made.value.hardware), name));
    }
    return success({ images: images.count, float, scores });
  });
}
