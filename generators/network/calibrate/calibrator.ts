import { type Result, success } from '../../common/problems.js';
import type { NetworkHardware } from '../engine/hardware.js';
import type { OnnxFile } from '../onnx/model.js';
import type { NetworkPlan } from '../plan/plan.js';
import { openSamples, withImages } from '../runtime/images.js';
import { type CalibrationHooks, calibrateNetwork, type LayerSums } from './calibrate.js';
import { type FloatStatistics, floatStatistics } from './float-statistics.js';
import { calibrationKey, fileHash, save, savedUnder } from './saved.js';

/** A calibrated network, and whether it was calibrated in an earlier run. */
export interface CalibratedNetwork {
  readonly hardware: NetworkHardware;
  /** Hash of all that it follows from. */
  readonly key: string;
  readonly reused: boolean;
}

/**
 * Calibrates plans of one model on one file of images. What one plan needed is there for the next: the float model runs once,
 * and a plan that was calibrated before, by this object or in an earlier run, is not calibrated again.
 */
export class Calibrator {
  private statistics: FloatStatistics | undefined;
  private images: string | undefined;

  /**
   * @param file  of the calibration images
   * @param again calibrate also what was calibrated before
   */
  constructor(
    private readonly model: OnnxFile,
    private readonly file: string,
    private readonly hooks: CalibrationHooks,
    private readonly again = false,
  ) {}

  /** @throws MissingTool without onnxruntime, Interrupted where the hooks stop it */
  async calibrate(plan: NetworkPlan): Promise<Result<CalibratedNetwork>> {
    const images = this.open(plan);
    if (!images.ok) return images;
    images.value.close();
    this.images ??= await fileHash(this.file);
    const key = calibrationKey(plan, this.model.bytes, this.images);
    const known = this.again ? undefined : savedUnder(key, plan);
    if (known !== undefined) return success({ hardware: known, key, reused: true });
    const made = await this.calibrated(plan);
    if (!made.ok) return made;
    save(key, made.value);
    return success({ hardware: made.value, key, reused: false });
  }

  /** Calibrates a plan, whatever is kept of it, and tells the sums of its layers as it goes. */
  async watched(plan: NetworkPlan, onSums: (sums: LayerSums) => void): Promise<Result<NetworkHardware>> {
    return this.calibrated(plan, onSums);
  }

  private async calibrated(
    plan: NetworkPlan,
    onSums?: (sums: LayerSums) => void,
  ): Promise<Result<NetworkHardware>> {
    const statistics = await withImages(this.open(plan), async (images) => {
      const seen = (done: number) =>
        this.hooks.onProgress(done, images.count, 'images through the float model');
      this.statistics ??= await floatStatistics(this.model, plan.network, images, seen, this.hooks.stop);
      return success(this.statistics);
    });
    if (!statistics.ok) return statistics;
    return withImages(this.open(plan), (images) =>
      calibrateNetwork(plan, statistics.value, images, { ...this.hooks, onSums }),
    );
  }

  private open(plan: NetworkPlan) {
    return openSamples(this.file, plan, plan.config.images.count);
  }
}
