/**
 * Networks: a trained ONNX model on macros, as whole numbers.
 *
 * {@link openNetwork} plans what `network.json` describes. Calibrated, it computes on golden models, becomes an ONNX graph, and is
 * tested beside the float model. Calibration and tests run on onnxruntime, an optional package.
 *
 * @example
 * ```ts
 * import { openNetwork, orThrow } from 'imcgen';
 *
 * const network = orThrow(await openNetwork('network.json'));
 * for (const { name, macros, cycles } of network.layers) console.log(name, macros, cycles);
 * const calibrated = await network.calibrate();
 * const { float, hardware } = await calibrated.evaluate(500); // held-out images
 * console.log(float.accuracy, hardware.accuracy, calibrated.graph().length);
 * ```
 *
 * @module network
 */
export type { Evaluation } from '../network/evaluate/evaluate.js';
export type { InferenceEngine, Score } from '../network/evaluate/forms.js';
export type { GraphForm } from '../network/export/graph.js';
export {
  CalibratedMacros,
  type MappedLayer,
  MappedNetwork,
  type NetworkWork,
  openNetwork,
} from '../network/mapped.js';
