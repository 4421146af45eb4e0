/**
 * Counts and means of float32 samples in bins that are slices of their bit patterns.
 *
 * Read as an unsigned integer, a float32 of one sign grows with its magnitude, so a bin of 2^shift neighbouring
 * patterns is an interval as wide as a fixed fraction of its value: an outlier of 10^9 costs a few bins, not the
 * resolution of everything else. The low bits of the samples in a bin are summed as integers: sum and mean are
 * exact, whatever the order of the samples.
 *
 * With a table of 2^20 entries ReLU data (0 up to a few units) get 4096 bins per octave, signed data at least
 * 2048; samples close together (1000 +- 1) are resolved to single patterns.
 */
export interface BinTable {
  /** log2 of the patterns per bin. */
  readonly shift: number;
  /** Ordered pattern >>> shift of each occupied bin, ascending with the samples' values. */
  readonly keys: Uint32Array;
  readonly counts: Float64Array;
  /** Sum over the samples of the `shift` low bits of their ordered pattern: exact integers up to 2^53. */
  readonly lows: Float64Array;
}

export const EMPTY_TABLE: BinTable = {
  shift: 0,
  keys: new Uint32Array(0),
  counts: new Float64Array(0),
  lows: new Float64Array(0),
};

const CAPACITY = 1 << 20;

/** Most samples per {@link binSamples}: 2^20 low parts of at most 12 bits sum to less than 2^32. */
export const MAX_BINNED_AT_ONCE = 1 << 20;

/** Ordered pattern of +infinity; what lies at or above it, or mirrored below zero, is no finite number. */
const INFINITY_KEY = 0xff800000;
const ZERO_KEY = 0x80000000;

/** Puts slices of samples into {@link BinTable}s with one scratch table of 2^20 entries, empty between calls. */
class SampleBinner {
  private readonly counts = new Uint32Array(CAPACITY);
  private readonly lows = new Uint32Array(CAPACITY);
  /** `counts` two by two: a pair reads as 0 exactly if both counts are 0. */
  private readonly pairs = new Float64Array(this.counts.buffer);
  private readonly occupied = new Uint32Array(CAPACITY);

  bin(samples: Uint32Array): BinTable {
    // The first samples nearly always tell the range; if they do not, look at all of them.
    let frame = this.frameOf(samples.subarray(0, 1024));
    if (!this.fill(samples, frame)) {
      this.counts.fill(0);
      this.lows.fill(0);
      frame = this.frameOf(samples);
      this.fill(samples, frame);
    }
    return this.drain(frame);
  }

  private frameOf(samples: Uint32Array): Frame {
    let low = samples[0]!;
    let high = low;
    for (let i = 1; i < samples.length; i++) {
      const pattern = samples[i]!;
      if (pattern < low) low = pattern;
      if (pattern > high) high = pattern;
    }
    let shift = 0;
    while ((high >>> shift) - (low >>> shift) >= CAPACITY) shift++;
    const spare = CAPACITY - 1 - ((high >>> shift) - (low >>> shift));
    const base = Math.max(0, (low >>> shift) - (spare >>> 1));
    return { shift, base };
  }

  /** The hot loop. False as soon as a sample does not fit the frame. */
  private fill(samples: Uint32Array, { shift, base }: Frame): boolean {
    const { counts, lows } = this;
    const mask = 2 ** shift - 1;
    for (let i = 0; i < samples.length; i++) {
      const pattern = samples[i]!;
      const entry = ((pattern >>> shift) - base) >>> 0;
      if (entry >= CAPACITY) return false;
      counts[entry]!++;
      lows[entry]! += pattern & mask;
    }
    return true;
  }

  private drain({ shift, base }: Frame): BinTable {
    const { counts, lows } = this;
    const occupied = this.listOccupied();
    const table = {
      shift,
      keys: new Uint32Array(occupied.length),
      counts: new Float64Array(occupied.length),
      lows: new Float64Array(occupied.length),
    };
    const width = 2 ** shift;
    const signStart = (ZERO_KEY >>> shift) - base;
    const positives = lowerEntry(occupied, signStart);
    for (let i = 0; i < occupied.length; i++) {
      const entry = occupied[i]!;
      const count = counts[entry]!;
      const start = (entry + base) * width;
      // Negative floats: a larger pattern is a lower value, so they come first and in reverse.
      const negative = i >= positives;
      const out = negative ? occupied.length - 1 - i : i + occupied.length - positives;
      table.keys[out] = (negative ? 2 ** 32 - 1 - start : ZERO_KEY + start) >>> shift;
      table.counts[out] = count;
      table.lows[out] = negative ? count * (width - 1) - lows[entry]! : lows[entry]!;
      counts[entry] = 0;
      lows[entry] = 0;
    }
    return table;
  }

  /** Table entries that hold samples, ascending. Most are empty: look at two at a time. */
  private listOccupied(): Uint32Array {
    const { counts, pairs, occupied } = this;
    let used = 0;
    for (let pair = 0; pair < pairs.length; pair++) {
      if (pairs[pair] === 0) continue;
      if (counts[2 * pair] !== 0) occupied[used++] = 2 * pair;
      if (counts[2 * pair + 1] !== 0) occupied[used++] = 2 * pair + 1;
    }
    return occupied.subarray(0, used);
  }
}

function lowerEntry(entries: Uint32Array, limit: number): number {
  let low = 0;
  let high = entries.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (entries[middle]! < limit) low = middle + 1;
    else high = middle;
  }
  return low;
}

let scratch: SampleBinner | undefined;

/**
 * Bins of a slice of samples.
 *
 * @param samples  float32 bit patterns, at most {@link MAX_BINNED_AT_ONCE}
 */
export function binSamples(samples: Uint32Array): BinTable {
  if (samples.length > MAX_BINNED_AT_ONCE) throw new RangeError(`${samples.length} samples at once`);
  if (samples.length === 0) return EMPTY_TABLE;
  scratch ??= new SampleBinner();
  return scratch.bin(samples);
}

interface Frame {
  readonly shift: number;
  /** Pattern >>> shift of table entry 0. */
  readonly base: number;
}

/**
 * Both tables' samples in one, at the coarser of the two resolutions, or coarser still if that is needed to
 * occupy at most `capacity` (512 or more) bins. The result depends on the samples only, not on the order of merging.
 */
export function mergeTables(first: BinTable, second: BinTable, capacity: number): BinTable {
  const shift = Math.max(first.shift, second.shift);
  let merged = union(coarsen(first, shift), coarsen(second, shift));
  while (merged.keys.length > capacity) merged = coarsen(merged, merged.shift + 1);
  return merged;
}

function coarsen(table: BinTable, shift: number): BinTable {
  const by = shift - table.shift;
  if (by === 0 || table.keys.length === 0) return { ...table, shift };
  const keys = new Uint32Array(table.keys.length);
  const counts = new Float64Array(table.keys.length);
  const lows = new Float64Array(table.keys.length);
  let last = -1;
  for (let bin = 0; bin < table.keys.length; bin++) {
    const key = table.keys[bin]! >>> by;
    if (last < 0 || keys[last] !== key) keys[++last] = key;
    const count = table.counts[bin]!;
    counts[last]! += count;
    lows[last]! += table.lows[bin]! + count * ((table.keys[bin]! & (2 ** by - 1)) * 2 ** table.shift);
  }
  return trim(shift, keys, counts, lows, last + 1);
}

function union(first: BinTable, second: BinTable): BinTable {
  if (first.keys.length === 0) return second;
  if (second.keys.length === 0) return first;
  const room = first.keys.length + second.keys.length;
  const keys = new Uint32Array(room);
  const counts = new Float64Array(room);
  const lows = new Float64Array(room);
  let used = 0;
  for (let a = 0, b = 0; a < first.keys.length || b < second.keys.length; used++) {
    const keyA = a < first.keys.length ? first.keys[a]! : Number.POSITIVE_INFINITY;
    const keyB = b < second.keys.length ? second.keys[b]! : Number.POSITIVE_INFINITY;
    keys[used] = Math.min(keyA, keyB);
    if (keyA <= keyB) {
      counts[used]! += first.counts[a]!;
      lows[used]! += first.lows[a++]!;
    }
    if (keyB <= keyA) {
      counts[used]! += second.counts[b]!;
      lows[used]! += second.lows[b++]!;
    }
  }
  return trim(first.shift, keys, counts, lows, used);
}

function trim(
  shift: number,
  keys: Uint32Array,
  counts: Float64Array,
  lows: Float64Array,
  used: number,
): BinTable {
  return { shift, keys: keys.slice(0, used), counts: counts.slice(0, used), lows: lows.slice(0, used) };
}

/** The table without NaN and infinities, and how many samples these were. */
export function splitNonfinite(table: BinTable): { finite: BinTable; nonfinite: number } {
  const { shift, keys, counts, lows } = table;
  let from = 0;
  let to = keys.length;
  let nonfinite = 0;
  const lowest = (2 ** 32 - INFINITY_KEY) >>> shift;
  while (from < to && keys[from]! < lowest) nonfinite += counts[from++]!;
  while (to > from && keys[to - 1]! >= INFINITY_KEY >>> shift) nonfinite += counts[--to]!;
  if (nonfinite === 0) return { finite: table, nonfinite };
  const finite = {
    shift,
    keys: keys.slice(from, to),
    counts: counts.slice(from, to),
    lows: lows.slice(from, to),
  };
  return { finite, nonfinite };
}

/** Mean of the samples in a bin; exact up to the rounding of one division. */
export function binMean({ shift, keys, counts, lows }: BinTable, bin: number): number {
  const start = keys[bin]! * (1 << shift);
  return valueAt(start) + (lows[bin]! / counts[bin]!) * spacing(start);
}

/**
 * Squared deviation of the samples from the mean of their bin, summed per bin. The bins keep no squares: samples
 * are taken as spread evenly over the bin, save where the sum of low bits shows that all of them are equal.
 */
export function binSpreads(table: BinTable): Float64Array {
  const { shift, keys, counts, lows } = table;
  const spreads = new Float64Array(keys.length);
  const patterns = 2 ** shift;
  for (let bin = 0; bin < keys.length; bin++) {
    const count = counts[bin]!;
    if (count === 1 || lows[bin] === 0 || lows[bin] === count * (patterns - 1)) continue;
    const width = patterns * spacing(keys[bin]! * patterns);
    spreads[bin] = (count * width * width) / 12;
  }
  return spreads;
}

const scratchPattern = new Uint32Array(1);
const scratchFloat = new Float32Array(scratchPattern.buffer);

/** Float of an ordered pattern; both zeros read as 0. */
function valueAt(ordered: number): number {
  scratchPattern[0] = ordered >= ZERO_KEY ? ordered - ZERO_KEY : 2 ** 32 - 1 - ordered;
  return scratchFloat[0]! + 0;
}

/** Distance between neighbouring floats in the bin that starts at an ordered pattern; bins of one need none. */
function spacing(ordered: number): number {
  return valueAt(ordered + 1) - valueAt(ordered);
}
