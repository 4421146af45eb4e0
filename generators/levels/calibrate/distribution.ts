import { type BinTable, binMean, binSpreads } from './float-bins.js';

/**
 * A set of samples as ascending weighted points: distinct values, or bins that stand for the samples in them.
 * All calibration methods and scores work on this; none of them sees single samples.
 */
export interface Distribution {
  /** Ascending, distinct, activation units. */
  readonly values: Float64Array;
  /** Samples at each value. */
  readonly weights: Float64Array;
  /** Squared deviation of those samples from the value, summed; all zero if the values are the samples themselves. */
  readonly spreads: Float64Array;
  /** How many samples there are: the sum of the weights. */
  readonly samples: number;
  /** True if every distinct sample is a point of its own. */
  readonly exact: boolean;
  /** What each value is to be decoded to, ascending; the value itself where left out. */
  readonly targets?: Float64Array;
}

/**
 * Sums that a ReLU follows: they are compared as they are, and to be decoded to what the ReLU makes of them.
 *
 * @param sums distribution of the sums, negative ones among them
 */
export function beforeRelu(sums: Distribution): Distribution {
  const { values, spreads } = sums;
  return {
    ...sums,
    targets: values.map((value) => Math.max(0, value)),
    // All samples of a point below 0 are decoded to 0.
    spreads: spreads.map((spread, point) => (values[point]! <= 0 ? 0 : spread)),
  };
}

/** The same sums after the ReLU. */
export function afterRelu(sums: Distribution): Distribution {
  const { targets, spreads } = beforeRelu(sums);
  return joinEqual(targets!, sums.weights.slice(), spreads.slice(), sums.exact);
}

/**
 * Distribution of the samples themselves. Sorts `samples` in place; -0 counts as 0.
 *
 * @param samples finite numbers, activation units
 */
export function distributionOfSamples(samples: Float64Array): Distribution {
  for (let i = 0; i < samples.length; i++) samples[i]! += 0;
  samples.sort();
  const ones = new Float64Array(samples.length).fill(1);
  return joinEqual(samples, ones, new Float64Array(samples.length), true);
}

/** Distribution of binned samples: each bin stands at the mean of its samples. */
export function distributionOfBins(table: BinTable): Distribution {
  const means = Float64Array.from(table.keys, (_, bin) => binMean(table, bin));
  // Bins of -0 and +0 are the only two with the same value.
  return joinEqual(means, table.counts.slice(), binSpreads(table), table.shift === 0);
}

/** Distribution of weighted points in ascending order. Takes the arrays over. */
export function distributionOfPoints(
  values: Float64Array,
  weights: Float64Array,
  spreads: Float64Array,
): Distribution {
  return joinEqual(values, weights, spreads, false);
}

/** Joins points of equal value. Takes the arrays over. */
function joinEqual(
  values: Float64Array,
  weights: Float64Array,
  spreads: Float64Array,
  exact: boolean,
): Distribution {
  let last = -1;
  let samples = 0;
  for (let point = 0; point < values.length; point++) {
    const weight = weights[point]!;
    samples += weight;
    if (last >= 0 && values[last] === values[point]) {
      weights[last]! += weight;
      spreads[last]! += spreads[point]!;
    } else {
      last++;
      values[last] = values[point]!;
      weights[last] = weight;
      spreads[last] = spreads[point]!;
    }
  }
  const used = last + 1;
  return {
    values: values.slice(0, used),
    weights: weights.slice(0, used),
    spreads: spreads.slice(0, used),
    samples,
    exact,
  };
}

/**
 * Quantile by linear interpolation between order statistics (NumPy's default; Hyndman and Fan, 1996, type 7).
 *
 * @param fraction  0 .. 1
 */
export function quantile({ values, weights, samples }: Distribution, fraction: number): number {
  return quantileOf(weights, samples, (point) => values[point]!, fraction);
}

/** The same of bins; only those at the quantile are looked at. */
export function quantileOfBins(table: BinTable, samples: number, fraction: number): number {
  return quantileOf(table.counts, samples, (bin) => binMean(table, bin), fraction);
}

function quantileOf(
  weights: Float64Array,
  samples: number,
  valueAt: (point: number) => number,
  fraction: number,
): number {
  const rank = fraction * (samples - 1);
  let point: number;
  let below: number;
  // Tails are short: walk from the nearer end. `below` counts the samples before `point`.
  if (fraction <= 0.5) {
    for (point = 0, below = 0; below + weights[point]! <= rank; point++) below += weights[point]!;
  } else {
    for (point = weights.length - 1, below = samples - weights[point]!; below > rank; )
      below -= weights[--point]!;
  }
  const lower = valueAt(point);
  const beyond = rank - (below + weights[point]! - 1);
  return beyond > 0 && point + 1 < weights.length ? lower + beyond * (valueAt(point + 1) - lower) : lower;
}
