/** Shards on this machine: by this process, or by GNU parallel. */
import { mkdirSync } from 'node:fs';
import path from 'node:path';
import { writeWhole } from '../../common/files/writer.js';
import { inLanes } from '../../common/lanes.js';
import { runTool } from '../../common/tool.js';
import { logFile, quoted, scriptFile } from './plan.js';

/** How shards run on one machine. */
export interface LocalRun {
  readonly folder: string;
  /** Those that are to run. */
  readonly shards: readonly number[];
  /** At a time. */
  readonly jobs: number;
  /** The command that runs imcgen. */
  readonly imcgen: string;
  readonly signal?: AbortSignal | undefined;
  readonly progress?: ((done: number, total: number, title: string) => void) | undefined;
}

/** Runs shards as children of this process; what each prints goes into its log. */
export async function runLocally(run: LocalRun): Promise<void> {
  const { folder, shards, jobs, imcgen, signal, progress } = run;
  let [done, failed] = [0, 0];
  const tell = () => progress?.(done, shards.length, failed > 0 ? `${failed} failed` : '');
  tell();
  await inLanes(shards, jobs, async (shard) => {
    const env = { IMCGEN: imcgen };
    const { output, exitCode } = await runTool('sh', [scriptFile(folder), String(shard)], signal, { env });
    writeWhole(logFile(folder, shard), `${output}\n`);
    done++;
    if (exitCode !== 0) failed++;
    tell();
  });
}

/** The command line of GNU parallel for all shards; for some, they are named on its standard input. */
export function parallelCommand(folder: string, jobs: number): string[] {
  const log = quoted(path.join(folder, 'logs'));
  const work = `sh ${quoted(scriptFile(folder))} {} > ${log}/{}.log 2>&1`;
  return ['parallel', '--no-notice', '-j', String(jobs), '--joblog', path.join(folder, 'parallel.tsv'), work];
}

/** Runs shards by GNU parallel. Its exit code counts failures, which {@link runLocally}'s caller sees by the files. */
export async function runByParallel({ folder, shards, jobs, imcgen, signal }: LocalRun): Promise<void> {
  mkdirSync(path.join(folder, 'logs'), { recursive: true });
  const [command, ...args] = parallelCommand(folder, jobs);
  await runTool(command!, [...args, ':::', ...shards.map(String)], signal, { env: { IMCGEN: imcgen } });
}
