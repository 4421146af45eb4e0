import fc from 'fast-check';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { Random } from '../../../generators/common/random.js';
import { dieConstants } from '../../../generators/macro/die/constants.js';
import { Die } from '../../../generators/macro/die/die.js';
import { DieConverter } from '../../../generators/macro/die-batch/converter.js';
import { Macro } from '../../../generators/macro/golden/macro.js';
import type { MacroShape } from '../../../generators/macro/plan/shape.js';
import { anyDie, anyShape, DEMO, dieWith, inputsOf, loaded, NO_EFFECT } from '../../fixtures/any-die.js';
import { planOf } from '../../fixtures/configurations.js';
import { contentsOf } from '../../fixtures/contents.js';
import { dieCodesByDefinition } from '../../fixtures/die-definition.js';
import { EVERY_EFFECT, withDie } from '../../fixtures/dies.js';

describe('a batch on a die', () => {
  it('runs in WebAssembly here', () => {
    const plan = planOf(DEMO);
    const converter = new DieConverter(Macro.from(plan), dieConstants(NO_EFFECT, plan.shape), []);
    expect(converter.fast).toBe(true);
  });

  it.each([{ plain: false }, { plain: true }])('is what its definition says, %o', ({ plain }) => {
    fc.assert(
      fc.property(anyShape, anyDie, fc.nat(2 ** 31 - 1), (shape, die, seed) => {
        const random = new Random(seed);
        const contents = contentsOf(shape, random);
        const bank = random.whole(0, 1);
        const bits = random.whole(1, shape.adcBits);
        const inputs = inputsOf(shape, random.whole(1, 5), random);
        const constants = dieConstants(die, shape);
        const vectors = Array.from({ length: inputs.length / shape.rows }, (_, i) =>
          inputs.subarray(i * shape.rows, (i + 1) * shape.rows),
        );
        const macro = loaded(new Macro(shape), contents, bank);
        const converter = new DieConverter(macro, constants, inputs, { bank, bits, plain });
        const wanted = dieCodesByDefinition(contents, constants, seed, bank, vectors, bits);
        expect([...converter.convert(seed)]).toEqual(wanted.flat());
      }),
      { numRuns: plain ? 40 : 150 },
    );
  });

  it('cuts deviates to so many sigma, as the macro does, and no cell lies beyond', () => {
    const plan = planOf(withDie(DEMO, { ...EVERY_EFFECT, noise: 2 }));
    const { shape } = plan;
    const constants = { ...dieConstants(plan.config.die!, shape), mostDeviate: 150 };
    const random = new Random(4);
    const macro = loaded(Macro.from(plan), contentsOf(shape, random), 0);
    const inputs = inputsOf(shape, 20, random);
    const converter = new DieConverter(macro, constants, inputs);
    const plain = new DieConverter(macro, constants, inputs, { plain: true });
    const whole = new DieConverter(macro, dieConstants(plan.config.die!, shape), inputs);
    expect([...converter.convert(3)]).toEqual([...plain.convert(3)]);
    expect([...converter.convert(3)]).not.toEqual([...whole.convert(3)]);
    const [cut, drawn] = [constants, dieConstants(plan.config.die!, shape)].map((each) => {
      const die = new Die(each, shape, 3);
      const cells = Array.from({ length: shape.rows }, (_, row) => die.weightCurrent(row, 0, 0));
      return Math.max(...cells.map((current) => Math.abs(current - 2 ** constants.fractionBits)));
    }) as [number, number];
    const { mismatch, pulseError } = constants;
    expect(cut).toBeLessThanOrEqual(Math.ceil(((mismatch + pulseError) * 150) / 2 ** 16));
    expect(drawn).toBeGreaterThan(cut);
  });

  it('is that of the macro, vector by vector, at 256 x 128 with every effect, on one die after the other', () => {
    const plan = planOf(withDie(DEMO, EVERY_EFFECT));
    const { shape, config } = plan;
    const random = new Random(5);
    const weights = Int8Array.from({ length: shape.rows * shape.columns }, () => random.whole(-1, 1));
    const ideal = Macro.from(plan);
    ideal.loadWeights(weights);
    const inputs = Uint8Array.from({ length: 35 * shape.rows }, () => random.whole(0, 63));
    const converter = new DieConverter(ideal, dieConstants(config.die!, shape), inputs);
    for (const seed of [3, 2 ** 31, 3]) {
      const macro = Macro.from(plan, { die: Die.from(plan, seed) });
      macro.loadWeights(weights);
      expect(converter.convert(seed)).toEqual(macro.convertBatch(inputs).codes);
    }
    // What is programmed later belongs to other batches.
    const before = converter.convert(3);
    ideal.loadWeights(weights.map((weight) => -weight));
    expect(converter.convert(3)).toEqual(before);
  });

  it.each([false, true])(
    'holds the largest sums of 1024 rows of the strongest cells, signed %s',
    (inputSigned) => {
      const shape: MacroShape = {
        ...{ ...planOf(DEMO).shape, rows: 1024, columns: 18, inputBits: 8, inputSigned, adcBits: 5 },
        ...{ referenceRows: 1024, referenceColumns: 128, referencePulses: 64 },
        headroom: 2 ** 20,
      };
      const die = dieWith({
        fractionBits: 10,
        mismatch: 0.5,
        pulseError: 0.3,
        compression: 0.01,
        noise: 100,
      });
      const constants = dieConstants(die, shape);
      const random = new Random(8);
      const contents = contentsOf(shape, random);
      const all = new Uint8Array(1024 * 18).fill(1);
      // Both bits of every third column, wp of the others.
      const cells = { plus: all, minus: all.map((_, cell) => Number(cell % 3 === 0)) };
      const groups = { bits: 5, stepCells: new Array<number>(31).fill(130), offsetCells: 0 };
      const full = new Int16Array(1024).fill(inputSigned ? 127 : 255);
      const inputs = Int16Array.from([...full, ...full.map((x, row) => (inputSigned && row % 2 ? -x : x))]);
      const macro = loaded(new Macro(shape), { ...contents, cells, groups }, 0);
      const found = [false, true].map((plain) =>
        new DieConverter(macro, constants, inputs, { plain }).convert(4),
      );
      expect(found[0]).toEqual(found[1]);
      expect(new Set(found[0]).size).toBeGreaterThan(2);
    },
  );

  it('draws noise as far as it reaches, and rounds it as the macro does', () => {
    const shape: MacroShape = { ...planOf(DEMO).shape, rows: 4, columns: 16, inputBits: 4, adcBits: 4 };
    // In whole units: half of one decides many comparisons, and the references lie within the reach of the noise.
    const constants = dieConstants(dieWith({ fractionBits: 0, noise: 3 }), { ...shape, headroom: 60 });
    const random = new Random(6);
    const contents = contentsOf({ ...shape, headroom: 60 }, random);
    const groups = { bits: 4, stepCells: new Array<number>(15).fill(2), offsetCells: 0 };
    const inputs = inputsOf(shape, 500, random);
    const macro = loaded(new Macro({ ...shape, headroom: 60 }), { ...contents, groups }, 0);
    const found = [false, true].map((plain) =>
      new DieConverter(macro, constants, inputs, { plain }).convert(3),
    );
    expect(found[0]).toEqual(found[1]);
    expect(new Set(found[0]).size).toBe(16);
  });

  it.each([
    [[64], 'inputs has 1 entries'],
    [new Uint8Array(256).fill(64), 'input 0 is 64, outside 0..63'],
  ])('refuses inputs that no macro takes', (inputs, message) => {
    const plan = planOf(DEMO);
    const constants = dieConstants(NO_EFFECT, plan.shape);
    expect(() => new DieConverter(Macro.from(plan), constants, inputs)).toThrow(message);
  });
});

describe('without WebAssembly', () => {
  afterEach(() => {
    vi.unstubAllGlobals();
  });

  it('a batch on a die runs in plain JavaScript', () => {
    const plan = planOf(withDie(DEMO, EVERY_EFFECT));
    const inputs = inputsOf(plan.shape, 2, new Random(1));
    const constants = dieConstants(plan.config.die!, plan.shape);
    const fast = new DieConverter(Macro.from(plan), constants, inputs);
    vi.stubGlobal('WebAssembly', undefined);
    const slow = new DieConverter(Macro.from(plan), constants, inputs);
    expect([fast.fast, slow.fast]).toEqual([true, false]);
    expect(slow.convert(9)).toEqual(fast.convert(9));
  });
});
