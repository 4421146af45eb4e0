import { failure, type Result } from '../../common/problems.js';
import { fit } from '../../levels/calibrate/methods.js';
import { extremes } from '../../levels/calibrate/rule-levels.js';
import type { MacroInput } from '../../macro/config/input.js';
import type { Levels } from '../../macro/config/levels.js';
import { shapeOf } from '../../macro/plan/shape.js';
import { bestForMacro, limitsOf, MOST_CELLS, tableStepFor } from './hardware-levels.js';
import { filled, HARDWARE, type Order } from './order.js';
import { type Gathered, gatherActivations, gatheredLevels, gatherHistogram } from './samples.js';

/** Calibrates levels for the macros of a sweep, from samples that are gathered once. */
export class LevelsMaker {
  /** By bank. */
  private readonly gathered = new Map<number, Result<Gathered>>();

  /** @param samples activation files, `{layer}` to be filled in; the histograms of the levels where left out */
  constructor(
    private readonly base: MacroInput,
    private readonly samples: readonly string[] | undefined,
  ) {}

  /** @param recipe what the levels are to be known by when they are looked for again */
  make(order: Order, recipe: string): Result<Levels> {
    const { settings, method } = order;
    const gathered = this.gather(order);
    if (!gathered.ok) return gathered;
    if (method === HARDWARE) {
      const levels = this.forHardware(gathered.value, order, recipe);
      // Where no ramp fits, the exact optimum lets the planner name the rule that stands in the way.
      if (levels !== undefined) return levels;
    }
    const fitted = fit(gathered.value.samples, settings);
    return gatheredLevels(gathered.value, fitted, settings, settings.method, { recipe });
  }

  private gather({ bank, settings }: Order): Result<Gathered> {
    const own = this.base.levels[bank]!;
    const { samples } = this;
    const gathered =
      this.gathered.get(bank) ??
      (samples === undefined
        ? gatherHistogram(own, settings)
        : gatherActivations(
            samples.map((pattern) => filled(pattern, own.name)),
            settings,
          ));
    this.gathered.set(bank, gathered);
    return gathered;
  }

  /** Levels within the limits of the macro, or undefined where no ramp fits them. */
  private forHardware(gathered: Gathered, order: Order, recipe: string): Result<Levels> | undefined {
    const { bank, config, settings } = order;
    const { distribution } = gathered.samples;
    const { inputScale, weightScale, outputScale } = config.layers[bank]!;
    const shape = shapeOf(config);
    const tableStep = outputScale ?? tableStepFor(distribution, settings.bits, shape);
    const limits = limitsOf(shape, settings.bits, inputScale * weightScale, tableStep);
    const range = gathered.samples.extremes ?? extremes(distribution);
    const reach = Math.ceil((range.high - range.low) / limits.cell);
    if (reach > MOST_CELLS) {
      return failure({
        file: this.base.file,
        path: `layers.${bank}.inputScale`,
        message: `${reach} reference cells between the least and the largest sample, at most ${MOST_CELLS} are searched`,
        fix: 'Use a larger inputScale * weightScale, or more reference.pulses.',
      });
    }
    const best = bestForMacro(distribution, settings.bits, shape, limits);
    if (best === undefined) return undefined;
    const { references, outputs, cells, offset } = best;
    const note = `cells ${cells.join(' ')}; offset ${offset}`;
    const fitted = { centres: outputs, references, outputs, range, note };
    return gatheredLevels(gathered, fitted, settings, HARDWARE, { tableStep, recipe });
  }
}
