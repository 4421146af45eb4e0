import { describe, expect, it } from 'vitest';
import { granularityDifferences, rowOf } from '../../../generators/campaign/chips/summary.js';
import type { Rival } from '../../../generators/network/evaluate/compare.js';

/** The first images are wrong: losses of images are nested. */
const wrong = (count: number) => Array.from({ length: count }, (_, image) => image);
const ideal = (correct: number) => ({ chip: 'ideal' as const, wrong: wrong(100 - correct) });
const chips = (...correct: number[]) =>
  correct.map((each, at) => ({ chip: at + 1, wrong: wrong(100 - each) }));
const rival = (granularity: Rival['granularity']): Rival => ({
  ...{ method: 'digits', digits: [1, 2, 4], granularity, bits: 4, levels: 'optimal' },
});

describe('the figures of chips', () => {
  it('are mean, sample deviation, quantiles and the loss against ideal macros', () => {
    const row = rowOf({ corner: 'typical' }, ideal(95), chips(90, 92, 94), 100);
    expect(row).toMatchObject({ mean: 0.92, least: 0.9, ideal: { correct: 95, accuracy: 0.95 } });
    expect(row.spread).toBeCloseTo(0.02, 12);
    expect(row.loss).toBeCloseTo(0.03, 12);
    expect(row.low).toBeCloseTo(0.902, 12);
    expect(row.high).toBeCloseTo(0.938, 12);
    expect(rowOf({ corner: 'typical' }, ideal(95), chips(90), 100).spread).toBe(0);
  });

  it('compare granularities chip by chip, with the coarser one of the same weights and corner', () => {
    const rows = [
      rowOf({ rival: rival('layer'), corner: 'stress' }, ideal(95), chips(80, 84, 88), 100),
      rowOf({ rival: rival('column'), corner: 'typical' }, ideal(97), chips(97, 97, 97), 100),
      rowOf({ rival: rival('column'), corner: 'stress' }, ideal(97), chips(90, 91, 95), 100),
    ];
    const [difference, ...more] = granularityDifferences(rows, 100);
    expect(more).toEqual([]);
    // Losses of the layer: 15, 11, 7 points; of the column: 7, 6, 2. What it loses less: 8, 5, 5.
    expect(difference).toMatchObject({ row: 2, against: 0, corner: 'stress' });
    expect(difference!.gain).toBeCloseTo(0.06, 12);
    // Of an image, from 0 on: what the layer loses less what the column does. Three chips, so thirds.
    const perImage = Array.from({ length: 100 }, (_, image) => {
      const share = (counts: number[]) => counts.filter((count) => image < count).length / 3;
      return share([20, 16, 12]) - Number(image < 5) - (share([10, 9, 5]) - Number(image < 3));
    });
    const square = perImage.reduce((sum, each) => sum + (each - 0.06) ** 2, 0) / 99;
    expect(difference!.margin).toBeCloseTo(2 * Math.sqrt(0.0003 / 3 + square / 100), 12);
  });
});
