import { type Result, success } from '../common/problems.js';
import type { CalibrationHooks } from './calibrate/calibrate.js';
import { type CalibratedNetwork, Calibrator } from './calibrate/calibrator.js';
import { besideConfig, type LoadedNetwork, unnamed } from './load.js';
import { trainedHardware } from './trained/trained.js';

/**
 * The network as whole numbers: as it was trained where its config says so, else calibrated.
 *
 * @param file  the config
 * @param again calibrate also what was calibrated before
 * @throws MissingTool without onnxruntime, Interrupted where the hooks stop it
 */
export async function calibratedNetwork(
  file: string,
  { plan, model, trained }: LoadedNetwork,
  hooks: CalibrationHooks,
  again = false,
): Promise<Result<CalibratedNetwork>> {
  if (trained !== undefined) {
    const hardware = trainedHardware(plan, trained);
    if (!hardware.ok) return hardware;
    return success({ hardware: hardware.value, key: trained.key, reused: false });
  }
  const missing = unnamed(plan, ['calibration']);
  if (missing !== undefined) return missing;
  const images = besideConfig(file, plan.config.images.calibration!);
  return new Calibrator(model, images, hooks, again).calibrate(plan);
}
