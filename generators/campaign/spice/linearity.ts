/** In: the staircase of one read path. Out: the headroom that a ramp of b bits may use. */
import type { CellMeasurement } from './cell.js';
import { CELLS_AT_ONCE } from './deck.js';
import { leastSquares } from './least-squares.js';

/** The headroom of ramps of so many bits. */
export interface RampHeadroom {
  readonly bits: number;
  /**
   * Most unit discharges over which 2^b - 1 even steps rise one above the other and lie within half a step of even ones;
   * undefined where not even the shortest ramp does, of one unit discharge a step.
   */
  readonly plain: number | undefined;
  /** The same once the gain of the ramp is fitted. */
  readonly fitted: number | undefined;
}

/** Widths that are looked at. */
const BITS = [1, 2, 3, 4, 5, 6, 7] as const;

/** The headroom for each width, as far as the staircase goes. */
export function rampHeadrooms({ paths, calibration }: CellMeasurement): RampHeadroom[] {
  let level = 0;
  const levels = paths.under.pulses.flatMap((volts) =>
    Array.from({ length: CELLS_AT_ONCE }, () => {
      level += volts / calibration.unit;
      return level;
    }),
  );
  const falling = paths.under.pulses.findIndex((volts) => volts <= 0);
  const monotone = falling < 0 ? levels.length : CELLS_AT_ONCE * falling;
  return BITS.map((bits) => {
    const steps = 2 ** bits;
    const keeps = (headroom: number, gain: number) =>
      levels
        .slice(0, headroom)
        .every((found, at) => Math.abs(found / gain - (at + 1)) <= headroom / steps / 2);
    const longest = (gainOf: (headroom: number) => number) => {
      for (let headroom = monotone; headroom >= steps - 1; headroom--) {
        if (keeps(headroom, gainOf(headroom))) return headroom;
      }
      return undefined;
    };
    return {
      bits,
      plain: longest(() => 1),
      fitted: longest((headroom) => {
        const own = levels.slice(0, headroom);
        return leastSquares(
          own.map((_, at) => [at + 1]),
          own,
        )[0]!;
      }),
    };
  });
}
