import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { orThrow } from '../../common/problems.js';
import { planOfPackage } from '../../macro/plan/file.js';
import type { MacroPlan } from '../../macro/plan/plan.js';
import type { MacroShape } from '../../macro/plan/shape.js';
import { parameterValues } from '../../package/rtl/parameters.js';
import { tableBits } from '../../package/rtl/view.js';
import type { Vectors } from '../../package/vectors/stimulus.js';
import { buildVectors, type VectorOptions } from '../../package/vectors/vectors.js';
import { overridePlan } from './overrides.js';
import { type PowerUp, type SimulationRun, type Simulator, simulate } from './simulator.js';
import { judge, type Verdict } from './verdict.js';

export interface CosimResult extends Verdict {
  readonly macro: string;
  readonly simulator: Simulator;
  readonly conversions: number;
  readonly cycles: number;
  /** Cells at power-up, where not 0. */
  readonly powerUp?: PowerUp;
  /** Seconds of the simulation itself. */
  readonly seconds: number;
}

/** Simulates a package against the golden model on the vectors given. */
export async function runVectors(
  plan: MacroPlan,
  vectors: Vectors,
  run: Omit<SimulationRun, 'vectors' | 'macro'>,
): Promise<CosimResult> {
  const folder = await mkdtemp(path.join(tmpdir(), 'imcgen-vectors-'));
  try {
    await writeFile(path.join(folder, 'operations.txt'), vectors.operations);
    await writeFile(path.join(folder, 'trace.txt'), vectors.trace);
    const { lines, seconds } = await simulate({ ...run, macro: plan.name, vectors: folder });
    return {
      ...judge(lines, vectors, plan.shape.columns),
      macro: plan.name,
      simulator: run.simulator,
      conversions: vectors.conversions.length,
      cycles: vectors.cycles,
      ...(run.powerUp && { powerUp: run.powerUp }),
      seconds,
    };
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

export type CosimOptions = VectorOptions & Omit<SimulationRun, 'folder' | 'macro' | 'vectors' | 'parameters'>;

/** The whole scenario with fresh vectors on a generated package. */
export async function cosim(folder: string, options: CosimOptions): Promise<CosimResult> {
  const plan = orThrow(await planOfPackage(folder));
  return runVectors(plan, buildVectors(plan, options), { ...options, folder });
}

/** The same scenario with the package's parameters overridden at instantiation. */
export async function cosimOverride(
  folder: string,
  change: Partial<MacroShape>,
  options: CosimOptions,
): Promise<CosimResult> {
  const plan = orThrow(await planOfPackage(folder));
  const other = overridePlan(plan, change);
  const vectors = buildVectors(other, options, tableBits(plan));
  return runVectors(other, vectors, { ...options, folder, parameters: parameterValues(other.shape) });
}
