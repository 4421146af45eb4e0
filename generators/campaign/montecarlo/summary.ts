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
  /** Largest magnitude of what is left of an offset in the others, in trim steps; null where cells were calibrated with it. */
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

/** The summary of a study; the order of records does not matter to the reader, but to the last digit of sums. */
export function summaryOf(
  records: readonly DieRecord[],
  ideal: Ideal,
  layer: LayerPlan,
  limits: Limits,
): Summary {
  const dies = records.length;
  const conversions = ideal.conversions.reduce((sum, count) => sum + count, 0);
  const mean = (of: (record: DieRecord) => number) =>
    records.reduce((sum, record) => sum + of(record), 0) / dies;
  const total = (of: (record: DieRecord) => number) => mean(of) * dies;
  const wrong = ideal.conversions.map((_, code) => mean((record) => record.wrong[code]!));
  const verdicts = records.map((record) => meets(judged(record, ideal, layer), limits));
  const passing = verdicts.filter((broken) => broken.length === 0).length;
  const error = mean((record) => record.mse - record.offset ** 2);
  const csnrs = records
    .map((record) => csnrOf(record, ideal))
    .filter((value) => value !== null)
    .sort((a, b) => a - b);
  return {
    dies,
    conversions,
    errorRate: wrong.reduce((sum, count) => sum + count, 0) / conversions,
    errorRates: ideal.conversions.map((count, code) => (count === 0 ? null : wrong[code]! / count)),
    codes: ideal.conversions,
    farthest: records.reduce((most, record) => Math.max(most, record.farthest), 0),
    offset: mean((record) => record.offset),
    mse: mean((record) => record.mse),
    csnr: decibels(ideal.variance, error),
    sqnr: decibels(ideal.variance, ideal.quantizer),
    analogSnr: decibels(ideal.variance, error - ideal.quantizer),
    csnrOfDies: {
      least: csnrs[0] ?? null,
      median: csnrs[csnrs.length >> 1] ?? null,
      most: csnrs.at(-1) ?? null,
    },
    steps: stepsOf(records, layer),
    missingCodes: total((record) => record.missing),
    diesWithMissingCodes: records.filter((record) => record.missing > 0).length,
    nonMonotoneDies: records.filter((record) => record.nonMonotone > 0).length,
    yield: {
      limits,
      passing,
      share: passing / dies,
      interval: wilson(passing, dies),
      failing: Object.fromEntries(
        Object.keys(limits).map((name) => [
          name,
          verdicts.filter((broken) => broken.includes(name as keyof Limits)).length,
        ]),
      ),
    },
    ...trimOf(records),
  };
}

function trimOf(records: readonly DieRecord[]): { readonly trim?: TrimSummary } {
  const trims = records.map(({ trim }) => trim).filter((trim) => trim !== undefined);
  if (trims.length === 0) return {};
  const residuals = trims.map(({ residual }) => residual).filter((residual) => residual !== null);
  return {
    trim: {
      columns: trims.reduce((sum, { columns }) => sum + columns, 0),
      reported: trims.reduce((sum, { reported }) => sum + reported, 0),
      residual: residuals.length === 0 ? null : Math.max(...residuals),
    },
  };
}

function stepsOf(records: readonly DieRecord[], layer: LayerPlan): StepSummary[] {
  const { references } = layer.ramp;
  const { entries, outputScale } = layer.table;
  const smallest = smallestStep(references);
  return references.map((reference, at) => {
    const inl = {
      before: spreadOf(
        records.map((record) => record.inl),
        at,
      ),
      after: spreadOf(
        records.map((record) => record.inlFitted),
        at,
      ),
    };
    const outputStep = ((entries[at + 1]! - entries[at]!) * outputScale) / layer.unitActivation;
    return {
      step: at + 1,
      reference,
      inl,
      inlOutputSteps: outputStep > 0 ? linearityIn(inl, outputStep) : null,
      inlSmallest: smallest === undefined ? null : linearityIn(inl, smallest),
      dnl:
        at === references.length - 1
          ? null
          : spreadOf(
              records.map((record) => record.dnl),
              at,
            ),
    };
  });
}

function spreadOf(figures: readonly OverColumns[], at: number): Spread {
  let [columns, sum, squares, worst] = [0, 0, 0, 0];
  for (const figure of figures) {
    columns += figure.columns[at]!;
    sum += figure.sum[at]!;
    squares += figure.squares[at]!;
    worst = Math.max(worst, figure.most[at]!);
  }
  const mean = columns === 0 ? 0 : sum / columns;
  const variance = columns === 0 ? 0 : squares / columns - mean ** 2;
  return { mean, sigma: Math.sqrt(Math.max(0, variance)), worst };
}

function linearityIn({ before, after }: Linearity, unit: number): Linearity {
  const scaled = ({ mean, sigma, worst }: Spread): Spread => ({
    ...{ mean: mean / unit, sigma: sigma / unit, worst: worst / unit },
  });
  return { before: scaled(before), after: scaled(after) };
}
