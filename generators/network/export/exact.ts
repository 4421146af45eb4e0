/** In: a network, what dies differ by. Out: its macros on a chip, or why a graph of them would not be exact. */
import { failure, type Problem, type Result } from '../../common/problems.js';
import type { ConstantsOf } from '../engine/die-models.js';
import type { LayerHardware, NetworkHardware } from '../engine/hardware.js';
import { EXACT_BITS } from '../plan/plan.js';
import { bundledTiles } from './bundles.js';
import { type MacroColumn, tileColumns } from './columns.js';
import { type DieSource, type MacroDies, macroDies } from './dies.js';
import { dieOffset, dieTablePlaces } from './tables.js';

/** float32 holds whole numbers below this. */
const LIMIT = 2 ** EXACT_BITS;

/**
 * The macros of a network on a chip, for its graph.
 *
 * @param chip   seed of the chip, as `imcgen evaluate --dies` counts them
 * @param source where the die section stands
 * @returns a failure where the dies have effects that no graph can have, or sums that float32 does not hold exactly
 */
export function graphDies(
  hardware: NetworkHardware,
  constantsOf: ConstantsOf,
  chip: number,
  source: DieSource,
): Result<MacroDies> {
  const dies = macroDies(hardware, constantsOf, chip, source);
  if (!dies.ok) return dies;
  const problems = [...hardware.layers.values()]
    .filter(({ arrays }) => arrays.length > 0)
    .flatMap((layer) => inexact(layer, dies.value, source));
  return problems.length > 0 ? failure(...problems) : dies;
}

function inexact(layer: LayerHardware, dies: MacroDies, source: DieSource): Problem[] {
  const bundles = bundledTiles(layer.plan).map((bundle) =>
    bundle.flatMap(({ tile }) => tileColumns(layer, tile, dies)),
  );
  const sum = bundles.flat().reduce((most, column) => Math.max(most, largestSum(column)), 0);
  const places = Math.max(...bundles.map(dieTablePlaces));
  const problems: Problem[] = [];
  if (sum >= LIMIT) problems.push(tooLarge(layer, bundles[0]![0]!, source, `sums up to ${sum}`, sum));
  if (places >= LIMIT) {
    problems.push(tooLarge(layer, bundles[0]![0]!, source, `tables of ${places} places`, places));
  }
  return problems;
}

/** What the lines of a column can lose together, and what is added to them. */
function largestSum(column: MacroColumn): number {
  const [plus, minus] = column.lines;
  const { inputSigned } = column.array.macro.shape;
  return (inputSigned ? plus : plus + minus) + Math.abs(dieOffset(column));
}

function tooLarge(
  { plan: { rule, tiles } }: LayerHardware,
  { die }: MacroColumn,
  { file, path }: DieSource,
  what: string,
  found: number,
): Problem {
  const { fractionBits } = die!.constants;
  const fewer = fractionBits - (Math.floor(Math.log2(found)) + 1 - EXACT_BITS);
  const [height, width] = rule.step.window.kernel;
  const channels = Math.floor((tiles[0]!.channels * LIMIT) / found);
  const rows = channels > 0 ? `macro.array.rows <= ${channels * height * width}` : 'fewer macro.input.bits';
  return {
    file,
    path: path === '' ? 'fractionBits' : `${path}.fractionBits`,
    message: `layer ${rule.step.name}: ${what}, in parts of 2^-${fractionBits} of a unit discharge, and a graph is exact below 2^${EXACT_BITS}`,
    fix: fewer >= 0 ? `Use fractionBits <= ${fewer}, or ${rows}.` : `Use ${rows}.`,
  };
}
