import { figure } from '../../common/figures.js';
import { failure, type Problem, type Result, success } from '../../common/problems.js';
import { coarsened } from './cells.js';
import { beforeRelu, type Distribution } from './distribution.js';
import { expectedError } from './expected-error.js';
import { type HardwareLevels, hardwareOptimal } from './hardware-optimal.js';
import { type Fitted, percent } from './methods.js';
import { extremes } from './rule-levels.js';

/** Limits of the macro as the command line gives them. */
export interface HardwareFlags {
  readonly cell?: number;
  readonly stepCells?: number;
  readonly offsetCells: number;
  readonly tableStep?: number;
  readonly tableBits: number;
  readonly tableSigned: boolean;
  /** Sigma that the expected error is taken over; undefined: the error of an ideal die. */
  readonly robust?: number;
  /** The samples are sums before a ReLU, and outputs are what it makes of them. */
  readonly relu: boolean;
}

/** Cells between the least and the largest sample; no reference column has as many. */
const MOST_CELLS = 16384;
/** Points of the samples that robust levels are made of. */
const ROBUST_POINTS = 8192;

/** Levels of {@link hardwareOptimal}: references are whole cells, outputs whole table steps. */
export function hardwareLevels(
  distribution: Distribution,
  bits: number,
  { cell, stepCells, offsetCells, tableStep, tableBits, tableSigned, robust, relu }: HardwareFlags,
): Result<Fitted> {
  if (cell === undefined || stepCells === undefined || tableStep === undefined) {
    const missing = Object.entries({ '--cell': cell, '--step-cells': stepCells, '--table-step': tableStep });
    const problems: Problem[] = missing
      .filter(([, value]) => value === undefined)
      .map(([file]) => ({ file, path: '', message: 'is missing: --method hardware-optimal needs it' }));
    return failure(...problems);
  }
  const range = extremes(distribution);
  if (relu && range.high <= 0) {
    const message = `makes 0 of all samples: the largest is ${range.high}`;
    return failure({ file: '--relu', path: '', message, fix: 'give sums before the ReLU, or leave it out' });
  }
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
  const limits = { cell, stepCells, offsetCells, tableStep, tableMin, tableMax };
  // Shares of samples are added up at every cell: fewer points give the same levels sooner.
  const coarse = robust === undefined ? distribution : coarsened(distribution, ROBUST_POINTS);
  const points = relu ? beforeRelu(coarse) : coarse;
  const sigma = robust === undefined ? {} : { sigma: robust };
  const best = hardwareOptimal(points, bits, { ...limits, ...sigma });
  if (best === undefined) {
    return failure({
      file: '--step-cells',
      path: '',
      message: `${stepCells} do not hold ${2 ** bits - 1} steps`,
    });
  }
  const { references, outputs, cells, offset, entries } = best;
  const hardware = `cells ${cells.join(' ')}; offset ${offset}; table ${entries.join(' ')}`;
  const expected =
    robust === undefined ? [] : [robustNote(points, best, hardwareOptimal(points, bits, limits)!, robust)];
  const note = [hardware, ...expected, ...(relu ? ['sums before a ReLU'] : [])].join('; ');
  const decoded = relu ? { low: Math.max(0, range.low), high: range.high } : range;
  return success({ centres: outputs, references, outputs, range: decoded, note });
}

/** The least expected error, beside the one of the levels that are best without any offset. */
function robustNote(
  points: Distribution,
  best: HardwareLevels,
  nominal: HardwareLevels,
  sigma: number,
): string {
  const other = expectedError(points, nominal, sigma);
  const more = best.mse > 0 ? percent(other / best.mse - 1) : '0 %';
  return `sigma ${figure(sigma)}: expected MSE ${figure(best.mse)}, the least; levels for sigma 0 have ${figure(other)}, ${more} more`;
}
