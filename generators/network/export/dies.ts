/** In: macros of a network, what dies differ by. Out: currents, levels and tables of each, as a graph has them. */
import { failure, type Problem, type Result, success } from '../../common/problems.js';
import type { DieConstants } from '../../macro/die/constants.js';
import { Die } from '../../macro/die/die.js';
import { macroSeed } from '../../macro/die/hash.js';
import { packReferences } from '../../macro/golden/pack.js';
import { linesOfRamp } from '../../macro/golden/reference-lines.js';
import { programmedMacros } from '../engine/array-models.js';
import type { ConstantsOf } from '../engine/die-models.js';
import type { ArrayHardware, NetworkHardware } from '../engine/hardware.js';

/** A macro on a die. Everything is a whole number of f, parts of 2^fractionBits of a unit discharge. */
export interface MacroDie {
  readonly constants: DieConstants;
  /** What a line discharges, 2^-16 of the sum of its cells. */
  readonly gain: number;
  /** f at which a line clips; infinite where none can. */
  readonly headroom: number;
  /** What a pulse takes off the line of a cell, rows x columns: below 0 off that of wn. */
  readonly currents: Int32Array;
  /** What trim cells and sense amplifier add to the MAC of a column. */
  readonly added: Float64Array;
  /** Levels of the ramp, ascending. */
  readonly levels: readonly number[];
}

/** The macros of a network on a chip. */
export type MacroDies = ReadonlyMap<ArrayHardware, MacroDie>;

/** Where the die section stands, for what is said of it. */
export interface DieSource {
  readonly file: string;
  /** Path of the section in the file; empty where it is all of it. */
  readonly path: string;
}

/** Effects that follow from when a comparison is, and not from the inputs alone. */
const IN_TIME = {
  noise: 'is drawn for each comparison',
  leakage: 'grows while the ramp runs',
} as const;

/**
 * The macros of a network, each on a die of its own: those that `ChipModels` has under the same number of a chip.
 *
 * @returns a failure where the dies have effects that no graph can have
 */
export function macroDies(
  { layers }: NetworkHardware,
  constantsOf: ConstantsOf,
  chip: number,
  source: DieSource,
): Result<MacroDies> {
  const arrays = [...layers.values()].flatMap((layer) => layer.arrays);
  const dies = new Map<ArrayHardware, MacroDie>();
  for (const [number, macro] of programmedMacros(arrays).entries()) {
    const { shape } = macro;
    const constants = constantsOf(shape);
    const problems = inTime(constants, source);
    if (problems.length > 0) return failure(...problems);
    const die = new Die(constants, shape, macroSeed(chip, number));
    const { reference } = macro.programmed(0);
    const groups = die.groupCurrents(0, packReferences(reference, shape));
    const array = arrays[number]!;
    dies.set(array, {
      ...{ constants, gain: die.arrayGain, headroom: die.headroom, currents: currentsOf(die, array) },
      added: die.trims(macro.array).map((trim, column) => trim + die.offset(column)),
      levels: linesOfRamp(shape, reference.bits, groups).map((lines) => die.level(lines)),
    });
  }
  return success(dies);
}

function inTime(constants: DieConstants, { file, path }: DieSource): Problem[] {
  return (Object.keys(IN_TIME) as (keyof typeof IN_TIME)[])
    .filter((effect) => constants[effect] > 0)
    .map((effect) => ({
      ...{ file, path: path === '' ? effect : `${path}.${effect}` },
      message: `${IN_TIME[effect]}, which a graph of the network cannot have`,
      fix: 'Leave it out, or use the golden engine: imcgen evaluate --dies.',
    }));
}

function currentsOf(die: Die, { weights, outputs }: ArrayHardware): Int32Array {
  const columns = outputs.length;
  return Int32Array.from(weights, (cell, at) => {
    if (cell === 0) return 0;
    const current = die.weightCurrent(Math.floor(at / columns), at % columns, cell > 0 ? 0 : 1);
    return cell > 0 ? current : -current;
  });
}
