/** Collects the observed state, one line a change: `<cycle> <state>`. */
export class Trace {
  readonly lines: string[] = [];
  private last = '';

  record(cycle: number, state: string): void {
    if (state === this.last) return;
    this.last = state;
    this.lines.push(`${cycle} ${state}`);
  }
}

/** What a line of the trace shows after its cycle number; hexadecimal, vectors from the highest bit down. */
export const TRACE_FIELDS = [
  'flags',
  'phase',
  'step',
  'bank',
  'rwl_p',
  'rwl_n',
  'ref_group',
  'sa',
  'count',
] as const;

const DIGITS = '0123456789abcdef';

export function hexOfNumber(value: number): string {
  return value.toString(16);
}

/** A bit vector, lowest bit first, as the hexadecimal number that Verilog reads. */
export function hexOfBits(bits: Uint8Array): string {
  let text = '';
  for (let i = (bits.length - 1) & ~3; i >= 0; i -= 4) {
    text += DIGITS[bits[i]! | ((bits[i + 1] ?? 0) << 1) | ((bits[i + 2] ?? 0) << 2) | ((bits[i + 3] ?? 0) << 3)];
  }
  return text;
}
