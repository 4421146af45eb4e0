import path from 'node:path';
import { InvalidInput, orThrow } from '../../common/problems.js';
import { requireTools } from '../../common/tool.js';
import { BACKGROUNDS, cellWords, marchCycles } from '../../macro/golden/march.js';
import { planOfPackage } from '../../macro/plan/file.js';
import type { MacroPlan } from '../../macro/plan/plan.js';
import { COMMANDS, type Simulator } from '../cosim/simulator.js';
import { type Coverage, coverageOf, faultsOf, KINDS } from './coverage.js';
import { type FaultSimulation, simulateFaults, type Trial } from './simulate.js';

/** What a macro's march test finds. */
export interface FaultRun {
  /** Name of the macro. */
  readonly macro: string;
  /** Words that the march visits: weights, trim rows and reference cells. */
  readonly words: number;
  /** Cells in those words. */
  readonly cells: number;
  /** Clock cycles of a march that finds nothing. */
  readonly cycles: number;
  /** By kind of fault, on the golden model. */
  readonly coverage: readonly Coverage[];
  /** Marches of the RTL through faulty cells. Undefined where none was asked for. */
  readonly simulation:
    | (FaultSimulation & {
        /** The simulator that ran. */
        readonly simulator: Simulator;
      })
    | undefined;
  /** Every fault found, and the RTL equal to the golden model. */
  readonly passed: boolean;
}

/** How many faults to try, and on what. */
export interface FaultRunOptions {
  /** Most faults of a kind between two cells that are all tried; of kinds with more, this many random ones. */
  readonly pairs: number;
  /** Faults of each kind to simulate in the RTL as well; 0: no simulation. */
  readonly simulate: number;
  /** What to simulate them with. */
  readonly simulator: Simulator;
  /** Seed of the random faults. */
  readonly seed: number;
  /** Ends the run and all that it started. */
  readonly signal?: AbortSignal;
}

/**
 * Fault coverage of a package's march test.
 *
 * @param folder  package that `imcgen generate` wrote
 * @param options how many faults to try, and on what
 * @throws InvalidInput for a folder that is no package, or a macro without a march
 * @throws MissingTool where the simulator is not installed
 * @throws Interrupted where `options.signal` aborts
 */
export async function faultRun(folder: string, options: FaultRunOptions): Promise<FaultRun> {
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
