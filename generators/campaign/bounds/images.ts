/** In: a calibrated network, held-out images, what dies differ by. Out: images whose class no die within so many sigma changes. */
import { Interrupted, orThrow } from '../../common/problems.js';
import type { DieConfig } from '../../macro/die/constants.js';
import { DEVIATE_SIGMA, MOST_DEVIATE } from '../../macro/die/hash.js';
import { ChipModels, type ConstantsOf, constantsOfSection } from '../../network/engine/die-models.js';
import { GoldenNetwork } from '../../network/engine/golden.js';
import type { NetworkHardware } from '../../network/engine/hardware.js';
import { inputCodes } from '../../network/engine/steps.js';
import { classesOf } from '../../network/evaluate/forms.js';
import { sizeOf } from '../../network/graph/steps.js';
import { openSamples } from '../../network/runtime/images.js';
import { type ImageBounds, isCertain, type LayerCount, NetworkBounds } from './network.js';

/** What images are bounded with, as plain data. */
export interface ImageStudy {
  readonly hardware: NetworkHardware;
  readonly die: DieConfig;
  /** Largest deviate at which images are counted. */
  readonly most: number;
  /** File of the held-out images, and how many of them from the first. */
  readonly test: string;
  readonly images: number;
  /** Dies of all macros that are held against the bounds of each image, from a seed on. */
  readonly dies: number;
  readonly seed: number;
}

/** An image. */
export interface BoundImage {
  readonly image: number;
  /** Its class on ideal macros. */
  readonly best: number;
  /** Whether all dies of the study give it that. */
  readonly certain: boolean;
  /** Largest sigmas at which they were found to; null where they do not even without spread. */
  readonly sigmas: number | null;
}

/** What came of some images. */
export interface BoundImages {
  readonly images: readonly BoundImage[];
  /** ADC codes of all of them. */
  readonly layers: readonly LayerCount[];
  /** Codes of all tensors, and classes, that were held against bounds, and how many lie outside. */
  readonly compared: number;
  readonly outside: number;
}

/** Images that a thread takes at a time. */
export const AT_ONCE = 10;
/** Largest deviates are found to within so many, 0.02 sigma. */
const RESOLUTION = 4;

/** Bounds images, some at a time. */
export class ImageBounder {
  private readonly constants: ConstantsOf;
  private readonly bounds: NetworkBounds;
  private readonly ideal: GoldenNetwork;
  private chips: { readonly models: ChipModels; readonly network: GoldenNetwork } | undefined;

  constructor(private readonly study: ImageStudy) {
    const { hardware, die } = study;
    this.constants = constantsOfSection(die);
    this.bounds = new NetworkBounds(hardware, this.constants);
    this.ideal = new GoldenNetwork(hardware);
  }

  /**
   * Bounds some images.
   *
   * @param batch number of the first, over {@link AT_ONCE}
   * @throws Interrupted where `stop` aborts
   */
  async bound(batch: number, stop?: AbortSignal): Promise<BoundImages> {
    const { hardware, test, images: most } = this.study;
    const { network, formats } = hardware.plan;
    const size = sizeOf(network.shapes.get(network.input)!);
    const images = orThrow(openSamples(test, hardware.plan, most));
    try {
      const [samples] = [...images.batches(AT_ONCE, { from: batch, to: batch + 1 })] as [Float32Array];
      const count = samples.length / size;
      const classes = classesOf(this.ideal.run(samples), count);
      const codes = inputCodes(samples, hardware.scales.get(network.input)!, formats.get(network.input)!);
      const found: BoundImage[] = [];
      const bounds: ImageBounds[] = [];
      for (let at = 0; at < count; at++) {
        // Signals and the bar have their turn.
        await new Promise(setImmediate);
        if (stop?.aborted) throw new Interrupted();
        const own = codes.subarray(at * size, (at + 1) * size);
        const best = classes[at]!;
        const bound = this.bounds.bound(own, this.study.most);
        bounds.push(bound);
        const certain = isCertain(hardware, bound, best);
        found.push({
          image: batch * AT_ONCE + at,
          best,
          certain,
          sigmas: this.mostSigmas(own, best, certain),
        });
      }
      const layers = bounds[0]!.layers.map(({ layer }, index): LayerCount => {
        const sum = (of: (count: LayerCount) => number) =>
          bounds.reduce((total, { layers: counts }) => total + of(counts[index]!), 0);
        return { layer, codes: sum((each) => each.codes), certain: sum((each) => each.certain) };
      });
      return { images: found, layers, ...(await this.check(samples, batch * AT_ONCE, bounds, found, stop)) };
    } finally {
      images.close();
    }
  }

  /** Halves what lies between deviates at which the class is certain and is not. */
  private mostSigmas(codes: Int16Array, best: number, certain: boolean): number | null {
    const { most } = this.study;
    let [below, above] = certain ? [most, MOST_DEVIATE + 1] : [-1, most];
    const holds = (deviate: number) =>
      isCertain(this.study.hardware, this.bounds.bound(codes, deviate), best);
    while (above - below > RESOLUTION) {
      const middle = Math.floor((below + above) / 2);
      if (holds(middle)) below = middle;
      else above = middle;
    }
    if (below === -1) return holds(0) ? 0 : null;
    return below / DEVIATE_SIGMA;
  }

  /** Holds dies that are drawn against the bounds of some images, tensor by tensor. */
  private async check(
    samples: Float32Array,
    first: number,
    bounds: readonly ImageBounds[],
    images: readonly BoundImage[],
    stop: AbortSignal | undefined,
  ): Promise<Pick<BoundImages, 'compared' | 'outside'>> {
    const { hardware, most, dies, seed } = this.study;
    let [compared, outside] = [0, 0];
    if (dies === 0) return { compared, outside };
    if (this.chips === undefined) {
      const cut: ConstantsOf = (shape) => ({ ...this.constants(shape), mostDeviate: most });
      const models = new ChipModels(cut);
      this.chips = { models, network: new GoldenNetwork(hardware, models.models) };
    }
    const { models, network } = this.chips;
    for (let each = 0; each < dies; each++) {
      await new Promise(setImmediate);
      if (stop?.aborted) throw new Interrupted();
      models.use((seed + each) % 2 ** 32);
      const watch = (tensor: string, codes: Int16Array) => {
        const size = codes.length / bounds.length;
        for (const [image, { tensors }] of bounds.entries()) {
          const { low, high } = tensors.get(tensor)!;
          for (let at = 0, from = image * size; at < size; at++, from++) {
            if (codes[from]! < low[at]! || codes[from]! > high[at]!) outside++;
          }
        }
        compared += codes.length;
      };
      const classes = classesOf(network.run(samples, watch, first), bounds.length);
      for (const [at, { best, certain }] of images.entries()) {
        if (!certain) continue;
        compared++;
        if (classes[at] !== best) outside++;
      }
    }
    return { compared, outside };
  }
}
