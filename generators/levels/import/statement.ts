import type { Edges } from './edges.js';

/** How a list of levels, or of references, is meant; {@link CONVENTIONS} says what each word stands for. */
export type Convention = 'midpoint' | 'floor' | 'floor-middle';

/** What each convention says, in one line. */
export const CONVENTIONS: Readonly<Record<Convention, string>> = {
  midpoint: 'the nearest level is taken, so references lie midway; a bin decodes to its middle',
  floor: 'a level is the lower edge of its bin, and what the bin decodes to',
  'floor-middle': 'a level is the lower edge of its bin, which decodes to its middle',
};

/** What a list holds: thresholds between codes, or the values that they stand for. */
export type Kind = 'references' | 'levels';

/** Outer edges of a quantizer's bins. */
export interface Ends {
  /** Lower edge of the first bin. */
  readonly low: number;
  /** Upper edge of the last bin. */
  readonly high: number;
}

/** What is said about a foreign file; all numbers in its units. */
export interface Statement {
  /** What the only list holds; not given where there are two. */
  readonly kind?: Kind | undefined;
  /** How the lists are meant. Needed for one list; where there are two they must follow it. */
  readonly convention?: Convention | undefined;
  /** Outer edges among the references; by default told by their number. */
  readonly edges?: Edges | undefined;
  /** Outer edges that the file does not hold. */
  readonly range?: Ends | undefined;
  /** Least and largest sample: outer edges where nothing else tells them. */
  readonly extremes?: Ends | undefined;
}
