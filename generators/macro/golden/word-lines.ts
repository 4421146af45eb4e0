import { rampSteps } from '../plan/schedule.js';
import { groupsPerStep, type MacroShape, magnitudeBits, maxMagnitude } from '../plan/shape.js';
import { packBits } from './bits.js';

/** Rows driven in one cycle of the input phase: `straight` for x > 0, `crossed` for x < 0. */
export function drivenRows(
  shape: MacroShape,
  inputs: Int32Array,
  cycle: number,
): { readonly straight: Uint32Array; readonly crossed: Uint32Array } {
  const limit = maxMagnitude(shape);
  const pulsed = (sign: number) =>
    packBits(shape.rows, (row) => {
      const magnitude = sign * inputs[row]!;
      return magnitude > 0 && pulsedIn(shape, Math.min(limit, magnitude), cycle);
    });
  return { straight: pulsed(1), crossed: pulsed(-1) };
}

/** Whether the trim rows are driven in a cycle of the input phase: as an input of trimPulses would be. */
export function trimDriven(shape: MacroShape, cycle: number): boolean {
  return pulsedIn(shape, shape.trimPulses, cycle);
}

/** Whether charge is shared after a cycle of the input phase: after every slice, not while it settles. */
export function shares(shape: MacroShape, cycle: number): boolean {
  return shape.inputCoding === 'bit_serial' && cycle < magnitudeBits(shape);
}

/** Pulse width: the first `magnitude` cycles. Bit serial: the cycles of its 1 bits, lowest first. */
function pulsedIn(shape: MacroShape, magnitude: number, cycle: number): boolean {
  return shape.inputCoding === 'pwm' ? cycle < magnitude : ((magnitude >> cycle) & 1) === 1;
}

/**
 * Reference groups that a ramp step drives; the offset group 0 goes with the first one.
 *
 * Rising: step k drives its own groups. Falling: the first step, 2^b - 1, drives the groups of all steps;
 * a later step k drives those of step k + 1 with the reference lines swapped, which takes them back.
 */
export function drivenGroups(shape: MacroShape, step: number, bits: number): Uint8Array {
  const driven = new Uint8Array(2 ** shape.adcBits);
  const each = groupsPerStep(shape, bits);
  const first = firstStep(shape, bits);
  if (step === first) driven[0] = 1;
  if (shape.ramp === 'rising') driven.fill(1, (step - 1) * each + 1, step * each + 1);
  else if (step === first) driven.fill(1, 1, step * each + 1);
  else driven.fill(1, step * each + 1, (step + 1) * each + 1);
  return driven;
}

/** Whether the driven groups take back what they gave. */
export function swapsReference(shape: MacroShape, step: number, bits: number): boolean {
  return shape.ramp === 'falling' && step !== firstStep(shape, bits);
}

/** Step that a ramp begins with. */
export function firstStep(shape: MacroShape, bits: number): number {
  return shape.ramp === 'falling' ? rampSteps(bits) : 1;
}

/** Step that a ramp ends with. */
export function lastStep(shape: MacroShape, bits: number): number {
  return shape.ramp === 'falling' ? 1 : rampSteps(bits);
}

/** Steps of a ramp in the order in which it takes them. */
export function stepsOfRamp(shape: MacroShape, bits: number): number[] {
  const steps = Array.from({ length: rampSteps(bits) }, (_, at) => at + 1);
  return shape.ramp === 'falling' ? steps.reverse() : steps;
}
