import type { NetworkConfig } from '../config/network.js';
import type { LayerRule } from '../config/rules.js';
import { isNeverNegative } from '../graph/expressions.js';
import { inputsOf, type LinearStep, type Network, type Step, tokensOf } from '../graph/steps.js';

/** How a tensor is held between units: whole codes on a grid that starts at 0. */
export interface CodeFormat {
  /** Numbers of tokens: a code is what it counts. */
  readonly tokens?: true;
  readonly signed: boolean;
  /** Sign included. */
  readonly bits: number;
  /** Tensors of one group have one scale, because values pass between them without a multiplication. */
  readonly group: string;
}

/** Width of class scores: ties are rare, products stay small. */
const SCORE_BITS = 12;

/** Formats of all tensors of a network. */
export function codeFormats(
  network: Network,
  rules: readonly LayerRule[],
  { macro, digital }: NetworkConfig,
): ReadonlyMap<string, CodeFormat> {
  const onMacro = new Set<LinearStep>(rules.filter(({ on }) => on === 'macro').map(({ step }) => step));
  const signed = signedTensors(network);
  const groupOf = scaleGroups(network);
  const narrow = macroInputs(network, onMacro);
  const tokens = tokensOf(network);
  const formats = new Map<string, CodeFormat>();
  for (const tensor of network.shapes.keys()) {
    if (tensor === network.input && tokens !== undefined) {
      const bits = Math.max(1, Math.ceil(Math.log2(tokens)));
      formats.set(tensor, { tokens: true, signed: false, bits, group: tensor });
      continue;
    }
    const wide = tensor === network.output ? SCORE_BITS : digital.bits;
    const bits = narrow.has(tensor) ? macro.input.bits : wide;
    formats.set(tensor, { signed: signed.has(tensor), bits, group: groupOf(tensor) });
  }
  return formats;
}

/** Least and greatest code. */
export interface CodeRange {
  readonly low: number;
  readonly high: number;
}

/** The codes of a format. The lowest of two's complement is not used: word line drivers saturate it. */
export function codeRange({ signed, bits }: Pick<CodeFormat, 'signed' | 'bits'>): CodeRange {
  return signed ? { low: 1 - 2 ** (bits - 1), high: 2 ** (bits - 1) - 1 } : { low: 0, high: 2 ** bits - 1 };
}

/** Unit discharges of so many rows whose cells all conduct for the largest input: headroom below that clips. */
export function fullReach(rows: number, input: Pick<CodeFormat, 'signed' | 'bits'>): number {
  return rows * codeRange(input).high;
}

const OWN_SCALE: readonly Step['kind'][] = [
  ...(['linear', 'averagePool', 'embedding', 'norm', 'attention', 'function'] as const),
];

/** Whether values pass from input to output as they are, or not at all. */
export function keepsScale({ kind }: Step): boolean {
  return !OWN_SCALE.includes(kind);
}

function signedTensors({ input, steps }: Network): ReadonlySet<string> {
  const signed = new Set([input]);
  for (const step of steps) {
    const bounded = 'bounds' in step && step.bounds.low >= 0;
    if (givesSigned(step, signed) && !bounded) signed.add(step.output);
  }
  return signed;
}

function givesSigned(step: Step, signed: ReadonlySet<string>): boolean {
  const any = inputsOf(step).some((name) => signed.has(name));
  switch (step.kind) {
    case 'linear':
    case 'embedding':
    case 'norm':
      return true;
    case 'attention':
      return signed.has(step.inputs[2]);
    case 'function':
      return !isNeverNegative(step.of, any);
    default:
      return any;
  }
}

function scaleGroups({ steps }: Network): (tensor: string) => string {
  const parents = new Map<string, string>();
  const groupOf = (tensor: string): string => {
    const parent = parents.get(tensor);
    return parent === undefined ? tensor : groupOf(parent);
  };
  for (const step of steps.filter(keepsScale)) {
    for (const input of inputsOf(step)) {
      const [from, to] = [groupOf(step.output), groupOf(input)];
      if (from !== to) parents.set(from, to);
    }
  }
  return groupOf;
}

/** Tensors that a macro reads, also through steps that move values only. */
function macroInputs({ steps }: Network, onMacro: ReadonlySet<LinearStep>): ReadonlySet<string> {
  const read = new Set<string>();
  for (const step of steps.toReversed()) {
    const moves = keepsScale(step) && step.kind !== 'add' && read.has(step.output);
    if (moves || (step.kind === 'linear' && onMacro.has(step))) {
      for (const input of inputsOf(step)) read.add(input);
    }
  }
  return read;
}
