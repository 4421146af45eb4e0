/*
 * Bit vectors, 32 bits a word, lowest first: word lines, comparators and registers of all rows or columns at once.
 * Bits beyond the length of a vector are 0.
 */

/** A vector of `length` bits, each asked for. */
export function packBits(length: number, isSet: (at: number) => boolean): Uint32Array {
  const words = new Uint32Array(Math.ceil(length / 32));
  for (let at = 0; at < length; at++) if (isSet(at)) words[at >> 5]! |= 1 << (at & 31);
  return words;
}

/** The lowest bits of a word as the number they stand for: unsigned or two's complement. */
export function lowest(word: number, bits: number, signed: boolean): number {
  const raw = word << (32 - bits);
  return signed ? raw >> (32 - bits) : raw >>> (32 - bits);
}

/** Number of 1 bits. */
export function onesIn(words: Uint32Array): number {
  let ones = 0;
  for (const word of words) for (let rest = word; rest !== 0; rest &= rest - 1) ones++;
  return ones;
}

/** Vectors of `length` bits one after the other, the first lowest. */
export function concatenated(vectors: readonly Uint32Array[], length: number): Uint32Array {
  const joined = new Uint32Array(Math.ceil((vectors.length * length) / 32) + 1);
  for (let at = 0; at < vectors.length; at++) {
    const words = vectors[at]!;
    const first = (at * length) >> 5;
    const shift = (at * length) & 31;
    for (let word = 0; word < words.length; word++) {
      joined[first + word]! |= words[word]! << shift;
      if (shift > 0) joined[first + word + 1]! |= words[word]! >>> (32 - shift);
    }
  }
  return joined;
}

/** Two hexadecimal digits of every byte. */
const BYTES = Array.from({ length: 256 }, (_, byte) => byte.toString(16).padStart(2, '0'));

/** A byte as two hexadecimal digits. */
export function hexOfByte(byte: number): string {
  return BYTES[byte]!;
}

/** A vector as the hexadecimal number that Verilog reads; no leading zeros. */
export function hexOfBits(words: Uint32Array): string {
  let top = words.length - 1;
  while (top > 0 && words[top] === 0) top--;
  let text = (words[top] ?? 0).toString(16);
  for (let at = top - 1; at >= 0; at--) {
    const word = words[at]!;
    // A trace has ten thousands of them: looked up, digits take a fifth of the time.
    for (let shift = 24; shift >= 0; shift -= 8) text += BYTES[(word >>> shift) & 255];
  }
  return text;
}
