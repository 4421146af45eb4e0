import type { Request } from '../../macro/golden/address-map.js';
import { beatsOf } from '../../macro/psum/plan.js';
import {
  biasAddress,
  PSUM_REGISTER_NAMES,
  psumAddress,
  scaleAddress,
  weightWordAddress,
} from '../../macro/psum/registers.js';
import { NO_STALL, type Stall } from '../vectors/bus-timing.js';
import { type Access, LONGEST_BURST } from '../vectors/stimulus.js';
import { type PsumBench, programRandomly, randomSum, sendSum } from './bench.js';
import { AT_ONCE } from './stimulus.js';

/** Reads what reset sets: registers and weights of tiles and digits. */
export function afterReset({ plan: { shape }, stimulus }: PsumBench): void {
  for (const register of PSUM_REGISTER_NAMES) stimulus.read(psumAddress(register));
  for (let tile = 0; tile < shape.tiles; tile++) {
    for (let digit = 0; digit < shape.digits; digit++) stimulus.read(weightWordAddress(shape, tile, digit));
  }
}

/** Reads everything that can be written. */
export function readCoefficients(bench: PsumBench): void {
  const { plan, stimulus } = bench;
  afterReset(bench);
  for (let channel = 0; channel < plan.shape.channels; channel++) {
    stimulus.read(scaleAddress(channel));
    stimulus.read(biasAddress(channel));
  }
}

/** One word of everything that a bus can ask for. */
export function everything({ plan: { shape }, random }: PsumBench): Request[] {
  const either = (address: number): Request[] => [
    { write: false, address, data: 0, strobes: 0 },
    { write: true, address, data: random.whole(0, 2 ** 30), strobes: 0xf },
  ];
  return [
    ...PSUM_REGISTER_NAMES.map(psumAddress),
    weightWordAddress(shape, shape.tiles - 1, shape.digits - 1),
    scaleAddress(shape.channels - 1),
    biasAddress(shape.channels - 1),
  ].flatMap(either);
}

/** Accesses to everything while a sum is under way, which must be refused and change nothing. */
export function refusedWhileBusy(bench: PsumBench): void {
  const { stimulus } = bench;
  programRandomly(bench);
  sendSum(bench, randomSum(bench));
  stimulus.streamPace = { sends: 1, receives: 0 };
  stimulus.idle(4);
  for (const { write, address, data } of everything(bench)) {
    if (write) stimulus.write(address, data);
    else stimulus.read(address);
    stimulus.read(psumAddress('error'));
  }
  stimulus.streamPace = AT_ONCE;
  stimulus.drain();
  stimulus.write(psumAddress('error'), 7);
  readCoefficients(bench);
}

/**
 * Every kind of write in each of the cycles around the first beat of a sum and around the last result: it comes before the
 * sum, or is refused.
 */
export function atTheEdges(bench: PsumBench): void {
  const { plan, stimulus, random } = bench;
  const { shape } = plan;
  const writes = everything(bench).filter(({ write, address }) => write && address >= 0x18);
  for (const { address, data } of writes) {
    for (let after = 0; after < 3; after++) {
      stimulus.idle(after);
      sendSum(bench, randomSum(bench));
      stimulus.write(address, data + after);
      stimulus.drain();
      if (address >= 0x1_0000) stimulus.read(address);
    }
    sendSum(bench, randomSum(bench));
    stimulus.idleUntil(() => stimulus.sent);
    const cycles = random.whole(3, 9) + (random.next() < 0.5 ? beatsOf(shape) : 0);
    for (let cycle = 0; cycle < cycles; cycle += 2) stimulus.write(address, data + cycle);
    stimulus.drain();
    stimulus.read(psumAddress('error'));
    stimulus.write(psumAddress('error'), 7);
  }
  stimulus.read(psumAddress('error'));
}

/** Accesses to what there is not, unaligned, partial, in directions that are not allowed; and writes of nothing. */
export function forbidden({ plan: { shape }, stimulus }: PsumBench): void {
  const weights = shape.tiles * shape.digits;
  const nowhere = [
    ...[0x20, 0x24, 0x40, 0xfffc, 0x1_0000 + 4 * weights, 0x1_0000 + 8 * weights],
    ...[scaleAddress(shape.channels), biasAddress(shape.channels), 0x2_fffc, 0x3_fffc],
    ...[0x4_0000, 0x8_0000, 0xf_fffc, 0x18 + 0x4_0000, 0x5_0000, 0x9_0018, 0xc_0000],
    ...[0x8018, 0x4018, 0x1018, 0x38],
  ];
  const there = [0x18, 0x1c, weightWordAddress(shape, 0, 0), scaleAddress(0), biasAddress(0)];
  const unaligned = there.flatMap((address) => [address + 1, address + 2]);
  for (const address of [...nowhere, ...unaligned]) {
    stimulus.read(address);
    stimulus.read(psumAddress('error'));
    stimulus.write(psumAddress('error'), 7);
    stimulus.write(address, 0x55);
    stimulus.read(psumAddress('error'));
    stimulus.write(psumAddress('error'), 4);
  }
  for (const address of [0x00, 0x04, 0x08, 0x0c, 0x10]) stimulus.write(address, 7);
  stimulus.read(psumAddress('error'));
  for (const strobes of [1, 2, 4, 8, 7, 14]) {
    for (const address of [...there, psumAddress('error')]) {
      stimulus.write(psumAddress('error'), 7);
      stimulus.write(address, 0xffff_ffff, strobes);
      stimulus.read(address);
      stimulus.read(psumAddress('error'));
    }
  }
  stimulus.write(psumAddress('error'), 3);
  stimulus.read(psumAddress('error'));
  for (const address of [...there, ...nowhere, psumAddress('error'), 0x19]) {
    stimulus.write(address, 0x5a5a_5a5a, 0);
    stimulus.read(psumAddress('error'));
  }
  stimulus.write(psumAddress('error'), 7);
  for (const address of there) stimulus.read(address);
}

/** Accesses close together and stalled, with sums beside them. */
export function bursts(bench: PsumBench, count: number): void {
  const { plan, stimulus, random } = bench;
  const cycles = () => (random.next() < 0.5 ? 0 : random.whole(1, 4));
  const stall = (): Stall =>
    plan.config.bus === 'axi4lite'
      ? { ...NO_STALL, before: cycles(), data: cycles(), answer: cycles() }
      : { ...NO_STALL, before: cycles(), shared: random.whole(0, plan.config.bus === 'apb' ? 1 : 2) };
  for (let burst = 0; burst < count; burst++) {
    programRandomly(bench);
    if (burst % 2 === 1) sendSum(bench, randomSum(bench));
    const accesses = Array.from({ length: random.whole(2, LONGEST_BURST) }, (): Access => {
      const all = everything(bench);
      return { ...all[random.whole(0, all.length - 1)]!, stall: burst < count / 2 ? NO_STALL : stall() };
    });
    stimulus.burst(accesses);
    stimulus.drain();
    stimulus.read(psumAddress('error'));
    stimulus.write(psumAddress('error'), 7);
  }
  stimulus.pace = stall;
  programRandomly(bench);
  readCoefficients(bench);
  stimulus.pace = () => NO_STALL;
}
