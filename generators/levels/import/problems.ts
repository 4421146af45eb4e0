import type { Problem } from '../../common/problems.js';
import { MAX_LEVEL_BITS } from '../../macro/config/limits.js';
import { midpoints } from '../calibrate/quantizer.js';
import { nearestBits, type Split } from './edges.js';
import { type NumberList, problemAt } from './list.js';
import type { Convention } from './statement.js';

/** Relative difference that rounding of a file to seven digits explains. */
const ROUNDING = 1e-6;

/**
 * Values that are no finite numbers; where all are, the first that decreases.
 *
 * @param openEnds the list may begin and end in infinity: outer edges without a value
 */
export function valueProblems(list: NumberList, { openEnds = false } = {}): Problem[] {
  const last = list.values.length - 1;
  const problems = list.values.flatMap((value, index) => {
    if (value === undefined) return [problemAt(list, index, 'is blank')];
    if (Number.isFinite(value)) return [];
    const open = (index === 0 && value === -Infinity) || (index === last && value === Infinity);
    return openEnds && open ? [] : [problemAt(list, index, `${value} is not a finite number`)];
  });
  return problems.length > 0 ? problems : orderProblem(list);
}

function orderProblem(list: NumberList): Problem[] {
  const values = list.values as readonly number[];
  const decreases = (index: number) => index > 0 && values[index]! < values[index - 1]!;
  const at = values.findIndex((_, index) => decreases(index));
  if (at < 0) return [];
  const reversed = values.length > 2 && values.every((_, index) => index === 0 || decreases(index));
  const message = `${values[at]} is below ${values[at - 1]}, the value before it: values must not decrease`;
  return [problemAt(list, at, message, reversed ? 'The whole list decreases: reverse it.' : undefined)];
}

/** A list that should have 2^b values and has not. */
export function countProblem({ file, values }: NumberList, what: string): Problem {
  const count = values.length;
  const near = nearestBits(count);
  const message = `has ${count} ${count === 1 ? what : `${what}s`}; 2^b are allowed, b in 1..${MAX_LEVEL_BITS}`;
  return { file, path: '', message, fix: `The nearest: ${2 ** near}, for b = ${near}.` };
}

/** Outputs outside their bins: lists that do not belong together, or are shifted against each other. */
export function binProblems(split: Split, outputs: NumberList): Problem[] {
  const { references, low = -Infinity, high = Infinity } = split;
  const edges = [low, ...references, high];
  return outputs.values.flatMap((output, code) => {
    const [from, to] = [edges[code]!, edges[code + 1]!];
    if (output! >= from && output! <= to) return [];
    const message = `output ${output} lies outside the bin of code ${code}, ${from} .. ${to}`;
    const fix =
      'Check that references and outputs belong together, and which outer edges are there (--edges).';
    return [problemAt(outputs, code, message, fix)];
  });
}

/** The first value of two lists that does not follow the convention that was stated for them. */
export function conventionProblems(
  convention: Convention,
  references: NumberList,
  split: Split,
  outputs: NumberList,
): Problem[] {
  const values = outputs.values as readonly number[];
  const tolerance = ROUNDING * Math.max(...[...split.references, ...values].map(Math.abs));
  const edges = [split.low, ...split.references, split.high];
  const check = (list: NumberList, index: number, expected: number | undefined): Problem[] => {
    const found = list.values[index]!;
    if (expected === undefined || Math.abs(found - expected) <= tolerance) return [];
    const message = `${found} does not follow the convention ${convention}, by which it would be ${expected}`;
    return [problemAt(list, index, message, 'Leave --convention out to take both lists as they are.')];
  };
  // By midpoint the outputs make the references, by the others the bins make the outputs.
  const problems =
    convention === 'midpoint'
      ? midpoints(values).flatMap((expected, index) => check(references, split.first + index, expected))
      : values.flatMap((_, code) => {
          const [from, to] = [edges[code], edges[code + 1]];
          if (convention === 'floor') return check(outputs, code, from);
          const middle = from === undefined || to === undefined ? undefined : midpoints([from, to])[0];
          return check(outputs, code, middle);
        });
  return problems.slice(0, 1);
}
