import type { Bus } from '../../macro/config/choices.js';
import type { Request } from '../../macro/golden/address-map.js';
import { Lines } from '../../macro/golden/lines.js';
import { Machine, type MachineOptions } from '../../macro/golden/machine.js';
import { type BusWrite, inputWrites } from '../../macro/golden/pack.js';
import type { Answer } from '../../macro/golden/register-file.js';
import { type StartedConversion, Trace } from '../../macro/golden/trace.js';
import { registerAddress, resultAddress } from '../../macro/plan/addresses.js';
import type { MacroPlan } from '../../macro/plan/plan.js';
import { startWord } from '../../macro/plan/register-words.js';
import { STATUS_DONE } from '../../macro/plan/registers.js';
import { scheduleOf } from '../../macro/plan/schedule.js';
import type { MacroShape } from '../../macro/plan/shape.js';
import { hasStreams } from '../../macro/plan/streams.js';
import { type BusTiming, NO_STALL, type Stall, timingOf } from './bus-timing.js';
import { StreamPartners, type StreamTexts } from './stream-partners.js';

/** What a testbench plays and what it must see. */
export interface Vectors {
  /** Bus operations with their expected answers, one a line. */
  readonly operations: string;
  /** Observable state, one line a change. */
  readonly trace: string;
  /** Checks that a passing run counts: bus answers and trace lines. */
  readonly checks: number;
  /** Clock cycles out of reset. */
  readonly cycles: number;
  /** Beats that the testbench sends and takes, where the macro has streams. */
  readonly streams: StreamTexts | undefined;
  /** Conversions in the order in which they began, so that a mismatch can name the one it belongs to. */
  readonly conversions: readonly StartedConversion[];
  /** The golden model after the last of them. */
  readonly machine: Machine;
}

/** One access of a burst. */
export interface Access extends Request {
  /** How the master paces it. */
  readonly stall: Stall;
}

/** Accesses that the testbench can hold at once. */
export const LONGEST_BURST = 16;

/** An end before the end: the bus goes idle after so many cycles, or reset comes for some. */
interface Cut {
  readonly after: number;
  readonly resetCycles: number;
}

/**
 * Writes a stimulus while the golden model lives through it, so that every operation carries the
 * answer that the RTL must give.
 *
 * @example
 * ```ts
 * import { type MacroPlan, registers, Stimulus } from 'imcgen';
 *
 * declare const plan: MacroPlan;
 * const stimulus = new Stimulus(plan);
 * stimulus.write(registers.weightAddress(0, 0, 0), 0xffff_ffff); // row 0, columns 0 to 31: +1
 * stimulus.convert(new Uint8Array(plan.shape.rows).fill(1), 0, plan.shape.adcBits, [0, 1]);
 * const status = stimulus.read(registers.registerAddress('status'));
 * console.log(status, stimulus.vectors().checks);
 * ```
 */
export class Stimulus {
  /** What is built. */
  readonly shape: MacroShape;
  /** The bus that the accesses go over. */
  readonly bus: Bus;
  /** The golden model, in the state that the accesses so far have brought it to. */
  readonly machine: Machine;
  private readonly trace = new Trace();
  private readonly lines = new Lines();
  private answers = 0;
  /** Who stands at the stream ports, where the macro has them. */
  readonly streams: StreamPartners | undefined;
  /** What the input buffer holds; undefined where nothing was written yet. */
  private inputs: (number | undefined)[];

  private readonly timing: BusTiming;
  /** How the next access is paced. */
  private pace: () => Stall = () => NO_STALL;

  /**
   * @param plan    of the macro
   * @param options how the sense amplifiers decide, and what the decoders hold after reset
   */
  constructor(plan: MacroPlan, options: Omit<MachineOptions, 'trace'> = {}) {
    this.shape = plan.shape;
    this.bus = plan.config.bus;
    this.machine = Machine.from(plan, { ...options, trace: this.trace });
    if (hasStreams(this.shape)) {
      this.streams = new StreamPartners();
      this.machine.connect(this.streams);
    }
    this.timing = timingOf(this.bus);
    this.inputs = new Array<undefined>(Math.ceil(plan.shape.rows / 4)).fill(undefined);
  }

  /**
   * Lets each access of some work be paced in its turn.
   *
   * @param pace asked once an access
   * @param work what makes the accesses
   */
  paced(pace: () => Stall, work: () => void): void {
    const before = this.pace;
    this.pace = pace;
    work();
    this.pace = before;
  }

  /** Writes a word, or the bytes of it whose strobe is set. */
  write(address: number, data: number, strobes = 0xf): void {
    this.play([{ write: true, address, data: data >>> 0, strobes, stall: this.pace() }]);
  }

  /** Reads a word, and returns what the golden model answers. */
  read(address: number): number {
    const [answer] = this.play([{ write: false, address, data: 0, strobes: 0, stall: this.pace() }]);
    return answer!.data;
  }

  /**
   * Accesses that follow each other as closely as bus and stalls allow; on AXI4-Lite reads pass writes.
   *
   * @throws RangeError for more of them than the testbench can hold
   */
  burst(accesses: readonly Access[]): void {
    if (accesses.length < 1 || accesses.length > LONGEST_BURST) {
      throw new RangeError(`a burst of ${accesses.length} accesses`);
    }
    this.play(accesses);
  }

  /**
   * A burst that the master gives up.
   *
   * @param accesses those of the burst
   * @param after    cycles before it gives up
   * @returns whether it lasted that long
   * @throws RangeError on AXI4-Lite, which knows no way to give an access up
   */
  abort(accesses: readonly Access[], after: number): boolean {
    if (this.bus === 'axi4lite') throw new RangeError('AXI4-Lite knows no way to give an access up');
    return this.play(accesses, { after, resetCycles: 0 }).length < accesses.length;
  }

  /**
   * A burst that reset ends.
   *
   * @param accesses those of the burst
   * @param after    cycles before reset
   * @param cycles   length of the reset
   * @returns whether it lasted that long
   */
  resetDuring(accesses: readonly Access[], after: number, cycles: number): boolean {
    return this.play(accesses, { after, resetCycles: cycles }).length < accesses.length;
  }

  /** Lets cycles pass with nothing on the bus. */
  idle(cycles: number): void {
    if (cycles < 1) return;
    this.machine.idle(cycles);
    this.passed(cycles);
  }

  /**
   * Lets cycles pass until something is so, or too many have passed.
   *
   * @param most cycles, at the most
   * @returns whether it is so
   */
  idleUntil(reached: () => boolean, most: number): boolean {
    let cycles = 0;
    for (; cycles < most && !reached(); cycles++) this.machine.idle(1);
    if (cycles > 0) this.passed(cycles);
    return reached();
  }

  private passed(cycles: number): void {
    this.lines.add(`i ${hex(cycles)} 0 0 0 0`);
  }

  /**
   * Holds reset.
   *
   * @param cycles how many, from 1
   */
  reset(cycles: number): void {
    this.machine.reset(cycles);
    this.timing.reset();
    this.lines.add(`x ${hex(cycles)} 0 0 0 0`);
  }

  /** Writes words in their order, as the packers give them. */
  writeAll(writes: readonly BusWrite[]): void {
    for (const { address, data } of writes) this.write(address, data);
  }

  /**
   * Writes the input words that differ from what the buffer holds.
   *
   * @param inputs one whole number a row
   */
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

  /** Starts a conversion on a bank at a code width. */
  start(bank: number, bits: number): void {
    this.write(registerAddress('start'), startWord(bank, bits));
  }

  /** Clears the done bit, so that the next conversion is not taken for a lost one. */
  clearDone(): void {
    this.write(registerAddress('status'), STATUS_DONE);
  }

  /**
   * Load, start, wait to the end, read the given columns, clear done.
   *
   * @param inputs  one whole number a row
   * @param bank    0 .. banks - 1
   * @param bits    code width
   * @param columns whose results are read; the trace watches all
   */
  convert(inputs: ArrayLike<number>, bank: number, bits: number, columns: readonly number[]): void {
    this.load(inputs);
    this.start(bank, bits);
    this.idle(scheduleOf(this.shape, bits).total);
    for (const column of columns) this.read(resultAddress(column));
    this.clearDone();
  }

  /** @returns the answers that the master took */
  private play(accesses: readonly Access[], cut?: Cut): Answer[] {
    const { machine } = this;
    const { requests, answers } = this.timing.cyclesOf(accesses);
    const cycles = Math.min(requests.length, cut?.after ?? requests.length);
    const replies = new Array<Answer | undefined>(accesses.length);
    for (let cycle = 0; cycle < cycles; cycle++) {
      const access = requests[cycle];
      if (access === undefined) machine.idle(1);
      else replies[access] = machine.tick(accesses[access]);
    }
    if (cut !== undefined && cycles < requests.length) {
      this.lines.add(`c ${hex(cut.after)} ${hex(cut.resetCycles)} 0 0 0`);
      if (cut.resetCycles === 0) machine.tick(undefined);
      else {
        machine.reset(cut.resetCycles);
        this.timing.reset();
      }
    }
    const taken: Answer[] = [];
    for (let at = 0; at < accesses.length; at++) {
      const reply = replies[at];
      this.lines.add(operationLine(accesses[at]!, reply, at < accesses.length - 1));
      if (reply !== undefined && answers[at]! < cycles) taken.push(reply);
    }
    this.answers += taken.length;
    return taken;
  }

  /** All of it so far, as a testbench plays it. */
  vectors(): Vectors {
    return {
      operations: this.lines.text(),
      trace: this.trace.lines.text(),
      streams: this.streams?.texts(),
      checks: this.answers + this.trace.lines.count + (this.streams?.count ?? 0),
      cycles: this.machine.cycle,
      conversions: this.trace.conversions,
      machine: this.machine,
    };
  }
}

/** An access as a testbench reads it, with the answer that it must get. */
export function operationLine(
  { write, address, data, strobes, stall }: Access,
  answer: Answer | undefined,
  more: boolean,
): string {
  const head = write
    ? `w ${hex(address)} ${hex(data)} ${hex(strobes)}`
    : `r ${hex(address)} ${hex(answer?.data ?? 0)} 0`;
  return `${head} ${Number(answer?.error ?? false)} ${hex(stallWord(stall, Number(more)))}`;
}

/** Last number of an operation line, from the highest digit: more of this burst, shared, answer, data, before. */
function stallWord({ before, shared, data, answer }: Stall, more: number): number {
  return (more << 16) | (shared << 12) | (answer << 8) | (data << 4) | before;
}

function hex(value: number): string {
  return value.toString(16);
}
