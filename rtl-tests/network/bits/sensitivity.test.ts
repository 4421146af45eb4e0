import fc from 'fast-check';
import { expect, it } from 'vitest';
import type { LayerLosses } from '../../../generators/network/bits/losses.js';
import { changesOf } from '../../../generators/network/bits/sensitivity.js';

const WIDTHS = [1, 2, 3, 4, 5, 6, 7];

const perWidth = fc.array(fc.record({ cost: fc.nat(99), loss: fc.nat(99) }), { minLength: 7, maxLength: 7 });
const networks = fc.array(fc.record({ perWidth, own: fc.constantFrom(...WIDTHS) }), {
  minLength: 1,
  maxLength: 5,
});

it('is each layer alone at the next width below and above, by what that does to the loss', () => {
  fc.assert(
    fc.property(networks, fc.subarray(WIDTHS), (taken, widths) => {
      const layers = taken.map(
        (each, at) =>
          ({
            layer: { rule: { step: { name: `layer${at}` } } },
            widths: each.perWidth.map(({ cost, loss }, index) => ({
              ...{ bits: index + 1, steps: cost, cells: 2 * cost, loss },
            })),
          }) as unknown as LayerLosses,
      );
      const total = (bits: readonly number[], of: 'cost' | 'loss') =>
        bits.reduce((sum, each, at) => sum + taken[at]!.perWidth[each - 1]![of], 0);
      const bits = taken.map(({ own }) => own);
      const base = { bits, cost: 2 * total(bits, 'cost'), loss: total(bits, 'loss') };
      const changes = changesOf(layers, widths, base, 'cells');
      for (const { layer, from, to, bits: changed, cost, loss, costChange, lossChange } of changes) {
        const at = Number(layer.slice('layer'.length));
        expect(from).toBe(bits[at]);
        expect(changed).toEqual(bits.map((each, other) => (other === at ? to : each)));
        expect([cost, loss]).toEqual([2 * total(changed, 'cost'), total(changed, 'loss')]);
        expect([costChange, lossChange]).toEqual([cost - base.cost, loss - base.loss]);
      }
      const fewer = changes.filter(({ from, to }) => to < from);
      const more = changes.filter(({ from, to }) => to > from);
      expect(changes).toEqual([...fewer, ...more]);
      const pairs = (some: typeof changes) => some.map(({ layer, to }) => `${layer} ${to}`).sort();
      const wanted = (next: (own: number) => number | undefined) =>
        bits.flatMap((own, at) => (next(own) === undefined ? [] : [`layer${at} ${next(own)}`])).sort();
      expect(pairs(fewer)).toEqual(wanted((own) => widths.filter((width) => width < own).at(-1)));
      expect(pairs(more)).toEqual(wanted((own) => widths.filter((width) => width > own)[0]));
      for (const [some, sign] of [
        [fewer, -1],
        [more, 1],
      ] as const) {
        const order = some.map(({ lossChange }) => sign * lossChange);
        expect(order).toEqual(order.toSorted((one, other) => one - other));
      }
    }),
  );
});
