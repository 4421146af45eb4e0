/*
 * What a partial-sum unit computes, in whole numbers. Doubles hold all of them exactly: the widest product of an
 * accumulator and a scale has 52 bits.
 */

/** Coefficients of all channels of a layer. */
export interface Requantization {
  /** 0 .. 31. */
  readonly shift: number;
  readonly low: number;
  readonly high: number;
}

/**
 * `clamp((sum * scale + bias + 2^(shift-1)) >> shift, low, high)`: halves round up, and nothing is added for shift 0.
 * Below `low` is looked at first, so that a `low` above `high` has a meaning as well.
 *
 * @param sum   whole number
 * @param scale unsigned
 * @param bias  in units of sum times scale
 */
export function requantize(
  sum: number,
  scale: number,
  bias: number,
  { shift, low, high }: Requantization,
): number {
  const half = shift === 0 ? 0 : 2 ** (shift - 1);
  const rounded = Math.floor((sum * scale + bias + half) / 2 ** shift);
  return rounded < low ? low : rounded > high ? high : rounded;
}

/**
 * Sums over tiles and digits: `acc[c] = sum_g sum_j weight[g,j] v[g,j,c]`.
 *
 * @param values  of tile g, digit j and channel c, as `values[g][j][c]`
 * @param weights of tile g and digit j at index g * digits + j
 * @returns one sum a channel
 */
export function partialSums(
  values: readonly (readonly ArrayLike<number>[])[],
  weights: readonly number[],
): number[] {
  const digits = values[0]!.length;
  const sums = new Array<number>(values[0]![0]!.length).fill(0);
  values.forEach((tile, g) => {
    tile.forEach((vector, j) => {
      const weight = weights[g * digits + j]!;
      for (let c = 0; c < sums.length; c++) sums[c]! += weight * vector[c]!;
    });
  });
  return sums;
}
