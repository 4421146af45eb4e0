import { failure, orThrow } from '../../common/problems.js';
import type { Work } from '../../common/work.js';
import { Calibrator } from '../../network/calibrate/calibrator.js';
import type { InferenceEngine } from '../../network/evaluate/forms.js';
import type { TestFiles } from '../../network/evaluate/held-out.js';
import { besideConfig, type LoadedNetwork, loadNetwork, unnamed } from '../../network/load.js';

/** Options of commands that calibrate and test. */
export interface TestOptions {
  readonly engine: InferenceEngine;
  /** Images that are tested, from the first. */
  readonly images?: number;
  /** Calibrate also what an earlier run calibrated. */
  readonly recalibrate: boolean;
  /** Threads that compute; as many as there are cores where left out. */
  readonly threads?: number;
}

/** Commands that calibrate anew have no use for what was trained on one hardware. */
export function refuseTrained({ plan: { file }, trained }: LoadedNetwork): void {
  if (trained === undefined) return;
  const message = 'has whole weights and levels of this one hardware, and this command starts from the model';
  orThrow(failure({ file, path: 'trained', message, fix: 'Leave "trained" out.' }));
}

/** A planned network whose config names the files that a command needs. */
export async function loadedWith(
  file: string,
  keys: readonly ('calibration' | 'test' | 'labels')[],
): Promise<LoadedNetwork> {
  const loaded = orThrow(await loadNetwork(file));
  const needed = keys.filter((key) => key !== 'calibration' || loaded.trained === undefined);
  const missing = unnamed(loaded.plan, needed);
  if (missing !== undefined) orThrow(missing);
  return loaded;
}

export function testFiles(file: string, { plan }: LoadedNetwork): TestFiles {
  const { test, labels } = plan.config.images;
  return { test: besideConfig(file, test!), labels: besideConfig(file, labels!) };
}

export function calibratorOf(
  file: string,
  { plan, model }: LoadedNetwork,
  work: Work,
  again: boolean,
): Calibrator {
  return new Calibrator(model, besideConfig(file, plan.config.images.calibration!), work, again);
}
