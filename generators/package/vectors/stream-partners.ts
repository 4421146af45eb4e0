import { Lines } from '../../macro/golden/lines.js';
import { type Beat, hexOfBytes, type StreamPartner } from '../../macro/golden/streams.js';

/** Contents of `stream_input.txt` and `stream_output.txt`. */
export interface StreamTexts {
  /** Beats that the testbench sends. */
  readonly input: string;
  /** Beats that it takes, and what they must be. */
  readonly output: string;
}

/** A beat of results that has left. */
export interface Received {
  /** What it was. */
  readonly beat: Beat;
  /** The cycle at whose end it left. */
  readonly cycle: number;
}

/**
 * Sender and receiver of a testbench at the stream ports. What they do is known in advance only as far as the golden
 * model has lived: a beat is written down as it is taken, with the cycle from which it was shown or waited for.
 */
export class StreamPartners implements StreamPartner {
  private readonly sent = new Lines();
  private readonly got = new Lines();
  private readonly queue: { readonly beat: Beat; readonly gap: number }[] = [];
  private next = 0;
  /** The cycle from which the next beat is shown. */
  private from = 0;
  private readyFrom = 0;

  /** Results that have left, in order. */
  readonly results: Received[] = [];
  /** Cycles in which an input beat was taken. */
  readonly takenIn: number[] = [];

  /** Cycles for which the receiver lets the next beat wait, counted from the beat before. */
  stall: () => number = () => 0;

  /**
   * Hands a beat to the sender.
   *
   * @param now the cycle about to begin
   * @param gap cycles since the beat before was taken, or since `now`
   */
  send(beat: Beat, now: number, gap = 0): void {
    if (this.exhausted) this.from = Math.max(this.from, now + gap);
    this.queue.push({ beat, gap });
  }

  /** The receiver takes nothing before a cycle. */
  blockUntil(cycle: number): void {
    this.readyFrom = cycle;
  }

  get exhausted(): boolean {
    return this.next === this.queue.length;
  }

  /** Beats handed over that were not taken yet. */
  get waiting(): number {
    return this.queue.length - this.next;
  }

  offered(cycle: number): Beat | undefined {
    return cycle >= this.from ? this.queue[this.next]?.beat : undefined;
  }

  ready(cycle: number): boolean {
    return cycle >= this.readyFrom;
  }

  taken(cycle: number): void {
    const { beat } = this.queue[this.next]!;
    this.sent.add(`${this.from} ${textOf(beat)}`);
    this.takenIn.push(cycle);
    this.next++;
    this.from = cycle + 1 + (this.queue[this.next]?.gap ?? 0);
  }

  received(beat: Beat, cycle: number): void {
    this.got.add(`${this.readyFrom} ${textOf(beat)}`);
    this.results.push({ beat, cycle });
    this.readyFrom = cycle + 1 + this.stall();
  }

  /** Beats taken on both sides. */
  get count(): number {
    return this.sent.count + this.got.count;
  }

  /** What the testbench plays. */
  texts(): StreamTexts {
    return { input: this.sent.text(), output: this.got.text() };
  }
}

/** Data in hexadecimal without leading zeros, last, user. */
function textOf({ data, last, user }: Beat): string {
  const digits = hexOfBytes(data).replace(/^0+(?=.)/, '');
  return `${digits} ${Number(last)} ${user.toString(16)}`;
}
