import type { Expression } from './expressions.js';

/** Channels, height and width of one sample; a vector of n features is [n, 1, 1], a sequence of t such vectors [n, t, 1]. */
export type SampleShape = readonly [channels: number, height: number, width: number];

/** What follows a sum: ReLU is low 0. Activation units; infinite where nothing clips. */
export interface Bounds {
  readonly low: number;
  readonly high: number;
}

export const UNBOUNDED: Bounds = { low: Number.NEGATIVE_INFINITY, high: Number.POSITIVE_INFINITY };

/** How a window moves over an image. */
export interface Window {
  readonly kernel: readonly [height: number, width: number];
  readonly strides: readonly [vertical: number, horizontal: number];
  /** Zeros added at the top, left, bottom and right. */
  readonly pads: readonly [top: number, left: number, bottom: number, right: number];
}

interface StepBase {
  /** Unique; letters, digits, dot, dash, underscore. */
  readonly name: string;
  readonly output: string;
}

/** A convolution, or a matrix product as one of kernel 1 x 1. Batch norm is folded in. */
export interface LinearStep extends StepBase {
  readonly kind: 'linear';
  readonly input: string;
  /** Tensor of the float model that holds the sums before the bounds. */
  readonly sums: string;
  readonly outputs: number;
  readonly channels: number;
  readonly window: Window;
  /** outputs x channels x kernel height x kernel width. */
  readonly weights: Float32Array;
  readonly bias: Float32Array;
  readonly bounds: Bounds;
}

export interface AddStep extends StepBase {
  readonly kind: 'add';
  readonly inputs: readonly [string, string];
  readonly bounds: Bounds;
}

export interface BoundStep extends StepBase {
  readonly kind: 'bound';
  readonly input: string;
  readonly bounds: Bounds;
}

interface PoolBase extends StepBase {
  readonly input: string;
  readonly window: Window;
}

export interface MaxPoolStep extends PoolBase {
  readonly kind: 'maxPool';
}

export interface AveragePoolStep extends PoolBase {
  readonly kind: 'averagePool';
}

export type PoolStep = MaxPoolStep | AveragePoolStep;

/** Elements first, first + step, .. along each axis of a sample. */
export interface SelectStep extends StepBase {
  readonly kind: 'select';
  readonly input: string;
  readonly first: SampleShape;
  readonly step: SampleShape;
}

/** Zeros around a sample. */
export interface PadStep extends StepBase {
  readonly kind: 'pad';
  readonly input: string;
  readonly before: SampleShape;
}

/** Channels of several samples of the same height and width, one after the other. */
export interface ConcatStep extends StepBase {
  readonly kind: 'concat';
  readonly inputs: readonly string[];
}

/** The same values in the same order under another shape. */
export interface ReshapeStep extends StepBase {
  readonly kind: 'reshape';
  readonly input: string;
}

/** Rows of a table by the numbers of tokens, each with what is added at its place. */
export interface EmbeddingStep extends StepBase {
  readonly kind: 'embedding';
  readonly input: string;
  /** Tokens x channels, token by token. */
  readonly rows: Float32Array;
  /** Places x channels, place by place; 0 where nothing is added. */
  readonly places: Float32Array;
}

/** Each vector of channels at mean 0 and variance 1, then `gain * x + center`. */
export interface NormStep extends StepBase {
  readonly kind: 'norm';
  readonly input: string;
  readonly gain: Float32Array;
  readonly center: Float32Array;
  /** Added to the variance. */
  readonly epsilon: number;
}

/** `softmax(factor * Q K^T) V`, channels shared out to heads one after the other. */
export interface AttentionStep extends StepBase {
  readonly kind: 'attention';
  /** Q, K and V: channels x places each. */
  readonly inputs: readonly [query: string, key: string, value: string];
  readonly heads: number;
  readonly factor: number;
}

/** A function of each value by itself. */
export interface FunctionStep extends StepBase {
  readonly kind: 'function';
  readonly input: string;
  readonly of: Expression;
}

export type Step =
  | LinearStep
  | AddStep
  | BoundStep
  | PoolStep
  | SelectStep
  | PadStep
  | ConcatStep
  | ReshapeStep
  | EmbeddingStep
  | NormStep
  | AttentionStep
  | FunctionStep;

/** A network as this tool maps it: steps in an order in which each finds its inputs made. */
export interface Network {
  readonly file: string;
  readonly input: string;
  readonly output: string;
  readonly steps: readonly Step[];
  /** Of every tensor that a step reads or makes. */
  readonly shapes: ReadonlyMap<string, SampleShape>;
  /** Tensors that the model has as places x channels, `[N, T, C]`; here they are channels x places. */
  readonly sequences: ReadonlySet<string>;
}

/** How many tokens a network knows, where it takes their numbers, `[N, T]`, in the place of values. */
export function tokensOf({ input, shapes, steps }: Network): number | undefined {
  const rows = steps.flatMap((step) =>
    step.kind === 'embedding' && step.input === input ? step.rows.length / shapes.get(step.output)![0] : [],
  );
  return rows.length === 0 ? undefined : Math.min(...rows);
}

export function inputsOf(step: Step): readonly string[] {
  return 'inputs' in step ? step.inputs : [step.input];
}

export function sizeOf([channels, height, width]: SampleShape): number {
  return channels * height * width;
}

/** Height and width that a window makes of an image: the places where it fits whole. */
export function windowedSize(
  [, height, width]: SampleShape,
  { kernel, strides, pads }: Window,
): readonly [height: number, width: number] {
  const [top, left, bottom, right] = pads;
  return [
    Math.floor((height + top + bottom - kernel[0]) / strides[0]) + 1,
    Math.floor((width + left + right - kernel[1]) / strides[1]) + 1,
  ];
}
