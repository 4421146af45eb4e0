import { describe, expect, it } from 'vitest';
import type { NetworkConfigInput } from '../../../generators/network/config/network.js';
import { sampledMacros } from '../../../generators/network/cosim/sample.js';
import { agrees, simulatedMacro } from '../../../generators/network/cosim/simulate.js';
import type { NetworkHardware } from '../../../generators/network/engine/hardware.js';
import { forEveryChange } from '../../fixtures/every-change.js';
import { randomImages, smallHardware } from '../../fixtures/hardware.js';
import { SMALL_INPUT } from '../../fixtures/onnx.js';

const MACRO = { array: { rows: 36, columns: 10 }, input: { bits: 4 }, adc: { bits: 3 } };
const IMAGES = 5;

const sampled = (hardware: NetworkHardware, count: number, seed = 1) =>
  sampledMacros(hardware, randomImages(IMAGES, SMALL_INPUT, 2), count, seed);

const CASES: readonly (readonly [string, Partial<NetworkConfigInput>])[] = [
  ['digits, lines that clip', { macro: { ...MACRO, array: { ...MACRO.array, headroom: 60 } } }],
  [
    'ternary weights, a falling ramp read by capture',
    {
      weights: { method: 'ternary' },
      macro: { ...MACRO, adc: { bits: 2, ramp: 'falling', readout: 'capture' } },
    },
  ],
  [
    'pulse widths, values that are broadcast',
    { macro: { ...MACRO, input: { bits: 3, coding: 'pwm' }, adc: { bits: 3, readout: 'broadcast' } } },
  ],
];

describe.each(forEveryChange(CASES, (_, at) => at < 2))('%s', (_, changes) => {
  it('the Verilog of macros gives what the golden engine gives', async () => {
    const hardware = await smallHardware(changes);
    const macros = sampled(hardware, 2);
    expect(macros).toHaveLength(2);
    for (const macro of macros) {
      const found = await simulatedMacro(macro);
      expect(found.verilog.mismatches).toEqual([]);
      expect(found).toMatchObject({ differing: 0, values: IMAGES * found.columns });
      expect(agrees(found)).toBe(true);
      expect(found.verilog.conversions).toBe(IMAGES);
    }
  });
});

describe('a sample', () => {
  it('has macros of all parts of the network, and vectors that are not all the same', async () => {
    const hardware = await smallHardware({});
    const all = [...hardware.layers.values()].flatMap(({ arrays }) => arrays);
    const macros = sampled(hardware, 1000);
    expect(new Set(macros.map(({ array }) => array))).toEqual(new Set(all));
    for (const { array, vectors, codes } of macros) {
      expect(vectors.map((vector) => vector.length)).toEqual(new Array(IMAGES).fill(array.tile.rows));
      expect(new Set(vectors.map((vector) => vector.join())).size).toBeGreaterThan(1);
      expect(codes).toHaveLength(IMAGES * array.outputs.length);
    }
    const few = sampled(hardware, 3);
    expect(new Set(few.map(({ array }) => all.indexOf(array))).size).toBe(3);
    expect(few.map(({ array }) => array)).toEqual(sampled(hardware, 3).map(({ array }) => array));
  });

  it('tells a result that the engine has wrong, and weights that the macro has wrong', async () => {
    const [macro] = sampled(await smallHardware({}), 1);
    const outputs = macro!.outputs.map((value, at) => (at === 7 ? value + 1 : value));
    const wrong = await simulatedMacro({ ...macro!, outputs });
    expect([wrong.differing, wrong.verilog.passed, agrees(wrong)]).toEqual([1, true, false]);
    const weights = macro!.array.weights.map((weight) => -weight);
    const other = await simulatedMacro({ ...macro!, array: { ...macro!.array, weights } });
    expect(other.differing).toBeGreaterThan(1);
  });
});
