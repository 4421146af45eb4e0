/** In: waveforms of the bench of the latch. Out: its offset. */
import { COMPARATOR_SWEEP } from './deck.js';
import type { OperatingPoint } from './operating.js';
import { valueAt, type Waveforms } from './waveforms.js';

/** What the latch adds to its input, V; undefined where it never decides otherwise within the sweep. */
export interface ComparatorMeasurement {
  /** Of a nominal latch. */
  readonly offset: number | undefined;
  /** What the threshold shift of the bench adds. */
  readonly shifted: number | undefined;
  /** The threshold shift of the bench, V. */
  readonly shift: number;
  /** Steps in which the input was swept: offsets are known as far as half of one. */
  readonly step: number;
}

/** Measures the bench that `comparatorDecks` writes. */
export function measureComparator(waveforms: Waveforms, point: OperatingPoint): ComparatorMeasurement {
  const { reach, step, shift } = COMPARATOR_SWEEP;
  const cycles = Math.round((2 * reach) / step) + 1;
  const offsetOf = (node: string) => {
    const high = Array.from(
      { length: cycles },
      (_, cycle) =>
        valueAt(waveforms, `v(${node})`, (cycle + 0.995) * point.cycle * 1e-9) > point.precharge / 2,
    );
    const first = high.indexOf(true);
    // High from the first input on that is not below the threshold, which is minus the offset.
    return first <= 0 || high.slice(first).includes(false) ? undefined : reach - (first - 0.5) * step;
  };
  const [offset, whole] = [offsetOf('none'), offsetOf('shift')];
  return {
    offset,
    shifted: offset === undefined || whole === undefined ? undefined : whole - offset,
    ...{ shift, step },
  };
}
