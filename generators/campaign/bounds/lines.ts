/** In: what cells of a line may take, gains that it may have. Out: what the line may have discharged. */
import type { DieConstants } from '../../macro/die/constants.js';
import { bent, gained, leaked } from '../../macro/die/lines.js';
import type { Interval } from './spread.js';

/** Spare for what floating point knows of 2^47 / bend. */
const SPARE = 2 ** 16;

/**
 * How far the compression of a smaller charge may lie above that of a larger one, up to `charge`: it rises but for its rounding.
 *
 * With q' = q + 1, q' lost(q') - q lost(q) <= lost(q') + q ceil(bend / 2^24). Where that is below 2^24, what is taken off grows by 1
 * at most, and the line does not fall. Elsewhere it lies less than 1 + q / 2^24 above q - q^2 bend / 2^48, which rises, and never below.
 */
export function slackOf({ bend, bendEnd }: DieConstants, charge: number): number {
  if (bend === 0) return 0;
  const q = Math.min(charge, bendEnd);
  const lost = Math.floor((q * bend) / 2 ** 24);
  if (lost + q * Math.ceil(bend / 2 ** 24) <= 2 ** 24) return 0;
  return 1 + Math.floor((q + SPARE) / 2 ** 24);
}

/** What bitlines may have discharged. */
export interface BitlineRange {
  /** Charge that pulses took, f. */
  readonly charge: Interval;
  /** Currents of the cells that leak, f. */
  readonly leaking: Interval;
  readonly cycles: number;
}

/**
 * A bitline.
 *
 * @param clip f at which it clips
 * @param gain 2^-16
 */
export function bitlineOf(
  constants: DieConstants,
  { charge, leaking, cycles }: BitlineRange,
  gain: Interval,
  clip: number,
): Interval {
  const low = gained(leaked(constants, charge.low, leaking.low, cycles), gain.low);
  const high = gained(leaked(constants, charge.high, leaking.high, cycles), gain.high);
  const slack = slackOf(constants, high);
  return {
    low: Math.min(clip, bent(constants, low) - slack),
    high: Math.min(clip, bent(constants, high) + slack),
  };
}

/** Pulses of reference cells when a step is compared. */
export interface ReferencePulses {
  /** On the line of the steps alone. */
  readonly own: number;
  /** On the other line alone. */
  readonly offset: number;
  /** On both: what a falling ramp has taken back. The same cells, so they count as one. */
  readonly shared: number;
}

/**
 * The level that a step compares with: line(own + shared) - line(offset + shared).
 *
 * Without rounding a line is concave in its charge, so the difference moves one way as the shared charge grows, and its ends are at
 * the ends of that. Two gains are told apart by what the charge could make of them at most, which is in proportion to it.
 */
export function levelOf(
  constants: DieConstants,
  { own, offset, shared }: ReferencePulses,
  cell: Interval,
  gain: Interval,
): Interval {
  const line = (charge: number, g: number) => bent(constants, gained(charge, g));
  const most = gained((Math.max(own, offset) + shared) * cell.high, gain.high);
  if (shared === 0 || cell.low === cell.high) {
    const both = shared * cell.low;
    const slack = 2 * slackOf(constants, most);
    return {
      low: line(own * cell.low + both, gain.low) - line(offset * cell.high + both, gain.high) - slack,
      high: line(own * cell.high + both, gain.high) - line(offset * cell.low + both, gain.low) + slack,
    };
  }
  const ends = [shared * cell.low, shared * cell.high];
  const between = (charge: number) => Math.ceil((charge * (gain.high - gain.low)) / 2 ** 16);
  const slack = constants.bend === 0 ? 1 : 6 + 2 * Math.floor((most + SPARE) / 2 ** 24);
  const lows = ends.map(
    (both) => line(own * cell.low + both, gain.low) - line(offset * cell.high + both, gain.low),
  );
  const highs = ends.map(
    (both) => line(own * cell.high + both, gain.high) - line(offset * cell.low + both, gain.high),
  );
  return {
    low: Math.min(...lows) - between((offset + shared) * cell.high) - slack,
    high: Math.max(...highs) + between(offset * cell.low + shared * cell.high) + slack,
  };
}
