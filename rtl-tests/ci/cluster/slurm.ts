import { spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { chmodSync, existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { hostname, userInfo } from 'node:os';
import path from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { execa } from 'execa';

/** A cluster of one node on this machine, all of it in one folder. */
export interface Cluster {
  /** What commands of Slurm have to have in their environment. */
  readonly env: Readonly<Record<string, string>>;
  /** Ends the daemon of the node as a power cut would, and starts it again. */
  restartNode(): Promise<void>;
  stop(): Promise<void>;
}

const DAEMONS = ['slurmctld', 'slurmd', 'munged'] as const;

/** A port of the loopback that is free now, with the next one. */
async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as { port: number };
  await new Promise((resolve) => server.close(resolve));
  return port;
}

async function until(what: string, holds: () => Promise<boolean>): Promise<void> {
  for (let tries = 0; tries < 300; tries++) {
    if (await holds()) return;
    await wait(100);
  }
  throw new Error(`Slurm: ${what} does not come`);
}

/** Starts munge, controller and node. Nothing of it listens beyond the loopback, or writes outside of the folder. */
export async function startCluster(folder: string, cpus: number): Promise<Cluster> {
  const at = (name: string) => path.join(folder, name);
  const host = hostname().split('.')[0]!;
  const user = userInfo().username;
  for (const name of ['munge', 'ctld', 'slurmd']) mkdirSync(at(name), { recursive: true });
  chmodSync(folder, 0o711);
  writeFileSync(at('munge.key'), randomBytes(128), { mode: 0o400 });
  const port = await freePort();
  writeFileSync(
    at('slurm.conf'),
    [
      ...['ClusterName=test', `SlurmctldHost=${host}(127.0.0.1)`, `SlurmUser=${user}`, `SlurmdUser=${user}`],
      ...[`SlurmctldPort=${port}`, `SlurmdPort=${await freePort()}`, 'AuthType=auth/munge'],
      ...['CredType=cred/munge', `AuthInfo=socket=${at('munge/socket')},cred_expire=5`],
      'CommunicationParameters=NoCtldInAddrAny,NoInAddrAny',
      ...[`StateSaveLocation=${at('ctld')}`, `SlurmdSpoolDir=${at('slurmd')}`],
      ...[`SlurmctldPidFile=${at('slurmctld.pid')}`, `SlurmdPidFile=${at('slurmd.pid')}`],
      ...[`SlurmctldLogFile=${at('slurmctld.log')}`, `SlurmdLogFile=${at('slurmd.log')}`],
      ...['ProctrackType=proctrack/linuxproc', 'TaskPlugin=task/none', 'MpiDefault=none'],
      ...['JobAcctGatherType=jobacct_gather/none', 'AccountingStorageType=accounting_storage/none'],
      ...['SwitchType=switch/none', 'SelectType=select/cons_tres', 'SelectTypeParameters=CR_CPU'],
      ...[
        'SchedulerType=sched/backfill',
        'SchedulerParameters=batch_sched_delay=0,sched_interval=1,bf_interval=1',
      ],
      ...['MaxArraySize=101', 'MinJobAge=3600', 'ReturnToService=2', 'JobRequeue=1', 'KillWait=2'],
      ...['SlurmctldTimeout=30', 'SlurmdTimeout=30', 'PropagateResourceLimits=NONE', 'MailProg=/bin/true'],
      `NodeName=${host} NodeAddr=127.0.0.1 CPUs=${cpus} RealMemory=1000 State=UNKNOWN`,
      `PartitionName=main Nodes=${host} Default=YES MaxTime=INFINITE State=UP`,
      '',
    ].join('\n'),
  );
  const env = { SLURM_CONF: at('slurm.conf') };
  const munge = [
    '--force',
    '--num-threads=1',
    `--socket=${at('munge/socket')}`,
    `--key-file=${at('munge.key')}`,
  ];
  const places = [
    `--pid-file=${at('munged.pid')}`,
    `--log-file=${at('munged.log')}`,
    `--seed-file=${at('seed')}`,
  ];
  await execa('munged', [...munge, ...places], { stdin: 'ignore' });
  const daemon = (name: string, ...args: string[]) => {
    spawn(name, ['-D', ...args], {
      env: { ...process.env, ...env },
      stdio: 'ignore',
      detached: true,
    }).unref();
  };
  const pidOf = (name: string) =>
    existsSync(at(`${name}.pid`)) ? Number(readFileSync(at(`${name}.pid`), 'utf8')) : 0;
  const idle = async () => {
    const { stdout } = await execa('sinfo', ['-h', '-o', '%t'], { env, reject: false });
    return ['idle', 'mix', 'alloc'].includes(stdout.trim());
  };
  const kill = (pid: number, signal: NodeJS.Signals) => {
    try {
      process.kill(pid, signal);
    } catch {
      // It has ended.
    }
  };
  daemon('slurmctld', '-c');
  daemon('slurmd');
  await until('the node', idle);
  return {
    env,
    restartNode: async () => {
      kill(pidOf('slurmd'), 'SIGKILL');
      await wait(500);
      daemon('slurmd');
      await until('the node after its restart', idle);
    },
    stop: async () => {
      await execa('scancel', ['--me', '--full', '-Q'], { env, reject: false });
      await wait(500);
      for (const name of DAEMONS) if (pidOf(name) > 0) kill(pidOf(name), 'SIGTERM');
      await wait(1500);
      for (const name of DAEMONS) if (pidOf(name) > 0) kill(pidOf(name), 'SIGKILL');
    },
  };
}
