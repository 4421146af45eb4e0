import { failure, type Problem, type Result, success } from '../../common/problems.js';
import type { Distribution } from './distribution.js';
import { hardwareOptimal } from './hardware-optimal.js';
import type { Fitted } from './methods.js';
import { extremes } from './rule-levels.js';

/** Limits of the macro as the command line gives them. */
export interface HardwareFlags {
  readonly cell?: number;
  readonly stepCells?: number;
  readonly offsetCells: number;
  readonly tableStep?: number;
  readonly tableBits: number;
  readonly tableSigned: boolean;
}

/** Cells between the least and the largest sample; no reference column has as many. */
const MOST_CELLS = 16384;

/** Levels of {@link hardwareOptimal}: references are whole cells, outputs whole table steps. */
export function hardwareLevels(
  distribution: Distribution,
  bits: number,
  { cell, stepCells, offsetCells, tableStep, tableBits, tableSigned }: HardwareFlags,
): Result<Fitted> {
  if (cell === undefined || stepCells === undefined || tableStep === undefined) {
    const missing = Object.entries({ '--cell': cell, '--step-cells': stepCells, '--table-step': tableStep });
    const problems: Problem[] = missing
      .filter(([, value]) => value === undefined)
      .map(([file]) => ({ file, path: '', message: 'is missing: --method hardware-optimal needs it' }));
    return failure(...problems);
  }
  const range = extremes(distribution);
  const reach = (range.high - range.low) / cell;
  if (reach > MOST_CELLS) {
    const message = `${cell} cuts the samples into ${Math.ceil(reach)} cells, at most ${MOST_CELLS} are searched`;
    return failure({
      file: '--cell',
      path: '',
      message,
      fix: `use ${(range.high - range.low) / MOST_CELLS} or more`,
    });
  }
  const [tableMin, tableMax] = tableSigned
    ? [-(2 ** (tableBits - 1)), 2 ** (tableBits - 1) - 1]
    : [0, 2 ** tableBits - 1];
  const best = hardwareOptimal(distribution, bits, {
    cell,
    stepCells,
    offsetCells,
    tableStep,
    tableMin,
    tableMax,
  });
  if (best === undefined) {
    return failure({
      file: '--step-cells',
      path: '',
      message: `${stepCells} do not hold ${2 ** bits - 1} steps`,
    });
  }
  const { references, outputs, cells, offset, entries } = best;
  const note = `cells ${cells.join(' ')}; offset ${offset}; table ${entries.join(' ')}`;
  return success({ centres: outputs, references, outputs, range, note });
}
