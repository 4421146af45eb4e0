import type { NpyData } from './npy.js';
import type { TailEnds } from './range.js';

/** Limits by value, which samples are held to before anything looks at them. */
export interface SampleLimits {
  /** Samples below are left out. */
  readonly dropBelow?: number | undefined;
  /** Samples above are left out. */
  readonly dropAbove?: number | undefined;
  /** Samples outside count as the nearer end. */
  readonly clip?: TailEnds | undefined;
}

/** How many samples each limit met. */
export interface LimitCounts {
  below: number;
  above: number;
  clipped: number;
}

export function hasLimits({ dropBelow, dropAbove, clip }: SampleLimits): boolean {
  return dropBelow !== undefined || dropAbove !== undefined || clip !== undefined;
}

/** The samples within the limits; infinities are below or above, NaN stays. Adds to the counts. */
export function limited(part: NpyData, limits: SampleLimits, counts: LimitCounts): Float64Array {
  const { dropBelow = -Infinity, dropAbove = Infinity, clip } = limits;
  const { low, high } = clip ?? { low: -Infinity, high: Infinity };
  const kept = new Float64Array(part.length);
  let used = 0;
  for (let index = 0; index < part.length; index++) {
    const value = part[index]!;
    if (value < dropBelow) counts.below++;
    else if (value > dropAbove) counts.above++;
    else {
      const held = Math.min(Math.max(value, low), high);
      if (held !== value && !Number.isNaN(value)) counts.clipped++;
      kept[used++] = held;
    }
  }
  return kept.subarray(0, used);
}
