import { bitsFor } from '../../common/bits.js';
import type { Random } from '../../common/random.js';
import type { Request } from '../../macro/golden/address-map.js';
import { Lines } from '../../macro/golden/lines.js';
import type { Answer } from '../../macro/golden/register-file.js';
import { PsumMachine, type ResultBeat, type TileBeat } from '../../macro/psum/machine.js';
import { fieldBytes, type PsumPlan } from '../../macro/psum/plan.js';
import { type BusTiming, NO_STALL, type Stall, timingOf } from '../vectors/bus-timing.js';
import { type Access, operationLine } from '../vectors/stimulus.js';

/** What a testbench plays and what it must see. */
export interface PsumVectors {
  /** Bus operations with their expected answers, one a line. */
  readonly operations: string;
  /** Inputs at the stream pins, one line a change. */
  readonly streams: string;
  /** Outputs at the pins, one line a change. */
  readonly trace: string;
  /** Checks that a passing run counts: bus answers and trace lines. */
  readonly checks: number;
  readonly cycles: number;
  /** Sums whose results left whole. */
  readonly sums: number;
}

/** How sender and receiver take their time: chances, in each cycle, that one offers or takes a beat. */
export interface StreamPace {
  readonly sends: number;
  readonly receives: number;
}

export const AT_ONCE: StreamPace = { sends: 1, receives: 1 };

/**
 * Writes a stimulus while the golden twin lives through it, so that every operation carries the answer that the RTL
 * must give. What is offered on the stream goes on beside the bus.
 */
export class PsumStimulus {
  readonly machine: PsumMachine;
  /** Results that left, in order. */
  readonly received: ResultBeat[] = [];
  /** How the next access is paced. */
  pace: () => Stall = () => NO_STALL;
  streamPace = AT_ONCE;

  private readonly timing: BusTiming;
  private readonly operations = new Lines();
  private readonly streams = new Lines();
  private readonly trace = new Lines();
  private readonly queue: TileBeat[] = [];
  private offered: TileBeat | undefined;
  private driven = '';
  private shown = '';
  private answers = 0;
  private sums = 0;

  constructor(
    private readonly plan: PsumPlan,
    private readonly random: Random,
  ) {
    const { shape, weights, config } = plan;
    this.machine = new PsumMachine(shape, weights, config.reset.startsWith('async'));
    this.timing = timingOf(config.bus);
  }

  write(address: number, data: number, strobes = 0xf): void {
    this.play([{ write: true, address, data: data >>> 0, strobes, stall: this.pace() }]);
  }

  /** Reads a word, and returns what the golden twin answers. */
  read(address: number): number {
    const [answer] = this.play([{ write: false, address, data: 0, strobes: 0, stall: this.pace() }]);
    return answer!.data;
  }

  /** Accesses that follow each other as closely as bus and stalls allow. */
  burst(accesses: readonly Access[]): void {
    this.play(accesses);
  }

  /** A burst that reset ends after so many cycles. */
  resetDuring(accesses: readonly Access[], after: number, cycles: number): void {
    this.play(accesses, { after, cycles });
  }

  /** Puts beats behind those that wait to be sent. */
  send(beats: readonly TileBeat[]): void {
    this.queue.push(...beats);
  }

  /** Whether all that was sent has been taken. */
  get sent(): boolean {
    return this.queue.length === 0 && this.offered === undefined;
  }

  idle(cycles: number): void {
    if (cycles < 1) return;
    for (let cycle = 0; cycle < cycles; cycle++) this.tick(undefined);
    this.operations.add(`i ${cycles.toString(16)} 0 0 0 0`);
  }

  /** Lets cycles pass until a condition holds. */
  idleUntil(holds: () => boolean): void {
    let cycles = 0;
    for (; !holds(); cycles++) {
      if (cycles > 1_000_000) throw new Error('a stimulus waits for what does not come');
      this.tick(undefined);
    }
    if (cycles > 0) this.operations.add(`i ${cycles.toString(16)} 0 0 0 0`);
  }

  /** Sends what is left and waits for all results. */
  drain(): void {
    this.idleUntil(() => this.sent && !this.machine.busy);
  }

  /** Holds reset for whole cycles; what waits to be sent is forgotten. */
  reset(cycles: number): void {
    this.hold(cycles);
    this.operations.add(`x ${cycles.toString(16)} 0 0 0 0`);
  }

  private hold(cycles: number): void {
    this.queue.length = 0;
    this.offered = undefined;
    this.timing.reset();
    this.machine.beginReset();
    for (let cycle = 0; cycle < cycles; cycle++) {
      this.drive(undefined, false);
      this.observe();
      this.machine.resetTick();
    }
  }

  private play(
    accesses: readonly Access[],
    cut?: { readonly after: number; readonly cycles: number },
  ): Answer[] {
    const { requests, answers } = this.timing.cyclesOf(accesses);
    const cycles = Math.min(requests.length, cut?.after ?? requests.length);
    const replies = new Array<Answer | undefined>(accesses.length);
    for (let cycle = 0; cycle < cycles; cycle++) {
      const access = requests[cycle];
      const answer = this.tick(access === undefined ? undefined : accesses[access]);
      if (access !== undefined) replies[access] = answer;
    }
    if (cut !== undefined && cycles < requests.length) {
      this.operations.add(`c ${cut.after.toString(16)} ${cut.cycles.toString(16)} 0 0 0`);
      this.hold(cut.cycles);
    }
    accesses.forEach((access, at) => {
      this.operations.add(operationLine(access, replies[at], at < accesses.length - 1));
    });
    const taken = replies.filter((reply, access) => reply !== undefined && answers[access]! < cycles);
    this.answers += taken.length;
    return taken as Answer[];
  }

  /** One cycle: what the streams do, what is seen, and the clock edge. */
  private tick(request: Request | undefined): Answer | undefined {
    const { machine, random, streamPace } = this;
    // A beat that is offered stays until it is taken.
    if (this.offered === undefined && random.next() < streamPace.sends) this.offered = this.queue.shift();
    const receives = random.next() < streamPace.receives;
    this.drive(this.offered, receives);
    this.observe();
    const { ready, shown } = machine;
    const answer = machine.tick(request, this.offered, receives);
    if (ready) this.offered = undefined;
    if (shown !== undefined && receives) {
      this.received.push(shown);
      if (shown.last && !shown.bad) this.sums++;
    }
    return answer;
  }

  private drive(beat: TileBeat | undefined, receives: boolean): void {
    const { lanes, tiles, valueBits } = this.plan.shape;
    // Where nothing is offered, all pins but valid are 1: nobody may look at them.
    const fields = beat?.fields ?? new Array<number>(lanes).fill(-1);
    const text = [
      Number(beat !== undefined),
      joined(fields, fieldBytes(valueBits)),
      Number(beat?.last ?? true),
      (beat?.tile ?? 2 ** bitsFor(tiles) - 1).toString(16),
      Number(receives),
    ].join(' ');
    if (text === this.driven) return;
    this.driven = text;
    this.streams.add(`${this.machine.cycle} ${text}`);
  }

  private observe(): void {
    const { machine } = this;
    const { shown } = machine;
    const { lanes, resultBits } = this.plan.shape;
    const flags =
      Number(machine.ready) |
      (Number(shown !== undefined) << 1) |
      (Number(shown?.last ?? false) << 2) |
      (Number((shown?.last && shown.bad) ?? false) << 3) |
      (Number(machine.busy) << 4);
    const results = shown?.results ?? new Array<number>(lanes).fill(0);
    const text = `${flags.toString(16)} ${joined(results, fieldBytes(resultBits))}`;
    if (text === this.shown) return;
    this.shown = text;
    this.trace.add(`${machine.cycle} ${text}`);
  }

  vectors(): PsumVectors {
    return {
      operations: this.operations.text(),
      streams: this.streams.text(),
      trace: this.trace.text(),
      checks: this.answers + this.trace.count,
      cycles: this.machine.cycle,
      sums: this.sums,
    };
  }
}

/** Fields of so many bytes as one hexadecimal number, the first one lowest. */
function joined(fields: readonly number[], bytes: number): string {
  const digits = 2 * bytes;
  const mask = 2 ** (8 * bytes) - 1;
  return fields
    .map((field) => (field & mask).toString(16).padStart(digits, '0'))
    .reverse()
    .join('');
}
