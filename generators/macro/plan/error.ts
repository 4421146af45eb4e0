import type { LevelsHistogram } from '../config/types.js';

/** Mean squared error of a quantizer on the calibration samples, activation units squared. */
export interface QuantizationError {
  /** With the real-valued references and outputs of the levels file. */
  readonly ideal: number;
  /** With the references that the cells realise and the entries that the table holds. */
  readonly realised: number;
}

/**
 * Mean squared error of the quantizer `outputs[number of references <= x]` over a histogram.
 *
 * The mass of a bin sits at its mean; what lies within bins is added as their variance, so the
 * result is exact except for bins that a reference cuts.
 *
 * @param references ascending, activation units
 * @param outputs    one more than references, activation units
 */
export function meanSquaredError(
  histogram: LevelsHistogram,
  references: readonly number[],
  outputs: readonly number[],
): number {
  let code = 0;
  let samples = 0;
  let sum = 0;
  histogram.counts.forEach((count, bin) => {
    if (count === 0) return;
    const mean = histogram.means[bin]!;
    while (code < references.length && references[code]! <= mean) code++;
    samples += count;
    sum += count * (mean - outputs[code]!) ** 2;
  });
  return samples === 0 ? 0 : sum / samples + histogram.withinBinVariance;
}
