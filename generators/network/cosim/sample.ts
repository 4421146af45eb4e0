import { Random } from '../../common/random.js';
import { programmedMacros } from '../engine/array-models.js';
import { GoldenNetwork } from '../engine/golden.js';
import type { ArrayHardware, LayerHardware, NetworkHardware } from '../engine/hardware.js';
import { eachArray } from '../engine/layer.js';
import { sizeOf } from '../graph/steps.js';
import type { LayerPlan } from '../plan/plan.js';

/** A macro of a network, and input vectors that it meets when the network sees images. */
export interface SampledMacro {
  readonly layer: LayerPlan;
  readonly array: ArrayHardware;
  /** One whole number a row. */
  readonly vectors: readonly (Uint8Array | Int8Array)[];
  /** What the golden engine has its columns give: vector after vector, one a column. */
  readonly codes: Uint8Array;
  readonly outputs: Int32Array;
}

/**
 * Draws macros of a network, one from each of `count` equal parts of the list of all, and for each macro one
 * input vector of every image, at a pixel that is drawn too.
 *
 * @param samples images as the float model takes them
 * @param count   macros; all where there are no more
 * @param seed    same seed, same macros and pixels
 */
export function sampledMacros(
  hardware: NetworkHardware,
  samples: Float32Array,
  count: number,
  seed: number,
): SampledMacro[] {
  const random = new Random(seed);
  const chosen = drawn(hardware, count, random);
  const { network } = hardware.plan;
  const images = samples.length / sizeOf(network.shapes.get(network.input)!);
  const found: SampledMacro[] = [];
  new GoldenNetwork(hardware).run(samples, (tensor, codes) => {
    for (const { layer, array } of chosen) {
      if (layer.plan.rule.step.input !== tensor) continue;
      const pixels = Array.from({ length: images }, () => random.whole(0, layer.plan.positions - 1));
      const vectors = vectorsOf(hardware, layer, array, codes, pixels);
      const [macro] = programmedMacros([array]);
      const { codes: given, outputs } = macro!.convertBatch(vectors.flatMap((vector) => [...vector]));
      found.push({ layer: layer.plan, array, vectors, codes: given, outputs });
    }
  });
  return found;
}

interface Choice {
  readonly layer: LayerHardware;
  readonly array: ArrayHardware;
}

function drawn({ layers }: NetworkHardware, count: number, random: Random): Choice[] {
  const all = [...layers.values()].flatMap((layer) => layer.arrays.map((array) => ({ layer, array })));
  if (count >= all.length) return all;
  return Array.from({ length: count }, (_, part) => {
    const [first, next] = [part, part + 1].map((at) => Math.floor((at * all.length) / count));
    return all[random.whole(first!, next! - 1)]!;
  });
}

/** Input vectors of a macro, one an image. */
function vectorsOf(
  { plan }: NetworkHardware,
  { plan: layer }: LayerHardware,
  array: ArrayHardware,
  codes: Int16Array,
  pixels: readonly number[],
): (Uint8Array | Int8Array)[] {
  const { rows } = array.tile;
  const vectors: (Uint8Array | Int8Array)[] = [];
  const shape = plan.network.shapes.get(layer.rule.step.input)!;
  eachArray(layer, [array], shape, codes, (_, __, { inputs, first, images }) => {
    for (let image = 0; image < images; image++) {
      const from = (image * layer.positions + pixels[first + image]!) * rows;
      // The memory of the kernel is used again.
      vectors.push(inputs.slice(from, from + rows));
    }
  });
  return vectors;
}
