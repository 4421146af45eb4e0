/** In: a calibrated network, what dies differ by, held-out images. Out: how many of them a chip gives their class. */
import { Interrupted, orThrow } from '../../common/problems.js';
import type { DieConfig } from '../../macro/die/constants.js';
import { ChipModels } from '../../network/engine/die-models.js';
import { GoldenNetwork } from '../../network/engine/golden.js';
import type { NetworkHardware } from '../../network/engine/hardware.js';
import { BATCH, classesOf } from '../../network/evaluate/forms.js';
import { sizeOf, tokensOf } from '../../network/graph/steps.js';
import { openImages } from '../../network/runtime/images.js';
import { CORNERS, type CornerName } from '../montecarlo/corners.js';

/** What every chip is tested with, as plain data. */
export interface ChipStudy {
  readonly hardware: NetworkHardware;
  readonly die: DieConfig;
  readonly corner: CornerName;
  /** File of the held-out images. */
  readonly test: string;
  /** Classes of the images that are tested, from the first. */
  readonly labels: Uint16Array;
}

/** The ideal macros in the place of a chip. */
export const IDEAL = 'ideal';

/** What came of a chip, or of the ideal macros. */
export interface ChipRecord {
  /** Seed of the chip. */
  readonly chip: number | typeof IDEAL;
  /** Numbers of the images that did not get their class, ascending. */
  readonly wrong: readonly number[];
}

/** Tests chips, one after the other: all macros of a network, each on a die of its own. */
export class ChipTester {
  private readonly models: ChipModels;
  private readonly network: GoldenNetwork;

  constructor(private readonly study: ChipStudy) {
    const { hardware, die, corner } = study;
    this.models = new ChipModels((shape) => CORNERS[corner].constants(die, shape));
    this.network = new GoldenNetwork(hardware, this.models.models);
  }

  /**
   * Classifies all images on a chip.
   *
   * @throws Interrupted where `stop` aborts
   */
  async record(chip: ChipRecord['chip'], stop?: AbortSignal): Promise<ChipRecord> {
    const { hardware, test, labels } = this.study;
    const { network, config } = hardware.plan;
    const shape = network.shapes.get(network.input)!;
    const tested = chip === IDEAL ? new GoldenNetwork(hardware) : this.network;
    if (chip !== IDEAL) this.models.use(chip);
    const images = orThrow(openImages(test, config.images, shape, labels.length, tokensOf(network)));
    const wrong: number[] = [];
    let done = 0;
    try {
      for (const batch of images.batches(BATCH)) {
        // Signals and the bar have their turn.
        await new Promise(setImmediate);
        if (stop?.aborted) throw new Interrupted();
        const count = batch.length / sizeOf(shape);
        const classes = classesOf(tested.run(batch, undefined, done), count);
        for (let image = 0; image < count; image++) {
          if (classes[image] !== labels[done + image]) wrong.push(done + image);
        }
        done += count;
      }
    } finally {
      images.close();
    }
    return { chip, wrong };
  }
}
