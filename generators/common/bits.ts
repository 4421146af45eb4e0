/** Bits of a number that names one of `count` things, at least one: the width of its wires. */
export function bitsFor(count: number): number {
  return Math.max(1, Math.ceil(Math.log2(count)));
}
