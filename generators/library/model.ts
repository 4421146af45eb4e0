/**
 * The golden model: what the generated Verilog computes, bit for bit.
 *
 * {@link Macro} converts vectors, one call a conversion or a batch. {@link Machine} is the same macro on its bus, one call a clock
 * edge. The packers turn weights, references, tables and inputs into the words that a driver writes over the bus, and
 * {@link registers} has the address map.
 *
 * @example
 * ```ts
 * import { loadMacro, Macro, orThrow, planMacro } from 'imcgen';
 *
 * const plan = orThrow(planMacro(orThrow(await loadMacro('macro.json'))));
 * const { rows, columns } = plan.shape;
 * const macro = Macro.from(plan); // references and tables are programmed, all weights are 0
 * macro.loadWeights(new Int8Array(rows * columns).fill(1)); // row by row, each -1, 0 or +1
 * const { macs, codes, outputs } = macro.convert(new Uint8Array(rows).fill(3));
 * console.log(macs[0], codes[0], outputs[0]); // unit discharges, code, table entry of column 0
 * ```
 *
 * @module model
 */

export type { Request } from '../macro/golden/address-map.js';
export { BitcellArray } from '../macro/golden/array.js';
export type {
  BankContents,
  Batch,
  BatchBuffers,
  BatchKernel,
  BatchOptions,
} from '../macro/golden/batch.js';
export type { Comparator, Moment, Sensing } from '../macro/golden/comparator.js';
export { Machine, type MachineOptions } from '../macro/golden/machine.js';
export {
  type Conversion,
  codeOf,
  Macro,
  type ProgrammedBank,
} from '../macro/golden/macro.js';
export type { CellPort } from '../macro/golden/march.js';
export {
  type BusWrite,
  type CellPlanes,
  cellWrites,
  inputWrites,
  type PackedTrim,
  packedInputWrites,
  packReferences,
  packTernary,
  packTrim,
  type ReferenceCells,
  referenceWrites,
  tableWrites,
  trimWrites,
} from '../macro/golden/pack.js';
export type { Answer } from '../macro/golden/register-file.js';
export type { Beat, StreamPartner } from '../macro/golden/streams.js';
export { type StartedConversion, Trace } from '../macro/golden/trace.js';
export * as registers from './registers.js';
