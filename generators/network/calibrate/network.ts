import { failure, type Problem, type Result } from '../../common/problems.js';
import type { NetworkHardware } from '../engine/hardware.js';
import type { OnnxFile } from '../onnx/model.js';
import type { NetworkPlan } from '../plan/plan.js';
import { type ImageSet, openImages } from '../runtime/images.js';
import { type CalibrationHooks, calibrateNetwork } from './calibrate.js';
import { floatStatistics } from './float-statistics.js';

/**
 * Calibrates a planned network: the float model runs over the calibration images once, then each layer is fitted in turn.
 *
 * @param file of the calibration images
 * @throws MissingTool without onnxruntime, Interrupted where `stop` aborts
 */
export async function calibrated(
  plan: NetworkPlan,
  model: OnnxFile,
  file: string,
  hooks: CalibrationHooks,
): Promise<Result<NetworkHardware>> {
  const { network, config } = plan;
  const open = () => openImages(file, config.images, network.shapes.get(network.input)!, config.images.count);
  return withImages(open(), async (images) => {
    const seen = (done: number) => hooks.onProgress(done, images.count, 'images through the float model');
    const statistics = await floatStatistics(model, network, images, seen, hooks.stop);
    return withImages(open(), (again) => calibrateNetwork(plan, statistics, again, hooks));
  });
}

/** Uses images and closes their file, whatever becomes of the work. */
export async function withImages<Value>(
  opened: Result<ImageSet>,
  work: (images: ImageSet) => Promise<Result<Value>>,
): Promise<Result<Value>> {
  if (!opened.ok) return opened;
  try {
    return await work(opened.value);
  } finally {
    opened.value.close();
  }
}

/** What is said where a command needs a file that the config does not name. */
export function unnamed(
  { file, config }: NetworkPlan,
  keys: readonly ('calibration' | 'test' | 'labels')[],
): { ok: false; problems: readonly Problem[] } | undefined {
  const missing = keys.filter((key) => config.images[key] === undefined);
  if (missing.length === 0) return undefined;
  const fix = 'Name the .npy file, relative to the config.';
  return failure(...missing.map((key) => ({ file, path: `images.${key}`, message: 'is missing', fix })));
}
