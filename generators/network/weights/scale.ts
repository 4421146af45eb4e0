/** Whole weights and the float that one step of them stands for. */
export interface Scaled {
  /** Positive; 1 where all weights are 0. */
  readonly scale: number;
  readonly codes: Int8Array;
}

/**
 * Ternary weights of least squared error. With the k largest magnitudes at +-s and all others at 0, the best s is
 * their mean and the error falls by (their sum)^2 / k: the k that makes this largest is found by sorting.
 */
export function ternaryScale(weights: Float32Array): Scaled {
  const magnitudes = weights.map(Math.abs).sort().reverse();
  let [sum, most, best] = [0, 0, 1];
  let scale = 1;
  for (let k = 1; k <= magnitudes.length; k++) {
    sum += magnitudes[k - 1]!;
    const gain = (sum * sum) / k;
    if (gain > most) [most, best, scale] = [gain, k, sum / k];
  }
  const threshold = most === 0 ? Number.POSITIVE_INFINITY : magnitudes[best - 1]!;
  return {
    scale,
    codes: codesOf(weights, (weight) => (Math.abs(weight) >= threshold ? Math.sign(weight) : 0)),
  };
}

/**
 * Binary weights, as XNOR-Net has them in closed form: signs, and the mean of the magnitudes as scale. A weight of 0 counts
 * as +1; a list of zeros has no signs, and its cells stay empty.
 */
export function binaryScale(weights: Float32Array): Scaled {
  const scale = weights.reduce((total, weight) => total + Math.abs(weight), 0) / weights.length;
  if (scale === 0) return { scale: 1, codes: new Int8Array(weights.length) };
  return { scale, codes: codesOf(weights, (weight) => (weight < 0 ? -1 : 1)) };
}

/** Ranges that are tried, as shares of the largest weight, before the best of them is refined. */
const SHARES = Array.from({ length: 48 }, (_, at) => 1 - at / 64);
const REFINEMENTS = 8;

/**
 * Whole weights in -most..most of least squared error: the best of a grid of scales, then scale and weights
 * fitted to each other in turn.
 */
export function uniformScale(weights: Float32Array, most: number): Scaled {
  const largest = weights.reduce((high, weight) => Math.max(high, Math.abs(weight)), 0);
  if (largest === 0) return { scale: 1, codes: new Int8Array(weights.length) };
  let scale = largest / most;
  let least = Number.POSITIVE_INFINITY;
  for (const share of SHARES) {
    const tried = (share * largest) / most;
    const error = squaredError(weights, tried, most);
    if (error < least) [least, scale] = [error, tried];
  }
  for (let round = 0; round < REFINEMENTS; round++) {
    const refined = bestScale(weights, roundedWeights(weights, scale, most));
    const error = squaredError(weights, refined, most);
    if (!(error < least)) break;
    [least, scale] = [error, refined];
  }
  return { scale, codes: roundedWeights(weights, scale, most) };
}

export function roundedWeights(weights: Float32Array, scale: number, most: number): Int8Array {
  return codesOf(weights, (weight) => rounded(weight / scale, most));
}

/** As `Int8Array.from`, which takes several times as long. */
function codesOf(weights: Float32Array, code: (weight: number) => number): Int8Array {
  const codes = new Int8Array(weights.length);
  for (let at = 0; at < weights.length; at++) codes[at] = code(weights[at]!);
  return codes;
}

function rounded(steps: number, most: number): number {
  return Math.max(-most, Math.min(most, Math.round(steps)));
}

function squaredError(weights: Float32Array, scale: number, most: number): number {
  let error = 0;
  for (let at = 0; at < weights.length; at++) {
    error += (weights[at]! - scale * rounded(weights[at]! / scale, most)) ** 2;
  }
  return error;
}

/** The scale of least squared error for codes that stand. */
export function bestScale(weights: Float32Array, codes: Int8Array): number {
  let [product, square] = [0, 0];
  for (let at = 0; at < weights.length; at++) {
    product += weights[at]! * codes[at]!;
    square += codes[at]! ** 2;
  }
  return product > 0 ? product / square : 1;
}
