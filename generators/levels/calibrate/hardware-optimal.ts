import type { Distribution } from './distribution.js';
import { expectedError, sumsBelow } from './expected-error.js';
import { prefixSums } from './prefix-sums.js';
import { lowerBound, meanSquaredError, type Quantizer } from './quantizer.js';

/** What a reference column and a decoder table can hold. */
export interface HardwareLimits {
  /** Activation units that one reference cell adds to the ramp: pulses per step x unit discharge. */
  readonly cell: number;
  /** Most cells that one ramp step can add; the least is 1, so references strictly increase. */
  readonly stepCells: number;
  /** Most cells that can start the ramp below zero; 0 for data without negative values. */
  readonly offsetCells: number;
  /** Highest reference in cells from zero, for example the headroom of the bitline; default: no limit. */
  readonly highestReference?: number;
  /** Activation units of one table step. */
  readonly tableStep: number;
  /** Least and largest table entry. */
  readonly tableMin: number;
  readonly tableMax: number;
  /** Sigma of what is added to a sample before it is compared, activation units; default: nothing is. */
  readonly sigma?: number;
}

/** Share of all samples below which a code counts as one without samples: its mean is lost in rounding. */
const NO_SAMPLES = 1e-6;

export interface HardwareLevels extends Quantizer {
  /** Cells of each ramp step, 1 .. stepCells. */
  readonly cells: readonly number[];
  /** Cells that start the ramp below zero: the fewest with which the references can be reached. */
  readonly offset: number;
  /** Table entry of each code, non-decreasing integers. */
  readonly entries: readonly number[];
  /** Mean squared error, the expected one where the limits name a sigma; activation units squared. */
  readonly mse: number;
}

/**
 * Reference cells and table entries, chosen together, with the least mean squared error that the limits allow.
 *
 * A code's best entry depends only on its two references: the error of entry y is W (y - mean)^2 plus a constant,
 * so it is the integer nearest to the mean of the code's samples, brought into the table's range. That makes the
 * error of a pair of references a number, and dynamic programming over (step, reference in cells) finds the least
 * sum exactly, up to double rounding; means ascend with the codes, hence so do the entries. The first reference
 * is at least one cell above the start of the ramp, which the offset can put anywhere from -offsetCells to 0.
 *
 * With a sigma the least *expected* error is found, over what offsets and mismatch add to a column. A sample then counts in each
 * code by the probability that it is compared into it, and all of the above holds for these shares. So it does where samples are
 * to be decoded to something else than themselves, which ascends with them, as a ReLU does.
 *
 * O(2^b x reach x stepCells), reach = cells from the lowest to the highest reference.
 *
 * @returns undefined if no ramp of 2^b - 1 steps fits the limits
 */
export function hardwareOptimal(
  distribution: Distribution,
  bits: number,
  limits: HardwareLimits,
): HardwareLevels | undefined {
  const { cell, stepCells, offsetCells, tableStep, tableMin, tableMax, sigma = 0 } = limits;
  const steps = 2 ** bits - 1;
  // References beyond the samples only keep the ramp increasing: a cell per step is enough room for them.
  const { values, targets = values } = distribution;
  const spread = Math.ceil((3 * sigma) / cell);
  const lowest = Math.max(1 - offsetCells, Math.min(1, Math.floor(values[0]! / cell) - spread - steps));
  const highest = Math.min(
    stepCells * steps,
    limits.highestReference ?? Number.POSITIVE_INFINITY,
    Math.max(lowest, Math.ceil(values.at(-1)! / cell)) + spread + steps,
  );
  const width = highest - lowest + 1;
  if (stepCells < 1 || width < steps) return undefined;

  const sums = prefixSums(targets, distribution.weights);
  const firstPoint = Int32Array.from({ length: width + 2 }, (_, grid) =>
    grid === width + 1 ? values.length : grid === 0 ? 0 : lowerBound(values, (lowest + grid - 1) * cell),
  );
  // Sums below each grid entry; the last one stands for the end of the samples.
  const below = Array.from(firstPoint, (point, grid) =>
    grid === 0 || grid === width + 1
      ? ([sums.weight[point]!, sums.sum[point]!, sums.square[point]!] as const)
      : sumsBelow(distribution, sums, (lowest + grid - 1) * cell, sigma),
  );
  const none = sigma === 0 ? 0 : NO_SAMPLES * distribution.samples;
  const entryOf = (from: number, to: number): number => {
    const weight = below[to]![0] - below[from]![0];
    // A code without samples costs nothing; it takes the entry of the value where it would start.
    const start = firstPoint[from]!;
    const mean =
      weight <= none
        ? (targets[start] ?? targets[start - 1]!)
        : sums.origin + sums.unit * ((below[to]![1] - below[from]![1]) / weight);
    return Math.min(tableMax, Math.max(tableMin, Math.round(mean / tableStep)));
  };
  const cost = (from: number, to: number): number => {
    const weight = below[to]![0] - below[from]![0];
    if (weight === 0) return 0;
    const sum = below[to]![1] - below[from]![1];
    const output = (entryOf(from, to) * tableStep) / sums.unit - sums.origin / sums.unit;
    return below[to]![2] - below[from]![2] - 2 * output * sum + output * output * weight;
  };

  // Grid entry g is the reference of lowest + g - 1 cells; entry 0 stands for the start of the samples.
  let best = new Float64Array(width + 1).fill(Number.POSITIVE_INFINITY);
  for (let grid = 1; grid <= width; grid++) {
    if (lowest + grid - 1 <= stepCells) best[grid] = cost(0, grid);
  }
  const origins: Int32Array[] = [];
  for (let step = 2; step <= steps; step++) {
    const next = new Float64Array(width + 1).fill(Number.POSITIVE_INFINITY);
    const origin = new Int32Array(width + 1);
    for (let grid = step; grid <= width; grid++) {
      for (let from = Math.max(1, grid - stepCells); from < grid; from++) {
        if (best[from] === Number.POSITIVE_INFINITY) continue;
        const total = best[from]! + cost(from, grid);
        if (total < next[grid]!) {
          next[grid] = total;
          origin[grid] = from;
        }
      }
    }
    best = next;
    origins.push(origin);
  }
  let end = 0;
  let least = Number.POSITIVE_INFINITY;
  for (let grid = steps; grid <= width; grid++) {
    const total = best[grid]! + cost(grid, width + 1);
    if (total < least) {
      least = total;
      end = grid;
    }
  }
  if (end === 0) return undefined;
  const grid = [end];
  for (const origin of origins.reverse()) grid.unshift(origin[grid[0]!]!);

  const ramp = grid.map((each) => lowest + each - 1);
  const bounds = [0, ...grid, width + 1];
  const entries = bounds.slice(1).map((to, code) => entryOf(bounds[code]!, to));
  // What no sample is compared into lies between its neighbours.
  for (let code = 1; code < entries.length; code++)
    entries[code] = Math.max(entries[code]!, entries[code - 1]!);
  const references = ramp.map((each) => each * cell);
  const outputs = entries.map((entry) => entry * tableStep);
  const offset = Math.max(0, 1 - ramp[0]!);
  return {
    references,
    outputs,
    entries,
    offset,
    cells: ramp.map((each, step) => each - (ramp[step - 1] ?? -offset)),
    mse:
      sigma === 0
        ? meanSquaredError(distribution, { references, outputs })
        : expectedError(distribution, { references, outputs }, sigma),
  };
}
