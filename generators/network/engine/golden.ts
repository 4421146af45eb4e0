import { inputsOf, type Step } from '../graph/steps.js';
import { type ArrayModel, type ArrayModels, idealModels } from './array-models.js';
import type { LayerHardware, NetworkHardware } from './hardware.js';
import { digitalSums, layerSums, type Sums } from './layer.js';
import { requantizedAll } from './requantizer.js';
import { inputCodes, pooledSums, stepCodes } from './steps.js';

/**
 * The network on golden models of its macros: the reference for every other form of it.
 * `new GoldenNetwork(hardware).run(images)` gives whole numbers, classes x images.
 */
export class GoldenNetwork {
  private readonly models: ReadonlyMap<string, readonly ArrayModel[]>;

  /** @param models what the macros are; ideal ones where left out */
  constructor(
    private readonly hardware: NetworkHardware,
    models: ArrayModels = idealModels,
  ) {
    this.models = new Map([...hardware.layers].map(([name, { arrays }]) => [name, models(arrays)]));
  }

  /**
   * @param samples images x channels x height x width, as the float network takes them
   * @param watch   is told the codes of every tensor, as long as they last
   * @param first   number of the first image, which the noise of dies depends on
   * @returns codes of the network's output, image after image
   */
  run(samples: Float32Array, watch?: (tensor: string, codes: Int16Array) => void, first = 0): Int16Array {
    const { network, formats } = this.hardware.plan;
    const { scales } = this.hardware;
    const codes = new Map<string, Int16Array>();
    const put = (tensor: string, values: Int16Array) => {
      codes.set(tensor, values);
      watch?.(tensor, values);
    };
    put(network.input, inputCodes(samples, scales.get(network.input)!, formats.get(network.input)!));
    for (const [index, step] of network.steps.entries()) {
      put(
        step.output,
        this.stepOf(
          step,
          inputsOf(step).map((name) => codes.get(name)!),
          first,
        ),
      );
      for (const input of inputsOf(step)) {
        const later = network.steps.slice(index + 1).some((each) => inputsOf(each).includes(input));
        if (!later) codes.delete(input);
      }
    }
    return codes.get(network.output)!;
  }

  /** Sums of a layer before its requantization. */
  sums({ plan, arrays }: LayerHardware, codes: Int16Array, first = 0): Sums {
    const { step } = plan.rule;
    const shape = this.hardware.plan.network.shapes.get(step.input)!;
    return arrays.length === 0
      ? digitalSums(plan, shape, codes)
      : layerSums(plan, arrays, this.models.get(step.name)!, shape, codes, first);
  }

  private stepOf(step: Step, inputs: readonly Int16Array[], firstImage: number): Int16Array {
    const { plan, layers, pools } = this.hardware;
    const { shapes } = plan.network;
    const [first] = inputs as [Int16Array];
    if (step.kind === 'linear') {
      const layer = layers.get(step.name)!;
      return requantizedAll(this.sums(layer, first, firstImage), layer.plan.positions, layer.requantizer);
    }
    if (step.kind === 'averagePool') {
      const to = shapes.get(step.output)!;
      const sums = pooledSums(step, shapes.get(step.input)!, to, first);
      return requantizedAll(sums, to[1] * to[2], pools.get(step.name)!);
    }
    return stepCodes(step, this.hardware, inputs);
  }
}
