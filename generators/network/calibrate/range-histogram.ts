import { type Distribution, distributionOfPoints } from '../../levels/calibrate/distribution.js';

/** Bins on each side of 0; even, so that two can become one. */
const BINS = 4096;

/**
 * Values in even bins around 0 whose width doubles whenever a value lies beyond them: memory is fixed, and the bins are
 * at most 1/2048 of the largest magnitude wide. Each bin stands at the mean of its values.
 */
export class RangeHistogram {
  private readonly counts = new Float64Array(2 * BINS);
  private readonly sums = new Float64Array(2 * BINS);
  /** Bins a unit; 0 as long as all values were 0. */
  private density = 0;
  private zeros = 0;

  add(values: Float32Array): void {
    const { counts, sums } = this;
    let largest = 0;
    for (let at = 0; at < values.length; at++) largest = Math.max(largest, Math.abs(values[at]!));
    this.widen(largest);
    const { density } = this;
    let zeros = 0;
    for (let at = 0; at < values.length; at++) {
      const value = values[at]!;
      if (value === 0) {
        zeros++;
        continue;
      }
      const bin = Math.floor(value * density) + BINS;
      counts[bin]!++;
      sums[bin]! += value;
    }
    this.zeros += zeros;
  }

  /** Makes room for magnitudes up to `largest`. */
  private widen(largest: number): void {
    if (largest === 0) return;
    if (this.density === 0) this.density = 2 ** Math.floor(Math.log2((BINS - 1) / largest));
    while (largest * this.density > BINS - 1) {
      this.halve(this.counts);
      this.halve(this.sums);
      this.density /= 2;
    }
  }

  private halve(bins: Float64Array): void {
    const paired = Float64Array.from({ length: BINS }, (_, at) => bins[2 * at]! + bins[2 * at + 1]!);
    bins.fill(0);
    bins.set(paired, BINS / 2);
  }

  distribution(): Distribution {
    const { counts, sums, zeros } = this;
    const points = [...counts.keys()].filter((bin) => counts[bin]! > 0);
    const values = points.map((bin) => sums[bin]! / counts[bin]!);
    const weights = points.map((bin) => counts[bin]!);
    if (zeros > 0) {
      const at = values.findIndex((value) => value > 0);
      values.splice(at < 0 ? values.length : at, 0, 0);
      weights.splice(at < 0 ? weights.length : at, 0, zeros);
    }
    const spreads = new Float64Array(values.length);
    return distributionOfPoints(Float64Array.from(values), Float64Array.from(weights), spreads);
  }
}
