import path from 'node:path';
import { writeWhole } from '../../common/files/writer.js';
import type { Proof, ProvedDesign } from '../../package/formal/proof.js';
import { moduleOf } from '../../package/formal/script.js';
import type { ProofResult } from './prove.js';
import { vcdOf } from './waveform.js';

/** Files by the proof that they show. */
export type Waveforms = ReadonlyMap<Proof, string>;

/**
 * Writes what a proof that fails has to show.
 *
 * @param folder  made where it is missing
 * @returns the file of each proof that has one
 * @throws InvalidInput where it cannot be written
 */
export async function writeWaveforms(
  results: readonly ProofResult[],
  plan: ProvedDesign,
  folder: string,
): Promise<Waveforms> {
  const written = new Map<Proof, string>();
  for (const { proof, outcome } of results) {
    if (outcome.kind === 'proved') continue;
    const file = path.join(folder, `${proof.name}.vcd`);
    writeWhole(file, vcdOf(outcome.run, moduleOf(plan, proof)));
    written.set(proof, file);
  }
  return written;
}
