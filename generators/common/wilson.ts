/** Standard normal quantile of a two-sided interval of 95 %. */
export const Z_95 = 1.959_963_985;

/**
 * The Wilson score interval of a proportion at 95 %: E. B. Wilson, Probable Inference, the Law of Succession, and
 * Statistical Inference, JASA 22 (1927). Holds its level where the proportion is near 1 or the sample is small.
 *
 * @param hits   0 .. trials
 * @param trials at least 1
 * @returns ends of the interval, 0 .. 1
 */
export function wilson(hits: number, trials: number): { readonly low: number; readonly high: number } {
  const share = hits / trials;
  const z2 = Z_95 ** 2;
  const centre = (share + z2 / (2 * trials)) / (1 + z2 / trials);
  const half =
    (Z_95 / (1 + z2 / trials)) * Math.sqrt((share * (1 - share)) / trials + z2 / (4 * trials ** 2));
  return { low: Math.max(0, centre - half), high: Math.min(1, centre + half) };
}
