/** In: a calibrated network, what dies differ by, held-out images. Out: how many of them a chip gives their class. */
import { Interrupted, orThrow } from '../../common/problems.js';
import type { DieConfig } from '../../macro/die/constants.js';
import { ChipModels, type ConstantsOf } from '../../network/engine/die-models.js';
import { GoldenNetwork } from '../../network/engine/golden.js';
import type { NetworkHardware } from '../../network/engine/hardware.js';
import { BATCH, classesOf, graphForm } from '../../network/evaluate/forms.js';
import type { DieSource } from '../../network/export/dies.js';
import { graphDies } from '../../network/export/exact.js';
import { sizeOf } from '../../network/graph/steps.js';
import { openSamples } from '../../network/runtime/images.js';
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
  /** Where exported graphs compute the chips, and not the golden model. */
  readonly graph?: GraphEngine;
}

/** How graphs of chips are made and run. */
export interface GraphEngine {
  /** As many as there are cores where left out. */
  readonly threads: number | undefined;
  /** Where the die section stands. */
  readonly source: DieSource;
}

/** A chip that is ready to classify. */
interface ReadyChip {
  /** Classes of a batch; `first` is the number of its first image. */
  classify(batch: Float32Array, count: number, first: number): Promise<Uint16Array>;
  close(): Promise<void>;
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
  private readonly constants: ConstantsOf;
  private golden: { readonly models: ChipModels; readonly network: GoldenNetwork } | undefined;

  constructor(private readonly study: ChipStudy) {
    const { die, corner } = study;
    this.constants = (shape) => CORNERS[corner].constants(die, shape);
  }

  /**
   * Classifies all images on a chip.
   *
   * @throws Interrupted where `stop` aborts
   * @throws InvalidInput where a graph computes the chip and cannot have its effects
   */
  async record(chip: ChipRecord['chip'], stop?: AbortSignal): Promise<ChipRecord> {
    const { hardware, test, labels } = this.study;
    const { network } = hardware.plan;
    const shape = network.shapes.get(network.input)!;
    const images = orThrow(openSamples(test, hardware.plan, labels.length));
    const wrong: number[] = [];
    let done = 0;
    let ready: ReadyChip | undefined;
    try {
      ready = await this.ready(chip);
      for (const batch of images.batches(BATCH)) {
        // Signals and the bar have their turn.
        await new Promise(setImmediate);
        if (stop?.aborted) throw new Interrupted();
        const count = batch.length / sizeOf(shape);
        const classes = await ready.classify(batch, count, done);
        for (let image = 0; image < count; image++) {
          if (classes[image] !== labels[done + image]) wrong.push(done + image);
        }
        done += count;
      }
    } finally {
      await ready?.close();
      images.close();
    }
    return { chip, wrong };
  }

  private async ready(chip: ChipRecord['chip']): Promise<ReadyChip> {
    const { hardware, graph } = this.study;
    if (graph === undefined) {
      const network = chip === IDEAL ? new GoldenNetwork(hardware) : this.goldenChip(chip);
      return {
        classify: async (batch, count, first) => classesOf(network.run(batch, undefined, first), count),
        close: async () => undefined,
      };
    }
    const dies =
      chip === IDEAL ? undefined : orThrow(graphDies(hardware, this.constants, chip, graph.source));
    return graphForm(hardware, graph.threads, dies);
  }

  private goldenChip(chip: number): GoldenNetwork {
    if (this.golden === undefined) {
      const models = new ChipModels(this.constants);
      this.golden = { models, network: new GoldenNetwork(this.study.hardware, models.models) };
    }
    this.golden.models.use(chip);
    return this.golden.network;
  }
}
