import type { Problem } from '../../common/problems.js';
import type { Constant } from '../onnx/tensor.js';
import type { Expression } from './expressions.js';
import type { Node } from './nodes.js';
import {
  type AddStep,
  type LinearStep,
  type SampleShape,
  type Step,
  UNBOUNDED,
  type Window,
} from './steps.js';

/** An axis of a sequence: its places, its channels, or the heads that channels are shared out to and their parts. */
export type Axis = 'place' | 'channel' | 'head' | 'part';

/** A sequence with its axes split and turned, times a factor. */
export interface AxesView {
  readonly kind: 'axes';
  readonly base: string;
  /** Without the batch. */
  readonly axes: readonly Axis[];
  readonly heads: number;
  readonly factor: number;
}

/** Products of queries and keys, or the shares that softmax makes of them. */
export interface ScoresView {
  readonly kind: 'scores';
  readonly query: string;
  readonly key: string;
  readonly heads: number;
  readonly factor: number;
  /** Without an axis of heads. */
  readonly flat: boolean;
  readonly shares: boolean;
}

/** Values weighted with their shares, axes not yet where they were. */
export interface MixedView {
  readonly kind: 'mixed';
  readonly query: string;
  readonly key: string;
  readonly value: string;
  readonly heads: number;
  readonly factor: number;
  readonly axes: readonly Axis[];
}

/** A function of a tensor that no step computes yet. */
export interface FunctionView {
  readonly kind: 'function';
  /** That ends it. */
  readonly node: Node;
  readonly base: string;
  readonly of: Expression;
}

/** A tensor of the model that the hardware does not hold in this form: what is made of it does. */
export type View = AxesView | ScoresView | MixedView | FunctionView;

/** A network under construction. */
export interface Sketch {
  readonly file: string;
  /** Of the network. */
  readonly input: string;
  /** Whether the input is numbers of tokens. */
  readonly tokens: boolean;
  readonly constants: Map<string, Constant>;
  /** How often a tensor is read, the result of the network once. */
  readonly readers: ReadonlyMap<string, number>;
  readonly steps: Step[];
  readonly names: Set<string>;
  /** Of one sample. */
  readonly shapes: Map<string, SampleShape>;
  /** Dimensions in the model, the batch included: 4 images, 3 sequences, 2 vectors. */
  readonly ranks: Map<string, number>;
  readonly views: Map<string, View>;
  /** Tensors behind a node that failed. */
  readonly unknown: Set<string>;
}

/** Adds what a node computes to the sketch, or says what stands in the way. */
export type Operator = (node: Node, sketch: Sketch) => Problem[];

/** A name that files and layers can carry, not used yet. */
export function freshName({ names }: Sketch, node: Node): string {
  const plain = node.label.replace(/[^A-Za-z0-9._-]+/g, '_').replace(/^[^A-Za-z0-9]+/, '') || node.op;
  let name = plain;
  for (let copy = 2; names.has(name); copy++) name = `${plain}.${copy}`;
  names.add(name);
  return name;
}

export function put(node: Node, sketch: Sketch, step: Step, shape: SampleShape, rank?: number): [] {
  sketch.steps.push(step);
  sketch.shapes.set(step.output, shape);
  sketch.ranks.set(step.output, rank ?? sketch.ranks.get(node.inputs[0]!) ?? 4);
  return [];
}

/** The step whose result a node reads, if that step can still take what follows it into itself. */
export function openStep(node: Node, sketch: Sketch): LinearStep | AddStep | undefined {
  const [input] = node.inputs;
  const step = sketch.steps.find(({ output }) => output === input);
  if (step?.kind !== 'linear' && step?.kind !== 'add') return undefined;
  const unbounded = step.bounds.low === UNBOUNDED.low && step.bounds.high === UNBOUNDED.high;
  return unbounded && sketch.readers.get(input!) === 1 ? step : undefined;
}

/** Puts another step in the place of one; its result may have another name. */
export function replace(sketch: Sketch, old: Step, step: Step): [] {
  sketch.steps[sketch.steps.indexOf(old)] = step;
  sketch.shapes.set(step.output, sketch.shapes.get(old.output)!);
  sketch.ranks.set(step.output, sketch.ranks.get(old.output)!);
  return [];
}

/** Strides and pads of a convolution or pool, or what is unusual about them. */
export function windowOf(node: Node, kernel: readonly number[]): Window | Problem {
  const strides = node.ints('strides') ?? [1, 1];
  const pads = node.ints('pads') ?? [0, 0, 0, 0];
  const autoPad = node.text('auto_pad', 'NOTSET');
  if (autoPad !== 'NOTSET' && autoPad !== 'VALID') {
    return node.problem(`pads by auto_pad ${autoPad}`, 'Export with explicit pads.');
  }
  if (kernel.length !== 2) {
    return node.problem(`moves over ${kernel.length} axes`, 'Images have two: height and width.');
  }
  if ((node.ints('dilations') ?? [1, 1]).some((dilation) => dilation !== 1)) {
    return node.problem('has dilations', 'A tile takes neighbouring pixels: use dilation 1.');
  }
  return {
    kernel: [kernel[0]!, kernel[1]!],
    strides: [strides[0]!, strides[1]!],
    pads: [pads[0]!, pads[1]!, pads[2]!, pads[3]!],
  };
}
