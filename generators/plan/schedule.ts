import { type MacroShape, magnitudeBits } from './shape.js';

/** Clock cycles of one conversion, phase by phase. */
export interface Schedule {
  readonly precharge: number;
  readonly mac: number;
  readonly ramp: number;
  /** Last comparison (1) and hand-over of the codes (1). */
  readonly overhead: number;
  readonly total: number;
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
 */
export function scheduleOf(shape: MacroShape, bits: number): Schedule {
  const precharge = shape.prechargeCycles;
  const mac = macCycles(shape);
  const ramp = rampSteps(bits) * shape.referencePulses;
  return { precharge, mac, ramp, overhead: 2, total: precharge + mac + ramp + 2 };
}
