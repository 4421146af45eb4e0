import type { StartedConversion } from '../../macro/golden/trace.js';
import type { Vectors } from '../../package/vectors/stimulus.js';

/** One signal that differs from the golden model in one cycle. */
export interface Mismatch {
  /** Clock cycle, counted from the first one out of reset. */
  readonly cycle: number;
  /** Name in the trace, `bus` for an answer, `protocol` for a broken rule of the bus. */
  readonly signal: string;
  /** Column (or row, or group) of the first differing bit, where the signal is a vector. */
  readonly index: number | undefined;
  /** What the golden model has, hexadecimal. */
  readonly expected: string;
  /** What the Verilog has, hexadecimal; `x` and `z` where it is not known. */
  readonly got: string;
  /** The conversion that the cycle belongs to. */
  readonly conversion: StartedConversion | undefined;
}

/** What a simulator's output says of the Verilog. */
export interface Verdict {
  /** Whether every check was made and none failed. */
  readonly passed: boolean;
  /** Checks that the testbench counted; equals the expected number where it passed. */
  readonly checks: number;
  /** Where the Verilog differs from the golden model, in the order of the cycles; the testbench stops after a few. */
  readonly mismatches: readonly Mismatch[];
  /** What else went wrong: missing verdict, warnings of the simulator. */
  readonly complaints: readonly string[];
}

const MISMATCH = /^MISMATCH cycle=(\d+) signal=(\w+) (?:address=\w+ )?expected=(\S+) got=(\S+)$/;
/** How a testbench ends: `PASS` with its checks, or `FAIL` with them and the mismatches, which say why. */
const VERDICT = /^PASS n=(\d+)$|^FAIL n=(\d+) mismatches=[1-9]\d*$/;

/**
 * Judges a simulator's output. Only one exact line `PASS n=<expected checks>` passes, wherever it stands:
 * simulators exit 0 after errors, missing files and early ends, and some print more lines at the end.
 * No line may speak of a failure, error or warning.
 */
export function judge(
  lines: readonly string[],
  vectors: Pick<Vectors, 'checks' | 'conversions'>,
  columns: number,
): Verdict {
  const mismatches: Mismatch[] = [];
  const complaints: string[] = [];
  let checks = 0;
  let passes = 0;
  let fails = 0;
  for (const line of lines) {
    const mismatch = MISMATCH.exec(line);
    const verdict = VERDICT.exec(line);
    if (mismatch !== null) mismatches.push(readMismatch(mismatch, vectors, columns));
    else if (verdict !== null) {
      checks = Number(verdict[1] ?? verdict[2]);
      if (verdict[1] === undefined) fails++;
      else passes++;
    } else if (/warning|error|fatal|fail/i.test(line)) complaints.push(line);
  }
  if (passes > 1) complaints.push(`the testbench printed PASS ${passes} times`);
  if (passes === 1 && fails === 0 && checks !== vectors.checks) {
    complaints.push(`the testbench counted ${checks} checks, the vectors hold ${vectors.checks}`);
  }
  const passed = passes === 1 && fails === 0;
  if (!passed && mismatches.length + complaints.length === 0) {
    complaints.push(fails === 0 ? 'the testbench did not print PASS' : 'the testbench printed FAIL');
  }
  return {
    passed: passed && mismatches.length === 0 && complaints.length === 0,
    checks,
    mismatches,
    complaints,
  };
}

function readMismatch(
  match: RegExpExecArray,
  vectors: Pick<Vectors, 'conversions'>,
  columns: number,
): Mismatch {
  const [, cycleText, signal, expected, got] = match as unknown as [string, string, string, string, string];
  const cycle = Number(cycleText);
  const bit = ['sa', 'column', 'rwl_p', 'rwl_n', 'ref_group'].includes(signal)
    ? firstDifference(expected, got)
    : undefined;
  return {
    cycle,
    signal,
    index: bit !== undefined && signal === 'column' ? bit % columns : bit,
    expected,
    got,
    conversion: vectors.conversions.findLast(({ firstCycle }) => firstCycle <= cycle),
  };
}

/** Lowest bit in which two hexadecimal numbers differ; x and z count as different. */
function firstDifference(a: string, b: string): number | undefined {
  for (let digit = 0; digit < Math.max(a.length, b.length); digit++) {
    const left = a[a.length - 1 - digit] ?? '0';
    const right = b[b.length - 1 - digit] ?? '0';
    if (left === right) continue;
    const difference = Number.parseInt(left, 16) ^ Number.parseInt(right, 16);
    return (
      4 * digit + (Number.isNaN(Number.parseInt(right, 16)) ? 0 : 31 - Math.clz32(difference & -difference))
    );
  }
  return undefined;
}

/** A mismatch as an engineer wants to read it. */
export function describeMismatch({ cycle, signal, index, expected, got, conversion }: Mismatch): string {
  const where = index === undefined ? signal : `${signal}[${index}]`;
  const head = `cycle ${cycle}: ${where}: expected ${shorten(expected)}, got ${shorten(got)}`;
  if (conversion === undefined) return head;
  const { firstCycle, bank, bits, inputs, macs } = conversion;
  const mac =
    index !== undefined && ['sa', 'column'].includes(signal) ? `, mac[${index}] = ${macs[index]} u` : '';
  return `${head}\n  conversion from cycle ${firstCycle}, bank ${bank}, ${bits} bits${mac}\n  inputs ${shorten(inputs.join(' '), 72)}`;
}

function shorten(text: string, most = 40): string {
  return text.length <= most ? text : `${text.slice(0, most - 4)} ...`;
}
