import type { ResetStyle } from '../../macro/config/macro.js';

/** Something that a property module says of the hardware, on an output of that name with `_o`. */
export interface Claim {
  /** Name of the output, without `_o`. */
  readonly name: string;
  /** The claim in words. At most 60 characters: it becomes the comment of a port. */
  readonly says: string;
  /** An output for each of so many groups of columns. */
  readonly parts?: number;
}

/** A net inside the design that a property module looks at. */
export interface Observed {
  /** Input of the property module. */
  readonly port: string;
  /** Its bits, `[3:0]`; empty for one. */
  readonly range: string;
  /** Hierarchical name in the flattened proof. */
  readonly net: string;
}

/** A state that must be reachable: else the assumptions would exclude what matters. */
export interface Witness extends Claim {
  /** Clock cycle in which it is reached; the first one is in reset. */
  readonly cycle: number;
}

/** Parts of the design, a proof each; docs/verification.md says what each proof is about. */
export type ProofName =
  | ('decoder' | 'ramp' | 'columns' | 'conversion' | 'streams' | 'calibration' | 'test_modes' | 'bus')
  | PsumProofName;

/** Parts of a partial-sum unit, a proof each: the arithmetic, the order of beats, results that wait. */
export type PsumProofName = 'lane' | 'sequence' | 'output';
export const PSUM_PROOFS: readonly PsumProofName[] = ['lane', 'sequence', 'output'];

/** What the scripts of proofs have to know of a design. */
export interface ProvedDesign {
  /** Name of its top level. */
  readonly name: string;
  /** How its flip-flops are reset. */
  readonly config: { readonly reset: ResetStyle };
}

/** One property module and what Yosys has to do with it. */
export interface Proof {
  /** The part of the design that it is about. */
  readonly name: ProofName;
  /** What it is about, for reports. */
  readonly title: string;
  /**
   * Template of its property module, in `templates/formal/`.
   *
   * @internal
   */
  readonly template: string;
  /**
   * Modules of the design, by the suffix of their names.
   *
   * @internal
   */
  readonly design: readonly string[];
  /**
   * Naive models in `formal/`, by the suffix of their names; the template has the same name.
   *
   * @internal
   */
  readonly models: readonly string[];
  /**
   * Instances of the top level that the proof replaces.
   *
   * @internal
   */
  readonly removed: readonly string[];
  /**
   * Outputs of the property module that take the place of removed ones: net of the design, signal.
   *
   * @internal
   */
  readonly driven: readonly { readonly net: string; readonly by: string }[];
  /**
   * Nets inside the design that the property module looks at.
   *
   * @internal
   */
  readonly observed: readonly Observed[];
  /** What is taken for granted, because another part of the macro or its environment sees to it. */
  readonly assumptions: readonly Claim[];
  /** What is proved. */
  readonly properties: readonly Claim[];
  /**
   * The properties as they are proved, one group after the other.
   *
   * @internal
   */
  readonly stages: readonly Stage[];
  /** The design has flip-flops. */
  readonly clocked: boolean;
  /**
   * Wide cells are split, so that a stage of some columns has no others in it.
   *
   * @internal
   */
  readonly bitwise: boolean;
  /** States that the assumptions must leave within reach. */
  readonly witnesses: readonly Witness[];
  /** Cycles, the one in reset included, in which a run that breaks a property is searched for. */
  readonly horizon: number;
  /**
   * Share of the whole work: the longest proof starts first.
   *
   * @internal
   */
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
