import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { loadMacro } from '../config/load.js';
import { type MacroPlan, planMacro } from '../plan/plan.js';
import { failure, orThrow, type Result } from '../problems.js';
import { type Simulator, simulate, type SimulationRun } from './simulator.js';
import type { Vectors } from './stimulus.js';
import { buildVectors, type VectorOptions } from './vectors.js';
import { judge, type Verdict } from './verdict.js';

export interface CosimResult extends Verdict {
  readonly macro: string;
  readonly simulator: Simulator;
  readonly conversions: number;
  readonly cycles: number;
  /** Seconds of the simulation itself. */
  readonly seconds: number;
}

/** The plan that a package was generated from. */
export async function planOfPackage(folder: string): Promise<Result<MacroPlan>> {
  const file = path.join(folder, 'config.resolved.json');
  const input = await loadMacro(file);
  if (!input.ok && input.problems.some((problem) => problem.message === 'no such file' && problem.file === file)) {
    return failure({ file, path: '', message: 'no such file', fix: 'Name a folder that imcgen generate wrote.' });
  }
  return input.ok ? planMacro(input.value) : input;
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
      conversions: vectors.machine.conversions.length,
      cycles: vectors.cycles,
      seconds,
    };
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

/** `imcgen cosim`: the whole scenario with fresh vectors on a generated package. */
export async function cosim(
  folder: string,
  options: VectorOptions & Omit<SimulationRun, 'folder' | 'macro' | 'vectors'>,
): Promise<CosimResult> {
  const plan = orThrow(await planOfPackage(folder));
  return runVectors(plan, buildVectors(plan, options), { ...options, folder });
}

