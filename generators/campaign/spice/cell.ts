/** In: waveforms of the bench of one read path. Out: its unit, staircase, headroom, compression; the ranges of cascodes. */
import type { CellCalibration } from './calibration.js';
import { CELLS_AT_ONCE, SHIFT_PULSES, SHIFTS, STAIRCASE_PULSES } from './deck.js';
import { leastSquares } from './least-squares.js';
import type { OperatingPoint } from './operating.js';
import { valueAt, type Waveforms } from './waveforms.js';

/** Read paths that the bench compares. */
export const READ_PATHS = {
  single: 'one transistor',
  plain: 'plain cascode',
  under: 'under-driven cascode',
} as const;
/** One of {@link READ_PATHS}. */
export type ReadPath = keyof typeof READ_PATHS;

const SOURCES: Readonly<Record<ReadPath, string>> = { under: 'vd0', plain: 'vd1', single: 'vd2' };
const LINES: Readonly<Record<ReadPath, string>> = { under: 'under', plain: 'plaincas', single: 'alone' };

/** Changes of the current up to which the range of a line is measured. */
export const TOLERANCES: readonly number[] = [0.005, 0.01, 0.02, 0.05, 0.1];
/** Voltages of a line at which its current is looked at, evenly from the precharge down to ground. */
const LOOKS = 400;

/** What a read path takes off its line. */
export interface PathMeasurement {
  /** Current of a precharged line, A. */
  readonly current: number;
  /** How far a line may discharge, V, until the current has changed by each of {@link TOLERANCES}. */
  readonly ranges: readonly number[];
  /** Plus or minus what share the current varies over the swing: half of largest less smallest, by their mean. */
  readonly variation: number;
  /** What each pulse takes off a loaded line, V a cell, from the first on. */
  readonly pulses: readonly number[];
}

/** What the bench of the read path says. */
export interface CellMeasurement {
  /** What the decks of arrays need of it. */
  readonly calibration: CellCalibration;
  /** The three read paths. */
  readonly paths: Readonly<Record<ReadPath, PathMeasurement>>;
  /** Swing over which variation is measured, V: seven tenths of the precharge, 700 mV of 1 V. */
  readonly swing: number;
  /** Discharge, u, until a pulse has lost more than the stated share of the first. */
  readonly headroom: number;
  /** The discharge there, V. */
  readonly headroomVolts: number;
  /** Whether the bench had more pulses than the headroom: otherwise it is at least that. */
  readonly headroomReached: boolean;
  /** Share of its current that a cell has lost at the headroom, of the closest line q - c q^2 / (2 headroom). */
  readonly compression: number;
  /** Largest distance of the staircase from that line within the headroom, u. */
  readonly residual: number;
}

/** Measures the bench that `cellDeck` writes. */
export function measureCell(
  waveforms: Waveforms,
  firstCycle: number,
  point: OperatingPoint,
): CellMeasurement {
  const cycle = point.cycle * 1e-9;
  const level = (node: string, cycles: number) =>
    valueAt(waveforms, `v(${node})`, (firstCycle + cycles) * cycle);
  // What a pulse takes, less what leaks in the cycle after it.
  const taken = (node: string, pulse: number) =>
    level(node, 2 * pulse) - 2 * level(node, 2 * pulse + 1) + level(node, 2 * pulse + 2);
  const discharged = (node: string, pulses: number) =>
    Array.from({ length: pulses }, (_, pulse) => taken(node, pulse)).reduce((sum, volts) => sum + volts, 0);
  const swing = 0.7 * point.precharge;
  const path = (name: ReadPath): PathMeasurement => ({
    ...currentOf(waveforms, `i(${SOURCES[name]})`, {
      end: (firstCycle + 2 * STAIRCASE_PULSES) * cycle,
      swing,
      point,
    }),
    pulses: Array.from({ length: STAIRCASE_PULSES }, (_, pulse) => taken(LINES[name], pulse) / CELLS_AT_ONCE),
  });
  const paths = { single: path('single'), plain: path('plain'), under: path('under') };
  const { pulses } = paths.under;
  const lost = pulses.findIndex((volts) => volts < (1 - point.loss) * pulses[0]!);
  const within = lost < 0 ? pulses.length : lost;
  const headroom = CELLS_AT_ONCE * within;
  const levels = Array.from({ length: within }, (_, at) => discharged(LINES.under, at + 1));
  const { unit, bend, residual } = bentLine(
    levels.map((_, at) => CELLS_AT_ONCE * (at + 1)),
    levels,
  );
  const nominal = discharged(LINES.under, SHIFT_PULSES);
  const shares = SHIFTS.map((_, at) => Math.log(discharged(`shift${at}`, SHIFT_PULSES) / nominal));
  const shift = leastSquares(
    shares.map((share) => [share, share ** 2, share ** 3]),
    SHIFTS,
  );
  return {
    calibration: { unit, shift: shift as [number, number, number] },
    ...{ paths, swing, headroom, residual },
    headroomVolts: levels.at(-1) ?? 0,
    headroomReached: lost >= 0,
    compression: Math.max(0, bend * headroom),
  };
}

/**
 * The closest line unit (q - bend q^2 / 2) to discharges.
 *
 * @param charges q of each, u
 * @param levels  discharges, V
 * @returns unit in volts, bend a u, and the largest distance from the line, u
 */
export function bentLine(
  charges: readonly number[],
  levels: readonly number[],
): { readonly unit: number; readonly bend: number; readonly residual: number } {
  if (levels.length < 3) return { unit: (levels[0] ?? 0) / (charges[0] ?? 1), bend: 0, residual: 0 };
  const [unit, bent] = leastSquares(
    charges.map((q) => [q, q ** 2]),
    levels,
  ) as [number, number];
  const residuals = levels.map((level, at) =>
    Math.abs(level - unit * charges[at]! - bent * charges[at]! ** 2),
  );
  return { unit, bend: (-2 * bent) / unit, residual: Math.max(...residuals) / unit };
}

function currentOf(
  waveforms: Waveforms,
  source: string,
  { end, swing, point }: { readonly end: number; readonly swing: number; readonly point: OperatingPoint },
): Omit<PathMeasurement, 'pulses'> {
  const looks = Array.from({ length: LOOKS + 1 }, (_, at) => {
    const share = at / LOOKS;
    return { volts: share * point.precharge, current: -valueAt(waveforms, source, share * end) };
  });
  const first = looks[0]!.current;
  const ranges = TOLERANCES.map(
    (tolerance) =>
      (looks.find(({ current }) => Math.abs(current / first - 1) > tolerance) ?? looks.at(-1)!).volts,
  );
  const within = looks.filter(({ volts }) => volts <= swing).map(({ current }) => current);
  const [most, least] = [Math.max(...within), Math.min(...within)];
  return { current: first, ranges, variation: (most - least) / (most + least) };
}
