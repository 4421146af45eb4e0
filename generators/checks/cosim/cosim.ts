import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { InvalidInput, orThrow } from '../../common/problems.js';
import { dieConstants } from '../../macro/die/constants.js';
import { Die } from '../../macro/die/die.js';
import { planOfPackage } from '../../macro/plan/file.js';
import type { MacroPlan } from '../../macro/plan/plan.js';
import type { MacroShape } from '../../macro/plan/shape.js';
import { tableBits } from '../../macro/plan/table.js';
import { offsetsUnmeasurable } from '../../macro/trim/known.js';
import { parameterValues } from '../../package/rtl/parameters.js';
import { calibrationVectors } from '../../package/vectors/calibration.js';
import type { Vectors } from '../../package/vectors/stimulus.js';
import { buildVectors, type VectorOptions, vectorTexts } from '../../package/vectors/vectors.js';
import { overridePlan } from './overrides.js';
import { type PowerUp, type SimulationRun, type Simulator, simulate } from './simulator.js';
import { judge, type Verdict } from './verdict.js';

/** What came of a simulation. */
export interface CosimResult extends Verdict {
  /** Name of the macro. */
  readonly macro: string;
  /** The simulator that ran. */
  readonly simulator: Simulator;
  /** Conversions that were compared. */
  readonly conversions: number;
  /** Clock cycles out of reset, each of them compared. */
  readonly cycles: number;
  /** Cells at power-up, where not 0. */
  readonly powerUp?: PowerUp;
  /** Seconds of the simulation itself. */
  readonly seconds: number;
  /** Columns whose trim was calibrated, and those that were reported, where that was simulated. */
  readonly calibrated?: {
    /** Columns of the macro. */
    readonly columns: number;
    /** Those that were reported. */
    readonly reported: number;
  };
}

/**
 * Simulates a package against the golden model on the vectors given.
 *
 * @param plan    of the package in `run.folder`
 * @param vectors made for that plan: the golden model's answers are in them
 * @param run     the package and how to simulate it
 * @returns the verdict; a mismatch is no error
 * @throws MissingTool where the simulator is not installed
 * @throws InvalidInput where the Verilog does not compile cleanly, naming file and line: any warning is an error
 * @throws Interrupted where `run.signal` aborts; nothing is left running or lying about
 */
export async function runVectors(
  plan: MacroPlan,
  vectors: Vectors,
  run: Omit<SimulationRun, 'vectors' | 'macro'>,
): Promise<CosimResult> {
  const folder = await mkdtemp(path.join(tmpdir(), 'imcgen-vectors-'));
  try {
    for (const [name, text] of vectorTexts(vectors)) await writeFile(path.join(folder, name), text);
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

/** Size of the scenario, and how to simulate it. */
export type CosimOptions = Omit<VectorOptions, 'die'> &
  Omit<SimulationRun, 'folder' | 'macro' | 'vectors' | 'parameters'> & {
    /** Calibrate the trim rows over the bus and convert random inputs then, in place of the whole scenario. */
    readonly selfCalibrate?: boolean;
  };

/**
 * The whole scenario with fresh vectors on a generated package, as `imcgen cosim` runs it.
 *
 * @param folder  package that `imcgen generate` or `writePackage` wrote
 * @param options size of the scenario, and the simulator
 * @returns the verdict; a mismatch is no error
 * @throws InvalidInput for a folder that is no package, or Verilog that does not compile cleanly
 * @throws MissingTool where the simulator is not installed
 * @throws Interrupted where `options.signal` aborts; nothing is left running or lying about
 *
 * @example
 * ```ts
 * import { cosim } from 'imcgen';
 *
 * const { passed, checks } = await cosim('out/demo', { conversions: 50, seed: 1, simulator: 'icarus' });
 * console.log(passed, checks);
 * ```
 */
export async function cosim(folder: string, options: CosimOptions): Promise<CosimResult> {
  const plan = orThrow(await planOfPackage(folder));
  if (options.selfCalibrate) return cosimCalibration(plan, folder, options);
  const die = dieOf(plan, plan.shape, folder, options);
  return runVectors(plan, buildVectors(plan, { ...options, ...die }), { ...options, folder });
}

/** A calibration of the trim rows over the bus, then random conversions, in place of the whole scenario. */
async function cosimCalibration(
  plan: MacroPlan,
  folder: string,
  options: CosimOptions,
): Promise<CosimResult> {
  const noRows = {
    path: 'array.trimRows',
    message: 'is 0: this macro has no trim rows to calibrate',
    fix: 'Set array.trimRows in the config, and generate again.',
  };
  const problem = plan.shape.trimRows === 0 ? noRows : offsetsUnmeasurable(plan.shape);
  if (problem !== undefined) {
    throw new InvalidInput([{ file: path.join(folder, 'config.resolved.json'), ...problem }]);
  }
  const die = dieOf(plan, plan.shape, folder, options);
  const { vectors, found } = calibrationVectors(plan, { ...options, ...die });
  const calibrated = {
    columns: found.settings.length,
    reported: found.reported.reduce((sum, one) => sum + one, 0),
  };
  return { ...(await runVectors(plan, vectors, { ...options, folder })), calibrated };
}

/** The same scenario with the package's parameters overridden at instantiation. */
export async function cosimOverride(
  folder: string,
  change: Partial<MacroShape>,
  options: CosimOptions,
): Promise<CosimResult> {
  const plan = orThrow(await planOfPackage(folder));
  const other = overridePlan(plan, change);
  const die = dieOf(plan, other.shape, folder, options);
  const vectors = buildVectors(other, { ...options, ...die }, tableBits(plan));
  return runVectors(other, vectors, { ...options, folder, parameters: parameterValues(other.shape) });
}

/** The die that the view of a package draws, where it is the view that is simulated. */
function dieOf(
  { config, shape }: MacroPlan,
  simulated: MacroShape,
  folder: string,
  { view, dieSeed }: CosimOptions,
): { readonly die?: Die } {
  if (view !== 'die') return {};
  if (config.die === undefined) {
    throw new InvalidInput([
      {
        file: path.join(folder, 'config.resolved.json'),
        path: 'die',
        message: 'is missing: this package has no view of a die',
        fix: 'Add "die": {} to the config, with the effects that dies are to have, and generate again.',
      },
    ]);
  }
  return { die: new Die(dieConstants(config.die, shape), simulated, dieSeed ?? config.die.seed) };
}
