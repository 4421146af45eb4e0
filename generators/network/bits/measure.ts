import { type PairedDifference, pairedDifference } from '../../common/paired-difference.js';
import { type Result, success } from '../../common/problems.js';
import type { Calibrator } from '../calibrate/calibrator.js';
import { type Form, floatForm, hardwareForm, type Score } from '../evaluate/forms.js';
import { type EvaluationOptions, type TestFiles, withTestImages } from '../evaluate/held-out.js';
import type { OnnxFile } from '../onnx/model.js';
import type { NetworkPlan } from '../plan/plan.js';
import { type ChosenBits, plannedWith } from './choose.js';

/** A score, and how it differs from that of the bits that a change is counted from, on the same images. */
export interface ChangedScore {
  readonly score: Score;
  readonly difference: PairedDifference;
}

/** Accuracy of each row, and of the float model. */
export interface MeasuredBits {
  readonly images: number;
  readonly float: Score;
  /** One a row. */
  readonly scores: readonly Score[];
  /** One a change, where there are any. */
  readonly changes: readonly ChangedScore[] | undefined;
}

/**
 * Accuracy of networks with the bits of each row and of each change, every one calibrated anew, on the same held-out images.
 *
 * @throws MissingTool without onnxruntime, Interrupted where `stop` aborts
 */
export async function measuredBits(
  plan: NetworkPlan,
  model: OnnxFile,
  calibrator: Calibrator,
  files: TestFiles,
  { rows, changes = [] }: Pick<ChosenBits, 'rows' | 'changes'>,
  options: EvaluationOptions,
): Promise<Result<MeasuredBits>> {
  return withTestImages(plan, files, options, async ({ images, shape, labels, score }) => {
    const float = await score(await floatForm(model, shape), 'float model');
    const found: { score: Score; right: boolean[] }[] = [];
    const all = [...rows, ...changes];
    for (const [at, { bits }] of all.entries()) {
      const planned = plannedWith(plan, bits);
      const made = planned.ok ? await calibrator.calibrate(planned.value) : planned;
      if (!made.ok) return made;
      const name = `row ${at + 1} of ${all.length}: held-out images`;
      const classes: number[] = [];
      const form = recorded(await hardwareForm(options.engine, made.value.hardware), classes);
      found.push({
        score: await score(form, name),
        right: classes.map((each, image) => each === labels[image]),
      });
    }
    const scores = found.slice(0, rows.length).map((each) => each.score);
    const changed = found.slice(rows.length).map(
      (each): ChangedScore => ({
        score: each.score,
        difference: pairedDifference(found[0]!.right, each.right),
      }),
    );
    return success({
      ...{ images: images.count, float, scores },
      changes: changes.length > 0 ? changed : undefined,
    });
  });
}

/** A form that adds the classes it finds to a list. */
function recorded(form: Form, classes: number[]): Form {
  return {
    classify: async (batch, count) => {
      const found = await form.classify(batch, count);
      classes.push(...found);
      return found;
    },
    close: () => form.close(),
  };
}
