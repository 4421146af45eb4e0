import type { PsumPlan } from '../../macro/psum/plan.js';
import { psumPropertyFiles } from '../../package/psum/formal.js';
import { psumProofs } from '../../package/psum/proofs.js';
import { designFiles, type ProofResult, type ProveOptions, proveEach, proveTask } from '../formal/prove.js';

/**
 * Proves every property of a partial-sum unit on the Verilog of its package.
 *
 * @param folder package that `imcgen psum generate` wrote
 * @param plan   of its config
 * @returns results in the order of the proofs
 * @throws InvalidInput where a file is missing, or Yosys cannot read it
 * @throws MissingTool where what the engine runs is not installed
 * @throws Interrupted where the signal aborts, once all that was started has ended
 */
export async function provePsum(
  folder: string,
  plan: PsumPlan,
  options: ProveOptions,
): Promise<readonly ProofResult[]> {
  return proveEach(psumProofs(plan), options, async (proof, signal) => {
    const design = await designFiles(folder, plan, proof);
    const files = new Map([...design, ...psumPropertyFiles(plan, proof)]);
    return proveTask(options.engine, { folder, plan, proof, files, signal });
  });
}
