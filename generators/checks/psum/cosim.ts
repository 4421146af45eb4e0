import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { orThrow } from '../../common/problems.js';
import { planOfPsumPackage } from '../../macro/psum/load.js';
import type { PsumPlan } from '../../macro/psum/plan.js';
import { buildPsumVectors, type PsumVectorOptions } from '../../package/psum/scenario.js';
import type { PsumVectors } from '../../package/psum/stimulus.js';
import { type SimulationRun, type Simulator, simulate } from '../cosim/simulator.js';
import { judge, type Verdict } from '../cosim/verdict.js';

export interface PsumCosimResult extends Verdict {
  readonly unit: string;
  readonly simulator: Simulator;
  /** Sums whose results left whole. */
  readonly sums: number;
  readonly cycles: number;
  /** Seconds of the simulation itself. */
  readonly seconds: number;
}

type Run = Pick<SimulationRun, 'simulator' | 'netlist' | 'parameters' | 'dump' | 'signal'>;

/** Simulates the package of a partial-sum unit against its golden twin on the vectors given. */
export async function runPsumVectors(
  folder: string,
  plan: PsumPlan,
  vectors: PsumVectors,
  run: Run,
): Promise<PsumCosimResult> {
  const scratch = await mkdtemp(path.join(tmpdir(), 'imcgen-vectors-'));
  try {
    for (const part of ['operations', 'streams', 'trace'] as const) {
      await writeFile(path.join(scratch, `${part}.txt`), vectors[part]);
    }
    const where = { folder, macro: plan.name, vectors: scratch, view: 'none' } as const;
    const { lines, seconds } = await simulate({ ...run, ...where });
    return {
      ...judge(lines, { checks: vectors.checks, conversions: [] }, 1),
      ...{ unit: plan.name, simulator: run.simulator, sums: vectors.sums, cycles: vectors.cycles, seconds },
    };
  } finally {
    await rm(scratch, { recursive: true, force: true });
  }
}

/** The whole scenario with fresh vectors on a generated package. */
export async function cosimPsum(folder: string, options: PsumVectorOptions & Run): Promise<PsumCosimResult> {
  const plan = orThrow(await planOfPsumPackage(folder));
  return runPsumVectors(folder, plan, buildPsumVectors(plan, options), options);
}
