import type { Distribution } from './distribution.js';
import { optimalClusters } from './optimal.js';
import { fillLevels, lowerBound } from './quantizer.js';
import type { TailEnds } from './range.js';

/** Points x clusters that enter the clustering unmerged; see {@link optimalClusters}. */
const CLUSTERING_PROGRAMME = 1 << 17;

/**
 * Boundary-suppressed k-means quantization (after arXiv 2603.10540; algorithm reconstructed from its abstract, I):
 * samples at or beyond the calibrated range are clamped to its ends and taken out, the rest is clustered into
 * 2^b - 2 means, and the two ends join them as centres. The clustering is the exact optimum, so no random start
 * enters the result.
 *
 * @param range  calibrated [lo, hi]
 * @param bits   b, 1 .. 8
 * @returns 2^b ascending centres, the first at lo and the last at hi
 */
export function bsKmqCentres(distribution: Distribution, range: TailEnds, bits: number): number[] {
  const { low, high } = range;
  const count = 2 ** bits;
  if (low === high) return fillLevels([low], count);
  const inside = interior(distribution, range);
  const clusters = Math.min(count - 2, inside.values.length);
  const inner = clusters > 0 ? optimalClusters(inside, clusters, CLUSTERING_PROGRAMME).means : [];
  return fillLevels([low, ...inner, high], count);
}

/** The points strictly inside the range: what is left when ReLU zeros and clamped outliers are removed. */
export function interior({ values, weights, spreads }: Distribution, { low, high }: TailEnds) {
  let from = lowerBound(values, low);
  if (values[from] === low) from++;
  const to = lowerBound(values, high, from);
  return {
    values: values.subarray(from, to),
    weights: weights.subarray(from, to),
    spreads: spreads.subarray(from, to),
  };
}
