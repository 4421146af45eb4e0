/** In: constants of dies, how far a deviate may lie. Out: all that a device may be; effects by themselves. */
import { currentOf, type DieConstants, LINE_LIMIT, scaled } from '../../macro/die/constants.js';
import { DEVIATE_SIGMA, MOST_DEVIATE } from '../../macro/die/hash.js';

/** Whole numbers from `low` to `high`. */
export interface Interval {
  readonly low: number;
  readonly high: number;
}

/** Cells that differ from each other; the others of an array are alike. */
export type CellKind = 'weight' | 'trim' | 'reference';
const EVERY_KIND: readonly CellKind[] = ['weight', 'trim', 'reference'];

/** What devices of a die may be when every deviate lies within `most`. */
export interface DieSpread {
  readonly constants: DieConstants;
  /** Largest deviate, 0 .. 1020. */
  readonly most: number;
  /** Currents of cells by their kind, f a unit pulse. */
  readonly cells: Readonly<Record<CellKind, Interval>>;
  /** What offset and noise add to a MAC, f. */
  readonly added: Interval;
}

/** Effects of a die, those of cells apart. */
export type Effect =
  | ('weight cells' | 'trim cells' | 'reference cells' | 'pulse width' | 'global spread')
  | ('compression' | 'leakage' | 'offset' | 'noise' | 'temperature');

/** What devices differ by when only some effects are on. */
export interface Effects {
  readonly constants: DieConstants;
  /** Cells that `mismatch` counts for. */
  readonly uneven: readonly CellKind[];
}

/** Sigmas within which every deviate of a model lies that there is. */
export const MOST_SIGMAS = MOST_DEVIATE / DEVIATE_SIGMA;

/** Largest deviate within so many sigma. */
export function deviatesWithin(sigmas: number): number {
  return Math.min(MOST_DEVIATE, Math.floor(sigmas * DEVIATE_SIGMA));
}

/** All effects of some constants. */
export function everyEffect(constants: DieConstants): Effects {
  return { constants, uneven: EVERY_KIND };
}

/** What devices may be. Currents, offset and noise rise with their deviates, so the ends are those of the deviates. */
export function spreadOf({ constants, uneven }: Effects, most: number): DieSpread {
  const cells = (kind: CellKind): Interval => {
    const own = uneven.includes(kind) ? constants : { ...constants, mismatch: 0 };
    return { low: currentOf(own, -most, -most), high: currentOf(own, most, most) };
  };
  const { commonOffset = 0, offset, noise } = constants;
  return {
    constants,
    most,
    cells: { weight: cells('weight'), trim: cells('trim'), reference: cells('reference') },
    added: {
      low: commonOffset + scaled(offset, -most) + scaled(noise, -most),
      high: commonOffset + scaled(offset, most) + scaled(noise, most),
    },
  };
}

/** Each effect that is on, by itself. */
export function effectsAlone(constants: DieConstants): ReadonlyMap<Effect, Effects> {
  const none: DieConstants = {
    ...{ fractionBits: constants.fractionBits, mismatch: 0, pulseError: 0, offset: 0, noise: 0 },
    ...{ globalSpread: 0, arrayGain: 2 ** 16, referenceGain: 2 ** 16 },
    ...{ bend: 0, bendEnd: LINE_LIMIT, leakage: 0 },
  };
  const { mismatch, bend, bendEnd, arrayGain, referenceGain } = constants;
  const uneven = (kind: CellKind): Effects => ({ constants: { ...none, mismatch }, uneven: [kind] });
  const alone = (changes: Partial<DieConstants>) => everyEffect({ ...none, ...changes });
  const all: readonly (readonly [Effect, boolean, Effects])[] = [
    ['weight cells', mismatch > 0, uneven('weight')],
    ['trim cells', mismatch > 0, uneven('trim')],
    ['reference cells', mismatch > 0, uneven('reference')],
    ['pulse width', constants.pulseError > 0, alone({ pulseError: constants.pulseError })],
    ['global spread', constants.globalSpread > 0, alone({ globalSpread: constants.globalSpread })],
    ['compression', bend > 0, alone({ bend, bendEnd })],
    ['leakage', constants.leakage > 0, alone({ leakage: constants.leakage })],
    [
      'offset',
      constants.offset > 0 || (constants.commonOffset ?? 0) !== 0,
      alone({ offset: constants.offset, commonOffset: constants.commonOffset ?? 0 }),
    ],
    ['noise', constants.noise > 0, alone({ noise: constants.noise })],
    [
      'temperature',
      arrayGain !== none.arrayGain || referenceGain !== none.referenceGain,
      alone({ arrayGain, referenceGain }),
    ],
  ];
  return new Map(all.filter(([, on]) => on).map(([effect, , effects]) => [effect, effects]));
}
