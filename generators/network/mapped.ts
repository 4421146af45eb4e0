import { orThrow, type Result, success } from '../common/problems.js';
import { calibratedNetwork } from './calibrated.js';
import { GoldenNetwork } from './engine/golden.js';
import type { NetworkHardware } from './engine/hardware.js';
import { type Evaluation, evaluateNetwork } from './evaluate/evaluate.js';
import type { GraphForm } from './export/graph.js';
import { hardwareGraph } from './export/onnx.js';
import { besideConfig, type LoadedNetwork, loadNetwork, unnamed } from './load.js';

/** A layer of a network on its macros. */
export interface MappedLayer {
  /** As `imcgen map` prints it. */
  readonly name: string;
  /** Where its sums are made. */
  readonly on: 'macro' | 'digital';
  /** Bits of its ADCs. */
  readonly bits: number;
  /** Arrays that its input channels are shared out to. */
  readonly tiles: number;
  /** Macros; 0 where it is digital. */
  readonly macros: number;
  /** Cells that hold its weights. */
  readonly cells: number;
  /** Clock cycles of a sample. */
  readonly cycles: number;
  /** Squared error of its weights over the sum of their squares. */
  readonly weightError: number;
}

/** What is told of long work, and what may stop it. */
export interface NetworkWork {
  /** Is told how much of what is done. */
  readonly onProgress?: (done: number, total: number, name: string) => void;
  /** Stops the work, which then throws `Interrupted`. */
  readonly stop?: AbortSignal;
}

/**
 * Reads `network.json` and the model that it names, and plans the hardware.
 *
 * @param file of the config
 * @returns the network on its macros, or every rule that it breaks
 */
export async function openNetwork(file: string): Promise<Result<MappedNetwork>> {
  const loaded = await loadNetwork(file);
  return loaded.ok ? success(new MappedNetwork(file, loaded.value)) : loaded;
}

/** A trained network and the macros that compute it. {@link openNetwork} makes it. */
export class MappedNetwork {
  /** In the order of the network. */
  readonly layers: readonly MappedLayer[];

  /** @internal */
  constructor(
    private readonly file: string,
    private readonly loaded: LoadedNetwork,
  ) {
    this.layers = loaded.plan.layers.map(({ rule, tiles, macros, cells, sampleCycles: cycles, weights }) => ({
      ...{ name: rule.step.name, on: rule.on, bits: rule.bits, tiles: tiles.length },
      ...{ macros, cells, cycles, weightError: weights.relativeError },
    }));
  }

  /**
   * Finds levels, factors and biases on the calibration images of the config, or takes those of an earlier run. Where the config
   * names trained parameters, these are taken.
   *
   * @throws InvalidInput where a file is missing or not as it should be
   * @throws MissingTool without onnxruntime-node
   * @throws Interrupted where `stop` aborts
   */
  async calibrate({ onProgress = () => undefined, stop }: NetworkWork = {}): Promise<CalibratedMacros> {
    const { hardware } = orThrow(await calibratedNetwork(this.file, this.loaded, { onProgress, stop }));
    return new CalibratedMacros(this.file, this.loaded, hardware);
  }
}

/** A network as whole numbers: everything that its hardware holds. {@link MappedNetwork.calibrate} makes it. */
export class CalibratedMacros {
  private readonly golden: GoldenNetwork;

  /** @internal */
  constructor(
    private readonly file: string,
    private readonly loaded: LoadedNetwork,
    private readonly hardware: NetworkHardware,
  ) {
    this.golden = new GoldenNetwork(hardware);
  }

  /**
   * What the golden models of the macros make of images.
   *
   * @param samples as the float model takes them: image after image, in each channel, y, x
   * @returns whole codes of the network's output, image after image
   */
  run(samples: Float32Array): Int16Array {
    return this.golden.run(samples);
  }

  /**
   * The hardware as an ONNX graph, which gives the same whole numbers in any runtime.
   *
   * @param form operators of the standard alone, or MultiThreshold of QONNX for the converters
   * @returns the bytes of the file
   */
  graph(form: GraphForm = 'standard'): Uint8Array {
    return hardwareGraph(this.hardware, form);
  }

  /**
   * Accuracy on the held-out images of the config, beside that of the float model.
   *
   * @param most images that are tested, from the first; all where left out
   * @throws InvalidInput where a file is missing or not as it should be
   * @throws MissingTool without onnxruntime-node
   * @throws Interrupted where `stop` aborts
   */
  async evaluate(
    most?: number,
    { onProgress = () => undefined, stop }: NetworkWork = {},
  ): Promise<Evaluation> {
    const { plan, model } = this.loaded;
    const missing = unnamed(plan, ['test', 'labels']);
    if (missing !== undefined) orThrow(missing);
    const { test, labels } = plan.config.images;
    const files = { test: besideConfig(this.file, test!), labels: besideConfig(this.file, labels!) };
    const options = { engine: 'onnx', most, onProgress, stop } as const;
    return orThrow(await evaluateNetwork(this.hardware, model, files, options));
  }
}
