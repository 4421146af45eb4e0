import { describeMismatch } from '../../checks/cosim/verdict.js';
import type { Coverage } from '../../checks/faults/coverage.js';
import { describeFault } from '../../checks/faults/fault.js';
import type { FaultRun } from '../../checks/faults/run.js';
import { textTable } from './table.js';

const TITLES = ['fault', 'simulated', 'faults', 'solid', 'all six', 'located'].map(
  (title) => ['', title] as const,
);

/** Fault coverage as a test engineer reads it: one line a kind of fault, then what the RTL did. */
export function faultText({ macro, words, cells, cycles, coverage, simulation }: FaultRun): string {
  const table = textTable(TITLES, coverage.map(cellsOf), (column) => column < 2, { indent: 2 });
  const lines = [
    `${macro}: March C- over ${cells} cells in ${words} words, ${cycles} cycles a data background`,
    ...table,
    ...coverage.flatMap(({ kind, escapes }) =>
      escapes.map((fault) => `  missed, ${kind}: ${describeFault(fault)}`),
    ),
  ];
  if (simulation !== undefined) {
    const { passed, trials, mismatches, complaints, simulator, seconds } = simulation;
    lines.push(
      `${passed ? 'PASS' : 'FAIL'} RTL against golden model: ${trials} marches, ${simulation.cycles} cycles, ` +
        `${mismatches.length} mismatches, ${simulator}${seconds === undefined ? '' : ` ${seconds.toFixed(1)} s`}`,
      ...mismatches.slice(0, 5).map((mismatch) => `  ${describeMismatch(mismatch)}`),
      ...complaints.map((complaint) => `  ${complaint}`),
    );
  }
  return `${lines.join('\n')}\n`;
}

/** The same for machines. */
export function faultJson(run: FaultRun): string {
  return `${JSON.stringify(run, null, 2)}\n`;
}

function cellsOf({ kind, all, faults, solid, found, located }: Coverage): string[] {
  const share = (part: number) => `${((100 * part) / faults).toFixed(part === faults ? 0 : 1)} %`;
  return [kind, all ? 'every one' : 'sample', String(faults), share(solid), share(found), share(located)];
}
