/** In: a network, what dies differ by, how many chips. Out: their accuracy, beside the float model and ideal macros. */
import { failure, type Problem, type Result, success } from '../../common/problems.js';
import type { Range } from '../../common/shard.js';
import type { DieConfig } from '../../macro/die/constants.js';
import type { CalibratedNetwork } from '../../network/calibrate/calibrator.js';
import type { Rival } from '../../network/evaluate/compare.js';
import { floatForm, type Score } from '../../network/evaluate/forms.js';
import { type EvaluationOptions, type TestFiles, withTestImages } from '../../network/evaluate/held-out.js';
import type { DieSource } from '../../network/export/dies.js';
import type { OnnxFile } from '../../network/onnx/model.js';
import type { NetworkPlan } from '../../network/plan/plan.js';
import { readLabels } from '../../network/runtime/images.js';
import { seedOf } from '../montecarlo/montecarlo.js';
import { type ChipRecord, type ChipStudy, IDEAL } from './chip.js';
import { testEach } from './pool.js';
import {
  type ChipRow,
  type ChipSetting,
  type GranularityDifference,
  granularityDifferences,
  type RefusedChips,
  rowOf,
} from './summary.js';

/** Chips, and the hardware that they are chips of. */
export interface ChipOptions extends Omit<EvaluationOptions, 'engine'> {
  readonly chips: number;
  /** Seed of the first chip; each other one has the next. */
  readonly seed: number;
  readonly die: DieConfig;
  /** Where the die section stands, if exported graphs compute the chips and not the golden model. */
  readonly graphSource?: DieSource;
  /** One row each. */
  readonly settings: readonly ChipSetting[];
}

/** Calibrates the network as the config has it, or as a rival has it. */
export type HardwareOf = (rival: Rival | undefined) => Promise<Result<CalibratedNetwork>>;

/** What one item of the work gives. */
export type ChipItem = { readonly float: Score } | ChipRecord | Refused;
interface Refused {
  readonly problems: readonly Problem[];
}

/** Accuracy of a network over chips. */
export interface ChipEvaluation {
  /** Held-out images. */
  readonly images: number;
  readonly float: Score;
  readonly rows: readonly (ChipRow | RefusedChips)[];
  readonly differences: readonly GranularityDifference[];
}

/** Chips that are ready to be tested, all or some of them. */
export interface PreparedChips {
  readonly images: number;
  /** The float model, and for each setting the ideal macros and all chips. */
  readonly items: number;
  /** In the order of the items. */
  readonly run: (range: Range, add: (item: ChipItem) => void) => Promise<void>;
}

/**
 * Prepares the test of chips.
 *
 * @throws MissingTool without onnxruntime, Interrupted where `stop` aborts
 */
export async function withChips<Value>(
  plan: NetworkPlan,
  model: OnnxFile,
  hardwareOf: HardwareOf,
  files: TestFiles,
  options: ChipOptions,
  work: (ready: PreparedChips) => Promise<Value>,
): Promise<Result<Value>> {
  const { settings, chips, seed, die, graphSource, threads, stop, onProgress } = options;
  return withTestImages(plan, files, { ...options, engine: 'golden' }, async ({ images, shape, score }) => {
    const labels = readLabels(files.labels, images.count);
    if (!labels.ok) return labels;
    const classes = Uint16Array.from({ length: images.count }, (_, at) => labels.value[at]!);
    const ofRow = 1 + chips;
    let known: { readonly rival: Rival | undefined; readonly made: Result<CalibratedNetwork> } | undefined;
    const run: PreparedChips['run'] = async ({ from, to }, add) => {
      if (from === 0 && to > 0) {
        add({ float: await score(await floatForm(model, shape, threads), 'float model') });
      }
      for (const [at, { rival, corner }] of settings.entries()) {
        const first = Math.max(0, from - 1 - at * ofRow);
        const end = Math.min(ofRow, to - 1 - at * ofRow);
        if (first >= end) continue;
        if (known === undefined || known.rival !== rival) known = { rival, made: await hardwareOf(rival) };
        const { made } = known;
        if (!made.ok) {
          for (let item = first; item < end; item++) add({ problems: made.problems });
          continue;
        }
        const { hardware } = made.value;
        const row = settings.length > 1 ? `row ${at + 1} of ${settings.length}: ` : '';
        const seeds: ChipRecord['chip'][] = [];
        for (let item = first; item < end; item++) seeds.push(item === 0 ? IDEAL : seedOf(seed, item - 1));
        const study: ChipStudy = {
          ...{ hardware, die, corner, test: files.test, labels: classes },
          ...(graphSource !== undefined && { graph: { threads, source: graphSource } }),
        };
        const found = new Map<ChipRecord['chip'], ChipRecord>();
        // Graphs have threads of their own.
        await testEach(study, seeds, graphSource === undefined ? threads : 1, stop, (record) => {
          found.set(record.chip, record);
          onProgress(found.size, seeds.length, `${row}dies`);
        });
        for (const each of seeds) add(found.get(each)!);
      }
    };
    return success(await work({ images: images.count, items: 1 + settings.length * ofRow, run }));
  });
}

/** All items together; a failure where no hardware can be built. */
export function chipEvaluationOf(
  images: number,
  settings: readonly ChipSetting[],
  [float, ...items]: readonly ChipItem[],
): Result<ChipEvaluation> {
  const ofRow = items.length / settings.length;
  const rows = settings.map((setting, at): ChipRow | RefusedChips => {
    const [ideal, ...chips] = items.slice(at * ofRow, (at + 1) * ofRow);
    if ('problems' in ideal!) return { ...setting, problems: ideal.problems };
    return rowOf(setting, ideal as ChipRecord, chips as ChipRecord[], images);
  });
  const refused = rows.filter((row) => 'problems' in row);
  if (refused.length === rows.length) return failure(...refused[0]!.problems);
  const differences = granularityDifferences(rows, images);
  return success({ images, float: (float as { float: Score }).float, rows, differences });
}
