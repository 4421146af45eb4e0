import {
  type Distribution,
  distributionOfBins,
  distributionOfSamples,
  quantile,
  quantileOfBins,
} from './distribution.js';
import {
  type BinTable,
  binSamples,
  EMPTY_TABLE,
  MAX_BINNED_AT_ONCE,
  mergeTables,
  splitNonfinite,
} from './float-bins.js';
import type { NpyData } from './npy.js';
import type { TailEnds } from './range.js';
import { hasLimits, type LimitCounts, limited, type SampleLimits } from './sample-limits.js';

/** Up to this many samples are kept as they are; beyond, they are binned. */
export const EXACT_SAMPLES = 1 << 18;
/** Bins that the whole stream may occupy. */
export const STREAM_BINS = 1 << 20;
const LARGEST_FLOAT32 = (2 - 2 ** -23) * 2 ** 127;

/**
 * Gathers calibration samples batch by batch; memory does not grow with the number of batches.
 *
 * Small streams ({@link EXACT_SAMPLES}) stay exact samples, larger ones are binned at float32 resolution. The
 * gathered distribution does not depend on the order of batches.
 */
export class BatchCollector {
  /** Per batch, per tail fraction: the quantiles at `tail` and `1 - tail`. */
  readonly ends: TailEnds[][] = [];
  nonfinite = 0;
  /** How many samples {@link limits} left out or moved. */
  readonly limitCounts: LimitCounts = { below: 0, above: 0, clipped: 0 };
  private readonly batch: Gathered;
  private readonly stream: Gathered;

  /**
   * @param tails  fractions dropped at each end, 0 .. 0.5
   * @param bins   most bins that the stream may occupy, 512 or more; fewer cost less memory
   * @param limits what samples are held to as they come
   */
  constructor(
    private readonly tails: readonly TailFractions[],
    bins: number = STREAM_BINS,
    readonly limits: SampleLimits = {},
  ) {
    this.batch = new Gathered(bins);
    this.stream = new Gathered(bins);
  }

  get samples(): number {
    return this.stream.samples;
  }

  /** Ended batches that held samples. */
  get batches(): number {
    return this.ends.length;
  }

  /** Adds a part of the current batch. NaN and infinities are counted and left out. */
  add(part: NpyData): void {
    const held = hasLimits(this.limits) ? limited(part, this.limits, this.limitCounts) : part;
    this.nonfinite += this.batch.add(held);
  }

  /** Ends the batch: takes its quantiles and joins it to the stream. A batch without finite samples leaves no trace. */
  endBatch(): void {
    if (this.batch.samples === 0) return;
    const quantileAt = this.batch.quantiles();
    this.ends.push(this.tails.map(({ low, high }) => ({ low: quantileAt(low), high: quantileAt(1 - high) })));
    this.stream.take(this.batch);
  }

  /** All samples of all ended batches. */
  distribution(): Distribution {
    return this.stream.distribution();
  }
}

/** Parts of a batch that lie outside its range, 0 .. 0.5 each. */
export interface TailFractions {
  /** Fraction of the samples below the range. */
  readonly low: number;
  /** Fraction of the samples above it. */
  readonly high: number;
}

/** Samples kept as they are while they are few, as bins from then on. */
class Gathered {
  private kept = new Float64Array(1024);
  private keptCount = 0;
  private table: BinTable = EMPTY_TABLE;
  private binned = 0;

  constructor(private readonly bins: number) {}

  get samples(): number {
    return this.keptCount + this.binned;
  }

  /** Returns how many values were not finite. */
  add(part: NpyData): number {
    if (this.binned === 0 && this.keptCount + part.length <= EXACT_SAMPLES) return this.keep(part);
    this.binKept();
    return this.binAll(part);
  }

  /** Moves the samples of `other` here; `other` is empty afterwards. */
  take(other: Gathered): void {
    if (other.binned === 0) {
      this.add(other.kept.subarray(0, other.keptCount));
    } else {
      this.binKept();
      this.table = mergeTables(this.table, other.table, this.bins);
      this.binned += other.binned;
    }
    other.keptCount = 0;
    other.table = EMPTY_TABLE;
    other.binned = 0;
  }

  distribution(): Distribution {
    if (this.binned > 0) return distributionOfBins(this.table);
    return distributionOfSamples(this.kept.slice(0, this.keptCount));
  }

  quantiles(): (fraction: number) => number {
    const { table, binned } = this;
    if (binned > 0) return (fraction) => quantileOfBins(table, binned, fraction);
    const distribution = this.distribution();
    return (fraction) => quantile(distribution, fraction);
  }

  private keep(part: NpyData): number {
    const wanted = this.keptCount + part.length;
    if (wanted > this.kept.length) {
      const larger = new Float64Array(Math.min(EXACT_SAMPLES, 2 ** Math.ceil(Math.log2(wanted))));
      larger.set(this.kept.subarray(0, this.keptCount));
      this.kept = larger;
    }
    const before = this.keptCount;
    for (let i = 0; i < part.length; i++) {
      const value = part[i]!;
      if (Math.abs(value) <= LARGEST_FLOAT32) this.kept[this.keptCount++] = value;
    }
    return part.length - (this.keptCount - before);
  }

  private binKept(): void {
    const kept = this.kept.subarray(0, this.keptCount);
    this.keptCount = 0;
    if (kept.length > 0) this.binAll(kept);
  }

  private binAll(part: NpyData): number {
    let nonfinite = 0;
    for (let at = 0; at < part.length; at += MAX_BINNED_AT_ONCE) {
      const piece = part.subarray(at, at + MAX_BINNED_AT_ONCE);
      const floats = piece instanceof Float32Array ? piece : Float32Array.from(piece);
      const table = binSamples(new Uint32Array(floats.buffer, floats.byteOffset, floats.length));
      const split = splitNonfinite(table);
      nonfinite += split.nonfinite;
      this.table = mergeTables(this.table, split.finite, this.bins);
    }
    this.binned += part.length - nonfinite;
    return nonfinite;
  }
}
