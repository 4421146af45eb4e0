import { VERSION } from '../../common/version.js';
import { type DigitalStep, isDigital } from '../engine/digital-steps.js';
import type { NetworkHardware } from '../engine/hardware.js';
import { rangeOf } from '../engine/steps.js';
import { inputsOf, type PoolStep, type SampleShape, type Step, tokensOf } from '../graph/steps.js';
import { type CodeRange, codeRange } from '../plan/formats.js';
import type { MacroDies } from './dies.js';
import { digitalUnitNode } from './digital.js';
import { GraphBuilder, type GraphForm } from './graph.js';
import { layerNode, requantizerNode } from './layers.js';

/**
 * The hardware of a network as an ONNX graph, of standard operators where nothing else is asked for. Every value in it is a whole number below 2^24,
 * which float32 holds exactly in any order of addition, so every runtime gives the integers of the golden model.
 *
 * A macro is a convolution whose bias brings its sums to 0 and above, and a table that holds, for each sum, the entry of
 * its code; the adder, the requantization and all between them are arithmetic on whole numbers. In the form of QONNX a
 * macro is a convolution and a MultiThreshold, which has every reference as often as the table rises there.
 *
 * Macros on dies have the currents of their cells as weights, in parts of a unit discharge. Their tables begin at the first level of
 * the ramp and end at the last; what lies beyond is brought to their ends.
 *
 * @param dies in the place of ideal macros, in operators of the standard alone; `graphDies` has those that a graph can have
 * @returns the bytes of the model: it takes what the float network takes, and gives the codes of its result
 */
export function hardwareGraph(
  hardware: NetworkHardware,
  form: GraphForm = 'standard',
  dies?: MacroDies,
): Uint8Array {
  const { plan, layers, pools } = hardware;
  const { network } = plan;
  const graph = new GraphBuilder(form);
  const names = new Map<string, string>();
  const output = 'codes';
  const shapeOf = (tensor: string) => network.shapes.get(tensor)!;
  const inputShape = shapeOf(network.input);
  names.set(network.input, inputCodesNode(graph, hardware));
  for (const step of network.steps) {
    const inputs = inputsOf(step).map((name) => names.get(name)!);
    let made: string;
    if (step.kind === 'linear') made = layerNode(graph, layers.get(step.name)!, inputs[0]!, dies);
    else if (step.kind === 'averagePool') {
      made = requantizerNode(
        graph,
        pooledNode(graph, step, shapeOf(step.input), inputs[0]!),
        pools.get(step.name)!,
      );
    } else if (isDigital(step)) made = digitalUnitNode(graph, step, hardware, inputs);
    else made = movedNode(graph, step, network.shapes, inputs, () => rangeOf(step, hardware));
    names.set(step.output, made);
  }
  const last = names.get(network.output)!;
  const flat = graph.node('Flatten', [last], { axis: 1 }, output);
  const [channels, height, width] = shapeOf(network.output);
  return graph.model(
    VERSION,
    tokensOf(network) !== undefined
      ? { name: network.input, dims: [inputShape[0]], whole: true }
      : { name: network.input, dims: inputShape },
    { name: flat, dims: [channels * height * width] },
  );
}

/** Sums of windows, channel by channel: a convolution with ones in as many groups as there are channels. */
function pooledNode(graph: GraphBuilder, step: PoolStep, [channels]: SampleShape, input: string): string {
  const { kernel, strides, pads } = step.window;
  const ones = new Float32Array(channels * kernel[0] * kernel[1]).fill(1);
  const weights = graph.floats([channels, 1, ...kernel], ones);
  return graph.node('Conv', [input, weights], { kernel_shape: kernel, strides, pads, group: channels });
}

function inputCodesNode(graph: GraphBuilder, { plan, scales }: NetworkHardware): string {
  const { input } = plan.network;
  if (tokensOf(plan.network) !== undefined) return input;
  const { low, high } = codeRange(plan.formats.get(input)!);
  const scaled = graph.node('Mul', [input, graph.float(1 / scales.get(input)!)]);
  return graph.clip(graph.node('Floor', [graph.node('Add', [scaled, graph.float(0.5)])]), low, high);
}

function movedNode(
  graph: GraphBuilder,
  step: Exclude<Step, DigitalStep | { kind: 'linear' | 'averagePool' }>,
  shapes: ReadonlyMap<string, SampleShape>,
  inputs: readonly string[],
  range: () => CodeRange,
): string {
  const [first] = inputs as [string];
  switch (step.kind) {
    case 'add':
    case 'bound': {
      const { low, high } = range();
      return graph.clip(step.kind === 'add' ? graph.node('Add', inputs) : first, low, high);
    }
    case 'reshape':
      return graph.node('Reshape', [first, graph.wholes([0, ...shapes.get(step.output)!])]);
    case 'maxPool': {
      const { kernel, strides, pads } = step.window;
      return graph.node('MaxPool', [first], { kernel_shape: kernel, strides, pads });
    }
    case 'select': {
      const to = shapes.get(step.output)!;
      const ends = step.first.map((from, axis) => from + (to[axis]! - 1) * step.step[axis]! + 1);
      const lists = [[...step.first], ends, [1, 2, 3], [...step.step]].map((list) => graph.wholes(list));
      return graph.node('Slice', [first, ...lists]);
    }
    case 'pad': {
      const [from, to] = [shapes.get(step.input)!, shapes.get(step.output)!];
      const after = step.before.map((before, axis) => to[axis]! - from[axis]! - before);
      return graph.node('Pad', [first, graph.wholes([0, ...step.before, 0, ...after])]);
    }
    default:
      return graph.node('Concat', inputs, { axis: 1 });
  }
}
