import type { TailFractions } from '../../levels/calibrate/batches.js';
import { type Distribution, distributionOfPoints, quantile } from '../../levels/calibrate/distribution.js';
import type { CalibrationSamples } from '../../levels/calibrate/methods.js';
import type { TailEnds } from '../../levels/calibrate/range.js';

/** How often each column sum came: exact, and as large as the sums reach, however many there are. */
export class SumHistogram {
  private readonly all: Float64Array;
  private readonly batch: Float64Array;
  private readonly ends: TailEnds[][] = [];
  private pending = 0;

  /**
   * @param most  largest magnitude of a sum, unit discharges
   * @param tails fractions whose quantiles are recorded batch by batch
   */
  constructor(
    private readonly most: number,
    private readonly tails: readonly TailFractions[],
  ) {
    this.all = new Float64Array(2 * most + 1);
    this.batch = new Float64Array(2 * most + 1);
  }

  add(sums: Int32Array): void {
    const { batch, most } = this;
    for (let at = 0; at < sums.length; at++) batch[sums[at]! + most]!++;
    this.pending += sums.length;
  }

  endBatch(): void {
    if (this.pending === 0) return;
    const { all, batch, most } = this;
    const distribution = distributionOf(batch, most);
    this.ends.push(
      this.tails.map(({ low, high }) => ({
        low: quantile(distribution, low),
        high: quantile(distribution, 1 - high),
      })),
    );
    for (let at = 0; at < all.length; at++) all[at]! += batch[at]!;
    batch.fill(0);
    this.pending = 0;
  }

  samples(): CalibrationSamples {
    return { distribution: distributionOf(this.all, this.most), ends: this.ends };
  }
}

function distributionOf(counts: Float64Array, most: number): Distribution {
  const values: number[] = [];
  const weights: number[] = [];
  for (let at = 0; at < counts.length; at++) {
    if (counts[at] === 0) continue;
    values.push(at - most);
    weights.push(counts[at]!);
  }
  const spreads = new Float64Array(values.length);
  return distributionOfPoints(Float64Array.from(values), Float64Array.from(weights), spreads);
}
