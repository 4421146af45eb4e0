import path from 'node:path';
import { inputName, STDIN } from '../common/files/input.js';
import { failure, type Problem, type Result, success } from '../common/problems.js';
import { loadConfig } from '../macro/config/load.js';
import { networkSchema } from './config/network.js';
import { buildNetwork } from './graph/build.js';
import { type OnnxFile, readOnnx } from './onnx/model.js';
import { type NetworkPlan, planNetwork } from './plan/plan.js';
import { readTrained, type TrainedNetwork } from './trained/trained.js';

/** A planned network and the float model that it is made from. */
export interface LoadedNetwork {
  readonly plan: NetworkPlan;
  readonly model: OnnxFile;
  /** Its parameters, where the config names trained ones. */
  readonly trained: TrainedNetwork | undefined;
}

/**
 * Reads `network.json` and the model that it names, and plans the hardware.
 *
 * @param file `-` for standard input; paths in it are then relative to the current folder
 */
export async function loadNetwork(file: string): Promise<Result<LoadedNetwork>> {
  const config = await loadConfig(file, networkSchema);
  if (!config.ok) return config;
  const model = readOnnx(besideConfig(file, config.value.model));
  if (!model.ok) return model;
  const network = buildNetwork(model.value);
  if (!network.ok) return network;
  const { trained: named } = config.value;
  const trained =
    named === undefined ? undefined : await readTrained(besideConfig(file, named), network.value);
  if (trained?.ok === false) return trained;
  const parameters = trained?.value;
  const plan = planNetwork(config.value, network.value, inputName(file), parameters);
  return plan.ok ? success({ plan: plan.value, model: model.value, trained: parameters }) : plan;
}

/** A path in a config, relative to the config. */
export function besideConfig(config: string, name: string): string {
  return path.isAbsolute(name) ? name : path.join(config === STDIN ? '.' : path.dirname(config), name);
}

/** What is said where a command needs a file that the config does not name. */
export function unnamed(
  { file, config }: NetworkPlan,
  keys: readonly ('calibration' | 'test' | 'labels')[],
): { ok: false; problems: readonly Problem[] } | undefined {
  const missing = keys.filter((key) => config.images[key] === undefined);
  if (missing.length === 0) return undefined;
  const fix = 'Name the .npy file, relative to the config.';
  return failure(...missing.map((key) => ({ file, path: `images.${key}`, message: 'is missing', fix })));
}
