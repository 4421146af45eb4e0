import { describe, expect, it } from 'vitest';
import { DEVIATE_SIGMA, deviate, KIND, keyOf, keyWithin, mix } from '../../../generators/macro/die/hash.js';

/** The same in whole numbers of any size. */
function mixByDefinition(word: number): number {
  const low = (value: bigint) => value & 0xffff_ffffn;
  let h = BigInt(word);
  h ^= h >> 16n;
  h = low(h * 0x85eb_ca6bn);
  h ^= h >> 13n;
  h = low(h * 0xc2b2_ae35n);
  return Number(h ^ (h >> 16n));
}

/** Mean, standard deviation, and correlation with another list. */
function moments(values: readonly number[], others: readonly number[]) {
  const mean = (list: readonly number[]) => list.reduce((sum, x) => sum + x, 0) / list.length;
  const m = mean(values);
  const sigma = Math.sqrt(mean(values.map((x) => (x - m) ** 2)));
  const correlation = mean(values.map((x, i) => x * others[i]!)) / DEVIATE_SIGMA ** 2;
  return { mean: m / DEVIATE_SIGMA, sigma: sigma / DEVIATE_SIGMA, correlation };
}

const COUNT = 40_000;
/** Five standard errors of a mean, and of a correlation, of so many numbers. */
const ODD = 5 / Math.sqrt(COUNT);

describe('the hash of dies', () => {
  it('is that of its definition, in 32 bits without sign', () => {
    for (const word of [0, 1, 2, 0x7fff_ffff, 0x8000_0000, 0xffff_ffff, 123456789]) {
      expect(mix(word)).toBe(mixByDefinition(word));
    }
  });

  it.each([
    ['neighbours', (i: number) => deviate(keyOf(1, KIND.weight), i + 1)],
    ['the next die', (i: number) => deviate(keyOf(2, KIND.weight), i)],
    ['another kind', (i: number) => deviate(keyOf(1, KIND.reference), i)],
    ['a conversion', (i: number) => deviate(keyWithin(keyOf(1, KIND.noise), 0), i)],
  ])('gives deviates of mean 0 and the sigma stated, which know nothing of %s', (_, other) => {
    const indices = Array.from({ length: COUNT }, (_, i) => i);
    const key = keyOf(1, KIND.weight);
    const found = moments(
      indices.map((i) => deviate(key, i)),
      indices.map(other),
    );
    expect(Math.abs(found.mean)).toBeLessThan(ODD);
    expect(Math.abs(found.sigma - 1)).toBeLessThan(ODD);
    expect(Math.abs(found.correlation)).toBeLessThan(ODD);
  });

  it('gives each conversion noise of its own', () => {
    const root = keyOf(7, KIND.noise);
    const first = (conversion: number) => deviate(keyWithin(root, conversion), 1024);
    const noises = Array.from({ length: COUNT }, (_, conversion) => first(conversion));
    const found = moments(noises, noises.slice(1).concat(0));
    expect(Math.abs(found.mean)).toBeLessThan(ODD);
    expect(Math.abs(found.sigma - 1)).toBeLessThan(ODD);
    expect(Math.abs(found.correlation)).toBeLessThan(ODD);
  });

  it('comes close to the normal distribution', () => {
    const key = keyOf(3, KIND.offset);
    const beyond = (sigmas: number) => {
      let count = 0;
      for (let i = 0; i < COUNT; i++) if (Math.abs(deviate(key, i)) > sigmas * DEVIATE_SIGMA) count++;
      return count / COUNT;
    };
    expect(beyond(1)).toBeCloseTo(0.317, 1);
    expect(beyond(2)).toBeGreaterThan(0.04);
    expect(beyond(2)).toBeLessThan(0.05);
    expect(beyond(3)).toBeGreaterThan(0.001);
    expect(beyond(3)).toBeLessThan(0.003);
  });
});
