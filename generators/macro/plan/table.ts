import { failure, faultsOf, type Result, success } from '../../common/problems.js';
import { short } from './ramp.js';
import { type MacroShape, outputRange } from './shape.js';

/** Contents of one decoder table: code -> OUT_BITS integer. */
export interface TablePlan {
  /** 2^b whole numbers, not decreasing. */
  readonly entries: readonly number[];
  /** Activation units of one output code step: activation = outputScale * entry. */
  readonly outputScale: number;
}

/** The finest output scale that still holds the largest value, so that no output code is wasted. */
export function defaultOutputScale(outputs: readonly number[], shape: MacroShape): number {
  const { low, high } = outputRange(shape);
  const need = Math.max(...outputs.map((value) => (value < 0 && low < 0 ? value / low : value / high)));
  return need > 0 ? need : 1;
}

/**
 * Table entries from the real values that the codes decode to.
 *
 * @param outputs      non-decreasing, activation units, length 2^b
 * @param outputScale  activation units per output step; the finest one that fits where undefined
 * @param layer        path of the layer in the config, for messages
 */
export function planTable(
  outputs: readonly number[],
  outputScale: number | undefined,
  shape: MacroShape,
  at: { readonly file: string; readonly layer: string; readonly levels: string },
): Result<TablePlan> {
  const { low, high } = outputRange(shape);
  const scale = outputScale ?? defaultOutputScale(outputs, shape);
  const entries = outputs.map((value) => Math.round(value / scale) + 0);
  const { problems, refuse } = faultsOf(at.file);
  const outside = entries.findIndex((entry) => entry < low || entry > high);
  if (outside >= 0) {
    const negative = entries[outside]! < 0 && low === 0;
    refuse(
      negative ? 'output.signed' : `${at.layer}.outputScale`,
      `code ${outside} of levels "${at.levels}" decodes to ${short(outputs[outside]!)} = ${entries[outside]} steps of ${short(scale)}, outside ${low}..${high}`,
      negative
        ? 'Use output.signed: true.'
        : `Use outputScale >= ${short(defaultOutputScale(outputs, shape) * 1.0005)}, or more output.bits.`,
    );
  }
  const falls = entries.findIndex((entry, code) => code > 0 && entry < entries[code - 1]!);
  if (falls > 0) {
    refuse(
      `${at.layer}.levels`,
      `table entry ${entries[falls]} of code ${falls} of levels "${at.levels}" is below ${entries[falls - 1]} of code ${falls - 1}: entries must not decrease`,
      'Sort the outputs of the levels file.',
    );
  }
  return problems.length > 0 ? failure(...problems) : success({ entries, outputScale: scale });
}

/** Decoder contents after reset as one number: code k of bank b at bit (b * 2^B + k) * OUT_BITS. */
export function tableBits(plan: {
  readonly shape: MacroShape;
  readonly layers: readonly { readonly bank: number; readonly table: TablePlan }[];
}): bigint {
  const { adcBits, outputBits } = plan.shape;
  let bits = 0n;
  for (const { bank, table } of plan.layers) {
    table.entries.forEach((entry, code) => {
      const at = BigInt((bank * 2 ** adcBits + code) * outputBits);
      bits |= BigInt.asUintN(outputBits, BigInt(entry)) << at;
    });
  }
  return bits;
}
