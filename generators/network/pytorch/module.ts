import type { NewFile } from '../../common/files/text-file.js';
import type { Problem } from '../../common/problems.js';
import { TOOL } from '../../common/version.js';
import { npyBytes } from '../../levels/calibrate/npy.js';
import { render } from '../../package/text/render.js';
import { toSave } from '../calibrate/saved.js';
import type { NetworkConfig } from '../config/network.js';
import { isDigital } from '../engine/digital-steps.js';
import type { LayerHardware, NetworkHardware } from '../engine/hardware.js';
import { boundedRange } from '../engine/steps.js';
import { inputsOf, type LinearStep, type PoolStep, type Step } from '../graph/steps.js';
import { codeRange, fullReach } from '../plan/formats.js';
import { macrosOf, type NetworkPlan } from '../plan/plan.js';
import { PARAMETERS, type Parameters } from '../trained/parameters.js';
import { type Python, PythonNames, python } from './names.js';
import { sharedScales, sharedThresholds } from './weights.js';

/** Steps that have no form in the module, each with its name. */
export function untrainable({ network }: NetworkPlan): Problem[] {
  return network.steps.filter(isDigital).map(({ kind, name }) => ({
    ...{ file: network.file, path: name, message: `is a unit of kind ${kind}, which no module has yet` },
    fix: 'Train the model in float, and export the hardware without --pytorch.',
  }));
}

/** The hardware of a network as a PyTorch module that can be trained: its Python, its parameters, its weights. */
export function pytorchFiles(hardware: NetworkHardware): NewFile[] {
  const names = new PythonNames();
  const keys = new PythonNames();
  const { network, layers } = hardware.plan;
  const linear = layers.map(({ rule }) => rule.step);
  // In the order of the network, whatever its names.
  for (const tensor of [network.input, ...network.steps.map(({ output }) => output)]) names.of(tensor);
  for (const step of network.steps) keys.of(step.name);
  const weights = linear.flatMap((step): NewFile[] => {
    const plan = layers.find(({ rule }) => rule.step === step)!;
    const shape = [step.outputs, step.channels, ...step.window.kernel];
    const [floats, codes] = filesOf(keys.of(step.name));
    return [
      { path: floats, text: npyBytes({ shape, fortranOrder: false, data: step.weights }) },
      { path: codes, text: npyBytes({ shape, fortranOrder: false, data: plan.weights.codes }) },
    ];
  });
  const parameters = `${JSON.stringify(parametersOf(hardware, keys), null, 1)}\n`;
  return [
    { path: 'network.py', text: moduleText(hardware, names, keys) },
    { path: 'parameters.json', text: parameters },
    ...weights,
  ];
}

function filesOf(key: string): [weights: string, codes: string] {
  return [`weights/${key}.npy`, `codes/${key}.npy`];
}

function parametersOf(hardware: NetworkHardware, keys: PythonNames): Parameters {
  const { layers, ...rest } = toSave(hardware);
  const described = hardware.plan.layers.map((plan): [string, Parameters['layers'][string]] => {
    const { name } = plan.rule.step;
    const [weights, codes] = filesOf(keys.of(name));
    const { levels, requantizer } = layers[name]!;
    const numbers = { scales: sharedScales(plan), thresholds: sharedThresholds(plan) };
    return [name, { weights, codes, ...numbers, levels: [...levels], requantizer }];
  });
  return { format: PARAMETERS, ...rest, layers: Object.fromEntries(described) };
}

function moduleText(hardware: NetworkHardware, names: PythonNames, keys: PythonNames): string {
  const { plan } = hardware;
  const { network, formats, config, layers } = plan;
  const { layout, divide, mean, deviation } = config.images;
  const input = codeRange(formats.get(network.input)!);
  const pools = network.steps.filter((step) => step.kind === 'averagePool');
  return render('pytorch/network.py', {
    ...{ name: config.name, tool: TOOL, channelsLast: layout === 'nhwc', divide },
    ...{ mean: `[${mean.join(', ')}]`, deviation: `[${deviation.join(', ')}]` },
    inputDims: network.shapes.get(network.input)!.join(', '),
    layerCount: layers.length,
    macros: macrosOf(plan),
    ...{ input: python(network.input), output: python(network.output) },
    ...{ inputLow: input.low, inputHigh: input.high },
    ...{ first: names.of(network.input), last: names.of(network.output) },
    layers: layers.map(({ rule: { step } }) => ({
      ...{ key: python(keys.of(step.name)), name: python(step.name), output: python(step.output) },
      arguments: layerArguments(hardware.layers.get(step.name)!, config),
    })),
    pools: pools.map((step) => ({
      ...{ key: python(keys.of(step.name)), name: python(step.name) },
      arguments: [python(network.shapes.get(step.output)![0]), ...windowOf(step).map(python)].join(', '),
    })),
    lines: network.steps.map(
      (step) => `${names.of(step.output)} = ${expression(step, hardware, names, keys)}`,
    ),
  });
}

/** Keyword arguments of a layer of the module. */
function layerArguments({ plan, arrays }: LayerHardware, { digital, macro }: NetworkConfig): string[] {
  const { rule, input, tiles, weights, levelSets } = plan;
  const { window } = rule.step;
  const { low, high } = codeRange(input);
  const shared = {
    ...{ strides: window.strides, pads: window.pads },
    tiles: tiles.map(({ first, channels }) => [first, channels] as const),
    ...{ factors: weights.factors, digits: weights.digits, method: rule.method },
    input_most: Math.max(-low, high),
    scale_bits: arrays.length === 0 ? digital.scaleBits : plan.scaleBits,
  };
  const [first] = arrays;
  const { headroom = Number.POSITIVE_INFINITY } = macro.array;
  if (first === undefined) return keywords(shared);
  const setOf = (tile: number, digit: number) =>
    arrays.find(({ tileIndex, digits }) => tileIndex === tile && digits.includes(digit))!.levelSet;
  const reaches = Array.from({ length: levelSets }, (_, set) =>
    Math.max(
      ...arrays
        .filter(({ levelSet }) => levelSet === set)
        .map(({ tile }) => Math.min(headroom, fullReach(tile.rows, plan.input))),
    ),
  );
  const clips = tiles.some((tile) => fullReach(tile.rows, plan.input) > headroom);
  return keywords({
    ...shared,
    level_sets: tiles.map((_, tile) => weights.digits.map((_, digit) => setOf(tile, digit))),
    ...{ reaches, headroom: clips ? headroom : null, output_bits: first.macro.shape.outputBits },
  });
}

function keywords(values: Readonly<Record<string, Python>>): string[] {
  return Object.entries(values).map(([name, value]) => `${name}=${python(value)}`);
}

function windowOf({ window: { kernel, strides, pads } }: LinearStep | PoolStep): (readonly number[])[] {
  return [kernel, strides, pads];
}

/** What Python computes a step with. */
function expression(step: Step, hardware: NetworkHardware, names: PythonNames, keys: PythonNames): string {
  const { plan, scales } = hardware;
  const { shapes } = plan.network;
  const inputs = inputsOf(step).map((name) => names.of(name));
  const [first] = inputs as [string];
  const to = shapes.get(step.output)!;
  switch (step.kind) {
    case 'linear':
      return `layers[${python(keys.of(step.name))}](${first})`;
    case 'averagePool':
      return `pools[${python(keys.of(step.name))}](${first})`;
    case 'add':
    case 'bound': {
      const range = boundedRange(plan.formats.get(step.output)!, step.bounds, scales.get(step.output)!);
      return `added(${inputs.join(', ')}, ${range.low}, ${range.high})`;
    }
    case 'reshape':
      return `${first}.reshape(-1, ${to.join(', ')})`;
    case 'maxPool':
      return `max_pool(${[first, ...windowOf(step).map(python)].join(', ')})`;
    case 'select': {
      const slices = step.first.map((from, axis) => {
        const by = step.step[axis]!;
        return `${from}:${from + (to[axis]! - 1) * by + 1}:${by}`;
      });
      return `${first}[:, ${slices.join(', ')}]`;
    }
    case 'pad': {
      const from = shapes.get(step.input)!;
      const pads = [2, 1, 0].flatMap((axis) => [
        step.before[axis]!,
        to[axis]! - from[axis]! - step.before[axis]!,
      ]);
      return `F.pad(${first}, ${python(pads)})`;
    }
    case 'concat':
      return `torch.cat((${inputs.join(', ')}), 1)`;
    default:
      throw new Error(`no module has a unit of kind ${step.kind}: untrainable tells`);
  }
}
