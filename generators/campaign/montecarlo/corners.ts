/** In: the die section of a config. Out: the constants of its dies at a corner. */
import { type DieConfig, type DieConstants, dieConstants, keptGain } from '../../macro/die/constants.js';
import type { MacroShape } from '../../macro/plan/shape.js';

/** A set of parameters that dies are drawn with in place of the config's own. */
export interface Corner {
  /** What it changes. */
  readonly meaning: string;
  /** Where its numbers come from, with the mark of docs/analog.md. */
  readonly source: string;
  /** What dies are drawn with, from the section of the config. */
  readonly constants: (die: DieConfig, shape: MacroShape) => DieConstants;
}

/** Name of a corner. */
export type CornerName =
  | ('typical' | 'slow' | 'fast' | 'hot' | 'cold' | 'low-supply')
  | ('calibrated' | 'stress');

/** Sigmas of the spread from die to die that a slow or fast corner lies away. */
const CORNER_SIGMAS = 3;
/** Swing that is left with a supply 10 % low. */
const LOW_SUPPLY = 6 / 7;

const withDie =
  (change: (die: DieConfig) => Partial<DieConfig>): Corner['constants'] =>
  (die, shape) =>
    dieConstants({ ...die, ...change(die) }, shape);

/** All cell currents so many sigmas of the global spread from nominal, on every die. */
const shifted =
  (sigmas: number): Corner['constants'] =>
  (die, shape) => {
    const constants = dieConstants({ ...die, globalSpread: 0 }, shape);
    const gain = (value: number) => keptGain(Math.round(value * (1 + sigmas * die.globalSpread)));
    return {
      ...constants,
      arrayGain: gain(constants.arrayGain),
      referenceGain: gain(constants.referenceGain),
    };
  };

/** The corners, by the names that `--corner` takes. */
export const CORNERS: Readonly<Record<CornerName, Corner>> = {
  typical: {
    meaning: 'the die section as it stands',
    source: 'config',
    constants: dieConstants,
  },
  slow: {
    meaning: `all cell currents at -${CORNER_SIGMAS} sigma of globalSpread`,
    source: 'F: three-sigma process corner',
    constants: shifted(-CORNER_SIGMAS),
  },
  fast: {
    meaning: `all cell currents at +${CORNER_SIGMAS} sigma of globalSpread`,
    source: 'F: three-sigma process corner',
    constants: shifted(CORNER_SIGMAS),
  },
  hot: {
    meaning: 'junction at 125 C',
    source: 'F: upper end of the industrial range of junctions',
    constants: withDie(({ temperature }) => ({ temperature: { ...temperature, celsius: 125 } })),
  },
  cold: {
    meaning: 'junction at -40 C',
    source: 'F: lower end of the industrial range',
    constants: withDie(({ temperature }) => ({ temperature: { ...temperature, celsius: -40 } })),
  },
  'low-supply': {
    meaning: 'compression reached at 6/7 of the swing',
    source: 'F: 10 % of a 1.0 V precharge off a usable swing of 700 mV (2: arXiv 2512.06362)',
    constants: (die, shape) => {
      const constants = dieConstants(die, shape);
      return {
        ...constants,
        bend: Math.round(constants.bend / LOW_SUPPLY),
        bendEnd: constants.bend === 0 ? constants.bendEnd : Math.floor(constants.bendEnd * LOW_SUPPLY),
      };
    },
  },
  calibrated: {
    meaning: 'mismatch 0.025',
    source: 'S: Yu 2020, 2.48 % after calibration',
    constants: withDie(() => ({ mismatch: 0.025 })),
  },
  stress: {
    meaning: 'mismatch 0.1',
    source: '2: Gonugondla 2022, 65 nm, 10.7 % without a cascode',
    constants: withDie(() => ({ mismatch: 0.1 })),
  },
};

/** Whether a word names a corner. */
export function isCorner(word: string): word is CornerName {
  return Object.hasOwn(CORNERS, word);
}
