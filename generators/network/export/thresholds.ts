/** In: a layer on macros. Out: its sums, each converter a MultiThreshold of QONNX. */
import type { LayerHardware } from '../engine/hardware.js';
import { EXACT_BITS } from '../plan/plan.js';
import { singleTiles } from './bundles.js';
import { type MacroColumn, tileColumns } from './columns.js';
import { bundleSums } from './convolution.js';
import type { GraphBuilder } from './graph.js';

/** No sum comes so far. */
const NEVER = 2 ** EXACT_BITS;

/** Sums of a layer before its requantization. */
export function thresholdSums(graph: GraphBuilder, layer: LayerHardware, input: string): string {
  const { step, digits } = layer.plan.rule;
  const values = singleTiles(layer.plan).flatMap((taken) => {
    const columns = tileColumns(layer, taken.tile);
    return digits.map((_, digit) => {
      const own = columns.filter(({ array, column }) => array.digits[column] === digit);
      const arrays = [...new Set(own.map(({ array }) => array))];
      const pieces = arrays.map((array) => {
        const some = own.filter((each) => each.array === array);
        return thresholdNode(graph, some, bundleSums(graph, step, [{ taken, columns: some }], input));
      });
      return pieces.length === 1 ? pieces[0]! : graph.node('Concat', pieces, { axis: 1 });
    });
  });
  return values.length === 1 ? values[0]! : graph.node('Sum', values);
}

/** Thresholds are the references of the ramp, each as often as the table rises there. */
function thresholdNode(graph: GraphBuilder, columns: readonly MacroColumn[], sums: string): string {
  const { array, factor } = columns[0]!;
  const { ramp, table } = array.macro.layers[0]!;
  const { entries } = table;
  const thresholds = ramp.references.flatMap((reference, k) =>
    new Array<number>(entries[k + 1]! - entries[k]!).fill(reference),
  );
  const most = factor * Math.max(...entries.map(Math.abs));
  const steps = thresholds.length === 0 ? [NEVER] : thresholds;
  return graph.thresholds(sums, steps, { scale: factor, bias: factor * entries[0]!, most });
}
