import type { ResetStyle } from '../config/macro.js';
import { type Comparator, Machine } from '../golden/machine.js';
import { type BusWrite, inputWrites } from '../golden/pack.js';
import { Trace } from '../golden/trace.js';
import { registerAddress, resultAddress, STATUS_DONE, startWord } from '../plan/registers.js';
import { scheduleOf } from '../plan/schedule.js';
import type { MacroShape } from '../plan/shape.js';

/** What a testbench plays and what it must see. */
export interface Vectors {
  /** Bus operations with their expected answers, one a line. */
  readonly operations: string;
  /** Observable state, one line a change. */
  readonly trace: string;
  /** Checks that a passing run counts: bus answers and trace lines. */
  readonly checks: number;
  readonly cycles: number;
  readonly machine: Machine;
}

/**
 * Writes a stimulus while the golden model lives through it, so that every operation carries the
 * answer that the RTL must give.
 */
export class Stimulus {
  readonly machine: Machine;
  private readonly trace = new Trace();
  private readonly lines: string[] = [];
  private answers = 0;
  /** What the input buffer holds; undefined where nothing was written yet. */
  private inputs: (number | undefined)[];

  constructor(
    readonly shape: MacroShape,
    resetTable: bigint,
    resetStyle: ResetStyle,
    comparator?: Comparator,
  ) {
    this.machine = new Machine(shape, resetTable, resetStyle, this.trace, comparator);
    this.inputs = new Array<undefined>(Math.ceil(shape.rows / 4)).fill(undefined);
  }

  write(address: number, data: number, strobes = 0xf): void {
    const answer = this.machine.tick({ write: true, address, data: data >>> 0, strobes })!;
    this.machine.tick(undefined);
    this.lines.push(`w ${hex(address)} ${hex(data >>> 0)} ${hex(strobes)} ${Number(answer.error)}`);
    this.answers++;
  }

  /** Reads a word, and returns what the golden model answers. */
  read(address: number): number {
    const answer = this.machine.tick({ write: false, address, data: 0, strobes: 0 })!;
    this.machine.tick(undefined);
    this.lines.push(`r ${hex(address)} ${hex(answer.data)} 0 ${Number(answer.error)}`);
    this.answers++;
    return answer.data;
  }

  idle(cycles: number): void {
    if (cycles < 1) return;
    this.machine.idle(cycles);
    this.lines.push(`i ${hex(cycles)} 0 0 0`);
  }

  reset(cycles: number): void {
    this.machine.reset(cycles);
    this.lines.push(`x ${hex(cycles)} 0 0 0`);
  }

  writeAll(writes: readonly BusWrite[]): void {
    for (const { address, data } of writes) this.write(address, data);
  }

  /** Writes the input words that differ from what the buffer holds. */
  load(inputs: ArrayLike<number>): void {
    inputWrites(inputs).forEach(({ address, data }, word) => {
      if (this.inputs[word] === data) return;
      this.write(address, data);
      this.inputs[word] = data;
    });
  }

  /** To be called where written inputs may have been refused. */
  forgetInputs(): void {
    this.inputs = this.inputs.map(() => undefined);
  }

  start(bank: number, bits: number): void {
    this.write(registerAddress('start'), startWord(bank, bits));
  }

  clearDone(): void {
    this.write(registerAddress('status'), STATUS_DONE);
  }

  /** Load, start, wait to the end, read the given columns, clear done. */
  convert(inputs: ArrayLike<number>, bank: number, bits: number, columns: readonly number[]): void {
    this.load(inputs);
    this.start(bank, bits);
    this.idle(scheduleOf(this.shape, bits).total);
    for (const column of columns) this.read(resultAddress(column));
    this.clearDone();
  }

  vectors(): Vectors {
    return {
      operations: `${this.lines.join('\n')}\n`,
      trace: `${this.trace.lines.join('\n')}\n`,
      checks: this.answers + this.trace.lines.length,
      cycles: this.machine.cycle,
      machine: this.machine,
    };
  }
}

function hex(value: number): string {
  return value.toString(16);
}
