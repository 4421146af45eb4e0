/**
 * Campaigns on the engines that run them: `npm run cluster`.
 *
 * The same work in one shard, in shards by this tool, by GNU parallel, and as an array job of a cluster of one node that is
 * started here; jobs killed in the middle, and a node's daemon that dies. The merged bytes are the same each
 * time, nothing is lost, and nothing is counted twice.
 */
import { cp, mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { execa } from 'execa';
import { CLI } from '../../fixtures/command-line.js';
import { type Cluster, startCluster } from './slurm.js';

const WORK = ['qualify', 'sample', '--sample', '16', '--seed', '5'];
const SHARDS = 8;
const CORES = 2;

let passed = 0;
let failed = 0;
function check(what: string, holds: boolean, detail = ''): void {
  process.stdout.write(
    `${holds ? 'ok    ' : 'FAILED'} ${what}${holds || detail === '' ? '' : `: ${detail}`}\n`,
  );
  if (holds) passed++;
  else failed++;
}

/** Whether an engine is here, or can be installed; a line says where it is not. */
async function has(tool: string): Promise<boolean> {
  const { exitCode, all } = await execa(process.execPath, ['scripts/setup.mjs', tool], {
    reject: false,
    all: true,
  });
  if (exitCode === 0) return true;
  process.stdout.write(`skipped ${tool}: ${all.trim().split('\n').at(-1)}\n`);
  return false;
}

const root = await mkdtemp(path.join(tmpdir(), 'imcgen-cluster-'));
let cluster: Cluster | undefined;
try {
  await cp('out/sample', path.join(root, 'sample'), { recursive: true });
  const imcgen = (args: readonly string[], env: Readonly<Record<string, string>> = {}) =>
    execa(process.execPath, [CLI, ...args], {
      cwd: root,
      reject: false,
      all: true,
      env: { IMCGEN: CLI, ...env },
    });
  const submit = (folder: string, engine: string, shards: number, ...more: readonly string[]) => [
    ...['submit', '--engine', engine, '--shards', String(shards), '-o', folder, ...more, '--', ...WORK],
  ];
  const merged = (folder: string) =>
    readFile(path.join(root, folder, 'merged.jsonl'), 'utf8').catch(() => '');

  const one = await imcgen(submit('one', 'local', 1));
  const whole = await merged('one');
  check('one shard, by this tool', one.exitCode === 0 && whole !== '', one.all);
  const alone = await imcgen(WORK);
  const score = /^sample: score [^;\n]*/m;
  check(
    'what it reports is what the command reports',
    score.exec(one.all)?.[0] === score.exec(alone.all)?.[0],
  );
  const onCluster = async ({ env, restartNode }: Cluster) => {
    const slurm = await imcgen(submit('slurm', 'slurm', SHARDS, '--wait'), env);
    check(`${SHARDS} shards, Slurm: the same bytes`, (await merged('slurm')) === whole, slurm.all);

    // Three shards die in the middle.
    const run = imcgen(submit('killed', 'slurm', SHARDS, '--wait'), env);
    const victims = new Set<string>();
    while (victims.size < 3) {
      const { stdout } = await execa('pgrep', ['-f', `${CLI} qualify .*killed/shards`], { reject: false });
      const pid = stdout.split('\n').find((line) => line !== '' && !victims.has(line));
      if (pid === undefined) await wait(50);
      else if ((await execa('kill', ['-KILL', pid], { reject: false })).exitCode === 0) victims.add(pid);
    }
    const killed = await run;
    check(
      'three of them killed, and run again: the same bytes',
      (await merged('killed')) === whole,
      killed.all,
    );
    const { jobs } = JSON.parse(await readFile(path.join(root, 'killed', 'campaign.json'), 'utf8'));
    check('what died was handed to the cluster again', jobs.length > 1, JSON.stringify(jobs));

    // A daemon that dies takes no work with it; whoever submitted has gone home.
    const left = await imcgen(submit('left', 'slurm', SHARDS), env);
    check('without --wait the command says how to go on', /imcgen status left/.test(left.all), left.all);
    await restartNode();
    let status = await imcgen(['status', 'left', '--json'], env);
    for (
      let tries = 0;
      tries < 120 && JSON.parse(status.stdout).waiting + JSON.parse(status.stdout).running > 0;
      tries++
    ) {
      await wait(500);
      status = await imcgen(['status', 'left', '--json'], env);
    }
    check(
      'the daemon of the node killed and started again: the same bytes',
      (await merged('left')) === whole,
      status.all,
    );

    const many = await imcgen(submit('many', 'slurm', 102), env);
    check('more shards than the cluster takes are refused', /Use --shards <= 101\./.test(many.all), many.all);

    // A shard that can never end well.
    const broken = [
      'submit',
      '--engine',
      'slurm',
      '--shards',
      '2',
      '-o',
      'broken',
      '--wait',
      '--',
      'qualify',
      'nowhere',
    ];
    const refused = await imcgen(broken, env);
    const says =
      /nowhere\/manifest\.json: no such file/.test(refused.all) && /sh broken\/shard\.sh 0/.test(refused.all);
    check(
      'a shard that fails shows its last lines and how to run it again',
      refused.exitCode === 1 && says,
      refused.all,
    );
    const tries = JSON.parse(await readFile(path.join(root, 'broken', 'campaign.json'), 'utf8')).jobs;
    check('what imcgen refuses is not tried again', tries.length === 1, JSON.stringify(tries));
    check('nothing is merged where shards are missing', (await merged('broken')) === '');
  };

  if (await has('parallel')) {
    const parallel = await imcgen(submit('parallel', 'parallel', SHARDS, '--jobs', String(CORES)));
    check(
      `${SHARDS} shards, GNU parallel: the same bytes`,
      (await merged('parallel')) === whole,
      parallel.all,
    );
  }

  if (await has('slurmctld')) {
    cluster = await startCluster(path.join(root, 'cluster'), CORES).catch((error: Error) => {
      process.stdout.write(`skipped Slurm: ${error.message}\n`);
      return undefined;
    });
  }
  if (cluster !== undefined) await onCluster(cluster);
} finally {
  await cluster?.stop();
  await rm(root, { recursive: true, force: true, maxRetries: 5 });
}
process.stdout.write(`${passed} passed, ${failed} failed\n`);
process.exitCode = failed > 0 ? 1 : 0;
