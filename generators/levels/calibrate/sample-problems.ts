import { figure } from '../../common/figures.js';
import type { Problem } from '../../common/problems.js';
import { LARGEST_NUMBER } from '../../macro/config/fields.js';
import type { Distribution } from './distribution.js';
import type { TailEnds } from './range.js';
import type { SampleLimits } from './sample-limits.js';

/**
 * Share of the range that a gap without samples takes where what lies beyond it is no activation. The other samples
 * then share a thousandth of the range: 16 cells of the longest ramp that is searched (16384), so no macro could
 * give them 16 levels of their own. Heavy tails thin out instead of leaving a gap.
 */
const ABSURD_GAP = 0.999;
/** Fewer distinct values are no crowd from which something could stand apart. */
const CROWD = 8;

/**
 * The range of the samples that belong together, where some stand absurdly far from them: mask and fill values,
 * overflows, memory that nobody wrote.
 *
 * The range is cut at one gap that takes nearly all of it, or at the two that do together (values far out on either
 * side), and the part with the most distinct values is kept; that as often as it happens.
 *
 * @returns first point and the one after the last; all points where nothing stands apart
 */
export function crowdOf({ values }: Pick<Distribution, 'values'>): readonly [from: number, to: number] {
  let [from, to] = [0, values.length];
  while (to - from > CROWD) {
    const cuts = widestGaps(values, from, to);
    const span = values[to - 1]! - values[from]!;
    const gap = (cut: number) => values[cut]! - values[cut - 1]!;
    const [first, second] = cuts as [number, number];
    const at =
      gap(first) >= ABSURD_GAP * span
        ? [first]
        : gap(first) + gap(second) >= ABSURD_GAP * span
          ? [first, second].sort((a, b) => a - b)
          : [];
    if (at.length === 0) break;
    const edges = [from, ...at, to];
    const sizes = edges.slice(1).map((edge, part) => edge - edges[part]!);
    const largest = Math.max(...sizes);
    if (largest < CROWD || sizes.filter((size) => size === largest).length > 1) break;
    const part = sizes.indexOf(largest);
    [from, to] = [edges[part]!, edges[part + 1]!];
  }
  return [from, to];
}

/** Points before which the widest and the second widest gap lie. */
function widestGaps(values: Float64Array, from: number, to: number): [number, number] {
  let [first, second] = [from + 1, from + 2];
  const gap = (cut: number) => values[cut]! - values[cut - 1]!;
  if (gap(second) > gap(first)) [first, second] = [second, first];
  for (let cut = from + 3; cut < to; cut++) {
    if (gap(cut) > gap(first)) [first, second] = [cut, first];
    else if (gap(cut) > gap(second)) second = cut;
  }
  return [first, second];
}

/**
 * Samples that no levels can hold beside the others, as one problem with what leaves them out; a side for which a
 * limit was given is as its author wants it.
 */
export function absurdProblem(
  source: string,
  distribution: Distribution,
  limits: SampleLimits,
): Problem | undefined {
  const { values, weights, samples } = distribution;
  const [from, to] = crowdOf(distribution);
  const { dropBelow = limits.clip?.low, dropAbove = limits.clip?.high } = limits;
  const [low, high] = [dropBelow === undefined ? from : 0, dropAbove === undefined ? to : values.length];
  const crowd = { low: values[from]!, high: values[to - 1]! };
  if (low > 0 || high < values.length) {
    const far = [
      { from: 0, to: low },
      { from: high, to: values.length },
    ]
      .filter((part) => part.to > part.from)
      .map((part) => {
        const count = weights.subarray(part.from, part.to).reduce((sum, weight) => sum + weight, 0);
        const [least, most] = [values[part.from]!, values[part.to - 1]!].map(figure);
        return `${count} of ${samples} values are ${least === most ? least : `${least} .. ${most}`}`;
      });
    const message = `${far.join(', ')}, far out of all others, which lie within ${figure(crowd.low)} .. ${figure(crowd.high)}: mask or fill values, beside which no levels can tell the others apart`;
    return { file: source, path: '', message, fix: remedy(crowd, low > 0, high < values.length) };
  }
  const [least, most] = [values[0]!, values.at(-1)!];
  if (least >= -LARGEST_NUMBER && most <= LARGEST_NUMBER) return undefined;
  const message = `the values ${figure(least)} .. ${figure(most)} lie outside ${-LARGEST_NUMBER}..${LARGEST_NUMBER}, which is what a levels file holds`;
  return {
    file: source,
    path: '',
    message,
    fix: 'scale the activations, or leave values out with --drop-below and --drop-above',
  };
}

/** Round limits that the crowd keeps well clear of. */
function remedy(crowd: TailEnds, below: boolean, above: boolean): string {
  const reach = Math.max(Math.abs(crowd.low), Math.abs(crowd.high), crowd.high - crowd.low);
  const limit = 10 ** Math.ceil(Math.log10(2 * reach));
  const drop = [...(below ? [`--drop-below ${-limit}`] : []), ...(above ? [`--drop-above ${limit}`] : [])];
  return `leave them out with ${drop.join(' ')}, or clamp them with --clip ${-limit},${limit}`;
}

/** A layer whose samples are all the same: levels for it would be arbitrary. */
export function constantProblem(source: string, { values, samples }: Distribution): Problem | undefined {
  if (values.length !== 1) return undefined;
  const count = samples === 1 ? 'its only sample is' : `all ${samples} samples are`;
  const message = `${count} ${figure(values[0]!)}: a layer without information, for which any levels are as good`;
  const fix =
    'calibrate on samples that the layer answers to, or take the constant as it is with --allow-constant';
  return { file: source, path: '', message, fix };
}

/** What is worth saying of samples that have fewer distinct values than there are levels. */
export function fewValues({ values, exact }: Distribution, bits: number): string | undefined {
  if (!exact || values.length < 2 || values.length >= 2 ** bits) return undefined;
  const needed = Math.ceil(Math.log2(values.length));
  return `${values.length} distinct values, fewer than the ${2 ** bits} levels of ${bits} bits: --bits ${needed} holds them all without error`;
}
