import type { DieReference } from '../die/die.js';
import type { MacroShape } from '../plan/shape.js';
import { drivenGroups, stepsOfRamp, swapsReference } from './word-lines.js';

/** What the two reference lines have discharged in a ramp, and after how many of its cycles. */
export type ReferenceLines = DieReference;

/** Both lines full: no cycle of the ramp has passed. */
export function newReferenceLines(): ReferenceLines {
  return { positive: 0, negative: 0, cycles: 0 };
}

/**
 * One pulse of the ramp.
 *
 * @param groups   1 for every group that is driven; group 0 discharges the other line
 * @param currents what each group discharges in a pulse
 * @param swapped  whether the two lines are swapped
 */
export function pulseReference(
  lines: ReferenceLines,
  groups: Uint8Array,
  currents: ArrayLike<number>,
  swapped: boolean,
): void {
  const offset = groups[0] ? currents[0]! : 0;
  let steps = 0;
  for (let group = 1; group < groups.length; group++) if (groups[group]) steps += currents[group]!;
  lines.positive += swapped ? offset : steps;
  lines.negative += swapped ? steps : offset;
  lines.cycles++;
}

/**
 * What the reference lines have discharged when each step of a ramp is compared, from step 1 on.
 *
 * @param currents what each group discharges in a pulse
 */
export function linesOfRamp(
  shape: MacroShape,
  bits: number,
  currents: ArrayLike<number>,
): readonly ReferenceLines[] {
  const lines = newReferenceLines();
  const references: ReferenceLines[] = [];
  for (const step of stepsOfRamp(shape, bits)) {
    const groups = drivenGroups(shape, step, bits);
    for (let pulse = 0; pulse < shape.referencePulses; pulse++) {
      pulseReference(lines, groups, currents, swapsReference(shape, step, bits));
    }
    references[step - 1] = { ...lines };
  }
  return references;
}
