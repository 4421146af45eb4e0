import type { LevelsHistogram } from '../config/types.js';
import { lineCells, reachOfOffsets } from './ramp.js';
import { type MacroShape, maxMac, offsetCapacity, rampLimit, stepCapacity } from './shape.js';

/**
 * References in whole cells with the least mean squared error that the columns allow.
 *
 * Dynamic programming over the integer grid. Decoding a sample costs (x - output[code])^2, and a
 * code's cost between two references is a difference of one prefix sum F_code, so step k is a
 * sliding-window minimum: best[k](t) = F_{k-1}(t) + min_{t - capacity <= s < t} (best[k-1](s) - F_{k-1}(s)).
 *
 * @param histogram      calibration samples, activation units
 * @param outputs        value of each code as the table will hold it, activation units
 * @param unitActivation activation units of one unit discharge
 * @returns cumulated cells ref[k] / p, or undefined where no ramp fits the columns
 */
export function optimalCells(
  histogram: LevelsHistogram,
  outputs: readonly number[],
  bits: number,
  shape: MacroShape,
  unitActivation: number,
): readonly number[] | undefined {
  const steps = 2 ** bits - 1;
  const capacity = stepCapacity(shape, bits);
  const cell = shape.referencePulses * unitActivation;
  // Some mac must lie on each side of every reference.
  const lowest = Math.floor(-maxMac(shape) / shape.referencePulses) + 1;
  const highest = Math.floor(maxMac(shape) / shape.referencePulses);
  const low = Math.max(1 - offsetCapacity(shape), lowest);
  const topOfData = Math.max(low + steps, Math.ceil(histogram.high / cell));
  const high = Math.min(topOfData + steps, highest, capacity * steps);

  const any = bestRamp(histogram, outputs, cell, capacity, low, high);
  if (any === undefined || lineCells(any.cells[0]!, any.cells.at(-1)!, shape) <= rampLimit(shape))
    return any?.cells;
  // The offset group uses up headroom: each size of it leaves the ramp another top.
  let best: Ramp | undefined;
  for (const { offset, highest: top } of reachOfOffsets(1 - low, shape)) {
    const ramp = bestRamp(histogram, outputs, cell, capacity, 1 - offset, Math.min(high, top));
    if (ramp !== undefined && (best === undefined || ramp.cost < best.cost)) best = ramp;
  }
  return best?.cells;
}

interface Ramp {
  readonly cells: readonly number[];
  readonly cost: number;
}

/** The best ramp within low .. high cells. */
function bestRamp(
  histogram: LevelsHistogram,
  outputs: readonly number[],
  cell: number,
  capacity: number,
  low: number,
  high: number,
): Ramp | undefined {
  const steps = outputs.length - 1;
  const width = high - low + 1;
  if (width < steps || capacity < 1) return undefined;

  const costs = outputs.map((output) => prefixCosts(histogram, output, low, width, cell));
  let best: Float64Array = costs[0]!.slice();
  // The first step starts at 0, or one cell above the offset group's start.
  for (let i = 0; i < width; i++) if (low + i > Math.max(1, capacity)) best[i] = Infinity;
  const from: Int32Array[] = [];
  for (let k = 1; k < steps; k++) {
    const cost = costs[k]!;
    const next = new Float64Array(width).fill(Infinity);
    const back = new Int32Array(width).fill(-1);
    const window: number[] = [];
    let head = 0;
    for (let t = 1; t < width; t++) {
      const s = t - 1;
      const value = best[s]! - cost[s]!;
      while (window.length > head && best[window.at(-1)!]! - cost[window.at(-1)!]! >= value) window.pop();
      window.push(s);
      if (window[head]! < t - capacity) head++;
      const origin = window[head]!;
      next[t] = cost[t]! + best[origin]! - cost[origin]!;
      back[t] = origin;
    }
    best = next;
    from.push(back);
  }

  const last = costs[steps]!;
  const total = (t: number) => best[t]! + last[width]! - last[t]!;
  let end = -1;
  for (let t = 0; t < width; t++) {
    if (total(t) < Infinity && (end < 0 || total(t) < total(end))) end = t;
  }
  if (end < 0) return undefined;
  const cost = total(end);
  const cells = [low + end];
  for (const back of from.reverse()) {
    end = back[end]!;
    if (end < 0) return undefined;
    cells.unshift(low + end);
  }
  return { cells, cost };
}

/** F(t): cost of decoding every sample below grid point t to `output`; the last entry covers all samples. */
function prefixCosts(
  histogram: LevelsHistogram,
  output: number,
  low: number,
  width: number,
  cell: number,
): Float64Array {
  const costs = new Float64Array(width + 1);
  let sum = 0;
  let bin = 0;
  for (let t = 0; t <= width; t++) {
    const edge = t === width ? Infinity : (low + t) * cell;
    while (bin < histogram.counts.length && histogram.means[bin]! < edge) {
      sum += histogram.counts[bin]! * (histogram.means[bin]! - output) ** 2;
      bin++;
    }
    costs[t] = sum;
  }
  return costs;
}
