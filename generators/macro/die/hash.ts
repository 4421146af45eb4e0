/*
 * Numbers of a die by a counter-based hash: each is a function of seed, kind and index, so any of them can be asked for
 * without the others. All arithmetic is in 32 bits without sign, as Verilog does it.
 */

/** 2^32 divided by the golden ratio: what tells neighbouring keys apart. */
const GOLDEN = 0x9e3779b9;

/** Where a number of a die belongs. */
export const KIND = { weight: 1, reference: 2, pulse: 3, global: 4, offset: 5, noise: 6, macro: 7 } as const;

/** Standard deviation of {@link deviate}: that of a sum of eight bytes, sqrt(8 * (2^16 - 1) / 12). */
export const DEVIATE_SIGMA = Math.sqrt((8 * (2 ** 16 - 1)) / 12);

/** A key of a family of numbers: two words of 32 bits, the second made of the first. */
export interface Key {
  readonly first: number;
  readonly second: number;
}

/** The finalizer of MurmurHash3 (Appleby, public domain): every bit of the word reaches every bit of the result. */
export function mix(word: number): number {
  let h = word ^ (word >>> 16);
  h = Math.imul(h, 0x85ebca6b);
  h ^= h >>> 13;
  h = Math.imul(h, 0xc2b2ae35);
  return (h ^ (h >>> 16)) >>> 0;
}

/** The key of a seed and a kind. */
export function keyOf(seed: number, kind: number): Key {
  return keyFrom((seed + Math.imul(kind, GOLDEN)) | 0);
}

/** Largest {@link deviate} there is. */
export const MOST_DEVIATE = 1020;

/** The seed of one of the macros of a chip, each of which is a die of its own. */
export function macroSeed(chip: number, macro: number): number {
  return wordAt(keyOf(chip, KIND.macro), macro);
}

/** The key of one member of a family: of one conversion, where noise is drawn. */
export function keyWithin(key: Key, index: number): Key {
  return keyFrom(wordAt(key, index));
}

function keyFrom(word: number): Key {
  const first = mix(word);
  return { first, second: mix((first + GOLDEN) | 0) };
}

function wordAt({ first, second }: Key, index: number): number {
  return mix((mix(index ^ first) + second) | 0);
}

/**
 * A deviate close to a normal one: the sum of eight bytes that are uniform and independent, less its mean.
 *
 * @returns a whole number in -1020 .. 1020, mean 0, standard deviation {@link DEVIATE_SIGMA}; that is 4.88 sigma at most
 */
export function deviate(key: Key, index: number): number {
  const word = wordAt(key, index);
  return bytesOf(word) + bytesOf(mix((word + GOLDEN) | 0)) - MOST_DEVIATE;
}

function bytesOf(word: number): number {
  return (word & 0xff) + ((word >>> 8) & 0xff) + ((word >>> 16) & 0xff) + (word >>> 24);
}
