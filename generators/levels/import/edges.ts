import { failure, type Problem, type Result, success } from '../../common/problems.js';
import { MAX_LEVEL_BITS } from '../../macro/config/limits.js';
import type { NumberList } from './list.js';

/** Outer edges that stand among the references of a list: of the first bin (lower), of the last (upper). */
export type Edges = 'none' | 'lower' | 'upper' | 'both';

/** References apart from the outer edges of the first and the last bin. */
export interface Split {
  readonly bits: number;
  readonly edges: Edges;
  /** 2^bits - 1 references. */
  readonly references: readonly number[];
  /** Where the first reference stands in the list. */
  readonly first: number;
  /** Outer edges; undefined where the list does not hold them, or holds infinity in their place. */
  readonly low: number | undefined;
  readonly high: number | undefined;
}

/** What is known of a list: which edges are there, how many bits there must be. */
interface Wanted {
  readonly edges?: Edges | undefined;
  readonly bits?: number | undefined;
}

/** The width of which `count` is 2^b, 1..8; undefined where there is none. */
export function bitsOf(count: number): number | undefined {
  const bits = Math.log2(count);
  return Number.isInteger(bits) && bits >= 1 && bits <= MAX_LEVEL_BITS ? bits : undefined;
}

/**
 * Every way to read a list as 2^b - 1 references with or without outer edges; an infinite end is an edge.
 *
 * @returns one reading, or two where a list of 2^b may hold either edge
 */
export function splits(list: NumberList, wanted: Wanted): Result<readonly [Split, ...Split[]]> {
  const values = list.values as readonly number[];
  const possible = (['none', 'both', 'lower', 'upper'] as const).filter(
    (edges) =>
      (wanted.edges === undefined || edges === wanted.edges) &&
      (values[0] !== -Infinity || hasLower(edges)) &&
      (values.at(-1) !== Infinity || hasUpper(edges)),
  );
  const read = possible
    .map((edges) => split(values, edges))
    .filter((one) => one !== undefined)
    .filter(({ bits }) => wanted.bits === undefined || bits === wanted.bits);
  const [best, ...others] = read;
  if (best === undefined)
    return failure({ file: list.file, path: '', ...countProblem(values.length, wanted) });
  // Three references of 2 bits, rather than one of 1 bit with both its edges.
  return success(best.edges === 'lower' ? [best, ...others] : [best]);
}

function split(values: readonly number[], edges: Edges): Split | undefined {
  const first = hasLower(edges) ? 1 : 0;
  const references = values.slice(first, hasUpper(edges) ? -1 : undefined);
  const bits = bitsOf(references.length + 1);
  if (bits === undefined) return undefined;
  const edge = (there: boolean, value: number) => (there && Number.isFinite(value) ? value : undefined);
  const low = edge(hasLower(edges), values[0]!);
  const high = edge(hasUpper(edges), values.at(-1)!);
  return { bits, edges, references, first, low, high };
}

function hasLower(edges: Edges): boolean {
  return edges === 'lower' || edges === 'both';
}

function hasUpper(edges: Edges): boolean {
  return edges === 'upper' || edges === 'both';
}

/** How many references a list has when it is said which outer edges stand among them. */
const COUNTS: Readonly<Record<Edges, string>> = {
  none: 'without outer edges there are 2^b - 1',
  lower: 'with the lower outer edge there are 2^b',
  upper: 'with the upper outer edge there are 2^b',
  both: 'with both outer edges there are 2^b + 1',
};

function countProblem(count: number, { edges, bits }: Wanted): Pick<Problem, 'message' | 'fix'> {
  const found = `has ${count} ${count === 1 ? 'reference' : 'references'}`;
  const near = nearestBits(count + 1);
  if (bits !== undefined) {
    const needed = 2 ** bits - 1;
    return {
      message: `${found}, ${2 ** bits} outputs need ${needed}, and up to 2 outer edges`,
      fix: `Use ${needed} references, or ${2 ** near} outputs.`,
    };
  }
  const anyEdges = `2^b - 1 are allowed, and up to 2 outer edges, b in 1..${MAX_LEVEL_BITS}`;
  return {
    message: `${found}; ${edges === undefined ? anyEdges : COUNTS[edges]}`,
    fix: `The nearest: ${2 ** near - 1} references, for b = ${near}.`,
  };
}

/** The width whose 2^b codes are nearest to a count, the wider of two. */
export function nearestBits(count: number): number {
  const widths = Array.from({ length: MAX_LEVEL_BITS }, (_, index) => index + 1);
  return widths.reduce((best, bits) =>
    Math.abs(2 ** bits - count) <= Math.abs(2 ** best - count) ? bits : best,
  );
}
