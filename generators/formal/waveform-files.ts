import { mkdir, writeFile } from 'node:fs/promises';
import path from 'node:path';
import type { MacroPlan } from '../plan/plan.js';
import type { Proof } from './proof.js';
import type { ProofResult } from './prove.js';
import { moduleOf } from './script.js';
import { vcdOf } from './waveform.js';

/**
 * Writes what a proof that fails has to show.
 *
 * @param folder  made where it is missing
 * @returns the file of each proof that has one
 */
export async function writeWaveforms(
  results: readonly ProofResult[],
  plan: MacroPlan,
  folder: string,
): Promise<ReadonlyMap<Proof, string>> {
  const written = new Map<Proof, string>();
  for (const { proof, outcome } of results) {
    if (outcome.kind === 'proved') continue;
    await mkdir(folder, { recursive: true });
    const file = path.join(folder, `${proof.name}.vcd`);
    await writeFile(file, vcdOf(outcome.run, moduleOf(plan, proof)));
    written.set(proof, file);
  }
  return written;
}
