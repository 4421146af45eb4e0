import { readdirSync, rmSync } from 'node:fs';
import path from 'node:path';
import { writeCaptured } from '../../campaign/shards/capture.js';
import { gather, writeMerged } from '../../campaign/shards/merge.js';
import { estimate } from '../../campaign/submit/estimate.js';
import { parallelCommand, runByParallel, runLocally } from '../../campaign/submit/local.js';
import {
  arrayFile,
  quoted,
  readPlan,
  type SubmitPlan,
  savePlan,
  scriptFile,
  shardFolder,
  shardScript,
  submitPlan,
  writePlan,
} from '../../campaign/submit/plan.js';
import { arrayScript, refused, sbatch, underWay } from '../../campaign/submit/slurm.js';
import { failures, missingShards, statusOf } from '../../campaign/submit/status.js';
import { requireWritable, TEMPORARY } from '../../common/files/output.js';
import { writeWhole } from '../../common/files/writer.js';
import { Interrupted, InvalidInput } from '../../common/problems.js';
import { requireTools } from '../../common/tool.js';
import { estimateText } from '../report/estimate.js';
import { mergedPasses, mergedReport } from './merge.js';

/** How often shards that died on a cluster are handed to it again. */
const MOST_TRIES = 3;
/** Between two looks at a cluster, ms. */
const PERIOD = 1000;

/** What `imcgen submit` is asked for. */
export interface SubmitFlags {
  readonly engine: SubmitPlan['engine'];
  readonly shards: number;
  /** Not needed for an estimate. */
  readonly output: string;
  readonly jobs: number;
  readonly atATime?: number;
  readonly partition?: string;
  readonly time?: string;
  readonly memory?: string;
  readonly wait: boolean;
  readonly dryRun: boolean;
  readonly estimate: boolean;
  readonly quiet: boolean;
}

interface Surroundings {
  /** The command that runs imcgen. */
  readonly imcgen: string;
  readonly signal: AbortSignal;
  readonly progress: (done: number, total: number, title: string) => void;
}

/** `imcgen submit`. */
export async function submit(command: readonly string[], flags: SubmitFlags, around: Surroundings) {
  const { engine, shards, output: folder, quiet } = flags;
  const plan = submitPlan(command, shards, engine);
  if (flags.estimate) {
    const { imcgen, signal, progress } = around;
    process.stdout.write(estimateText(await estimate(plan, imcgen, signal, progress)));
    return;
  }
  const scripts = {
    'shard.sh': shardScript(folder, plan),
    ...(engine === 'slurm' && { 'array.sbatch': arrayScript(folder, plan, flags) }),
  };
  if (flags.dryRun) {
    process.stdout.write(dryRun(folder, flags, scripts));
    return;
  }
  if (engine === 'parallel') requireTools('parallel');
  if (engine === 'slurm') requireTools('sbatch', 'squeue', 'scontrol');
  requireWritable([{ path: folder, kind: 'folder' }]);
  writePlan(folder, { ...plan, jobs: readPlan(folder)?.jobs ?? [] }, scripts);
  if (engine === 'slurm') {
    if (!(await onCluster(folder, flags, around))) return;
  } else {
    const all = Array.from({ length: shards }, (_, shard) => shard);
    const run = { folder, shards: all, jobs: flags.jobs, ...around };
    await (engine === 'local' ? runLocally(run) : runByParallel(run));
  }
  finish(folder, quiet);
}

function dryRun(
  folder: string,
  { engine, jobs, shards }: SubmitFlags,
  scripts: Readonly<Record<string, string>>,
) {
  const run = {
    local: `for shard in $(seq 0 ${shards - 1}); do sh ${quoted(scriptFile(folder))} $shard; done`,
    parallel: `${parallelCommand(folder, jobs).map(quoted).join(' ')} ::: $(seq 0 ${shards - 1})`,
    slurm: `sbatch ${quoted(arrayFile(folder))}`,
  }[engine];
  const texts = Object.entries(scripts).map(
    ([name, text]) => `==> ${path.join(folder, name)} <==\n${text}\n`,
  );
  return `${texts.join('')}==> to run it <==\n${run}\nimcgen merge ${quoted(shardFolder(folder))}\n`;
}

/** @returns whether the shards have been waited for */
async function onCluster(folder: string, flags: SubmitFlags, around: Surroundings): Promise<boolean> {
  const { shards, wait, quiet } = flags;
  let left = Array.from({ length: shards }, (_, shard) => shard);
  for (let attempt = 0; attempt < MOST_TRIES && left.length > 0; attempt++) {
    const job = await sbatch(folder, left, flags, around.imcgen);
    const plan = readPlan(folder)!;
    savePlan(folder, { ...plan, jobs: [...plan.jobs, job] });
    if (!wait) {
      if (!quiet)
        process.stdout.write(`${folder}: job ${job}, ${shards} shards. ${howToGoOn(folder, job)}\n`);
      return false;
    }
    await ended(job, left.length, folder, around);
    const hopeless = await refused(job);
    left = missingShards(folder, plan).filter((shard) => !hopeless.includes(shard));
  }
  return true;
}

async function ended(job: string, shards: number, folder: string, { signal, progress }: Surroundings) {
  for (;;) {
    const { waiting, running } = await underWay(job);
    progress(shards - waiting - running, shards, `job ${job}: ${running} running`);
    if (waiting + running === 0) return;
    await new Promise((resolve) => setTimeout(resolve, PERIOD));
    if (signal.aborted) {
      process.stderr.write(`\nJob ${job} goes on. ${howToGoOn(folder, job)}\n`);
      throw new Interrupted();
    }
  }
}

function howToGoOn(folder: string, job: string): string {
  return `imcgen status ${quoted(folder)} says how far it is; scancel ${job} ends it.`;
}

/** Merges what is whole; else says which shards failed, and why. */
function finish(folder: string, quiet: boolean): void {
  const missing = missingShards(folder, readPlan(folder)!);
  if (missing.length > 0) {
    const message = `${missing.length} shards have no results: ${missing.slice(0, 10).join(', ')}${missing.length > 10 ? ', ..' : ''}`;
    const fix = 'The same command runs them again.';
    throw new InvalidInput([{ file: folder, path: '', message, fix }, ...failures(folder, missing)]);
  }
  const results = gather([shardFolder(folder)]);
  // What shards that were killed have left half written: nobody goes on with it.
  for (const name of readdirSync(shardFolder(folder))) {
    if (name.startsWith(TEMPORARY)) rmSync(path.join(shardFolder(folder), name), { force: true });
  }
  // Tensors are large, and nobody reads them but from their own files.
  const npy = results.campaign.command === 'capture' ? path.join(folder, 'npy') : undefined;
  if (npy === undefined) writeMerged(results, path.join(folder, 'merged.jsonl'));
  else writeCaptured(results, npy);
  const { text, json } = mergedReport(results, npy);
  writeWhole(path.join(folder, 'report.txt'), text());
  writeWhole(path.join(folder, 'report.json'), json());
  if (!quiet) process.stdout.write(text());
  if (!mergedPasses(results)) process.exitCode = 1;
}

/** `imcgen status`. */
export async function status(folder: string, json: boolean): Promise<void> {
  const { plan, missing, waiting, running } = await statusOf(folder);
  const there = plan.shards - missing.length;
  if (json) {
    const { command, shards, engine } = plan;
    process.stdout.write(
      `${JSON.stringify({ command, shards, engine, there, waiting, running, missing }, null, 2)}\n`,
    );
  } else {
    const cluster = waiting + running > 0 ? `, ${running} running, ${waiting} waiting` : '';
    process.stdout.write(`${folder}: imcgen ${plan.command.map(quoted).join(' ')}\n`);
    process.stdout.write(`  ${there} of ${plan.shards} shards are there${cluster}\n`);
  }
  if (waiting + running === 0) finish(folder, json);
}
