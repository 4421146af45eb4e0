import type { Distribution } from './distribution.js';

/**
 * A nonlinear quantizer: code = number of references <= x, decoded to outputs[code].
 * A value equal to a reference takes the upper code.
 */
export interface Quantizer {
  /** 2^b - 1, ascending. */
  readonly references: readonly number[];
  /** 2^b, non-decreasing. */
  readonly outputs: readonly number[];
}

/** References halfway between centres: the code is then that of the nearest centre. */
export function midpoints(centres: readonly number[]): number[] {
  return centres.slice(1).map((centre, index) => middle(centres[index]!, centre));
}

/** Middle of an ascending pair. Halves never overflow, but those of subnormal numbers round out of the pair. */
export function middle(low: number, high: number): number {
  return Math.min(high, Math.max(low, low / 2 + high / 2));
}

export function nearestCentre(centres: readonly number[]): Quantizer {
  return { references: midpoints(centres), outputs: centres };
}

/** First point of each code: entry k .. entry k+1 - 1 are the points that read as code k. */
export function codeStarts({ values }: Distribution, references: readonly number[]): number[] {
  const starts = [0];
  let point = 0;
  for (const reference of references) {
    point = lowerBound(values, reference, point);
    starts.push(point);
  }
  starts.push(values.length);
  return starts;
}

/** First index at or after `from` whose value is not below `limit`. */
export function lowerBound(values: Float64Array, limit: number, from = 0): number {
  let low = from;
  let high = values.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (values[middle]! < limit) low = middle + 1;
    else high = middle;
  }
  return low;
}

/** Mean squared error of a quantizer, activation units squared, including the spread inside each point. */
export function meanSquaredError(distribution: Distribution, quantizer: Quantizer): number {
  const { values, targets = values, weights, spreads, samples } = distribution;
  const starts = codeStarts(distribution, quantizer.references);
  let total = 0;
  quantizer.outputs.forEach((output, code) => {
    for (let point = starts[code]!; point < starts[code + 1]!; point++) {
      const error = targets[point]! - output;
      total += weights[point]! * error * error + spreads[point]!;
    }
  });
  return samples === 0 ? 0 : total / samples;
}

/**
 * Table refit: each code decodes to the mean of the samples that read as it. A code that no sample reaches keeps
 * its output, moved as little as the order of its neighbours asks for.
 */
export function refitOutputs(distribution: Distribution, quantizer: Quantizer): number[] {
  const { values, weights } = distribution;
  const starts = codeStarts(distribution, quantizer.references);
  const outputs = quantizer.outputs.map((_, code) => {
    const [from, to] = [starts[code]!, starts[code + 1]!];
    return from === to ? undefined : meanBetween(values, weights, from, to);
  });
  let floor = Number.NEGATIVE_INFINITY;
  return outputs.map((output, code) => {
    if (output !== undefined) {
      floor = output;
      return output;
    }
    const ceiling = outputs.slice(code).find((later) => later !== undefined) ?? Number.POSITIVE_INFINITY;
    return Math.min(ceiling, Math.max(floor, quantizer.outputs[code]!));
  });
}

/** Weighted mean of points `from` .. `to`-1, summed relative to the first of them. */
export function meanBetween(values: Float64Array, weights: Float64Array, from: number, to: number): number {
  const origin = values[from]!;
  let sum = 0;
  let total = 0;
  for (let point = from; point < to; point++) {
    total += weights[point]!;
    sum += weights[point]! * (values[point]! - origin);
  }
  return Math.min(values[to - 1]!, origin + sum / total);
}

/**
 * `count` strictly ascending levels out of fewer distinct ones: the extra levels split the widest gap, again and
 * again, and cost no error. A single level v is joined by levels spread evenly towards 0; a single 0 stays alone,
 * repeated: such data need no quantizer.
 */
export function fillLevels(distinct: readonly number[], count: number): number[] {
  const levels =
    distinct.length === 1 && distinct[0] !== 0 ? [0, distinct[0]!].sort((a, b) => a - b) : [...distinct];
  if (levels.length === 1) return new Array<number>(count).fill(levels[0]!);
  if (count === 1) return [distinct[0]!];
  while (levels.length < count) {
    let widest = 1;
    for (let k = 2; k < levels.length; k++) {
      if (levels[k]! - levels[k - 1]! > levels[widest]! - levels[widest - 1]!) widest = k;
    }
    levels.splice(widest, 0, middle(levels[widest - 1]!, levels[widest]!));
  }
  return levels;
}
