import type { Bus } from '../../macro/config/choices.js';

/** How a bus master paces one access: clock cycles, 0 .. 15. */
export interface Stall {
  /** Before its address is offered: since the access before, on AXI4-Lite since the address before. */
  readonly before: number;
  /** What stands on shared wires meanwhile. APB: 1 penable. Wishbone: 1 cyc, 2 stb. */
  readonly shared: number;
  /** AXI4-Lite: before its write data is offered, since the data before. */
  readonly data: number;
  /** AXI4-Lite: for which its response waits to be taken. */
  readonly answer: number;
}

/** As fast as the bus allows. */
export const NO_STALL: Stall = { before: 0, shared: 0, data: 0, answer: 0 };

/** An access as far as its timing goes. */
export interface TimedAccess {
  readonly write: boolean;
  readonly stall: Stall;
}

/** A burst of accesses, cycle by cycle. */
export interface BurstCycles {
  /** For each cycle of the burst, the access whose request reaches the registers in it. */
  readonly requests: readonly (number | undefined)[];
  /** For each access, the cycle in which the master takes its answer. */
  readonly answers: readonly number[];
}

/** When the accesses of a bus reach the registers: what adapter and testbench make of them. */
export interface BusTiming {
  cyclesOf(accesses: readonly TimedAccess[]): BurstCycles;
  reset(): void;
}

/** An unstalled access alone: its request, and the answer in the next cycle. */
const ALONE: BurstCycles = { requests: [0, undefined], answers: [1] };
/** AXI4-Lite takes it first, and the request goes out in the cycle after; a write is answered in that cycle. */
const READ_ALONE: BurstCycles = { requests: [undefined, 0, undefined], answers: [2] };
const WRITE_ALONE: BurstCycles = { requests: [undefined, 0], answers: [1] };

function isAlone(accesses: readonly TimedAccess[]): boolean {
  return accesses.length === 1 && accesses[0]!.stall === NO_STALL;
}

export function timingOf(bus: Bus): BusTiming {
  return bus === 'axi4lite' ? new Axi4LiteTiming() : new SharedTiming(bus === 'wishbone_pipelined');
}

/** APB and Wishbone: one access after the other, or, pipelined, each in the cycle after the one before. */
class SharedTiming implements BusTiming {
  constructor(private readonly pipelined: boolean) {}

  cyclesOf(accesses: readonly TimedAccess[]): BurstCycles {
    if (isAlone(accesses)) return ALONE;
    const requests: (number | undefined)[] = [];
    const answers: number[] = [];
    accesses.forEach(({ stall }, access) => {
      for (let cycle = 0; cycle < stall.before; cycle++) requests.push(undefined);
      answers.push(requests.push(access));
      if (!this.pipelined || access === accesses.length - 1) requests.push(undefined);
    });
    return { requests, answers };
  }

  reset(): void {}
}

/** One address or data channel: the master's accesses in order, and room for one in the adapter. */
class Channel {
  private next = 0;
  private left: number;
  /** The access that the adapter holds: it can go out. */
  there: number | undefined;

  /** @param delays cycles before each of the accesses is offered */
  constructor(
    private readonly accesses: readonly number[],
    private readonly delays: readonly number[],
  ) {
    this.left = delays[0] ?? 0;
  }

  /** Ends the cycle, the access that is there having gone out or not. */
  pass(gone: boolean): void {
    const room = gone || this.there === undefined;
    const offered = this.left === 0 ? this.accesses[this.next] : undefined;
    if (room) this.there = offered;
    if (room && offered !== undefined) this.left = this.delays[++this.next] ?? 0;
    else if (this.left > 0) this.left--;
  }
}

/** One response channel: the accesses whose responses are due, and for how long the first stands yet. */
class Responses {
  private readonly due: { readonly access: number; left: number }[] = [];

  /** @param places responses that can be due before a cycle in which one more request goes out */
  constructor(private readonly places: number) {}

  get room(): boolean {
    return this.due.length < this.places;
  }

  /** A request goes out: its response will stand for so many cycles before it is taken. */
  add(access: number, delay: number): void {
    this.due.push({ access, left: delay });
  }

  /** A cycle of the responses. @returns the access whose response the master took in it */
  pass(): number | undefined {
    const first = this.due[0];
    if (first === undefined || first.left-- > 0) return undefined;
    return this.due.shift()?.access;
  }
}

/**
 * AXI4-Lite: five channels, each at its own pace. A request goes out in the cycle after all of it was taken, as
 * soon as its response has room; where a read and a write both could, they take turns. A write is answered in the
 * cycle of its request, a read in the next: two of them can be due.
 */
class Axi4LiteTiming implements BusTiming {
  private readNext = false;

  cyclesOf(accesses: readonly TimedAccess[]): BurstCycles {
    if (isAlone(accesses)) {
      this.readNext = accesses[0]!.write;
      return this.readNext ? WRITE_ALONE : READ_ALONE;
    }
    const stall = (access: number) => accesses[access]!.stall;
    const writes = [...accesses.keys()].filter((access) => accesses[access]!.write);
    const reads = [...accesses.keys()].filter((access) => !accesses[access]!.write);
    const before = (access: number) => stall(access).before;
    const writeAddress = new Channel(writes, writes.map(before));
    const writeData = new Channel(
      writes,
      writes.map((access) => stall(access).data),
    );
    const readAddress = new Channel(reads, reads.map(before));
    const writeResponses = new Responses(1);
    const readResponses = new Responses(2);

    const requests: (number | undefined)[] = [];
    const answers: number[] = [];
    for (let left = accesses.length; left > 0; ) {
      const canWrite =
        writeAddress.there !== undefined && writeData.there !== undefined && writeResponses.room;
      const canRead = readAddress.there !== undefined && readResponses.room;
      const write = canWrite && !(canRead && this.readNext) ? writeAddress.there : undefined;
      const read = canRead && write === undefined ? readAddress.there : undefined;
      const request = write ?? read;
      if (request !== undefined) this.readNext = write !== undefined;

      writeAddress.pass(write !== undefined);
      writeData.pass(write !== undefined);
      readAddress.pass(read !== undefined);
      if (write !== undefined) writeResponses.add(write, stall(write).answer);
      for (const taken of [writeResponses.pass(), readResponses.pass()]) {
        if (taken === undefined) continue;
        answers[taken] = requests.length;
        left--;
      }
      if (read !== undefined) readResponses.add(read, stall(read).answer);
      requests.push(request);
    }
    return { requests, answers };
  }

  reset(): void {
    this.readNext = false;
  }
}
