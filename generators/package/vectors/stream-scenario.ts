import type { StartOrder } from '../../macro/golden/address-map.js';
import { referenceWrites, tableWrites } from '../../macro/golden/pack.js';
import { type Beat, userOf } from '../../macro/golden/streams.js';
import {
  inputAddress,
  registerAddress,
  resultAddress,
  tableAddress,
  weightAddress,
} from '../../macro/plan/addresses.js';
import { marchWord, selfTestWord, startWord } from '../../macro/plan/register-words.js';
import { registerWord } from '../../macro/plan/registers.js';
import {
  hasStreams,
  inputBeats,
  outputBeats,
  type StreamShape,
  streamPeriod,
} from '../../macro/plan/streams.js';
import type { Bench } from './bench.js';
import { randomInputs } from './scenario.js';
import type { StreamPartners } from './stream-partners.js';

/** Longest pause of a sender or receiver in runs of random pauses. */
const LONGEST_PAUSE = 5;
/** All bits of the error register. */
const EVERY_ERROR = 0x7f;

/** A bench whose macro has streams. */
export interface StreamBench extends Bench {
  readonly shape: StreamShape;
  readonly partners: StreamPartners;
}

export function streamBench(bench: Bench): StreamBench | undefined {
  const { shape } = bench.plan;
  const { streams } = bench.stimulus;
  return hasStreams(shape) && streams !== undefined ? { ...bench, shape, partners: streams } : undefined;
}

/**
 * The beats of an input vector. What the macro does not look at is random: bits above the inputs, bytes past the last
 * row, and the user bits of all beats but the first.
 */
export function beatsOf(
  { shape, random }: StreamBench,
  inputs: ArrayLike<number>,
  start: StartOrder,
): Beat[] {
  const { inputBytes } = shape.streams;
  const beats = inputBeats(shape);
  return Array.from({ length: beats }, (_, beat) => ({
    data: Uint8Array.from({ length: inputBytes }, (_, lane) => {
      const above = random.whole(0, 255) << shape.inputBits;
      const input = inputs[beat * inputBytes + lane];
      return input === undefined ? random.whole(0, 255) : (input & (2 ** shape.inputBits - 1)) | above;
    }),
    last: beat === beats - 1,
    user: beat === 0 ? userOf(start) : random.whole(0, 127),
  }));
}

export function enable({ stimulus }: StreamBench, on: boolean): void {
  stimulus.write(registerAddress('stream'), registerWord('stream', { enable: Number(on) }));
}

/** Hands vectors to the sender, each with its own pauses. */
export function send(bench: StreamBench, starts: readonly StartOrder[], pause = () => 0): void {
  const { partners, stimulus } = bench;
  for (const start of starts) {
    for (const beat of beatsOf(bench, randomInputs(bench), start)) {
      partners.send(beat, stimulus.machine.cycle, pause());
    }
  }
}

/** Waits until all that was sent has left as results. */
export function drain({ shape, stimulus, partners }: StreamBench): void {
  const left = partners.waiting + 4 * (outputBeats(shape) + inputBeats(shape));
  const most = (LONGEST_PAUSE + 1) * left * streamPeriod(shape, shape.adcBits);
  const done = stimulus.idleUntil(() => partners.exhausted && !stimulus.machine.busy, most);
  if (!done) throw new Error('the streams do not come to an end');
}

/** A bank and a width for each of some vectors: those of the layers, and every width. */
function anyStarts({ plan, random }: Bench, count: number): StartOrder[] {
  const { banks, adcBits } = plan.shape;
  return Array.from({ length: count }, (_, at) => ({
    bank: random.whole(0, banks - 1),
    bits: at < adcBits ? at + 1 : random.whole(1, adcBits),
  }));
}

/** The streams from end to end, and what they and the bus refuse each other. Leaves the data path to the bus. */
export function streams(plain: Bench): void {
  const bench = streamBench(plain);
  if (bench === undefined) return;
  const { stimulus, partners, random } = bench;
  const pause = () => (random.next() < 0.5 ? 0 : random.whole(0, LONGEST_PAUSE));
  const clear = () => {
    stimulus.read(registerAddress('error'));
    stimulus.write(registerAddress('error'), EVERY_ERROR);
    stimulus.read(registerAddress('error'));
    stimulus.clearDone();
  };

  stimulus.read(registerAddress('stream'));
  ownership(bench);
  clear();

  // Nobody waits: as fast as the macro can.
  enable(bench, true);
  send(bench, anyStarts(bench, 6));
  drain(bench);
  clear();

  // Pauses on either side, and on both.
  send(bench, anyStarts(bench, 3), pause);
  drain(bench);
  partners.stall = pause;
  send(bench, anyStarts(bench, 3));
  drain(bench);
  send(bench, anyStarts(bench, 4), pause);
  drain(bench);
  partners.stall = () => 0;
  readMeanwhile(bench);
  darkFields(bench);
  blocked(bench);
  malformed(bench);
  clear();
  selfTested(bench);
  takenAway(bench);
  clear();
  resets(bench);
  clear();
}

/** Who has the data path is refused nothing, the other side is. */
function ownership(bench: StreamBench): void {
  const { plan, shape, stimulus } = bench;
  const { bank, bits } = plan.layers[0]!;
  stimulus.load(randomInputs(bench));
  stimulus.start(bank, bits);
  enable(bench, true); // refused: the bus has a conversion under way
  enable(bench, false);
  stimulus.read(registerAddress('stream'));
  stimulus.idle(streamPeriod(shape, bits));
  stimulus.clearDone();

  // The sender waits until it is let in.
  send(bench, [{ bank, bits }]);
  stimulus.idle(inputBeats(shape));
  enable(bench, true);
  stimulus.read(registerAddress('stream'));
  stimulus.write(inputAddress(0), 0x01010101); // refused, as the next ones
  stimulus.start(bank, bits);
  stimulus.read(resultAddress(0));
  if (shape.march) stimulus.write(registerAddress('march'), marchWord(0));
  stimulus.read(registerAddress('error'));
  stimulus.write(weightAddress(0, 0, 0), 0xffff_ffff, 0);
  drain(bench);
  // The data path is the streams' also while nothing runs.
  if (shape.march) stimulus.write(registerAddress('march'), marchWord(0));
  stimulus.read(registerAddress('error'));
  // Cells and tables stay with the bus, between conversions.
  stimulus.read(weightAddress(0, 0, 0));
  stimulus.write(tableAddress(bank, 0), 1);
  stimulus.writeAll(tableWrites(plan.layers[0]!.table.entries, bank));
  stimulus.writeAll(referenceWrites(plan.layers[0]!.ramp, bank, shape));
  enable(bench, true);
  enable(bench, false);
  stimulus.read(registerAddress('stream'));
  stimulus.read(resultAddress(0));
  stimulus.forgetInputs();
  stimulus.convert(randomInputs(bench), bank, bits, bench.columns);
}

/** A receiver that takes nothing for long: results, a conversion and a vector pile up, and none is lost. */
function blocked(bench: StreamBench): void {
  const { plan, shape, stimulus, partners } = bench;
  const { bank, bits } = plan.layers[0]!;
  const wait = 4 * streamPeriod(shape, shape.adcBits);
  for (const beats of [0, 1]) {
    // Before the first beat of the results, and after it.
    let taken = 0;
    partners.stall = () => (++taken === beats ? wait : 0);
    if (beats === 0) partners.blockUntil(stimulus.machine.cycle + wait);
    send(bench, anyStarts(bench, 4));
    stimulus.idle(wait / 2);
    stimulus.write(tableAddress(bank, 0), 0); // refused: results to come are decoded with it
    stimulus.write(weightAddress(0, 0, 0), 0);
    stimulus.write(registerAddress('start'), startWord(bank, bits));
    stimulus.read(registerAddress('status'));
    drain(bench);
  }
  partners.stall = () => 0;
}

/** Results asked for over the bus, which is refused, in every cycle that it can while results leave. */
function readMeanwhile(bench: StreamBench): void {
  const { shape, stimulus } = bench;
  send(bench, anyStarts(bench, 4));
  for (let read = 0; read < 60; read++) stimulus.read(resultAddress(shape.columns - 1));
  drain(bench);
  stimulus.write(registerAddress('error'), EVERY_ERROR);
}

/** Tables whose lowest entry is not 0: what no column has is 0 all the same. */
function darkFields(bench: StreamBench): void {
  const { plan, shape, stimulus } = bench;
  const banks = Array.from({ length: shape.banks }, (_, bank) => bank);
  for (const bank of banks) stimulus.write(tableAddress(bank, 0), 1);
  send(
    bench,
    banks.map((bank) => ({ bank, bits: shape.adcBits })),
  );
  drain(bench);
  for (const bank of banks) stimulus.write(tableAddress(bank, 0), 0);
  for (const { bank, table } of plan.layers) stimulus.writeAll(tableWrites(table.entries, bank));
}

/** Vectors too short, too long, or for what does not exist: each is dropped, and what follows is not. */
function malformed(bench: StreamBench): void {
  const { shape, stimulus, partners, random } = bench;
  const { banks, adcBits } = shape;
  const good = { bank: 0, bits: adcBits };
  const cut = (length: number, start: StartOrder) => {
    const beats = beatsOf(bench, randomInputs(bench), start);
    for (let beat = 0; beat < length; beat++) {
      const { data, user } = beats[beat % beats.length]!;
      partners.send({ data, user, last: beat === length - 1 }, stimulus.machine.cycle);
    }
  };
  const beats = inputBeats(shape);
  const lengths = [1, beats - 1, beats + 1, 2 * beats, 2 * beats + 1].filter((length) => length > 0);
  for (const length of lengths.filter((length) => length !== beats)) {
    cut(length, good);
    send(bench, [good]);
    drain(bench);
    stimulus.read(registerAddress('error'));
    stimulus.write(registerAddress('error'), EVERY_ERROR);
  }
  const strangers = [
    { bank: 0, bits: 0 },
    ...(adcBits < 7 ? [{ bank: 0, bits: adcBits + 1 }] : []),
    ...(banks < 16 ? [{ bank: banks, bits: adcBits }] : []),
    { bank: 15, bits: 0 },
  ];
  for (const start of strangers) {
    for (const length of [1, beats, beats + 1]) cut(length, start);
    send(bench, [good]);
    drain(bench);
    stimulus.read(registerAddress('error'));
    stimulus.write(registerAddress('error'), EVERY_ERROR);
  }
  for (let at = 0; at < 4; at++)
    cut(random.whole(1, 2 * beats + 1), { bank: 0, bits: random.whole(0, adcBits) });
  send(bench, [good]);
  drain(bench);
}

/** Known codes through the output stream. */
function selfTested(bench: StreamBench): void {
  const { shape, stimulus } = bench;
  if (!shape.selfTest) return;
  stimulus.write(registerAddress('self_test'), selfTestWord(1));
  send(bench, [{ bank: 0, bits: shape.adcBits }]);
  drain(bench);
  stimulus.write(registerAddress('self_test'), selfTestWord(undefined));
}

/** The data path goes back to the bus in the middle of things: what was taken whole still leaves, the rest is dropped. */
function takenAway(bench: StreamBench): void {
  const { plan, shape, stimulus, partners } = bench;
  const { bank, bits } = plan.layers[0]!;
  const beats = inputBeats(shape);
  for (const after of [0, 1, beats - 1, beats, beats + 1, beats + streamPeriod(shape, bits)]) {
    enable(bench, true);
    send(bench, [
      { bank, bits },
      { bank, bits },
    ]);
    stimulus.idle(after);
    enable(bench, false);
    stimulus.read(registerAddress('stream'));
    stimulus.read(resultAddress(0));
    stimulus.read(registerAddress('error'));
    stimulus.write(registerAddress('error'), EVERY_ERROR);
    stimulus.read(registerAddress('error')); // told once
    stimulus.idleUntil(() => !stimulus.machine.busy, 8 * streamPeriod(shape, shape.adcBits));
    stimulus.read(registerAddress('stream'));
    stimulus.forgetInputs();
    stimulus.convert(randomInputs(bench), bank, bits, bench.columns);
    enable(bench, true);
    drain(bench);
    stimulus.write(registerAddress('error'), EVERY_ERROR);
  }
  // In the middle of a vector that is dropped: its error is known, and there is no other.
  enable(bench, true);
  send(bench, [{ bank, bits: 0 }], () => 12); // no such width
  stimulus.idleUntil(() => partners.waiting < beats, 24);
  enable(bench, false);
  stimulus.read(registerAddress('error'));
  enable(bench, true);
  drain(bench);
  partners.stall = () => 2;
  send(bench, anyStarts(bench, 2));
  stimulus.idle(streamPeriod(shape, shape.adcBits));
  enable(bench, false);
  enable(bench, true); // before it has let go
  drain(bench);
  partners.stall = () => 0;
}

/** Reset at points all over a run: back to the bus, idle; the sender goes on in the middle of a vector. */
function resets(bench: StreamBench): void {
  const { plan, shape, stimulus, partners, random } = bench;
  const { bank, bits } = plan.layers[0]!;
  const length = inputBeats(shape) + streamPeriod(shape, bits) + outputBeats(shape);
  const points = 8;
  for (let point = 1; point <= points; point++) {
    partners.stall = () => point % 3;
    enable(bench, true);
    send(bench, [
      { bank, bits },
      { bank, bits },
    ]);
    stimulus.idle(Math.round((2 * length * point) / points) + random.whole(0, 2));
    stimulus.reset(1 + (point % 2));
    stimulus.read(registerAddress('stream'));
    stimulus.read(registerAddress('status'));
    enable(bench, true);
    drain(bench);
    stimulus.write(registerAddress('error'), EVERY_ERROR);
  }
  partners.stall = () => 0;
  enable(bench, false);
  stimulus.forgetInputs();
  stimulus.convert(randomInputs(bench), bank, bits, bench.columns);
}
