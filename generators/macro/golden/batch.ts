import type { BitcellArray } from './array.js';

/** How a batch is converted. */
export interface BatchOptions {
  /** Bank of references and table; 0 where left out. */
  readonly bank?: number;
  /** Code width of the conversions; where left out, the one that the bank was programmed for. */
  readonly bits?: number;
  /** One conversion after the other, also where there is a kernel: slower, same results. */
  readonly plain?: boolean;
}

/** What a batch gives: vector after vector, in each one value a column. */
export interface Batch {
  /** Nonlinear codes, count x columns. */
  readonly codes: Uint8Array;
  /** Decoded values, count x columns. */
  readonly outputs: Int32Array;
}

/** Arrays to fill, a vector after the other. */
export interface BatchBuffers {
  /** Nonlinear codes, one a vector and column. */
  readonly codes?: Uint8Array;
  /** Decoded values, alike. */
  readonly outputs?: Int32Array;
  /** Sums of the columns, unit discharges, alike. */
  readonly macs?: Int32Array;
}

/** What a batch can be asked for. */
export const BUFFERS = ['codes', 'outputs', 'macs'] as const satisfies readonly (keyof BatchBuffers)[];

/** What a bank converts with. */
export interface BankContents {
  /** Ascending, unit discharges, one a step. */
  readonly references: readonly number[];
  /** Entries of the decoder table, one a code. */
  readonly table: Int32Array;
}

/** Converts whole batches of an ideal array with exact sense amplifiers. */
export interface BatchKernel {
  /**
   * Converts a batch.
   *
   * @param inputs whole vectors
   * @param refuse called where an input may be outside its range; throws if one is
   */
  convert(
    array: BitcellArray,
    bank: BankContents,
    inputs: ArrayLike<number>,
    buffers: BatchBuffers,
    refuse: (first: number, end: number) => void,
  ): void;
}

/**
 * The arrays that a batch fills.
 *
 * @param inputs of all vectors
 * @param shape  rows and columns of the macro
 * @param out    those of the caller; new ones for codes and outputs where left out
 * @throws RangeError where the inputs are no whole vectors, or an array has another length
 */
export function buffersOf(
  inputs: ArrayLike<number>,
  { rows, columns }: { readonly rows: number; readonly columns: number },
  out?: BatchBuffers,
): BatchBuffers {
  const count = inputs.length / rows;
  if (!Number.isInteger(count)) {
    throw new RangeError(
      `inputs has ${inputs.length} entries, no multiple of the ${rows} rows of this macro`,
    );
  }
  const values = count * columns;
  const buffers = out ?? { codes: new Uint8Array(values), outputs: new Int32Array(values) };
  for (const name of BUFFERS) {
    const found = buffers[name]?.length ?? values;
    if (found !== values) {
      throw new RangeError(
        `${name} has ${found} entries, ${count} vectors of ${columns} columns need ${values}`,
      );
    }
  }
  return buffers;
}
