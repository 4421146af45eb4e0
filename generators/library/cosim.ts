/**
 * Co-simulation: the Verilog of a package against the golden model, in every clock cycle.
 *
 * {@link cosim} plays the whole scenario of `imcgen cosim`. For stimulus of your own, let a {@link scenario.Stimulus} write bus
 * accesses, which a golden model lives through as they are written, and hand its {@link scenario.Vectors} to {@link runVectors}.
 * Needs Icarus Verilog or Verilator.
 *
 * @example
 * ```ts
 * import { cellWrites, newBench, packTernary, referenceWrites, runVectors, streamConversions } from 'imcgen';
 * import { loadMacro, orThrow, planMacro } from 'imcgen';
 *
 * const plan = orThrow(planMacro(orThrow(await loadMacro('out/demo/config.resolved.json'))));
 * const { shape, layers } = plan;
 * const bench = newBench(plan, 1);
 * const { stimulus } = bench;
 * const weights = new Int8Array(shape.rows * shape.columns).fill(1);
 * stimulus.writeAll(cellWrites(packTernary(weights), shape.columns));
 * stimulus.writeAll(referenceWrites(layers[0]!.ramp, 0, shape)); // tables hold the plan's entries after reset
 * const inputs = [new Uint8Array(shape.rows).fill(1), new Uint8Array(shape.rows).fill(2)];
 * streamConversions(bench, inputs, 0, layers[0]!.bits);
 * const { passed, mismatches } = await runVectors(plan, stimulus.vectors(), {
 *   folder: 'out/demo',
 *   simulator: 'icarus',
 * });
 * console.log(passed, mismatches[0]);
 * ```
 *
 * @module cosim
 */
export { type CosimOptions, type CosimResult, cosim, runVectors } from '../checks/cosim/cosim.js';
export type {
  ArrayView,
  MappedNetlist,
  PowerUp,
  SimulationRun,
  Simulator,
} from '../checks/cosim/simulator.js';
export type { Mismatch, Verdict } from '../checks/cosim/verdict.js';
export type { StartedConversion } from '../macro/golden/trace.js';
