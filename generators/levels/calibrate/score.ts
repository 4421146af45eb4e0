import type { Distribution } from './distribution.js';
import { lowerBound, meanSquaredError, midpoints, type Quantizer } from './quantizer.js';
import type { TailEnds } from './range.js';

/**
 * How codes are decided and decoded when a method is scored.
 * - `own`: by the references and outputs that the method itself defines, which is what the hardware does.
 * - `nearest`: the nearest of the method's outputs.
 * - `floor`: the highest output at or below the sample: outputs used as thresholds, decoded to their lower edge.
 */
export type Scoring = 'own' | 'nearest' | 'floor';
/**
 * Which samples count: all of them as they are, all of them clamped to the calibrated range (what hardware that
 * saturates at the range sees), or only those strictly inside it.
 */
export type Region = 'all' | 'clamped' | 'interior';

export const SCORINGS: readonly Scoring[] = ['own', 'nearest', 'floor'];
export const REGIONS: readonly Region[] = ['all', 'clamped', 'interior'];

export function scoredAs({ references, outputs }: Quantizer, scoring: Scoring): Quantizer {
  if (scoring === 'own') return { references, outputs };
  return { references: scoring === 'nearest' ? midpoints(outputs) : outputs.slice(1), outputs };
}

/** The samples of a region; `range` is the same for every method that is compared. */
export function regionOf(distribution: Distribution, region: Region, { low, high }: TailEnds): Distribution {
  if (region === 'all') return distribution;
  const { values, weights, spreads } = distribution;
  let from = lowerBound(values, low);
  if (values[from] === low) from++;
  const to = Math.max(from, lowerBound(values, high));
  const sum = (array: Float64Array, start: number, end: number) =>
    array.subarray(start, end).reduce((total, each) => total + each, 0);
  const inside = {
    values: values.slice(from, to),
    weights: weights.slice(from, to),
    spreads: spreads.slice(from, to),
  };
  if (region === 'interior') {
    return { ...inside, samples: sum(weights, from, to), exact: distribution.exact };
  }
  const piled = (start: number, end: number) => (start < end ? [sum(weights, start, end)] : []);
  const [below, above] = [piled(0, from), piled(to, values.length)];
  return {
    values: Float64Array.from([...below.map(() => low), ...inside.values, ...above.map(() => high)]),
    weights: Float64Array.from([...below, ...inside.weights, ...above]),
    spreads: Float64Array.from([...below.map(() => 0), ...inside.spreads, ...above.map(() => 0)]),
    samples: distribution.samples,
    exact: distribution.exact,
  };
}

/** Mean squared error, activation units squared. */
export function errorOf(distribution: Distribution, quantizer: Quantizer, scoring: Scoring): number {
  return meanSquaredError(distribution, scoredAs(quantizer, scoring));
}

/** Mean square of the samples: the signal power that SQNR is relative to. */
export function signalPower({ values, weights, spreads, samples }: Distribution): number {
  let total = 0;
  for (let point = 0; point < values.length; point++) {
    total += weights[point]! * values[point]! ** 2 + spreads[point]!;
  }
  return total / samples;
}

/** Signal to quantization noise ratio, dB; infinite without error. */
export function sqnr(distribution: Distribution, error: number): number {
  return 10 * Math.log10(signalPower(distribution) / error);
}
