import type { FrontierPoint } from './frontier.js';
import { choicesOf, type LayerLosses, type Spent } from './losses.js';

/** One layer with fewer or more bits, all others as they are. */
export interface LayerChange extends FrontierPoint {
  /** Name of the layer. */
  readonly layer: string;
  readonly from: number;
  readonly to: number;
  /** What the change adds to the cost of the network; below 0 with fewer bits. */
  readonly costChange: number;
  /** What it adds to the loss. */
  readonly lossChange: number;
}

/**
 * What the bits of each layer are worth: each layer alone with the next fewer bits, those that lose most first, then each alone
 * with the next more bits, those that gain most first.
 *
 * @param layers with losses at all widths, and at the bits of the base
 * @param widths that a layer may have, ascending
 * @param base   bits that the changes are counted from
 */
export function changesOf(
  layers: readonly LayerLosses[],
  widths: readonly number[],
  base: FrontierPoint,
  spent: Spent,
): LayerChange[] {
  const choices = layers.map((layer) => choicesOf(layer, spent));
  const change = (at: number, to: number | undefined): LayerChange[] => {
    if (to === undefined) return [];
    const from = base.bits[at]!;
    const [before, after] = [from, to].map((bits) => choices[at]!.find((choice) => choice.bits === bits)!);
    const [costChange, lossChange] = [after!.cost - before!.cost, after!.loss - before!.loss];
    const layer = layers[at]!.layer.rule.step.name;
    const bits = base.bits.with(at, to);
    const [cost, loss] = [base.cost + costChange, base.loss + lossChange];
    return [{ layer, from, to, cost, loss, bits, costChange, lossChange }];
  };
  const fewer = base.bits.flatMap((own, at) =>
    change(
      at,
      widths.findLast((bits) => bits < own),
    ),
  );
  const more = base.bits.flatMap((own, at) =>
    change(
      at,
      widths.find((bits) => bits > own),
    ),
  );
  return [
    ...fewer.sort((one, other) => other.lossChange - one.lossChange),
    ...more.sort((one, other) => one.lossChange - other.lossChange),
  ];
}
