import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { failure, InvalidInput, type Problem, type Result, success } from '../../common/problems.js';
import { readNpy } from '../../levels/calibrate/npy.js';
import { loadJson } from '../../macro/config/load.js';
import { restored } from '../calibrate/saved.js';
import { mostSums, type NetworkHardware } from '../engine/hardware.js';
import type { LinearStep, Network } from '../graph/steps.js';
import { EXACT_BITS, type NetworkPlan } from '../plan/plan.js';
import { type Parameters, parametersSchema } from './parameters.js';

/** Parameters of a network that was trained on its macros, and its whole weights by layer. */
export interface TrainedNetwork {
  readonly file: string;
  /** sha256 of all of it, in hexadecimal. */
  readonly key: string;
  readonly parameters: Parameters;
  readonly codes: ReadonlyMap<string, Int8Array>;
}

/** Reads `parameters.json` and the whole weights that it names, for the layers of a network. */
export async function readTrained(file: string, network: Network): Promise<Result<TrainedNetwork>> {
  const read = await loadJson(file, parametersSchema);
  if (!read.ok) return read;
  const parameters = read.value;
  const steps = network.steps.filter((step) => step.kind === 'linear');
  const problems: Problem[] = [];
  const codes = new Map<string, Int8Array>();
  const hash = createHash('sha256').update(readFileSync(file));
  for (const step of steps) {
    const layer = parameters.layers[step.name];
    if (layer === undefined) {
      const fix = 'Was the network exported from another model?';
      problems.push({ file, path: `layers.${step.name}`, message: 'is missing', fix });
      continue;
    }
    const found = readCodes(path.join(path.dirname(file), layer.codes), step);
    if (!found.ok) problems.push(...found.problems);
    else {
      codes.set(step.name, found.value);
      hash.update(found.value);
    }
  }
  for (const name of Object.keys(parameters.layers)) {
    if (steps.some((step) => step.name === name)) continue;
    problems.push({ file, path: `layers.${name}`, message: `is no layer of ${network.file}` });
  }
  return problems.length > 0
    ? failure(...problems)
    : success({ file, key: hash.digest('hex'), parameters, codes });
}

function readCodes(file: string, { outputs, channels, window }: LinearStep): Result<Int8Array> {
  const npy = readNpy(file);
  if (!npy.ok) return npy;
  const { data, shape, fortranOrder } = npy.value;
  const wanted = [outputs, channels, ...window.kernel];
  if (shape.join() !== wanted.join() || fortranOrder) {
    const message = `has shape [${shape.join(', ')}]${fortranOrder ? ' in Fortran order' : ''}, the layer has [${wanted.join(', ')}]`;
    return failure({ file, path: '', message });
  }
  const odd = data.findIndex((code) => !Number.isInteger(code) || Math.abs(code) > 127);
  if (odd >= 0) return failure({ file, path: '', message: `weight ${odd} is ${data[odd]}, no whole weight` });
  return success(Int8Array.from(data));
}

/** The network as its parameters have it, or the rules that these break. */
export function trainedHardware(
  plan: NetworkPlan,
  { file, parameters }: TrainedNetwork,
): Result<NetworkHardware> {
  const problems = [...lengthProblems(plan, parameters, file)];
  if (problems.length > 0) return failure(...problems);
  let hardware: NetworkHardware;
  try {
    hardware = restored(plan, parameters);
  } catch (error) {
    if (error instanceof InvalidInput) return failure(...error.problems);
    throw error;
  }
  const wide = [...productProblems(hardware, file)];
  return wide.length > 0 ? failure(...wide) : success(hardware);
}

/** Whether there is one of everything that the plan has. */
function* lengthProblems(
  { network, layers, formats }: NetworkPlan,
  parameters: Parameters,
  file: string,
): Generator<Problem> {
  const differs = (at: string, found: number, wanted: number): Problem => ({
    ...{ file, path: at, message: `has ${found} entries, ${wanted} are needed` },
    fix: 'Export the network again with the config as it is now, and train that.',
  });
  for (const tensor of formats.keys()) {
    if (parameters.scales[tensor] === undefined) {
      yield { file, path: `scales.${tensor}`, message: 'is missing' };
    }
  }
  for (const step of network.steps) {
    if (step.kind !== 'averagePool') continue;
    const [channels] = network.shapes.get(step.output)!;
    const found = parameters.pools[step.name]?.factors.length ?? 0;
    if (found !== channels) yield differs(`pools.${step.name}.factors`, found, channels);
  }
  for (const { rule, levelSets } of layers) {
    const at = `layers.${rule.step.name}`;
    const { levels, requantizer } = parameters.layers[rule.step.name]!;
    if (levels.length !== levelSets) yield differs(`${at}.levels`, levels.length, levelSets);
    for (const [set, { references, outputs }] of levels.entries()) {
      const steps = 2 ** rule.bits - 1;
      if (references.length !== steps)
        yield differs(`${at}.levels.${set}.references`, references.length, steps);
      if (outputs.length !== steps + 1)
        yield differs(`${at}.levels.${set}.outputs`, outputs.length, steps + 1);
    }
    for (const key of ['factors', 'biases'] as const) {
      const found = requantizer[key].length;
      if (found !== rule.step.outputs) yield differs(`${at}.requantizer.${key}`, found, rule.step.outputs);
    }
  }
}

/** Factors wider than planned, and products that float32 would not hold exactly. */
function* productProblems({ layers }: NetworkHardware, file: string): Generator<Problem> {
  for (const [name, { plan, arrays, requantizer }] of layers) {
    const { factors, biases, shift } = requantizer;
    const wideFactor = factors.find((factor) => factor >= 2 ** plan.scaleBits);
    if (wideFactor !== undefined) {
      const message = `${wideFactor} does not fit the ${plan.scaleBits} bits of a factor`;
      yield { file, path: `layers.${name}.requantizer.factors`, message };
    }
    const half = shift > 0 ? 2 ** (shift - 1) : 0;
    const most = mostSums(plan, arrays);
    const wide = most.findIndex(
      (sum, channel) => sum * factors[channel]! + Math.abs(biases[channel]!) + half >= 2 ** EXACT_BITS,
    );
    if (wide >= 0) {
      const message = `channel ${wide}: sums up to ${most[wide]} times ${factors[wide]} reach 2^${EXACT_BITS}`;
      yield { file, path: `layers.${name}.requantizer`, message };
    }
  }
}
