import path from 'node:path';
import { InvalidInput, orThrow } from '../../common/problems.js';
import { requireTools } from '../../common/tool.js';
import { BACKGROUNDS, cellWords, marchCycles } from '../../macro/golden/march.js';
import { planOfPackage } from '../../macro/plan/file.js';
import type { MacroPlan } from '../../macro/plan/plan.js';
import { COMMANDS, type Simulator } from '../cosim/simulator.js';
import { type Coverage, coverageOf, faultsOf, KINDS } from './coverage.js';
import { type FaultSimulation, simulateFaults, type Trial } from './simulate.js';

export interface FaultRun {
  readonly macro: string;
  readonly words: number;
  readonly cells: number;
  /** Clock cycles of a march that finds nothing. */
  readonly cycles: number;
  readonly coverage: readonly Coverage[];
  /** Undefined where none was asked for. */
  readonly simulation: (FaultSimulation & { readonly simulator: Simulator }) | undefined;
  /** Every fault found, and the RTL equal to the golden model. */
  readonly passed: boolean;
}

/**
 * Fault coverage of a package's march test.
 *
 * @throws InvalidInput for a folder that is no package, or a macro without a march
 * @throws MissingTool where the simulator is not installed
 */
export async function faultRun(
  folder: string,
  options: {
    readonly pairs: number;
    readonly simulate: number;
    readonly simulator: Simulator;
    readonly seed: number;
    readonly signal?: AbortSignal;
  },
): Promise<FaultRun> {
  const plan = orThrow(await planOfPackage(folder));
  const { shape } = plan;
  if (!shape.march) {
    throw new InvalidInput([
      {
        file: path.join(folder, 'config.resolved.json'),
        path: 'test.march',
        message: 'is false: this macro has no march test',
        fix: 'Generate it with test.march: true.',
      },
    ]);
  }
  const { pairs, simulate, simulator, seed } = options;
  if (simulate > 0) requireTools(...COMMANDS[simulator]);
  const coverage = coverageOf(shape, { most: pairs, seed });
  const trials = trialsOf(plan, simulate, seed);
  const simulation =
    trials.length === 0 ? undefined : await simulateFaults(plan, trials, { ...options, folder });
  const words = cellWords(shape);
  return {
    macro: plan.name,
    words: words.length,
    cells: words.reduce((cells, { mask }) => cells + 32 - Math.clz32(mask), 0),
    cycles: marchCycles(shape),
    coverage,
    simulation: simulation && { ...simulation, simulator },
    passed: coverage.every(({ faults, found }) => found === faults) && (simulation?.passed ?? true),
  };
}

/** Random faults of every kind, each on a background of its own; among them one march without a fault. */
export function trialsOf({ shape }: MacroPlan, ofEach: number, seed: number): Trial[] {
  if (ofEach === 0) return [];
  const trials = KINDS.flatMap((kind) => [...faultsOf(shape, kind, ofEach, seed, false)]).map(
    (fault, at): Trial => ({ fault, background: at % BACKGROUNDS.length }),
  );
  return [{ fault: undefined, background: 0 }, ...trials];
}
