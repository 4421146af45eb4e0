import { Random } from '../../common/random.js';
import type { Die } from '../../macro/die/die.js';
import type { Comparator, Sensing } from '../../macro/golden/comparator.js';
import type { MacroPlan } from '../../macro/plan/plan.js';
import type { Bench } from './bench.js';
import { busScenario } from './bus-scenario.js';
import { readTables, readWeights, referenceWords, resetTables } from './memory-scenario.js';
import { packedWords } from './packed-scenario.js';
import {
  atEveryReference,
  atTheLimits,
  brokenReferences,
  conflicts,
  everyWidth,
  forbiddenAccesses,
  illegalCells,
  program,
  randomConversions,
  randomStream,
  readBack,
  readRegisters,
  resetAnywhere,
  rewriteTables,
} from './scenario.js';
import { selfCalibrations } from './self-calibration-scenario.js';
import { Stimulus, type Vectors } from './stimulus.js';
import { streams } from './stream-scenario.js';
import { marches, selfTests } from './test-scenario.js';

/** How long the scenario is, and what it is made with. */
export interface VectorOptions {
  /** Same seed, same vectors. */
  readonly seed: number;
  /** Conversions of random inputs, half of them back to back. */
  readonly conversions: number;
  /** How the sense amplifiers decide, where the array simulated does not compare exactly. */
  readonly comparator?: Comparator;
  /** Seed that the comparator is told; 0 where left out. */
  readonly comparatorSeed?: number;
  /** The die that is simulated, where it is not the ideal array. */
  readonly die?: Die;
}

/** What a generated package carries. */
export const PACKAGED: VectorOptions = { seed: 1, conversions: 16 };

/**
 * A macro after reset: tables hold the plan's entries, nothing else is programmed.
 *
 * @param plan       what is exercised
 * @param seed       of what is random in it
 * @param resetTable decoder contents after reset; a package's own where its shape is overridden
 * @param sensing    how the sense amplifiers decide; exactly where left out
 */
export function newBench(plan: MacroPlan, seed: number, resetTable?: bigint, sensing: Sensing = {}): Bench {
  const { columns } = plan.shape;
  const random = new Random(seed);
  const watched = new Set(
    [0, 1, columns - 1, random.whole(0, columns - 1)].filter((column) => column < columns),
  );
  return {
    plan,
    stimulus: new Stimulus(plan, { ...sensing, resetTable }),
    random,
    columns: [...watched],
  };
}

/**
 * The whole scenario: everything that a macro must do and everything that it must refuse. Cells are written before
 * they are read or driven, so their contents at power-up do not matter.
 *
 * @param plan       of the macro
 * @param options    size and seed
 * @param resetTable decoder contents after reset; a package's own where its shape is overridden
 */
export function buildVectors(plan: MacroPlan, options: VectorOptions, resetTable?: bigint): Vectors {
  const { seed, comparator, comparatorSeed, die } = options;
  const bench = newBench(plan, seed, resetTable, { comparator, seed: comparatorSeed, die });
  readTables(bench);
  readRegisters(bench);
  marches(bench);
  referenceWords(bench);
  program(bench);
  readWeights(bench);
  readBack(bench);
  atTheLimits(bench);
  atEveryReference(bench);
  randomConversions(bench, Math.ceil(options.conversions / 2));
  randomStream(bench, Math.floor(options.conversions / 2));
  conflicts(bench);
  forbiddenAccesses(bench);
  selfTests(bench);
  selfCalibrations(bench);
  rewriteTables(bench);
  everyWidth(bench);
  brokenReferences(bench);
  illegalCells(bench);
  resetTables(bench);
  resetAnywhere(bench, 12);
  streams(bench);
  packedWords(bench);
  busScenario(bench);
  return bench.stimulus.vectors();
}

/** The files that a testbench plays, by name. */
export function vectorTexts({ operations, trace, streams }: Vectors): ReadonlyMap<string, string> {
  return new Map([
    ['operations.txt', operations],
    ['trace.txt', trace],
    ...(streams === undefined
      ? []
      : ([
          ['stream_input.txt', streams.input],
          ['stream_output.txt', streams.output],
        ] as const)),
  ]);
}
