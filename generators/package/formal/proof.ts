/** Something that a property module says of the hardware, on an output of that name with `_o`. */
export interface Claim {
  readonly name: string;
  /** At most 60 characters: it becomes the comment of a port. */
  readonly says: string;
  /** An output for each of so many groups of columns. */
  readonly parts?: number;
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

export const PROOFS = ['decoder', 'ramp', 'columns', 'conversion', 'test_modes', 'bus'] as const;
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
  /** Naive models in `formal/`, by the suffix of their names; the template has the same name. */
  readonly models: readonly string[];
  /** Instances of the top level that the proof replaces. */
  readonly removed: readonly string[];
  /** Outputs of the property module that take the place of removed ones: net of the design, signal. */
  readonly driven: readonly { readonly net: string; readonly by: string }[];
  readonly observed: readonly Observed[];
  readonly assumptions: readonly Claim[];
  readonly properties: readonly Claim[];
  readonly stages: readonly Stage[];
  /** The design has flip-flops. */
  readonly clocked: boolean;
  /** Wide cells are split, so that a stage of some columns has no others in it. */
  readonly bitwise: boolean;
  readonly witnesses: readonly Witness[];
  /** Cycles, the one in reset included, in which a run that breaks a property is searched for. */
  readonly horizon: number;
  /** Share of the whole work: the longest proof starts first. */
  readonly effort: number;
}

/** Cycles in which what a lookup or bus access does wrong has shown. */
export const FEW_CYCLES = 8;

/** Outputs of the property module that are proved together, with the logic that they need and no other. */
export interface Stage {
  /** Their names, without `_o`. */
  readonly outputs: readonly string[];
  /** Flip-flops hold anything: proved for all states and inputs at once, without induction. */
  readonly anyState: boolean;
}

/** All properties in one stage. */
export function together(properties: readonly Claim[], anyState = false): readonly Stage[] {
  return [{ outputs: properties.flatMap(outputsOf), anyState }];
}

/** The outputs of a property, without their `_o`. */
export function outputsOf({ name, parts = 1 }: Claim): readonly string[] {
  return parts === 1 ? [name] : Array.from({ length: parts }, (_, part) => `${name}_${part}`);
}
