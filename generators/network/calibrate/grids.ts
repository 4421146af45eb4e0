import type { Distribution } from '../../levels/calibrate/distribution.js';
import { type CodeFormat, codeRange } from '../plan/formats.js';

/** Shares of the largest value that are tried as the end of a grid. */
const SHARES = Array.from({ length: 60 }, (_, at) => 1 - at / 64);

/**
 * Activation units of a code, for each group of tensors on one scale: the scale of least squared error over all
 * values of the group, clipping included.
 */
export function codeScales(
  formats: ReadonlyMap<string, CodeFormat>,
  distributions: ReadonlyMap<string, Distribution>,
): ReadonlyMap<string, number> {
  const groups = new Map<string, (readonly [CodeFormat, Distribution])[]>();
  for (const [tensor, format] of formats) {
    const distribution = distributions.get(tensor);
    const members = groups.get(format.group) ?? [];
    if (distribution !== undefined) members.push([format, distribution]);
    groups.set(format.group, members);
  }
  return new Map([...groups].map(([group, members]) => [group, bestScale(members)]));
}

function bestScale(members: readonly (readonly [CodeFormat, Distribution])[]): number {
  if (members.some(([{ tokens }]) => tokens)) return 1;
  const ends = members.map(([format, { values }]) => {
    const { low, high } = codeRange(format);
    return Math.max((values[0] ?? 0) / (low || -1), (values.at(-1) ?? 0) / high);
  });
  const largest = Math.max(...ends);
  // A tensor that is 0 throughout is held on any grid.
  if (!(largest > 0)) return 1;
  let [scale, least] = [largest, Number.POSITIVE_INFINITY];
  for (const share of SHARES) {
    const tried = largest * share;
    const error = members.reduce((sum, [format, values]) => sum + gridError(values, tried, format), 0);
    if (error < least) [scale, least] = [tried, error];
  }
  return scale;
}

function gridError({ values, weights }: Distribution, scale: number, format: CodeFormat): number {
  const { low, high } = codeRange(format);
  let error = 0;
  for (let point = 0; point < values.length; point++) {
    const code = Math.max(low, Math.min(high, Math.floor(values[point]! / scale + 0.5)));
    error += weights[point]! * (values[point]! - scale * code) ** 2;
  }
  return error;
}
