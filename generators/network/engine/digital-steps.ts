import type { AttentionStep, EmbeddingStep, FunctionStep, NormStep, Step } from '../graph/steps.js';
import { type CodeRange, codeRange } from '../plan/formats.js';
import {
  type AttentionNumbers,
  type AttentionShape,
  attendedCodes,
  attentionNumbers,
  embeddedCodes,
  embeddingNumbers,
  functionTable,
  normedCodes,
  normNumbers,
} from './digital.js';
import type { NetworkHardware } from './hardware.js';

/** What has to be known of a network to compute its digital units. */
export type DigitalContext = Pick<NetworkHardware, 'plan' | 'scales'>;

/** Steps whose units have scales of their own and no weights on macros. */
export type DigitalStep = EmbeddingStep | NormStep | AttentionStep | FunctionStep;

export function isDigital(step: Step): step is DigitalStep {
  return ['embedding', 'norm', 'attention', 'function'].includes(step.kind);
}

/** Codes that a digital unit makes of those of its inputs. */
export function digitalCodes(
  step: DigitalStep,
  context: DigitalContext,
  inputs: readonly Int16Array[],
  range: CodeRange,
): Int16Array {
  const { plan, scales } = context;
  const { shapes } = plan.network;
  const [first] = inputs as [Int16Array];
  const [channels, places] = shapes.get(step.output)!;
  const output = scales.get(step.output)!;
  switch (step.kind) {
    case 'embedding':
      return embeddedCodes(embeddingNumbers(step, output), first, channels, range);
    case 'norm':
      return normedCodes(normNumbers(step, scales.get(step.input)!, output), first, places, range);
    case 'attention': {
      const { numbers, shape } = attentionOf(step, context);
      return attendedCodes(numbers, shape, inputs as [Int16Array, Int16Array, Int16Array], range);
    }
    default: {
      const table = tableOf(step, context, range);
      const { low } = codeRange(plan.formats.get(step.input)!);
      return first.map((code) => table[code - low]!);
    }
  }
}

/** Entries of the table of a function, one a code of its input. */
export function tableOf(step: FunctionStep, { plan, scales }: DigitalContext, range: CodeRange): Int16Array {
  const format = plan.formats.get(step.input)!;
  return functionTable(step, format, scales.get(step.input)!, scales.get(step.output)!, range);
}

export function attentionOf(
  step: AttentionStep,
  { plan, scales }: DigitalContext,
): { readonly numbers: AttentionNumbers; readonly shape: AttentionShape } {
  const [query, key, value] = step.inputs.map((name) => scales.get(name)!) as [number, number, number];
  const numbers = attentionNumbers(step, [query, key, value, scales.get(step.output)!]);
  const [queries, keys, values] = step.inputs.map((name) => plan.network.shapes.get(name)!);
  const shape = {
    ...{ heads: step.heads, channels: queries![0], valueChannels: values![0] },
    ...{ places: queries![1], keyPlaces: keys![1] },
  };
  return { numbers, shape };
}
