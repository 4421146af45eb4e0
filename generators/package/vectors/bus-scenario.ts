import { MOST_BANKS } from '../../macro/config/limits.js';
import type { Request } from '../../macro/golden/address-map.js';
import {
  inputAddress,
  packedInputAddress,
  packedResultAddress,
  referenceAddress,
  registerAddress,
  resultAddress,
  tableAddress,
  weightAddress,
  wordsOf,
} from '../../macro/plan/addresses.js';
import { packedInputWords, packedResultWords } from '../../macro/plan/packed-words.js';
import { startWord } from '../../macro/plan/register-words.js';
import { REGISTERS, type Register, registersOf, STATUS_DONE } from '../../macro/plan/registers.js';
import { scheduleOf } from '../../macro/plan/schedule.js';
import type { MacroShape } from '../../macro/plan/shape.js';
import type { Bench } from './bench.js';
import { NO_STALL, type Stall } from './bus-timing.js';
import { conflicts, forbiddenAccesses, randomConversions, randomStream, readBack } from './scenario.js';
import { type Access, LONGEST_BURST } from './stimulus.js';

/** All that a macro's bus must do: stalls, bursts, accesses given up, reset in the middle of accesses. */
export function busScenario(bench: Bench): void {
  stalledAccesses(bench);
  bursts(bench, 12);
  burstIntoStart(bench);
  emptyWrites(bench);
  refusedStarts(bench);
  if (bench.stimulus.bus !== 'axi4lite') abortedAccesses(bench);
  resetInAccess(bench);
}

/** Stalls of all kinds that a bus knows; half of each have no length. */
function randomStall({ stimulus, random }: Bench): Stall {
  const cycles = () => (random.next() < 0.5 ? 0 : random.whole(1, 4));
  const before = cycles();
  switch (stimulus.bus) {
    case 'apb':
      return { ...NO_STALL, before, shared: random.whole(0, 1) };
    case 'axi4lite':
      return { ...NO_STALL, before, data: cycles(), answer: cycles() };
    default:
      return { ...NO_STALL, before, shared: random.whole(0, 2) };
  }
}

/** Conversions, conflicts and forbidden accesses over again, every access paced at random. */
function stalledAccesses(bench: Bench): void {
  bench.stimulus.paced(
    () => randomStall(bench),
    () => {
      readBack(bench);
      forbiddenAccesses(bench);
      conflicts(bench);
      randomConversions(bench, 2);
      randomStream(bench, 3);
    },
  );
}

function read(address: number): Request {
  return { write: false, address, data: 0, strobes: 0 };
}

function write(address: number, data: number, strobes = 0xf): Request {
  return { write: true, address, data, strobes };
}

function unstalled(requests: readonly Request[]): Access[] {
  return requests.map((request) => ({ ...request, stall: NO_STALL }));
}

/** Any access there is, most of them legal ones. */
function randomRequest({ plan, random }: Bench): Request {
  const { shape, layers } = plan;
  const change = (address: number) =>
    write(address, Math.floor(random.next() * 2 ** 32), random.next() < 0.5 ? 0xf : random.whole(0, 15));
  const either = (address: number) => (random.next() < 0.5 ? read(address) : change(address));
  const last = (count: number) => random.whole(0, count - 1);
  const bank = last(shape.banks);
  switch (random.whole(0, 9)) {
    case 0:
      return change(anyInput(shape, last));
    case 1:
    case 2:
      return either(
        weightAddress(last(shape.rows), random.whole(0, 1) as 0 | 1, last(wordsOf(shape.columns))),
      );
    case 3:
      return either(referenceAddress(bank, last(shape.referenceRows), last(wordsOf(shape.referenceColumns))));
    case 4:
      return either(tableAddress(bank, last(2 ** shape.adcBits)));
    case 5:
      return read(anyResult(shape, last));
    case 6:
      return either(registerAddress((['status', 'error', 'interrupt'] as const)[random.whole(0, 2)]!));
    case 7:
      return write(registerAddress('start'), startWord(bank, layers[0]!.bits));
    case 8:
      return read(registerOffsets(shape)[last(registerOffsets(shape).length)]!);
    default:
      return either(random.whole(0, 2 ** 20 - 1));
  }
}

/** A word of inputs, every second time a packed one where there are such. */
function anyInput(shape: MacroShape, last: (count: number) => number): number {
  if (shape.packedWords && last(2) === 1) return packedInputAddress(last(packedInputWords(shape)));
  return inputAddress(last(Math.ceil(shape.rows / 4)));
}

/** A word of results, every second time a packed one where there are such. */
function anyResult(shape: MacroShape, last: (count: number) => number): number {
  if (shape.packedWords && last(2) === 1) return packedResultAddress(last(packedResultWords(shape)));
  return resultAddress(last(shape.columns));
}

/** Registers of what a config has to ask for, so that those of other macros do not change what is played on this one. */
const ASKED_FOR: readonly Register[] = ['stream', 'calibration'];

/** Registers of this macro, and those that other macros may leave out. */
function registerOffsets(shape: MacroShape): number[] {
  const inUse = registersOf(shape);
  const names = (Object.keys(REGISTERS) as Register[]).filter(
    (name) => !ASKED_FOR.includes(name) || inUse.includes(name),
  );
  return names.map(registerAddress);
}

function randomBurst(bench: Bench, length: number, stall: () => Stall): Access[] {
  return Array.from({ length }, () => ({ ...randomRequest(bench), stall: stall() }));
}

/** Accesses of every kind close together, idle and converting; every second burst with stalls. */
function bursts(bench: Bench, count: number): void {
  const { plan, stimulus, random } = bench;
  const { bank, bits } = plan.layers[0]!;
  const { total } = scheduleOf(plan.shape, bits);
  for (let burst = 0; burst < count; burst++) {
    stimulus.write(registerAddress('interrupt'), burst % 4);
    if (burst % 3 !== 0) stimulus.start(bank, bits);
    stimulus.idle(random.whole(0, total));
    const stall = burst % 2 === 0 ? () => NO_STALL : () => randomStall(bench);
    stimulus.burst(randomBurst(bench, random.whole(2, LONGEST_BURST), stall));
    settle(bench);
  }
}

/** Waits until nothing runs, looks at the error bits and clears them. */
function settle({ plan, stimulus }: Bench): void {
  stimulus.idle(2 * scheduleOf(plan.shape, plan.shape.adcBits).total);
  stimulus.read(registerAddress('status'));
  stimulus.read(registerAddress('error'));
  stimulus.write(registerAddress('error'), 0x3f);
  stimulus.clearDone();
  stimulus.forgetInputs();
}

/**
 * Writes without a byte strobe, to everything that there is and to what there is not: idle, with bits set that they
 * would clear, converting and with a start queued. None is refused, and nothing changes.
 */
function emptyWrites({ plan, stimulus, columns }: Bench): void {
  const { shape, layers } = plan;
  const { bank, bits } = layers[0]!;
  const cells = [weightAddress(0, 0, 0), referenceAddress(bank, shape.offsetRows, 0)];
  const readable = [...cells, tableAddress(bank, 0), ...columns.map(resultAddress)];
  const registers = registerOffsets(shape);
  const [unmapped, unaligned] = [
    [0x8000, resultAddress(shape.columns), 2 ** 20 - 4],
    [0x0e, 2 ** 20 - 1],
  ];
  const addresses = [...registers, inputAddress(0), ...readable, ...unmapped, ...unaligned];
  // A start, every error, done, a march: what whole words would do.
  const data = startWord(bank, bits) | STATUS_DONE | 0x3f;
  const writeAll = () => {
    for (const address of addresses) stimulus.write(address, data, 0);
    for (const address of [...registers, ...readable]) stimulus.read(address);
    stimulus.write(registerAddress('error'), 0x3f);
  };
  const { total } = scheduleOf(shape, bits);
  stimulus.write(registerAddress('interrupt'), 3);
  stimulus.start(bank, bits);
  stimulus.idle(total);
  stimulus.write(registerAddress('id'), 0); // refused
  writeAll();
  stimulus.clearDone();
  writeAll();
  stimulus.start(bank, bits);
  stimulus.start(bank, bits); // queued, or refused without a queue
  writeAll();
  stimulus.idle(2 * total);
  for (const column of columns) stimulus.read(resultAddress(column));
  stimulus.clearDone();
  stimulus.write(registerAddress('error'), 0x3f);
}

/**
 * Starts that are refused, one by one, each with its address and data on the wires for some cycles before it is meant: no error
 * shows before its time.
 */
function refusedStarts({ plan, stimulus }: Bench): void {
  const { shape, layers } = plan;
  const { bank, bits } = layers[0]!;
  stimulus.write(registerAddress('interrupt'), 2);
  for (const word of [
    startWord(bank, 0),
    startWord(shape.banks % MOST_BANKS, 0),
    startWord(shape.banks % MOST_BANKS, bits),
  ]) {
    stimulus.write(registerAddress('error'), 0x3f);
    const late = { ...NO_STALL, before: 3 };
    stimulus.paced(
      () => late,
      () => stimulus.write(registerAddress('start'), word),
    );
    stimulus.read(registerAddress('error'));
    // 16 banks leave no number that none has.
    stimulus.idle(scheduleOf(shape, bits).total + 2);
    stimulus.clearDone();
  }
  stimulus.write(registerAddress('error'), 0x3f);
  stimulus.write(registerAddress('interrupt'), 0);
}

/** Cells, inputs and the start that uses them, without a pause between: nothing may be late. */
function burstIntoStart(bench: Bench): void {
  const { plan, stimulus, columns } = bench;
  const { shape } = plan;
  const { bank, bits } = plan.layers[0]!;
  const rows = Math.min(4, shape.rows);
  for (const ones of [0xffff_ffff, 0x5555_5555]) {
    const requests = [
      ...Array.from({ length: rows }, (_, row) => write(weightAddress(row, 0, 0), ones)),
      ...Array.from({ length: rows }, (_, row) => write(weightAddress(row, 1, 0), ~ones >>> 0)),
      write(referenceAddress(bank, shape.offsetRows, 0), 1),
      write(inputAddress(0), 0x0101_0101),
      write(registerAddress('start'), startWord(bank, bits)),
    ];
    stimulus.burst(unstalled(requests));
    stimulus.forgetInputs();
    stimulus.idle(scheduleOf(shape, bits).total);
    for (const column of columns) stimulus.read(resultAddress(column));
    stimulus.clearDone();
  }
}

/** What a master may be in the middle of: single accesses and bursts, with and without stalls. */
function interrupted(bench: Bench): Access[][] {
  const { plan, random } = bench;
  const { shape } = plan;
  const { bank, bits } = plan.layers[0]!;
  const row = random.whole(0, shape.rows - 1);
  const requests: Request[] = [
    write(weightAddress(row, 0, 0), 0x0f0f_0f0f),
    read(weightAddress(row, 0, 0)),
    write(tableAddress(bank, 0), 1),
    write(registerAddress('interrupt'), 3),
    write(registerAddress('start'), startWord(bank, bits)),
    write(registerAddress('id'), 0),
  ];
  return [
    unstalled(requests),
    ...requests.map((request) => [
      { ...request, stall: { ...randomStall(bench), before: random.whole(1, 3), answer: 2 } },
    ]),
    randomBurst(bench, 4, () => NO_STALL),
    randomBurst(bench, 4, () => randomStall(bench)),
  ];
}

/**
 * Ends accesses early in every one of their cycles, and looks at what they name. Before, the inverse of what
 * they write is written, so that it shows whether they took effect.
 *
 * @param end ends them after so many cycles; false where they do not last that long
 */
function endEverywhere({ stimulus }: Bench, accesses: readonly Access[], end: (after: number) => boolean) {
  for (let after = 1; ; after++) {
    for (const { write, address, data } of accesses) if (write) stimulus.write(address, ~data);
    if (!end(after)) return;
    for (const { address } of accesses) stimulus.read(address);
    stimulus.read(registerAddress('status'));
    stimulus.read(registerAddress('error'));
  }
}

/** Gives every access up in every one of its cycles; a request that went out has taken effect. */
function abortedAccesses(bench: Bench): void {
  for (const accesses of interrupted(bench)) {
    endEverywhere(bench, accesses, (after) => bench.stimulus.abort(accesses, after));
    settle(bench);
  }
}

/** Reset in every cycle of an access; of the bursts every second time while converting. */
function resetInAccess(bench: Bench): void {
  const { plan, stimulus, random } = bench;
  const { bank, bits } = plan.layers[0]!;
  // A read and a write at once: who goes first is the same after every reset.
  const together = unstalled([write(registerAddress('interrupt'), 2), read(registerAddress('interrupt'))]);
  for (const accesses of interrupted(bench)) {
    endEverywhere(bench, accesses, (after) => {
      if (accesses.length > 1 && after % 2 === 0) stimulus.start(bank, bits);
      const ended = stimulus.resetDuring(accesses, after, random.whole(1, 2));
      if (ended) stimulus.burst(together);
      return ended;
    });
    settle(bench);
  }
}
