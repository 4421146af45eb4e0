/** In: records of dies, stated limits. Out: what they say together. */
import { wilson } from '../../common/wilson.js';
import type { LayerPlan } from '../../macro/plan/plan.js';
import type { DieRecord, Ideal, OverColumns } from './dies.js';
import { type Judged, type Limits, meets } from './limits.js';

/** A figure of a step or code over all columns of all dies. */
export interface Spread {
  /** Mean. */
  readonly mean: number;
  /** Standard deviation. */
  readonly sigma: number;
  /** Largest magnitude. */
  readonly worst: number;
}

/** INL of a step in a unit, before and after gain and offset. */
export interface Linearity {
  /** As measured. */
  readonly before: Spread;
  /** Gain and offset of each column fitted first. */
  readonly after: Spread;
}

/** A step of the ramp: the threshold between code `step - 1` and code `step`. */
export interface StepSummary {
  /** Number of the step, from 1. */
  readonly step: number;
  /** Ideal threshold, u. */
  readonly reference: number;
  /** INL in u. */
  readonly inl: Linearity;
  /** INL in steps of the output at this threshold; null where the table does not rise there. */
  readonly inlOutputSteps: Linearity | null;
  /** INL in the smallest distance of two references; null where there is one reference. */
  readonly inlSmallest: Linearity | null;
  /** DNL of code `step`, in its own ideal width; null for the last code, which has no end. */
  readonly dnl: Spread | null;
}

/** A ratio of variances over dies, dB. */
export interface OverDies {
  /** Of the worst die. */
  readonly least: number | null;
  /** Median. */
  readonly median: number | null;
  /** Of the best die. */
  readonly most: number | null;
}

/** An interval of a share. */
export interface Interval {
  /** Lower end. */
  readonly low: number;
  /** Upper end. */
  readonly high: number;
}

/** Dies that keep the stated limits. */
export interface Yield {
  /** What was stated. */
  readonly limits: Limits;
  /** Number of dies that keep all of them. */
  readonly passing: number;
  /** Their share. */
  readonly share: number;
  /** Wilson score interval of the share at 95 %. */
  readonly interval: Interval;
  /** Dies that break each limit. */
  readonly failing: Readonly<Record<string, number>>;
}

/** What calibrations of trim rows have come to on all dies. */
export interface TrimSummary {
  /** Columns of all dies. */
  readonly columns: number;
  /** Those that are reported. */
  readonly reported: number;
  /** Those that are not, though their offset lies beyond half a trim step; null where cells were calibrated with it. */
  readonly unseen: number | null;
  /** Those that are, though it lies within; null alike. */
  readonly within: number | null;
  /** Largest magnitude of what is left of an offset where it is not reported, in trim steps; null alike. */
  readonly residual: number | null;
}

/** What the dies of a study say together. */
export interface Summary {
  /** Number of dies. */
  readonly dies: number;
  /** Conversions of a column on each die. */
  readonly conversions: number;
  /** Share of conversions with another code than the ideal macro's. */
  readonly errorRate: number;
  /** The same by the ideal code; null where no conversion has it. */
  readonly errorRates: readonly (number | null)[];
  /** Conversions of a column by ideal code, on each die. */
  readonly codes: readonly number[];
  /** Largest distance of a code from the ideal one. */
  readonly farthest: number;
  /** Mean of decoded value less MAC over all dies, u. */
  readonly offset: number;
  /** Mean square of decoded value less MAC, u^2. */
  readonly mse: number;
  /** var(y) / (MSE - offset^2) with the mean of the error over dies, dB; null where the MAC or the error does not vary. */
  readonly csnr: number | null;
  /** Its quantizer part, that of the ideal macro, dB. */
  readonly sqnr: number | null;
  /** Its analog part: var(y) over what dies add to the variance of the error, dB; null where they add none. */
  readonly analogSnr: number | null;
  /** CSNR of each die. */
  readonly csnrOfDies: OverDies;
  /** Thresholds, one a step. */
  readonly steps: readonly StepSummary[];
  /** Codes of all columns and dies that no whole MAC gives. */
  readonly missingCodes: number;
  /** Dies on which some column lacks a code. */
  readonly diesWithMissingCodes: number;
  /** Dies with a threshold below the one before it. */
  readonly nonMonotoneDies: number;
  /** Dies that keep the stated limits. */
  readonly yield: Yield;
  /** Where dies calibrate their trim rows. */
  readonly trim?: TrimSummary;
}

/** 10 lg of a ratio; null where it is none. */
function decibels(signal: number, error: number): number | null {
  return signal > 0 && error > 0 ? 10 * Math.log10(signal / error) : null;
}

/** CSNR of a die, dB: var(y) / (MSE - offset^2). */
export function csnrOf({ mse, offset }: DieRecord, { variance }: Ideal): number | null {
  return decibels(variance, mse - offset ** 2);
}

/** The smallest step: least distance of two references, u; undefined for one reference. */
export function smallestStep(references: readonly number[]): number | undefined {
  const gaps = references.slice(1).map((reference, at) => reference - references[at]!);
  return gaps.length === 0 ? undefined : Math.min(...gaps);
}

/** What a die is judged by. */
export function judged(record: DieRecord, ideal: Ideal, layer: LayerPlan): Judged {
  const total = ideal.conversions.reduce((sum, count) => sum + count, 0);
  const worst = (figure: OverColumns) => Math.max(0, ...figure.most);
  return {
    inl: worst(record.inlFitted) / (smallestStep(layer.ramp.references) ?? 1),
    dnl: worst(record.dnl),
    errors: record.wrong.reduce((sum, count) => sum + count, 0) / total,
    missing: record.missing,
    csnr: csnrOf(record, ideal) ?? Infinity,
  };
}

/**
 * The summary of a study; the order of records does not matter to the reader, but to the last digit of sums. One number a die
 * is in memory, not its record.
 */
export function summaryOf(
  records: Iterable<DieRecord>,
  ideal: Ideal,
  layer: LayerPlan,
  limits: Limits,
): Summary {
  const conversions = ideal.conversions.reduce((sum, count) => sum + count, 0);
  const sums = { dies: 0, offset: 0, mse: 0, error: 0, missing: 0 };
  const counts = { farthest: 0, withMissing: 0, nonMonotone: 0, passing: 0 };
  const wrongs = ideal.conversions.map(() => 0);
  const failing = Object.fromEntries(Object.keys(limits).map((name) => [name, 0]));
  const csnrs: number[] = [];
  let trim: TrimSummary | undefined;
  const steps = layer.ramp.references.map(
    (): StepSums => ({ inl: new SpreadSum(), inlFitted: new SpreadSum(), dnl: new SpreadSum() }),
  );
  for (const record of records) {
    sums.dies++;
    trim = withTrim(trim, record);
    sums.offset += record.offset;
    sums.mse += record.mse;
    sums.error += record.mse - record.offset ** 2;
    sums.missing += record.missing;
    counts.farthest = Math.max(counts.farthest, record.farthest);
    if (record.missing > 0) counts.withMissing++;
    if (record.nonMonotone > 0) counts.nonMonotone++;
    for (const [code, count] of record.wrong.entries()) wrongs[code]! += count;
    const broken = meets(judged(record, ideal, layer), limits);
    if (broken.length === 0) counts.passing++;
    for (const name of broken) failing[name]!++;
    const csnr = csnrOf(record, ideal);
    if (csnr !== null) csnrs.push(csnr);
    for (const [at, { inl, inlFitted, dnl }] of steps.entries()) {
      inl.add(record.inl, at);
      inlFitted.add(record.inlFitted, at);
      if (at < steps.length - 1) dnl.add(record.dnl, at);
    }
  }
  const { dies } = sums;
  const error = sums.error / dies;
  const wrong = wrongs.map((sum) => sum / dies);
  csnrs.sort((a, b) => a - b);
  return {
    dies,
    conversions,
    errorRate: wrong.reduce((sum, count) => sum + count, 0) / conversions,
    errorRates: ideal.conversions.map((count, code) => (count === 0 ? null : wrong[code]! / count)),
    codes: ideal.conversions,
    farthest: counts.farthest,
    offset: sums.offset / dies,
    mse: sums.mse / dies,
    csnr: decibels(ideal.variance, error),
    sqnr: decibels(ideal.variance, ideal.quantizer),
    analogSnr: decibels(ideal.variance, error - ideal.quantizer),
    csnrOfDies: {
      least: csnrs[0] ?? null,
      median: csnrs[csnrs.length >> 1] ?? null,
      most: csnrs.at(-1) ?? null,
    },
    steps: stepsOf(steps, layer),
    missingCodes: sums.missing,
    diesWithMissingCodes: counts.withMissing,
    nonMonotoneDies: counts.nonMonotone,
    yield: {
      limits,
      passing: counts.passing,
      share: counts.passing / dies,
      interval: wilson(counts.passing, dies),
      failing,
    },
    ...(trim && { trim }),
  };
}

/** What calibrations have come to by now, and on one die more. */
function withTrim(before: TrimSummary | undefined, { trim }: DieRecord): TrimSummary | undefined {
  if (trim === undefined || before === undefined) return trim ?? before;
  const together = (of: (one: number, other: number) => number, one: number | null, other: number | null) =>
    one === null || other === null ? (one ?? other) : of(one, other);
  const sum = (one: number, other: number) => one + other;
  return {
    columns: before.columns + trim.columns,
    reported: before.reported + trim.reported,
    unseen: together(sum, before.unseen, trim.unseen),
    within: together(sum, before.within, trim.within),
    residual: together(Math.max, before.residual, trim.residual),
  };
}

/** Figures of a step over all columns of all dies. */
interface StepSums {
  readonly inl: SpreadSum;
  readonly inlFitted: SpreadSum;
  readonly dnl: SpreadSum;
}

function stepsOf(sums: readonly StepSums[], layer: LayerPlan): StepSummary[] {
  const { references } = layer.ramp;
  const { entries, outputScale } = layer.table;
  const smallest = smallestStep(references);
  return references.map((reference, at) => {
    const step = sums[at]!;
    const inl = { before: step.inl.spread(), after: step.inlFitted.spread() };
    const outputStep = ((entries[at + 1]! - entries[at]!) * outputScale) / layer.unitActivation;
    return {
      step: at + 1,
      reference,
      inl,
      inlOutputSteps: outputStep > 0 ? linearityIn(inl, outputStep) : null,
      inlSmallest: smallest === undefined ? null : linearityIn(inl, smallest),
      dnl: at === references.length - 1 ? null : step.dnl.spread(),
    };
  });
}

class SpreadSum {
  private columns = 0;
  private sum = 0;
  private squares = 0;
  private worst = 0;

  add(figure: OverColumns, at: number): void {
    this.columns += figure.columns[at]!;
    this.sum += figure.sum[at]!;
    this.squares += figure.squares[at]!;
    this.worst = Math.max(this.worst, figure.most[at]!);
  }

  spread(): Spread {
    const { columns, sum, squares, worst } = this;
    const mean = columns === 0 ? 0 : sum / columns;
    const variance = columns === 0 ? 0 : squares / columns - mean ** 2;
    return { mean, sigma: Math.sqrt(Math.max(0, variance)), worst };
  }
}

function linearityIn({ before, after }: Linearity, unit: number): Linearity {
  const scaled = ({ mean, sigma, worst }: Spread): Spread => ({
    ...{ mean: mean / unit, sigma: sigma / unit, worst: worst / unit },
  });
  return { before: scaled(before), after: scaled(after) };
}
