/**
 * Campaigns on the engines that run them: `npm run cluster`.
 *
 * The same work in one shard, in shards by this tool, by GNU parallel, and as an array job of a cluster of one node that is
 * started here; jobs killed in the middle, a node's daemon that dies, and a disk without room for the results, which is a
 * small tmpfs where this user may mount one. The merged bytes are the same each time, nothing is lost, and nothing is counted twice.
 */
import { cp, mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { execa } from 'execa';
import { CLI } from '../../fixtures/command-line.js';
import { type Cluster, startCluster } from './slurm.js';

const QUALIFY = ['qualify', 'sample', '--sample', '16', '--seed', '5'];
const FAULTS = ['faults', 'sample', '--pairs', '4000', '--simulate', '8'];
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
  const submit = (
    folder: string,
    engine: string,
    shards: number,
    work: readonly string[],
    ...more: readonly string[]
  ) => ['submit', '--engine', engine, '--shards', String(shards), '-o', folder, ...more, '--', ...work];
  const merged = (folder: string) =>
    readFile(path.join(root, folder, 'merged.jsonl'), 'utf8').catch(() => '');

  /** The merged bytes of one shard. */
  const whole = new Map<readonly string[], string>();
  for (const work of [QUALIFY, FAULTS]) {
    const [name] = work;
    const one = await imcgen(submit(`${name}-one`, 'local', 1, work));
    whole.set(work, await merged(`${name}-one`));
    check(`${name}: one shard, by this tool`, one.exitCode === 0 && whole.get(work) !== '', one.all);
    const alone = await imcgen(work);
    const said = /^sample: score [^;\n]*|^ {2}(stuck-at|address|inversion) .*|^PASS .* mismatches/gm;
    const [found, wanted] = [one.all.match(said), alone.all.match(said)];
    check(
      `${name}: what it reports is what the command reports`,
      found !== null && String(found) === String(wanted),
      one.all,
    );
  }

  /** A disk of its own for the files of results, on which one of them has room: nothing lost, nothing twice. */
  const fullDisk = async (engine: string, env: Readonly<Record<string, string>> = {}) => {
    const folder = `full-${engine}`;
    const disk = path.join(root, folder, 'shards');
    await mkdir(disk, { recursive: true });
    const mount = await execa('mount', ['-t', 'tmpfs', '-o', 'size=32k', 'imcgen-test', disk], {
      reject: false,
      all: true,
    });
    if (mount.exitCode !== 0) {
      process.stdout.write(`skipped a full disk: ${mount.all.trim()}\n`);
      return;
    }
    const command = submit(folder, engine, SHARDS, QUALIFY, ...(engine === 'slurm' ? ['--wait'] : []));
    const there = async () => (await readdir(disk)).filter((name) => name !== 'ballast').sort();
    try {
      await writeFile(path.join(disk, 'ballast'), Buffer.alloc(28 * 1024));
      const full = await imcgen(command, env);
      const named = /shards\/\d\.jsonl: cannot be written: no space left/.test(full.all);
      check(`${engine}, a full disk: it is named`, full.exitCode === 1 && named, full.all);
      const found = await there();
      const results = found.every((name) => /^\d\.jsonl$/.test(name));
      check(
        `${engine}, a full disk: there are whole files of results or none, and nothing is merged`,
        results && found.length < SHARDS && (await merged(folder)) === '',
        found.join(' '),
      );
      await rm(path.join(disk, 'ballast'));
      const again = await imcgen(command, env);
      check(
        `${engine}, with room again: the same command goes on to the same bytes`,
        (await merged(folder)) === whole.get(QUALIFY) && (await there()).length === SHARDS,
        again.all,
      );
    } finally {
      await execa('umount', [disk], { reject: false });
    }
  };

  const onCluster = async ({ env, restartNode }: Cluster) => {
    for (const work of [QUALIFY, FAULTS]) {
      const [name] = work;
      const slurm = await imcgen(submit(`${name}-slurm`, 'slurm', SHARDS, work, '--wait'), env);
      check(
        `${name}: ${SHARDS} shards, Slurm: the same bytes`,
        (await merged(`${name}-slurm`)) === whole.get(work),
        slurm.all,
      );

      // Three shards die in the middle.
      const folder = `${name}-killed`;
      const run = imcgen(submit(folder, 'slurm', SHARDS, work, '--wait'), env);
      const victims = new Set<string>();
      while (victims.size < 3) {
        const { stdout } = await execa('pgrep', ['-f', `${CLI} ${name} .*${folder}/shards`], {
          reject: false,
        });
        const pid = stdout.split('\n').find((line) => line !== '' && !victims.has(line));
        if (pid === undefined) await wait(50);
        else if ((await execa('kill', ['-KILL', pid], { reject: false })).exitCode === 0) victims.add(pid);
      }
      const killed = await run;
      check(
        `${name}: three of them killed, and run again: the same bytes`,
        (await merged(folder)) === whole.get(work),
        killed.all,
      );
      const { jobs } = JSON.parse(await readFile(path.join(root, folder, 'campaign.json'), 'utf8'));
      check(`${name}: what died was handed to the cluster again`, jobs.length > 1, JSON.stringify(jobs));
    }
    await fullDisk('slurm', env);

    // A daemon that dies takes no work with it; whoever submitted has gone home.
    const left = await imcgen(submit('left', 'slurm', SHARDS, QUALIFY), env);
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
      (await merged('left')) === whole.get(QUALIFY),
      status.all,
    );

    const many = await imcgen(submit('many', 'slurm', 102, QUALIFY), env);
    check('more shards than the cluster takes are refused', /Use --shards <= 101\./.test(many.all), many.all);

    // A shard that can never end well.
    const broken = submit('broken', 'slurm', 2, ['qualify', 'nowhere'], '--wait');
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

  await fullDisk('local');
  if (await has('parallel')) {
    for (const work of [QUALIFY, FAULTS]) {
      const folder = `${work[0]}-parallel`;
      const parallel = await imcgen(submit(folder, 'parallel', SHARDS, work, '--jobs', String(CORES)));
      check(
        `${work[0]}: ${SHARDS} shards, GNU parallel: the same bytes`,
        (await merged(folder)) === whole.get(work),
        parallel.all,
      );
    }
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
