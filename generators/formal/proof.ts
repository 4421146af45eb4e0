/** Something that a property module says of the hardware, on an output of that name (with `_o`). */
export interface Claim {
  readonly name: string;
  /** At most 60 characters: it becomes the comment of a port. */
  readonly says: string;
}

/** A net inside the design that a property module looks at. */
export interface Observed {
  /** Input of the property module. */
  readonly port: string;
  readonly range: string;
  /** Hierarchical name in the flattened proof. */
  readonly net: string;
}

/** A state that must be reachable: else the assumptions would exclude what matters. */
export interface Witness extends Claim {
  /** Clock cycle in which it is reached; the first one is in reset. */
  readonly cycle: number;
}

export const PROOFS = ['decoder', 'ramp', 'conversion', 'bus'] as const;
export type ProofName = (typeof PROOFS)[number];

/** One property module and what Yosys has to do with it. */
export interface Proof {
  readonly name: ProofName;
  /** What it is about, for reports. */
  readonly title: string;
  /** Template of its property module, in `templates/formal/`. */
  readonly template: string;
  /** Modules of the design, by the suffix of their names. */
  readonly design: readonly string[];
  /** Other files of the package that it needs; `*` stands for the macro's name. */
  readonly surroundings: readonly string[];
  /** Naive models in `formal/`, by the suffix of their names; the template has the same name. */
  readonly models: readonly string[];
  /** Instances of the top level that the proof replaces. */
  readonly removed: readonly string[];
  /** Outputs of the property module that take the place of removed ones: net of the design, signal. */
  readonly driven: readonly { readonly net: string; readonly by: string }[];
  readonly observed: readonly Observed[];
  /** Without flip-flops: proved for all inputs at once. */
  readonly combinational: boolean;
  readonly assumptions: readonly Claim[];
  readonly properties: readonly Claim[];
  readonly witnesses: readonly Witness[];
  /** Cycles, the one in reset included, in which a run that breaks a property is searched for. */
  readonly horizon: number;
  /** Share of the whole work: the longest proof starts first. */
  readonly effort: number;
}

/** Cycles in which what a lookup or bus access does wrong has shown. */
export const FEW_CYCLES = 8;
