/** In: a layer of the hardware. Out: nodes of a graph that compute the same whole numbers. */
import type { LayerHardware } from '../engine/hardware.js';
import type { Requantizer } from '../engine/requantizer.js';
import type { LayerPlan } from '../plan/plan.js';
import { bundledTiles } from './bundles.js';
import { tileColumns } from './columns.js';
import { type BundledColumns, bundleSums, convolution } from './convolution.js';
import type { MacroDies } from './dies.js';
import type { GraphBuilder } from './graph.js';
import { codeTables, dieTables, entryTables, fitColumnTables, type JoinedTables } from './tables.js';
import { thresholdSums } from './thresholds.js';

/** Codes of a layer from codes of its input. */
export function layerNode(
  graph: GraphBuilder,
  layer: LayerHardware,
  input: string,
  dies?: MacroDies,
): string {
  const { plan, arrays, requantizer } = layer;
  const { tiles, rule } = plan;
  if (arrays.length === 0) return requantizerNode(graph, digitalNode(graph, plan, input), requantizer);
  if (graph.form === 'qonnx') return requantizerNode(graph, thresholdSums(graph, layer, input), requantizer);
  const bundles = bundledTiles(plan).map((bundle) =>
    bundle.map((taken): BundledColumns => ({ taken, columns: tileColumns(layer, taken.tile, dies) })),
  );
  const columnsOf = (bundle: readonly BundledColumns[]) => bundle.flatMap(({ columns }) => columns);
  const first = bundles[0]!;
  // Where a sum is one table entry, requantization is a table too: one for each column.
  if (
    dies === undefined &&
    tiles.length === 1 &&
    rule.digits.length === 1 &&
    fitColumnTables(columnsOf(first))
  ) {
    const codes = lookedUp(graph, layer, first, codeTables(columnsOf(first), requantizer), input);
    return graph.node('Reshape', [codes, graph.wholes([-1, ...plan.outputShape])]);
  }
  const tablesOf = dies === undefined ? entryTables : dieTables;
  const values = bundles.map((bundle) => lookedUp(graph, layer, bundle, tablesOf(columnsOf(bundle)), input));
  // A sum of two may take the place of one of them in memory; a Sum of many may not.
  const added = values.reduce((sum, value) => graph.node('Add', [sum, value]));
  const summands = first.length * rule.digits.length;
  return requantizerNode(graph, channelSums(graph, plan, added, summands), requantizer);
}

/** `clamp((sum * factor + bias + 2^(shift - 1)) >> shift)`; factors times 2^-shift are exact in float32. */
export function requantizerNode(graph: GraphBuilder, sums: string, requantizer: Requantizer): string {
  const { factors, biases, shift, low, high } = requantizer;
  const unit = 2 ** -shift;
  const half = shift > 0 ? 2 ** (shift - 1) : 0;
  const each = (values: Int32Array, of: (value: number) => number) =>
    graph.floats([1, values.length, 1, 1], Float32Array.from(values, of));
  const scaled = graph.node('Mul', [sums, each(factors, (factor) => factor * unit)]);
  const moved = graph.node('Add', [scaled, each(biases, (bias) => (bias + half) * unit)]);
  return graph.clip(graph.node('Floor', [moved]), low, high);
}

function digitalNode(graph: GraphBuilder, { rule, weights }: LayerPlan, input: string): string {
  const { step } = rule;
  const dims = [step.outputs, step.channels, ...step.window.kernel];
  return convolution(graph, step, [input, graph.floats(dims, Float32Array.from(weights.codes))]);
}

/** What tables hold for the sums of the columns of some tiles, in one row. */
function lookedUp(
  graph: GraphBuilder,
  { plan }: LayerHardware,
  bundle: readonly BundledColumns[],
  { table, offsets, bounded }: JoinedTables,
  input: string,
): string {
  let places = bundleSums(graph, plan.rule.step, bundle, input, offsets);
  if (bounded !== undefined) {
    const { last, starts } = bounded;
    places = graph.clip(places, 0, last);
    if (starts.some((start) => start > 0)) {
      places = graph.node('Add', [places, graph.floats([1, starts.length, 1, 1], starts)]);
    }
  }
  return graph.entries(table, places);
}

/** Sums of so many values of each output channel, which are that many times all channels one behind the other. */
function channelSums(
  graph: GraphBuilder,
  { outputShape, positions }: LayerPlan,
  entries: string,
  summands: number,
): string {
  const shape = graph.wholes([-1, ...outputShape]);
  if (summands === 1) return graph.node('Reshape', [entries, shape]);
  const apart = [-1, summands, outputShape[0] * positions];
  const sums = graph.node(
    'ReduceSum',
    [graph.node('Reshape', [entries, graph.wholes(apart)]), graph.wholes([1])],
    { keepdims: 0 },
  );
  return graph.node('Reshape', [sums, shape]);
}
