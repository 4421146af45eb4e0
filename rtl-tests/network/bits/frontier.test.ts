import fc from 'fast-check';
import { expect, it } from 'vitest';
import { bestWithin, type Choice, frontierOf } from '../../../generators/network/bits/frontier.js';

const choices = fc.array(
  fc.record({ bits: fc.integer({ min: 1, max: 7 }), cost: fc.nat(9), loss: fc.nat(9) }),
  { minLength: 1, maxLength: 4 },
);
const layers = fc.array(choices, { minLength: 1, maxLength: 4 });

/** Every way to take one choice of each layer. */
function allOf(rest: readonly (readonly Choice[])[]): { cost: number; loss: number; bits: number[] }[] {
  const [first, ...others] = rest;
  if (first === undefined) return [{ cost: 0, loss: 0, bits: [] }];
  return first.flatMap(({ bits, cost, loss }) =>
    allOf(others).map((each) => ({
      cost: cost + each.cost,
      loss: loss + each.loss,
      bits: [bits, ...each.bits],
    })),
  );
}

it('is what no other choice passes in cost and loss', () => {
  fc.assert(
    fc.property(layers, (taken) => {
      const all = allOf(taken);
      const best = all.filter(
        (one) =>
          !all.some(
            ({ cost, loss }) => cost <= one.cost && loss <= one.loss && (cost < one.cost || loss < one.loss),
          ),
      );
      const pairs = new Map(best.map(({ cost, loss }) => [cost, loss]));
      const points = frontierOf(taken);
      expect(points.map(({ cost, loss }) => [cost, loss])).toEqual(
        [...pairs].sort(([one], [other]) => one - other),
      );
      for (const point of points) expect(all).toContainEqual(point);
    }),
  );
});

it('has the least loss of any budget', () => {
  fc.assert(
    fc.property(layers, fc.nat(40), (taken, budget) => {
      const within = allOf(taken).filter(({ cost }) => cost <= budget);
      const found = bestWithin(frontierOf(taken), budget);
      if (within.length === 0) expect(found).toBeUndefined();
      else expect(found?.loss).toBe(Math.min(...within.map(({ loss }) => loss)));
    }),
  );
});
