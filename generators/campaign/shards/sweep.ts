import { InvalidInput } from '../../common/problems.js';
import type { Shard } from '../../common/shard.js';
import type { MacroPlan } from '../../macro/plan/plan.js';
import type { AxisValue, AxisValues } from '../sweep/axes.js';
import { choiceContent, type LayerLevels } from '../sweep/levels.js';
import { prepareSweep, rowPasses, type SweepOptions, type SweepRow } from '../sweep/sweep.js';
import type { Variant } from '../sweep/variants.js';
import { itemsOf, type Results } from './merge.js';
import { campaignOf } from './result-file.js';
import { type Divisible, runShard } from './shard.js';

/** Most macros of a sweep in shards. */
const MOST_MACROS = 16_384;

/** What a report of all macros says besides them. */
interface About {
  readonly macro: string;
  readonly output: string;
  readonly axes: readonly AxisValues[];
}

/**
 * A macro of a sweep as a shard leaves it. Whether its package was there before is not told: a shard that ran twice would
 * tell otherwise.
 */
export interface SweptRow extends Pick<SweepRow, 'folder' | 'sha256' | 'problems'> {
  readonly variant: Variant;
  readonly state: 'there' | 'refused';
  readonly plan: Pick<MacroPlan, 'shape' | 'schedule' | 'layers'> | undefined;
  readonly levels: readonly Pick<LayerLevels, 'origin' | 'widened'>[];
  /** For how long it ran is no result. */
  readonly simulation: WithoutSeconds<SweepRow['simulation']>;
  readonly files: undefined;
  readonly change: undefined;
}

type WithoutSeconds<Value> = Value extends { seconds: number } ? Omit<Value, 'seconds'> : Value;

/** What shards have made together. */
export interface MergedSweep extends About {
  readonly rows: readonly SweptRow[];
  readonly dryRun: false;
  readonly passed: boolean;
}

/**
 * Generates a part of the packages of a sweep into the folder of all of them, and writes what became of each.
 *
 * @returns what was done, in a line
 * @throws as `sweep`, and InvalidInput where a package cannot be written
 */
export async function sweepShard(
  config: string,
  options: SweepOptions,
  shard: Shard,
  file: string,
): Promise<string> {
  const { base, output, variants, run } = await prepareSweep(config, options, MOST_MACROS);
  const about: About = { macro: base.config.name, output, axes: options.axes };
  const { method, files, samples, simulate } = options;
  const content = await choiceContent(options, base);
  const decides = [base.config, base.levels, about, method, files, samples, simulate, content];
  const work: Divisible = {
    ...{ campaign: campaignOf('sweep', variants.length, { ...about }, decides), noun: 'macros' },
    run: async (range, add) => (await run(range)).map(written).forEach(add),
  };
  return runShard(work, shard, file);
}

/** What is written of a macro. A package that cannot be written is no result: its shard has to run again. */
function written({ variant, folder, sha256, state, plan, problems, levels, simulation }: SweepRow) {
  if (state === 'refused' && plan !== undefined) throw new InvalidInput(problems);
  return {
    ...{ name: variant.name, values: [...variant.values], folder, sha256, problems },
    state: state === 'refused' ? 'refused' : 'there',
    plan: plan && { shape: plan.shape, schedule: plan.schedule, layers: plan.layers },
    levels: levels.map(({ origin, widened }) => ({ origin, widened })),
    simulation: simulation && { ...simulation, seconds: undefined },
  };
}

interface Written extends Omit<SweptRow, 'variant'> {
  readonly name: string;
  readonly values: readonly (readonly [string, AxisValue])[];
}

/** The sweep that shards have made together. */
export function mergedSweep(results: Results): MergedSweep {
  const rows = ([...itemsOf(results)] as Written[]).map(({ name, values, ...row }): SweptRow => {
    const { state, sha256, plan, simulation } = row;
    return {
      ...row,
      ...{ state, sha256, plan, simulation, files: undefined, change: undefined },
      variant: { name, values: new Map(values) },
    };
  });
  const about = results.campaign.about as unknown as About;
  return { ...about, rows, dryRun: false, passed: rows.every(rowPasses) };
}
