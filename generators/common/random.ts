/** A small reproducible generator (mulberry32): the same seed gives the same vectors everywhere. */
export class Random {
  /** @param state seed, any whole number of 32 bits */
  constructor(private state: number) {}

  /** Uniform in [0, 1). */
  next(): number {
    this.state = (this.state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(this.state ^ (this.state >>> 15), 1 | this.state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  }

  /**
   * A whole number in a range.
   *
   * @param low  least one
   * @param high largest one, included
   */
  whole(low: number, high: number): number {
    return low + Math.floor(this.next() * (high - low + 1));
  }
}
