/** In: what each chip gives its class. Out: the figures of a report. */
import type { Problem } from '../../common/problems.js';
import { wilson } from '../../common/wilson.js';
import type { Rival } from '../../network/evaluate/compare.js';
import type { Score } from '../../network/evaluate/forms.js';
import type { CornerName } from '../montecarlo/corners.js';
import type { ChipRecord } from './chip.js';

/** A hardware, and what its chips are drawn with. */
export interface ChipSetting {
  /** Undefined: as the config has it. */
  readonly rival?: Rival;
  readonly corner: CornerName;
}

/** A row of a report: what chips of one hardware come to. Shares are of the held-out images, 0 .. 1. */
export interface ChipRow extends ChipSetting {
  /** The hardware with ideal macros. */
  readonly ideal: Score & Pick<ChipRecord, 'wrong'>;
  readonly chips: readonly ChipRecord[];
  /** Mean over the chips. */
  readonly mean: number;
  /** Standard deviation from chip to chip; 0 for one chip. */
  readonly spread: number;
  readonly least: number;
  /** 5 % and 95 % quantile of the chips, linear between neighbours. */
  readonly low: number;
  readonly high: number;
  /** Accuracy of the ideal macros less the mean. */
  readonly loss: number;
}

/** A hardware that cannot be built, and why. */
export interface RefusedChips extends ChipSetting {
  readonly problems: readonly Problem[];
}

/** How much less one granularity loses than another, on the same chips and images. */
export interface GranularityDifference {
  readonly corner: CornerName;
  readonly row: number;
  readonly against: number;
  /** Loss of `against` less that of `row`, mean over the chips: above 0 where `row` is the more robust. */
  readonly gain: number;
  /** Two standard errors of that mean, over chips and over images. */
  readonly margin: number;
}

/** The row of a setting. */
export function rowOf(
  setting: ChipSetting,
  { wrong }: ChipRecord,
  chips: readonly ChipRecord[],
  images: number,
): ChipRow {
  const correct = images - wrong.length;
  const ideal = { wrong, correct, accuracy: correct / images, interval: wilson(correct, images) };
  const accuracies = chips.map((chip) => (images - chip.wrong.length) / images).sort((a, b) => a - b);
  const mean = 1 - chips.reduce((sum, chip) => sum + chip.wrong.length, 0) / (chips.length * images);
  return {
    ...setting,
    ...{ ideal, chips, mean, spread: deviationOf(accuracies), least: accuracies[0]! },
    ...{ low: quantile(accuracies, 0.05), high: quantile(accuracies, 0.95), loss: ideal.accuracy - mean },
  };
}

/** Each granularity beside the coarsest row of its weights and corner. */
export function granularityDifferences(
  rows: readonly (ChipRow | RefusedChips)[],
  images: number,
): GranularityDifference[] {
  return rows.flatMap((row, at) => {
    if ('problems' in row || row.rival === undefined) return [];
    const { granularity: _, ...same } = row.rival;
    const key = JSON.stringify(same);
    const first = rows.findIndex(
      (other) =>
        other.corner === row.corner &&
        other.rival !== undefined &&
        JSON.stringify({ ...other.rival, granularity: undefined }) === key,
    );
    const against = rows[first]!;
    if (first >= at || 'problems' in against) return [];
    const gains = row.chips.map(
      ({ wrong }, chip) => (lostBy(against, against.chips[chip]!.wrong) - lostBy(row, wrong)) / images,
    );
    const [one, other] = [lossesByImage(row, images), lossesByImage(against, images)];
    const perImage = Array.from(one, (loss, image) => other[image]! - loss);
    const errors = [gains, perImage].map((each) => deviationOf(each) / Math.sqrt(each.length));
    const margin = 2 * Math.hypot(...errors);
    return [{ corner: row.corner, row: at, against: first, gain: meanOf(gains), margin }];
  });
}

/** Images that a chip gets wrong more than the ideal macros do. */
function lostBy({ ideal }: ChipRow, wrong: readonly number[]): number {
  return wrong.length - ideal.wrong.length;
}

/** Of every image: the share of chips that get it wrong, less 1 where the ideal macros do. */
function lossesByImage({ ideal, chips }: ChipRow, images: number): Float64Array {
  const losses = new Float64Array(images);
  for (const { wrong } of chips) for (const image of wrong) losses[image]! += 1 / chips.length;
  for (const image of ideal.wrong) losses[image]! -= 1;
  return losses;
}

function meanOf(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}

/** Of a sample: n - 1 below. */
function deviationOf(values: readonly number[]): number {
  if (values.length < 2) return 0;
  const mean = meanOf(values);
  return Math.sqrt(values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / (values.length - 1));
}

function quantile(ascending: readonly number[], share: number): number {
  const place = share * (ascending.length - 1);
  const [below, above] = [Math.floor(place), Math.ceil(place)];
  return ascending[below]! + (place - below) * (ascending[above]! - ascending[below]!);
}
