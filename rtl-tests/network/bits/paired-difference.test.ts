import { describe, expect, it } from 'vitest';
import { pairedDifference } from '../../../generators/common/paired-difference.js';

const QUESTIONS = 40;

/** Answers of which some are right in the first only, in the second only, in both. */
function answers(lost: number, gained: number, both = 0) {
  const first = Array.from({ length: QUESTIONS }, (_, at) => at < lost || at >= QUESTIONS - both);
  const second = first.map((right, at) => (at < lost ? false : right || at < lost + gained));
  return pairedDifference(first, second);
}

/** Share of all samples whose interval holds the true difference, by the multinomial distribution. */
function coverage(losing: number, gaining: number): number {
  const logs = [0];
  for (let count = 1; count <= QUESTIONS; count++) logs.push(logs.at(-1)! + Math.log(count));
  let covered = 0;
  for (let lost = 0; lost <= QUESTIONS; lost++) {
    for (let gained = 0; lost + gained <= QUESTIONS; gained++) {
      const { low, high } = answers(lost, gained).interval;
      const truth = gaining - losing;
      if (truth < low || truth > high) continue;
      const rest = QUESTIONS - lost - gained;
      const ways = logs[QUESTIONS]! - logs[lost]! - logs[gained]! - logs[rest]!;
      covered += Math.exp(ways) * losing ** lost * gaining ** gained * (1 - losing - gaining) ** rest;
    }
  }
  return covered;
}

describe('the difference of two ways to answer the same questions', () => {
  it('counts what only one of them answers rightly, however much both do', () => {
    const { gained, lost, difference, interval } = answers(5, 9);
    expect([gained, lost]).toEqual([9, 5]);
    expect(difference).toBeCloseTo(4 / QUESTIONS, 12);
    expect(answers(5, 9, 20)).toEqual({ gained, lost, difference, interval });
    const other = answers(9, 5).interval;
    expect(interval.low).toBeCloseTo(-other.high, 12);
    expect(interval.high).toBeCloseTo(-other.low, 12);
  });

  it.each([
    [0.02, 0.02],
    [0.01, 0.1],
    [0.1, 0.1],
    [0.2, 0.05],
    [0.3, 0.4],
  ])('lies in the interval as often as it says, where %f are lost and %f gained', (losing, gaining) => {
    const share = coverage(losing, gaining);
    expect(share).toBeGreaterThan(0.93);
    // Where next to nothing differs a sample says little: intervals are wider than they need be.
    expect(share).toBeLessThan(losing + gaining < 0.15 ? 1 : 0.97);
  });
});
