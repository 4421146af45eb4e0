/** In: columns of tiles. Out: convolutions that compute their sums. */
import type { LinearStep } from '../graph/steps.js';
import { ELEMENT } from '../onnx/schema.js';
import type { TakenChannels } from './bundles.js';
import { bends, clips, type MacroColumn } from './columns.js';
import type { MacroDie } from './dies.js';
import type { GraphBuilder } from './graph.js';

/**
 * A convolution with the window of a layer.
 *
 * @param inputs codes, weights, and what is added to each channel where that is wanted
 */
export function convolution(
  graph: GraphBuilder,
  { window: { kernel, strides, pads } }: LinearStep,
  inputs: readonly string[],
  group = 1,
): string {
  const attributes = { kernel_shape: kernel, strides, pads };
  return graph.node('Conv', inputs, group === 1 ? attributes : { ...attributes, group });
}

/** Columns of a tile, and the channels that are taken for them. */
export interface BundledColumns {
  readonly taken: TakenChannels;
  readonly columns: readonly MacroColumn[];
}

/**
 * Sums of the columns of some tiles, a group each of one convolution where no line can clip.
 *
 * @param bundle  each with as many channels and columns as the first
 * @param input   codes of all channels of the layer
 * @param offsets added to the sums, one a column; none where left out
 */
export function bundleSums(
  graph: GraphBuilder,
  step: LinearStep,
  bundle: readonly BundledColumns[],
  input: string,
  offsets?: Float32Array,
): string {
  const part = channelsNode(graph, bundle, step.channels, input);
  const columns = bundle.flatMap((each) => each.columns);
  const sums = (from: string, take?: (cell: number) => number, bias: readonly string[] = []) =>
    convolution(graph, step, [from, weightsOf(graph, step, bundle, take), ...bias], bundle.length);
  const bent = columns.some(bends);
  if (!bent && !columns.some(clips)) {
    return sums(part, undefined, offsets && [graph.floats([columns.length], offsets)]);
  }
  const { inputSigned } = columns[0]!.array.macro.shape;
  const plus = (cell: number) => Math.max(0, cell);
  const minus = (cell: number) => Math.max(0, -cell);
  const [forward, backward] = inputSigned
    ? [graph.node('Relu', [part]), graph.node('Relu', [graph.node('Neg', [part])])]
    : [part, undefined];
  const line = (same: typeof plus, other: typeof plus) => {
    const direct = sums(forward, same);
    const both = backward === undefined ? direct : graph.node('Add', [direct, sums(backward, other)]);
    return bent ? bentLine(graph, columns, both) : graph.clip(both, 0, headroomOf(columns));
  };
  const apart = graph.node('Sub', [line(plus, minus), line(minus, plus)]);
  const difference = bent ? graph.node('Cast', [apart], { to: ELEMENT.float }) : apart;
  if (offsets === undefined) return difference;
  return graph.node('Add', [difference, graph.floats([1, columns.length, 1, 1], offsets)]);
}

/** Headroom is the same in all macros of a network. */
function headroomOf([first]: readonly MacroColumn[]): number {
  return first!.die?.headroom ?? first!.array.macro.shape.headroom;
}

/** What is left of the discharge of the lines of dies, as `Die` has it, in float64: products have up to 53 bits. */
function bentLine(graph: GraphBuilder, columns: readonly MacroColumn[], charges: string): string {
  const each = (of: (die: MacroDie) => number) =>
    graph.doubles(
      [1, columns.length, 1, 1],
      Float64Array.from(columns, ({ die }) => of(die!)),
    );
  const floor = (value: string, share: string) => graph.node('Floor', [graph.node('Mul', [value, share])]);
  const charge = graph.node('Cast', [charges], { to: ELEMENT.double });
  let line = floor(
    charge,
    each(({ gain }) => gain / 2 ** 16),
  );
  if (columns.some(({ die }) => die!.constants.bend > 0)) {
    const q = graph.node('Min', [line, each(({ constants }) => constants.bendEnd)]);
    const lost = floor(
      q,
      each(({ constants }) => constants.bend / 2 ** 24),
    );
    const product = graph.node('Mul', [q, lost]);
    line = graph.node('Sub', [q, floor(product, graph.doubles([], Float64Array.of(2 ** -24)))]);
  }
  const headroom = headroomOf(columns);
  if (!Number.isFinite(headroom)) return line;
  return graph.node('Min', [line, graph.doubles([], Float64Array.of(headroom))]);
}

/** The channels of all groups, one group behind the other. */
function channelsNode(
  graph: GraphBuilder,
  bundle: readonly BundledColumns[],
  all: number,
  input: string,
): string {
  const channels = bundle.flatMap(({ taken }) =>
    Array.from({ length: taken.channels }, (_, at) => taken.first + at),
  );
  if (channels.length === all && channels.every((channel, at) => channel === at)) return input;
  if (bundle.length > 1) return graph.node('Gather', [input, graph.wholes(channels)], { axis: 1 });
  const { first, channels: count } = bundle[0]!.taken;
  const [from, to, axis] = [first, first + count, 1].map((at) => graph.wholes([at]));
  return graph.node('Slice', [input, from!, to!, axis!]);
}

/** Weights as a convolution has them: columns x channels of a group x kernel. */
function weightsOf(
  graph: GraphBuilder,
  { window: { kernel } }: LinearStep,
  bundle: readonly BundledColumns[],
  take: (cell: number) => number = (cell) => cell,
): string {
  const area = kernel[0] * kernel[1];
  const { channels } = bundle[0]!.taken;
  const columns = bundle.flatMap(({ taken, columns }) => columns.map((column) => ({ ...column, taken })));
  const values = new Float32Array(columns.length * channels * area);
  for (const [at, { array, cells, taken }] of columns.entries()) {
    const from = (at * channels + array.tile.first - taken.first) * area;
    for (const [row, cell] of cells.entries()) values[from + row] = take(cell);
  }
  return graph.floats([columns.length, channels, ...kernel], values);
}
