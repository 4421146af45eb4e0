import type { MacroPlan } from '../../macro/plan/plan.js';
import { rampReferences } from '../../macro/plan/ramp.js';
import { scheduleOf } from '../../macro/plan/schedule.js';
import { type MacroShape, offsetCapacity, stepCapacity } from '../../macro/plan/shape.js';

/** Shapes that every macro must take at instantiation, whatever it was generated for. */
export const OVERRIDES: readonly { readonly name: string; readonly shape: Partial<MacroShape> }[] = [
  {
    name: '1 x 1, 1-bit code',
    shape: {
      rows: 1,
      columns: 1,
      headroom: 3,
      inputBits: 2,
      inputSigned: false,
      adcBits: 1,
      banks: 1,
      referenceRows: 3,
      offsetRows: 0,
      trimRows: 0,
    },
  },
  {
    name: '5 x 33, signed pulse width, 3-bit code, two banks',
    shape: {
      rows: 5,
      columns: 33,
      headroom: 20,
      inputBits: 4,
      inputSigned: true,
      inputCoding: 'pwm',
      trimRows: 1,
      trimPulses: 3,
      adcBits: 3,
      banks: 2,
      referenceRows: 9,
      referenceColumns: 2,
      offsetRows: 2,
      outputBits: 12,
    },
  },
  {
    name: 'no double buffer, three pulses a step, slow precharge',
    shape: {
      rows: 8,
      columns: 4,
      headroom: 100,
      inputBits: 4,
      inputSigned: false,
      trimRows: 0,
      doubleBuffer: false,
      referencePulses: 3,
      prechargeCycles: 4,
    },
  },
];

/**
 * The macro of a package with another shape, as its instantiation would override the parameters.
 * Its levels no longer fit, so every bank gets a plain ramp, one cell a step, and its codes as table.
 */
export function overridePlan(plan: MacroPlan, change: Partial<MacroShape>): MacroPlan {
  const columns = change.columns ?? plan.shape.columns;
  const shape = { ...plan.shape, ...change, topK: Math.min(plan.shape.topK, columns) };
  const bits = shape.adcBits;
  const cells = Math.min(1, stepCapacity(shape, bits));
  const stepCells = new Array<number>(2 ** bits - 1).fill(cells);
  const offsetCells = Math.min(1, offsetCapacity(shape));
  const most = 2 ** (shape.outputBits - Number(shape.outputSigned)) - 1;
  const layers = Array.from({ length: shape.banks }, (_, bank) => ({
    ...plan.layers[0]!,
    bank,
    bits,
    ramp: {
      bits,
      stepCells,
      offsetCells,
      references: rampReferences(stepCells, offsetCells, shape.referencePulses),
    },
    table: {
      entries: Array.from({ length: 2 ** bits }, (_, code) => Math.min(most, code)),
      outputScale: 1,
    },
    schedule: scheduleOf(shape, bits),
  }));
  return { ...plan, shape, layers, schedule: scheduleOf(shape, bits) };
}
