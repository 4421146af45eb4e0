/** Shards as an array job of Slurm. */
import { mkdirSync } from 'node:fs';
import path from 'node:path';
import { InvalidInput } from '../../common/problems.js';
import { runTool } from '../../common/tool.js';
import { arrayFile, quoted, type SubmitPlan, scriptFile } from './plan.js';

/** What is asked of the cluster; what is undefined is left to it. */
export interface SlurmOptions {
  readonly partition?: string | undefined;
  readonly time?: string | undefined;
  readonly memory?: string | undefined;
  /** Shards at a time. */
  readonly atATime?: number | undefined;
}

/** A whole array in ranges: `0-7`, `1,4-6`. */
export function arrayOf(shards: readonly number[]): string {
  const ranges: [number, number][] = [];
  for (const shard of shards) {
    const last = ranges.at(-1);
    if (last !== undefined && last[1] === shard - 1) last[1] = shard;
    else ranges.push([shard, shard]);
  }
  return ranges.map(([from, to]) => (from === to ? String(from) : `${from}-${to}`)).join(',');
}

/** The script that `sbatch` takes. */
export function arrayScript(folder: string, { command, shards }: SubmitPlan, options: SlurmOptions): string {
  const { partition, time, memory, atATime } = options;
  const limit = atATime === undefined ? '' : `%${atATime}`;
  const lines = [
    `--job-name=imcgen-${command[0]}`,
    `--array=0-${shards - 1}${limit}`,
    `--output=${path.join(folder, 'logs', '%a.log')}`,
    '--open-mode=truncate',
    '--requeue',
    '--ntasks=1',
    ...(partition === undefined ? [] : [`--partition=${partition}`]),
    ...(time === undefined ? [] : [`--time=${time}`]),
    ...(memory === undefined ? [] : [`--mem=${memory}`]),
  ];
  return `#!/bin/sh
# The shards of: imcgen ${command.map(quoted).join(' ')}
# From the folder in which imcgen submit ran: sbatch ${quoted(arrayFile(folder))}
${lines.map((line) => `#SBATCH ${quoted(line)}`).join('\n')}
exec sh ${quoted(scriptFile(folder))} "$SLURM_ARRAY_TASK_ID"
`;
}

/** Largest index of an array job that the cluster takes. */
async function largestIndex(): Promise<number> {
  const { output } = await runTool('scontrol', ['show', 'config'], undefined);
  const size = Number(/^MaxArraySize\s*=\s*(\d+)/m.exec(output)?.[1] ?? Number.NaN);
  if (Number.isNaN(size)) throw unusable(output);
  return size - 1;
}

function unusable(output: string): InvalidInput {
  const last = output.trim().split('\n').slice(-3).join(' ');
  return new InvalidInput([{ file: 'Slurm', path: '', message: last || 'does not answer' }]);
}

/**
 * Hands shards to the cluster.
 *
 * @param shards those that are to run
 * @param imcgen the command that runs imcgen on every node
 * @returns number of the job
 * @throws MissingTool without Slurm, InvalidInput where the cluster refuses
 */
export async function sbatch(
  folder: string,
  shards: readonly number[],
  options: SlurmOptions,
  imcgen: string,
): Promise<string> {
  const largest = await largestIndex();
  if (shards.some((shard) => shard > largest)) {
    const message = `the cluster takes array indices up to ${largest}`;
    const fix = `Use --shards <= ${largest + 1}.`;
    throw new InvalidInput([{ file: 'Slurm', path: 'MaxArraySize', message, fix }]);
  }
  mkdirSync(path.join(folder, 'logs'), { recursive: true });
  const limit = options.atATime === undefined ? '' : `%${options.atATime}`;
  const args = ['--parsable', '--export=ALL', `--array=${arrayOf(shards)}${limit}`, arrayFile(folder)];
  const { output, exitCode } = await runTool('sbatch', args, undefined, { env: { IMCGEN: imcgen } });
  const job = /^(\d+)(;.*)?$/m.exec(output)?.[1];
  if (exitCode !== 0 || job === undefined) throw unusable(output);
  return job;
}

/** Shards of a job that wait or run. */
export async function underWay(job: string): Promise<{ waiting: number; running: number }> {
  const args = ['--noheader', '--array', `--jobs=${job}`, '--states=all', '--format=%T'];
  const { output } = await runTool('squeue', args, undefined);
  const states = output.split('\n').map((line) => line.trim());
  const count = (...names: string[]) => states.filter((state) => names.includes(state)).length;
  return {
    waiting: count('PENDING', 'REQUEUED', 'REQUEUE_HOLD', 'SUSPENDED'),
    running: count('RUNNING', 'COMPLETING', 'CONFIGURING', 'STAGE_OUT'),
  };
}

/** Exit codes by which imcgen itself says that a shard cannot be done: to run it again changes nothing. */
const REFUSALS = [1, 2, 3];

/** Shards of a job that imcgen refused. */
export async function refused(job: string): Promise<number[]> {
  const args = [
    '--noheader',
    '--array',
    `--jobs=${job}`,
    '--states=all',
    '--Format=ArrayTaskID:12,exit_code:12',
  ];
  const { output } = await runTool('squeue', args, undefined);
  return output.split('\n').flatMap((line) => {
    // As wait(2) gives it: the exit code stands above the signal.
    const [, shard, status] = /^(\d+)\s+(\d+)/.exec(line) ?? [];
    return REFUSALS.some((code) => Number(status) === 256 * code) ? [Number(shard)] : [];
  });
}
