/** What has become of a campaign, by what lies in its folder. */
import { existsSync, readFileSync } from 'node:fs';
import { InvalidInput, type Problem } from '../../common/problems.js';
import { logFile, quoted, readPlan, type SubmitPlan, scriptFile, shardFile } from './plan.js';
import { underWay } from './slurm.js';

export interface Status {
  readonly plan: SubmitPlan;
  /** Shards without a file of results. */
  readonly missing: readonly number[];
  /** Shards that the cluster has still to run; both 0 for the other engines. */
  readonly waiting: number;
  readonly running: number;
}

/** Of each log so many lines are shown, and of so many shards. */
const LAST_LINES = 5;
const MOST_SHOWN = 3;

export function missingShards(folder: string, { shards }: SubmitPlan): number[] {
  const all = Array.from({ length: shards }, (_, shard) => shard);
  return all.filter((shard) => !existsSync(shardFile(folder, shard)));
}

/**
 * @throws InvalidInput for a folder that `imcgen submit` did not write
 */
export async function statusOf(folder: string): Promise<Status> {
  const plan = readPlan(folder);
  if (plan === undefined) {
    const message = 'holds no campaign.json';
    const fix = 'Name the folder that imcgen submit -o wrote to.';
    throw new InvalidInput([{ file: folder, path: '', message, fix }]);
  }
  const job = plan.jobs.at(-1);
  const { waiting, running } = job === undefined ? { waiting: 0, running: 0 } : await underWay(job);
  return { plan, missing: missingShards(folder, plan), waiting, running };
}

/** What the shards that failed said last, and how to run each again. */
export function failures(folder: string, missing: readonly number[]): Problem[] {
  return missing.slice(0, MOST_SHOWN).map((shard) => {
    const log = logFile(folder, shard);
    const lines = existsSync(log) ? readFileSync(log, 'utf8').trimEnd().split('\n').slice(-LAST_LINES) : [];
    return {
      ...{ file: log, path: '' },
      message: lines.length === 0 ? 'is not there: the shard did not run' : lines.join('\n  '),
      fix: `Run it again: sh ${quoted(scriptFile(folder))} ${shard}`,
    };
  });
}
