/** In: a layer of the hardware. Out: nodes of a graph that compute the same whole numbers. */
import { codeOf } from '../../macro/golden/macro.js';
import { type ArrayHardware, columnFactor, type LayerHardware } from '../engine/hardware.js';
import { type Requantizer, requantizedAll } from '../engine/requantizer.js';
import type { LinearStep } from '../graph/steps.js';
import { EXACT_BITS, type LayerPlan } from '../plan/plan.js';
import type { GraphBuilder } from './graph.js';

/** Codes of a layer from codes of its input. */
export function layerNode(graph: GraphBuilder, layer: LayerHardware, input: string): string {
  const { plan, arrays, requantizer } = layer;
  if (arrays.length === 0) return requantizerNode(graph, digitalNode(graph, plan, input), requantizer);
  // Where a sum is one table entry, requantization is a table too: one for each column.
  const single = plan.tiles.length === 1 && plan.rule.digits.length === 1;
  if (graph.form === 'standard' && single && arrays.every(fitsOneTable)) {
    return joined(
      graph,
      arrays.map((array) => codesNode(graph, layer, array, input)),
    );
  }
  const parts = plan.tiles.map(({ first, channels }) => {
    if (plan.tiles.length === 1) return input;
    const [from, to, axis] = [first, first + channels, 1].map((at) => graph.wholes([at]));
    return graph.node('Slice', [input, from!, to!, axis!]);
  });
  const values = plan.tiles.flatMap((_, tile) =>
    plan.rule.digits.map((_, digit) => {
      const holding = arrays.filter(({ tileIndex, digits }) => tileIndex === tile && digits.includes(digit));
      // Columns of one digit, in the order of the output channels that they are for.
      return joined(
        graph,
        holding.map((array) => {
          const columns = [...array.digits.keys()].filter((column) => array.digits[column] === digit);
          return entriesNode(graph, layer, array, columns, parts[tile]!);
        }),
      );
    }),
  );
  const sums = values.length === 1 ? values[0]! : graph.node('Sum', values);
  return requantizerNode(graph, sums, requantizer);
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

function joined(graph: GraphBuilder, pieces: readonly string[]): string {
  return pieces.length === 1 ? pieces[0]! : graph.node('Concat', pieces, { axis: 1 });
}

function digitalNode(graph: GraphBuilder, { rule, weights }: LayerPlan, input: string): string {
  const { step } = rule;
  const dims = [step.outputs, step.channels, ...step.window.kernel];
  return convolution(graph, step, input, graph.floats(dims, Float32Array.from(weights.codes)));
}

function convolution(
  graph: GraphBuilder,
  { window: { kernel, strides, pads } }: LinearStep,
  input: string,
  weights: string,
  bias?: string,
): string {
  const inputs = bias === undefined ? [input, weights] : [input, weights, bias];
  return graph.node('Conv', inputs, { kernel_shape: kernel, strides, pads });
}

/** Least and greatest sum of a column, before any clipping. */
interface Reach {
  readonly low: number;
  readonly high: number;
}

/** What the lines of each column can lose at most: pulses of all its cells of one sign. */
function lineReach({ weights, outputs, tile, macro }: ArrayHardware): { plus: number; minus: number }[] {
  const { inputBits, inputSigned } = macro.shape;
  const most = 2 ** (inputBits - Number(inputSigned)) - 1;
  return Array.from(outputs, (_, column) => {
    let [plus, minus] = [0, 0];
    for (let row = 0; row < tile.rows; row++) {
      const cell = weights[row * outputs.length + column]!;
      if (cell > 0) plus += most;
      else if (cell < 0) minus += most;
    }
    // A negative input swaps the lines, so either may take all.
    return inputSigned ? { plus: plus + minus, minus: plus + minus } : { plus, minus };
  });
}

function columnReach(array: ArrayHardware): Reach[] {
  return lineReach(array).map(({ plus, minus }) => ({ low: -minus, high: plus }));
}

/** Whether any input can bring a line of a macro to its headroom. */
function clips(array: ArrayHardware): boolean {
  const { headroom } = array.macro.shape;
  return lineReach(array).some(({ plus, minus }) => plus > headroom || minus > headroom);
}

/** Most entries of the tables of a macro's columns together: 8 MB of a file. */
const MOST_ENTRIES = 2 ** 21;

/** Whether every sum of a macro has its place in tables of sensible size. */
function fitsOneTable(array: ArrayHardware): boolean {
  const entries = columnReach(array).reduce((sum, { low, high }) => sum + high - low + 1, 0);
  return entries <= MOST_ENTRIES && !clips(array);
}

/** Weights of some columns as a convolution has them. */
function cellsOf(
  graph: GraphBuilder,
  { weights, outputs, tile }: ArrayHardware,
  step: LinearStep,
  columns: readonly number[],
  take: (cell: number) => number,
): string {
  const values = new Float32Array(columns.length * tile.rows);
  for (const [at, column] of columns.entries()) {
    for (let row = 0; row < tile.rows; row++) {
      values[at * tile.rows + row] = take(weights[row * outputs.length + column]!);
    }
  }
  return graph.floats([columns.length, tile.channels, ...step.window.kernel], values);
}

/** Entries of the table of a macro for every sum from `low` to `high`. */
function entriesOf({ macro }: ArrayHardware, { low, high }: Reach): Int32Array {
  const { ramp, table } = macro.layers[0]!;
  const entries = new Int32Array(high - low + 1);
  // References rise: the code of a sum is that of the one before it, or more.
  let code = codeOf(low, ramp.references);
  for (let at = 0; at < entries.length; at++) {
    while (ramp.references[code]! <= low + at) code++;
    entries[at] = table.entries[code]!;
  }
  return entries;
}

/** Looks values up by their place, a whole number in float32. GatherElements takes a tenth of the time of Gather. */
function lookedUp(graph: GraphBuilder, places: string, table: Float32Array): string {
  const whole = graph.node('Cast', [places], { to: 6 });
  const shape = graph.node('Shape', [whole]);
  const flat = graph.node('Reshape', [whole, graph.wholes([1, -1])]);
  const found = graph.node('GatherElements', [graph.floats([1, table.length], table), flat], { axis: 1 });
  return graph.node('Reshape', [found, shape]);
}

/** Table entries of some columns of a macro, times what they count in the adder. */
function entriesNode(
  graph: GraphBuilder,
  { plan }: LayerHardware,
  array: ArrayHardware,
  columns: readonly number[],
  input: string,
): string {
  const { step } = plan.rule;
  if (graph.form === 'qonnx') return thresholdNode(graph, plan, array, columns, input);
  const reaches = columnReach(array);
  const reach = {
    low: Math.min(...columns.map((column) => reaches[column]!.low)),
    high: Math.max(...columns.map((column) => reaches[column]!.high)),
  };
  const factor = columnFactor(plan, array, columns[0]!);
  const table = Float32Array.from(entriesOf(array, reach), (entry) => entry * factor);
  if (clips(array))
    return lookedUp(graph, clippedPlaces(graph, step, array, columns, input, reach.low), table);
  const offset = graph.floats([columns.length], new Float32Array(columns.length).fill(-reach.low));
  const cells = cellsOf(graph, array, step, columns, (cell) => cell);
  return lookedUp(graph, convolution(graph, step, input, cells, offset), table);
}

/** No sum comes so far. */
const NEVER = 2 ** EXACT_BITS;

/** The same as a MultiThreshold: its thresholds are the references, each as often as the table rises there. */
function thresholdNode(
  graph: GraphBuilder,
  plan: LayerPlan,
  array: ArrayHardware,
  columns: readonly number[],
  input: string,
): string {
  const { step } = plan.rule;
  const { ramp, table } = array.macro.layers[0]!;
  const entries = table.entries;
  const thresholds = ramp.references.flatMap((reference, k) =>
    new Array<number>(entries[k + 1]! - entries[k]!).fill(reference),
  );
  const scale = columnFactor(plan, array, columns[0]!);
  const sums = clips(array)
    ? clippedPlaces(graph, step, array, columns, input, 0)
    : convolution(
        graph,
        step,
        input,
        cellsOf(graph, array, step, columns, (cell) => cell),
      );
  const most = scale * Math.max(...entries.map(Math.abs));
  const steps = thresholds.length === 0 ? [NEVER] : thresholds;
  return graph.thresholds(sums, steps, { scale, bias: scale * entries[0]!, most });
}

/** Codes of the columns of a macro whose sums are single entries: a table for each column, one behind the other. */
function codesNode(graph: GraphBuilder, layer: LayerHardware, array: ArrayHardware, input: string): string {
  const { plan, requantizer } = layer;
  const { step } = plan.rule;
  const columns = [...array.outputs.keys()];
  const offsets: number[] = [];
  const tables: Float32Array[] = [];
  let start = 0;
  for (const [column, reach] of columnReach(array).entries()) {
    const channel = array.outputs[column]!;
    const factor = columnFactor(plan, array, column);
    const sums = entriesOf(array, reach).map((entry) => entry * factor);
    const own = { ...requantizer, factors: requantizer.factors.slice(channel, channel + 1) };
    const bias = requantizer.biases.slice(channel, channel + 1);
    tables.push(Float32Array.from(requantizedAll(sums, sums.length, { ...own, biases: bias })));
    offsets.push(start - reach.low);
    start += sums.length;
  }
  const table = new Float32Array(start);
  let at = 0;
  for (const each of tables) {
    table.set(each, at);
    at += each.length;
  }
  const bias = graph.floats([columns.length], Float32Array.from(offsets));
  const cells = cellsOf(graph, array, step, columns, (cell) => cell);
  return lookedUp(graph, convolution(graph, step, input, cells, bias), table);
}

/** Places of sums whose lines can clip: each line by itself, then their difference. */
function clippedPlaces(
  graph: GraphBuilder,
  step: LinearStep,
  array: ArrayHardware,
  columns: readonly number[],
  input: string,
  low: number,
): string {
  const { headroom, inputSigned } = array.macro.shape;
  const plus = cellsOf(graph, array, step, columns, (cell) => Math.max(0, cell));
  const minus = cellsOf(graph, array, step, columns, (cell) => Math.max(0, -cell));
  const [forward, backward] = inputSigned
    ? [graph.node('Relu', [input]), graph.node('Relu', [graph.node('Neg', [input])])]
    : [input, undefined];
  const line = (same: string, other: string) => {
    const direct = convolution(graph, step, forward, same);
    if (backward === undefined) return graph.clip(direct, 0, headroom);
    const swapped = convolution(graph, step, backward, other);
    return graph.clip(graph.node('Add', [direct, swapped]), 0, headroom);
  };
  const difference = graph.node('Sub', [line(plus, minus), line(minus, plus)]);
  return graph.node('Add', [difference, graph.float(-low)]);
}
