import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { execa } from 'execa';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Interrupted, orThrow } from '../../generators/common/problems.js';
import { runTool } from '../../generators/common/tool.js';
import { packageFiles } from '../../generators/package/package.js';
import { writePackage } from '../../generators/package/write.js';
import { CLI } from '../fixtures/command-line.js';
import { CONFIGURATIONS, planOf } from '../fixtures/configurations.js';
import { everyNth, forEveryChange, itLong } from '../fixtures/every-change.js';

/** A simulation that takes long enough to be stopped. */
const PLAN = planOf(CONFIGURATIONS.find(({ config }) => config.name === 'demo')!);

let home: string;
let folder: string;
let temporary: string;
beforeAll(async () => {
  home = await mkdtemp(path.join(tmpdir(), 'imcgen-interrupt-'));
  folder = orThrow(await writePackage(path.join(home, 'demo'), packageFiles(PLAN)));
});
afterAll(() => rm(home, { recursive: true }));

/** What the tool itself has in its folder for temporary files. */
const leftovers = async () => (await readdir(temporary)).filter((name) => name.startsWith('imcgen-'));

/** Runs a command with a temporary folder of its own, and stops it when `ready` says so. */
async function stopped(signal: NodeJS.Signals, ready: (files: string[]) => boolean, ...args: string[]) {
  temporary = await mkdtemp(path.join(home, 'tmp-'));
  const run = execa(process.execPath, [CLI, ...args], { reject: false, env: { TMPDIR: temporary } });
  while (
    !ready((await readdir(temporary, { recursive: true })).filter((name) => name.startsWith('imcgen-')))
  ) {
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
  run.kill(signal);
  const { signal: endedBy, stdout, stderr } = await run;
  return { endedBy, stdout, stderr };
}

const compiling = (files: string[]) => files.some((name) => !name.includes('vectors'));
const simulating = (files: string[]) => files.some((name) => name.endsWith('sim.vvp'));

const LONG_WORK = [
  ['cosim', 'simulates', simulating],
  ['cosim', 'compiles', compiling],
  ['verify', 'simulates', simulating],
  ['qualify', 'simulates a mutant', (files: string[]) => files.some((name) => name.endsWith('worker0.vvp'))],
] as const;

describe.each(forEveryChange(['SIGINT', 'SIGTERM'] as const, everyNth(2)))('%s', (signal) => {
  it.each(forEveryChange(LONG_WORK, everyNth(4)))(
    'ends %s quietly while it %s, with nothing left',
    async (command, _, ready) => {
      const result = await stopped(signal, ready, command, folder);
      expect(result).toEqual({ endedBy: signal, stdout: '', stderr: '' });
      expect(await leftovers()).toEqual([]);
    },
  );
});

describe('a synthesis that is stopped', () => {
  itLong('ends quietly, and keeps nothing half written', async () => {
    temporary = await mkdtemp(path.join(home, 'tmp-'));
    const kept = path.join(temporary, 'imcgen-kept');
    const args = [CLI, 'synth', folder, '-o', kept];
    const run = execa(process.execPath, args, { reject: false, env: { TMPDIR: temporary } });
    // Mapping takes many times as long as the start.
    setTimeout(() => run.kill('SIGINT'), 5000);
    expect(await run).toMatchObject({ signal: 'SIGINT', stdout: '', stderr: '' });
    expect(await leftovers()).toEqual([]);
  });
});

describe('a tool that is stopped', () => {
  it('takes the processes that it started with it', async () => {
    temporary = await mkdtemp(path.join(home, 'tmp-'));
    const late = path.join(temporary, 'imcgen-late');
    const stop = new AbortController();
    setTimeout(() => stop.abort(), 200);
    const script = `(sleep 1; touch ${late}) & sleep 30`;
    await expect(runTool('sh', ['-c', script], stop.signal)).rejects.toThrow(Interrupted);
    await new Promise((resolve) => setTimeout(resolve, 1200));
    expect(await leftovers()).toEqual([]);
  });

  it('is not started where the stop came first', async () => {
    await expect(runTool('false', [], AbortSignal.abort())).rejects.toThrow(Interrupted);
  });
});
