import { type MacroShape, magnitudeBits } from './shape.js';

/** Clock cycles of one conversion, phase by phase. */
export interface Schedule {
  /** The lines go back to full. */
  readonly precharge: number;
  /** Inputs drive the array: 2^n - 1 pulses, or n slices and a settling cycle. */
  readonly mac: number;
  /** All steps of the ramp. */
  readonly ramp: number;
  /** Last comparison (1) and hand-over of the codes (1). */
  readonly overhead: number;
  /** The phases together, where nothing ends the ramp early. */
  readonly total: number;
  /** Fewest cycles, where an early stop ends the ramp after its first step; otherwise the total. */
  readonly fewest: number;
}

/** One unit pulse a cycle: 2^n - 1 cycles; one bit slice a cycle and a settling cycle: n + 1. */
export function macCycles(shape: MacroShape): number {
  const n = magnitudeBits(shape);
  return shape.inputCoding === 'pwm' ? 2 ** n - 1 : n + 1;
}

/** Steps of the ramp at a code width: one a reference. */
export function rampSteps(bits: number): number {
  return 2 ** bits - 1;
}

/**
 * Cycles from the first precharge cycle to the one that hands the codes over, at run-time width `bits`.
 * With double buffer, queued conversions repeat with exactly this period.
 *
 * @param shape of the macro
 * @param bits  code width, 1 .. adcBits
 */
export function scheduleOf(shape: MacroShape, bits: number): Schedule {
  const precharge = shape.prechargeCycles;
  const mac = macCycles(shape);
  const ramp = rampSteps(bits) * shape.referencePulses;
  const total = precharge + mac + ramp + 2;
  // The second step has begun when the first one's comparison stops the ramp; no last comparison follows.
  const stopped = precharge + mac + shape.referencePulses + 2;
  return {
    precharge,
    mac,
    ramp,
    overhead: 2,
    total,
    fewest: shape.earlyStop ? Math.min(total, stopped) : total,
  };
}
