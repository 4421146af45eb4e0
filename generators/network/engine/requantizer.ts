import { EXACT_BITS } from '../plan/plan.js';

/**
 * What a digital unit makes of sums, a channel each:
 * `z = clamp((sum * factor + bias + 2^(shift - 1)) >> shift, low, high)`, the shift arithmetic.
 */
export interface Requantizer {
  /** Unsigned, one a channel. */
  readonly factors: Int32Array;
  /** Signed, in units of the product. */
  readonly biases: Int32Array;
  /** 0 .. 30, one for all channels. */
  readonly shift: number;
  readonly low: number;
  readonly high: number;
}

/** What is wanted of a channel: `code = sum * slope + offset`. */
export interface WantedLine {
  readonly slope: number;
  readonly offset: number;
  /** Largest magnitude that the sum can have. */
  readonly mostSum: number;
}

const MOST_SHIFT = 30;

/**
 * Whole factors and biases nearest to the wanted lines: the largest shift at which every factor fits its bits and
 * every product stays below 2^24.
 */
export function requantizerFor(
  lines: readonly WantedLine[],
  scaleBits: number,
  { low, high }: { readonly low: number; readonly high: number },
): Requantizer {
  for (let shift = MOST_SHIFT; shift >= 0; shift--) {
    const unit = 2 ** shift;
    const half = shift > 0 ? unit / 2 : 0;
    const fits = lines.every(({ slope, offset, mostSum }) => {
      const factor = Math.round(slope * unit);
      const product = mostSum * factor + Math.abs(Math.round(offset * unit)) + half;
      return factor < 2 ** scaleBits && product < 2 ** EXACT_BITS;
    });
    if (!fits && shift > 0) continue;
    const most = 2 ** EXACT_BITS - 1;
    const factors = Int32Array.from(lines, ({ slope }) =>
      Math.min(2 ** scaleBits - 1, Math.round(slope * unit)),
    );
    const biases = Int32Array.from(lines, ({ offset, mostSum }, at) => {
      const room = Math.max(0, most - half - mostSum * factors[at]!);
      return Math.max(-room, Math.min(room, Math.round(offset * unit)));
    });
    return { factors, biases, shift, low, high };
  }
  throw new Error('unreachable: shift 0 always ends the search');
}

/** Sums of a layer as codes: images x channels x pixels. Products are below 2^24, so 32 bits hold them. */
export function requantizedAll(sums: Int32Array, positions: number, requantizer: Requantizer): Int16Array {
  const { factors, biases, shift, low, high } = requantizer;
  const half = shift > 0 ? 2 ** (shift - 1) : 0;
  const codes = new Int16Array(sums.length);
  for (let at = 0, channel = 0; at < sums.length; at += positions, channel = (channel + 1) % factors.length) {
    const factor = factors[channel]!;
    const bias = biases[channel]! + half;
    for (let place = at; place < at + positions; place++) {
      const code = (Math.imul(sums[place]!, factor) + bias) >> shift;
      codes[place] = Math.max(low, Math.min(high, code));
    }
  }
  return codes;
}
