import type { CosimResult } from '../../checks/cosim/cosim.js';
import { describeMismatch } from '../../checks/cosim/verdict.js';

/** Mismatches that are worth showing: the first ones lead to the cause. */
const MOST_SHOWN = 5;

/** A simulation whose parts may have run in different places: then nobody knows for how long. */
type Timed = Omit<CosimResult, 'seconds'> & Partial<Pick<CosimResult, 'seconds'>>;

interface Named {
  readonly name: string;
  readonly result: Timed;
}

/** Several simulations as an engineer reads them. */
export function cosimText(runs: readonly Named[]): string {
  return runs.map(({ name, result }) => verdictText(name, result)).join('');
}

/** The same for machines. */
export function cosimJson(runs: readonly Named[]): string {
  const plain = runs.map(({ name, result }) => ({ name, ...verdictJson(result) }));
  return `${JSON.stringify(plain, null, 2)}\n`;
}

/** A co-simulation as an engineer reads it: one line where it passed, the first mismatches where not. */
export function verdictText(name: string, result: Timed): string {
  const { macro, simulator, conversions, cycles, checks, seconds, mismatches, complaints } = result;
  const head =
    `${result.passed ? 'PASS' : 'FAIL'} ${macro} (${name}): ${conversions} conversions, ${cycles} cycles, ` +
    `${checks} checks, ${mismatches.length} mismatches, ${simulator}${seconds === undefined ? '' : ` ${seconds.toFixed(1)} s`}\n`;
  const shown = mismatches.slice(0, MOST_SHOWN).map((mismatch) => `${indent(describeMismatch(mismatch))}\n`);
  const more = mismatches.length > MOST_SHOWN ? [`  and ${mismatches.length - MOST_SHOWN} more\n`] : [];
  const said = complaints.map((line) => `  ${line}\n`);
  const { calibrated } = result;
  const trims =
    calibrated === undefined
      ? []
      : [`  trim rows calibrated: ${calibrated.columns} columns, ${calibrated.reported} of them reported\n`];
  return [head, ...trims, ...shown, ...more, ...said, ...(result.passed ? [] : powerUpNote(result))].join('');
}

/** The golden model has cells that are 0 at power-up: what nobody wrote differs. */
function powerUpNote({ powerUp }: Timed): string[] {
  if (powerUp === undefined) return [];
  const cells = powerUp.contents === 'x' ? 'unknown' : `random, seed ${powerUp.seed}`;
  return [
    `  Cells powered up ${cells}, those of the golden model as 0: a difference may come from a cell that was not written.\n`,
  ];
}

/** The same for machines; what the conversion of a mismatch held, which its cycle names, left out. */
export function verdictJson({ mismatches, ...rest }: Timed) {
  return { ...rest, mismatches: mismatches.map(({ conversion: _, ...mismatch }) => mismatch) };
}

function indent(text: string): string {
  return text.replace(/^/gm, '  ');
}
