import path from 'node:path';
import { Interrupted, InvalidInput, orThrow } from '../../common/problems.js';
import type { Range } from '../../common/shard.js';
import { requireTools } from '../../common/tool.js';
import { BACKGROUNDS, cellWords, marchCycles } from '../../macro/golden/march.js';
import { planOfPackage } from '../../macro/plan/file.js';
import type { MacroPlan } from '../../macro/plan/plan.js';
import { COMMANDS, type Simulator } from '../cosim/simulator.js';
import { blocksOf, type Coverage, countsOf, faultsOf, joined, KINDS } from './coverage.js';
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
  /** Told as it goes on. */
  readonly onProgress?: (done: number, total: number, name: string) => void;
}

/** Marches through the RTL that are simulated at once. */
const TRIALS_AT_ONCE = 64;

/** What a part of a run has found: of some faults on the golden model, or of some marches in the RTL. */
export type FaultResult = Coverage | FaultSimulation;

/** A macro and the faults to try, ready to be tried. */
export interface PreparedFaults {
  readonly about: Pick<FaultRun, 'macro' | 'words' | 'cells' | 'cycles'> & { readonly simulator: Simulator };
  /** Parts of the work. */
  readonly items: number;
  /** What some of them find, in their order. */
  readonly run: (range: Range) => AsyncGenerator<FaultResult>;
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
  const { about, items, run } = await prepareFaults(folder, options);
  const results: FaultResult[] = [];
  for await (const result of run({ from: 0, to: items })) results.push(result);
  return faultRunOf(about, results);
}

/**
 * Prepares a package for {@link faultRun} or a part of it.
 *
 * @throws as {@link faultRun}
 */
export async function prepareFaults(folder: string, options: FaultRunOptions): Promise<PreparedFaults> {
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
  const { pairs, simulate, simulator, seed, signal, onProgress } = options;
  if (simulate > 0) requireTools(...COMMANDS[simulator]);
  const choice = { most: pairs, seed };
  const blocks = blocksOf(shape, choice);
  const trials = trialsOf(plan, simulate, seed);
  const runs = Array.from({ length: Math.ceil(trials.length / TRIALS_AT_ONCE) }, (_, at) =>
    trials.slice(at * TRIALS_AT_ONCE, (at + 1) * TRIALS_AT_ONCE),
  );
  const order = mixed(blocks, runs);
  const words = cellWords(shape);
  return {
    about: {
      macro: plan.name,
      words: words.length,
      cells: words.reduce((cells, { mask }) => cells + 32 - Math.clz32(mask), 0),
      cycles: marchCycles(shape),
      simulator,
    },
    items: order.length,
    run: async function* ({ from, to }) {
      const part = order.slice(from, to);
      const counts = countsOf(
        shape,
        part.flatMap((item) => ('kind' in item ? [item] : [])),
        choice,
      );
      for (const [at, item] of part.entries()) {
        onProgress?.(at, part.length, 'kind' in item ? item.kind.kind : 'marches in the RTL');
        // Signals have their turn.
        await new Promise(setImmediate);
        if (signal?.aborted) throw new Interrupted();
        yield 'kind' in item
          ? (counts.next().value as Coverage)
          : await simulateFaults(plan, item, { folder, simulator, ...(signal && { signal }) });
      }
    },
  };
}

/** Two lists as one, each spread evenly: parts of the whole take about as long as each other. */
function mixed<A, B>(one: readonly A[], other: readonly B[]): (A | B)[] {
  const placed = [one, other].flatMap((list) =>
    list.map((item, at) => ({ item, place: (at + 0.5) / list.length })),
  );
  return placed.sort((a, b) => a.place - b.place).map(({ item }) => item);
}

/** What all parts have found together. */
export function faultRunOf(
  { simulator, ...about }: PreparedFaults['about'],
  results: readonly FaultResult[],
): FaultRun {
  const coverage = joined(results.filter((result): result is Coverage => 'kind' in result));
  const marches = results.filter((result): result is FaultSimulation => 'trials' in result);
  const simulation = marches.length === 0 ? undefined : { ...simulationOf(marches), simulator };
  const passed = coverage.every(({ faults, found }) => found === faults) && (simulation?.passed ?? true);
  return { ...about, coverage, simulation, passed };
}

function simulationOf(runs: readonly FaultSimulation[]): FaultSimulation {
  const sum = (count: 'checks' | 'trials' | 'found' | 'located' | 'cycles') =>
    runs.reduce((total, run) => total + run[count], 0);
  const timed = runs.every(({ seconds }) => seconds !== undefined);
  return {
    passed: runs.every(({ passed }) => passed),
    checks: sum('checks'),
    mismatches: runs.flatMap(({ mismatches }) => mismatches),
    complaints: runs.flatMap(({ complaints }) => complaints),
    ...{ trials: sum('trials'), found: sum('found'), located: sum('located'), cycles: sum('cycles') },
    ...(timed && { seconds: runs.reduce((total, { seconds }) => total + seconds!, 0) }),
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
