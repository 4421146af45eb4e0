/** Lines of text, kept as bytes: strings in such numbers the garbage collector would copy around. */
export class Lines {
  private page = Buffer.allocUnsafe(2 ** 16);
  private end = 0;
  /** Number of lines. */
  count = 0;

  /** @param line ASCII, without its end */
  add(line: string): void {
    const end = this.end + line.length + 1;
    if (end > this.page.length) {
      const larger = Buffer.allocUnsafe(2 * end);
      this.page.copy(larger, 0, 0, this.end);
      this.page = larger;
    }
    this.page.write(`${line}\n`, this.end, 'latin1');
    this.end = end;
    this.count++;
  }

  /** All lines, each with its end. */
  text(): string {
    return this.page.toString('latin1', 0, this.end);
  }
}
