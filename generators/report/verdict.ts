import type { CosimResult } from '../cosim/cosim.js';
import { describeMismatch } from '../cosim/verdict.js';

/** Mismatches that are worth showing: the first ones lead to the cause. */
const MOST_SHOWN = 5;

/** A co-simulation as an engineer reads it: one line where it passed, the first mismatches where not. */
export function verdictText(name: string, result: CosimResult): string {
  const { macro, simulator, conversions, cycles, checks, seconds, mismatches, complaints } = result;
  const head =
    `${result.passed ? 'PASS' : 'FAIL'} ${macro} (${name}): ${conversions} conversions, ${cycles} cycles, ` +
    `${checks} checks, ${mismatches.length} mismatches, ${simulator} ${seconds.toFixed(1)} s\n`;
  const shown = mismatches.slice(0, MOST_SHOWN).map((mismatch) => `${indent(describeMismatch(mismatch))}\n`);
  const more = mismatches.length > MOST_SHOWN ? [`  and ${mismatches.length - MOST_SHOWN} more\n`] : [];
  return [head, ...shown, ...more, ...complaints.map((line) => `  ${line}\n`)].join('');
}

/** The same for machines; what the conversion of a mismatch held, which its cycle names, left out. */
export function verdictJson({ mismatches, ...rest }: CosimResult) {
  return { ...rest, mismatches: mismatches.map(({ conversion: _, ...mismatch }) => mismatch) };
}

function indent(text: string): string {
  return text.replace(/^/gm, '  ');
}
