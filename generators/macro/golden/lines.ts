/** Lines that are joined at once: strings in large numbers the garbage collector would copy around. */
const LINES_A_PAGE = 128;

/** Lines of text, kept in pages. */
export class Lines {
  private readonly pages: string[] = [];
  private page: string[] = [];
  /** Number of lines. */
  count = 0;

  /** @param line without its end */
  add(line: string): void {
    this.page.push(line);
    this.count++;
    if (this.page.length < LINES_A_PAGE) return;
    this.pages.push(this.pageText());
    this.page = [];
  }

  /** All lines, each with its end. */
  text(): string {
    return this.pages.join('') + this.pageText();
  }

  private pageText(): string {
    return this.page.length === 0 ? '' : `${this.page.join('\n')}\n`;
  }
}
