import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type Aim, aimedDeviates } from '../../../generators/campaign/bounds/aimed.js';
import { cellsOf } from '../../../generators/campaign/bounds/cells.js';
import { MacroBounds } from '../../../generators/campaign/bounds/codes.js';
import { type DieSpread, everyEffect, spreadOf } from '../../../generators/campaign/bounds/spread.js';
import { Random } from '../../../generators/common/random.js';
import { type DieConstants, dieConstants } from '../../../generators/macro/die/constants.js';
import { Die } from '../../../generators/macro/die/die.js';
import { DieConverter } from '../../../generators/macro/die-batch/converter.js';
import { Macro } from '../../../generators/macro/golden/macro.js';
import type { MacroShape } from '../../../generators/macro/plan/shape.js';
import { anyDie, anyShape, DEMO, dieWith, inputsOf, loaded } from '../../fixtures/any-die.js';
import { planOf } from '../../fixtures/configurations.js';
import { contentsOf } from '../../fixtures/contents.js';
import { EVERY_EFFECT } from '../../fixtures/dies.js';
import { everyNth, forEveryChange, itLong, SHORT } from '../../fixtures/every-change.js';

/** Bounds of some vectors, and codes of dies beside them. */
class Bounded {
  readonly low: Uint8Array;
  readonly high: Uint8Array;
  private readonly cells: ReturnType<typeof cellsOf>;
  private readonly cut: DieConstants;

  /** @param narrowed makes of what devices may be what bounds are told */
  constructor(
    private readonly macro: Macro,
    constants: DieConstants,
    private readonly inputs: Int16Array,
    private readonly most: number,
    narrowed: (spread: DieSpread) => DieSpread = (spread) => spread,
  ) {
    const { rows, columns } = macro.shape;
    this.cut = { ...constants, mostDeviate: most };
    this.cells = cellsOf(macro);
    const count = inputs.length / rows;
    [this.low, this.high] = [new Uint8Array(count * columns), new Uint8Array(count * columns)];
    const bounds = new MacroBounds(this.cells, narrowed(spreadOf(everyEffect(constants), most)));
    for (let vector = 0; vector < count; vector++) {
      bounds.bound(inputs, inputs, vector * rows, this, vector * columns);
    }
  }

  /** Codes outside the bounds on dies that are drawn. */
  drawn(seeds: readonly number[]): number {
    const converter = new DieConverter(this.macro, this.cut, this.inputs);
    const outside = (seed: number) =>
      converter.convert(seed).filter((code, at) => code < this.low[at]! || code > this.high[at]!).length;
    return seeds.reduce((total, seed) => total + outside(seed), 0);
  }

  /** Codes of a die that is aimed at one conversion of a column: how many lie outside, and whether that one is its bound. */
  aimed(vector: number, aim: Omit<Aim, 'inputs'>): { readonly outside: number; readonly reached: boolean } {
    const { rows, columns } = this.macro.shape;
    const inputs = this.inputs.subarray(vector * rows, (vector + 1) * rows);
    const chosen = aimedDeviates(this.cells, this.most, { ...aim, inputs });
    const die = new Die(this.cut, this.macro.shape, 0, chosen);
    const codes = new DieConverter(this.macro, this.cut, inputs).convert(die);
    const bound = (all: Uint8Array, column: number) => all[vector * columns + column]!;
    const outside = codes.filter(
      (code, column) => code < bound(this.low, column) || code > bound(this.high, column),
    );
    const wanted = bound(aim.direction === 1 ? this.high : this.low, aim.column);
    return { outside: outside.length, reached: codes[aim.column] === wanted };
  }
}

/** A macro of 12 x 8 with every effect on, and vectors for it. */
function small(effects: object, vectors = 20) {
  const shape: MacroShape = {
    ...{ ...planOf(DEMO).shape, rows: 12, columns: 8, headroom: 12 * 63, trimRows: 2, trimPulses: 4 },
    ...{ adcBits: 3, referenceColumns: 16, referenceRows: 30, offsetRows: 2, referencePulses: 2 },
  };
  const random = new Random(8);
  const macro = loaded(new Macro(shape), contentsOf(shape, random), 0);
  const inputs = Int16Array.from({ length: vectors * 12 }, () => random.whole(0, 63));
  return { macro, inputs, constants: dieConstants(dieWith(effects), shape) };
}

/** Dies aimed at every column of every vector, both ways. */
function corners(bounded: Bounded, vectors: number, gains = [0]) {
  let [outside, reached, count] = [0, 0, 0];
  for (let vector = 0; vector < vectors; vector++) {
    for (let column = 0; column < 8; column++) {
      for (const direction of [1, -1] as const) {
        const found = gains.map((global) => bounded.aimed(vector, { column, direction, global }));
        outside += found.reduce((sum, each) => sum + each.outside, 0);
        reached += Number(found.some((each) => each.reached));
        count++;
      }
    }
  }
  return { outside, reached, count };
}

describe('bounds of codes', () => {
  it('hold on dies that are drawn and on dies at corners, of any macro with any effects', () => {
    const deviates = fc.constantFrom(0, 1, 100, 209, 627, 1020);
    fc.assert(
      fc.property(anyShape, anyDie, deviates, fc.nat(2 ** 31 - 1), (shape, die, most, seed) => {
        const random = new Random(seed);
        const macro = loaded(new Macro(shape), contentsOf(shape, random), 0);
        const vectors = random.whole(1, 4);
        const bounded = new Bounded(macro, dieConstants(die, shape), inputsOf(shape, vectors, random), most);
        expect(bounded.drawn([seed, seed + 1, seed + 2])).toBe(0);
        for (const direction of [1, -1] as const) {
          for (const global of [-most, 0, most]) {
            const column = random.whole(0, shape.columns - 1);
            const vector = random.whole(0, vectors - 1);
            expect(bounded.aimed(vector, { column, direction, global }).outside).toBe(0);
          }
        }
      }),
      { numRuns: SHORT ? 25 : 400 },
    );
  });

  it('are reached by dies at corners: they are no wider than they have to be', () => {
    const { macro, inputs, constants } = small({ ...EVERY_EFFECT, leakage: 0, pulseError: 0 }, 4);
    const { outside, reached, count } = corners(
      new Bounded(macro, constants, inputs, 627),
      4,
      [-627, 0, 627],
    );
    expect(outside).toBe(0);
    expect(reached).toBeGreaterThanOrEqual(0.95 * count);
  });

  // With 627 deviates, 3 sigma; one part is 1/256 u, so that some code has to lie that close to a reference.
  const wrong: readonly [string, object, (spread: DieSpread) => DieSpread][] = [
    ['weight cells a part narrower', { mismatch: 0.05 }, withCells('weight')],
    ['reference cells a part narrower', { mismatch: 0.05 }, withCells('reference')],
    [
      'offset half a unit narrower',
      { offset: 2 },
      (spread) => ({ ...spread, added: { low: spread.added.low + 128, high: spread.added.high - 128 } }),
    ],
    ['a spread of dies that is forgotten', { globalSpread: 0.1, offset: 3 }, without('globalSpread')],
    ['compression that is forgotten', { compression: 0.3, swing: 300 }, without('bend')],
    ['leakage that is forgotten', { leakage: 0.01 }, without('leakage')],
  ];
  it.each(forEveryChange(wrong, everyNth(6)))(
    'do not hold with %s, and dies show it',
    (_, effects, narrowed) => {
      const { macro, inputs, constants } = small(effects, 20);
      const gains = 'globalSpread' in effects ? [-627, 627] : [0];
      const right = new Bounded(macro, constants, inputs, 627);
      expect(corners(right, 20, gains).outside).toBe(0);
      expect(
        corners(new Bounded(macro, constants, inputs, 627, narrowed), 20, gains).outside,
      ).toBeGreaterThan(0);
    },
  );

  itLong('hold on 5,000 dies with every effect', () => {
    const { macro, inputs, constants } = small(EVERY_EFFECT);
    for (const most of [209, 627]) {
      const seeds = Array.from({ length: 5000 }, (__, at) => at);
      expect(new Bounded(macro, constants, inputs, most).drawn(seeds)).toBe(0);
    }
  });
});

/** Cells of a kind that are told to lie one part closer on each side. */
function withCells(kind: 'weight' | 'reference') {
  return (spread: DieSpread): DieSpread => {
    const { low, high } = spread.cells[kind];
    return { ...spread, cells: { ...spread.cells, [kind]: { low: low + 1, high: high - 1 } } };
  };
}

function without(effect: 'globalSpread' | 'bend' | 'leakage') {
  return (spread: DieSpread): DieSpread => ({
    ...spread,
    constants: { ...spread.constants, [effect]: 0 },
  });
}
