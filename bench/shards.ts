/**
 * What shards cost: `npm run bench:shards`.
 *
 * By the clock: a shard of each command that has nothing to do, beside a Node that does nothing; and the shards of a Monte
 * Carlo run one at a time and two at a time, beside two processes that share nothing at all. By processor time: what large
 * campaigns cost, as `imcgen submit --estimate` finds it. On a busy machine only the last one means anything: the load is printed.
 */
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { loadavg, tmpdir } from 'node:os';
import path from 'node:path';
import { execa } from 'execa';
import { writeDigits } from '../examples/network/digits-network.js';
import { growingReferences, levelsFrom } from '../rtl-tests/fixtures/configurations.js';

/** Most seconds that a shard may take besides its work. */
const MOST_SECONDS = 0.5;
/** Two at a time have to be so much faster than one at a time. */
const LEAST_SPEEDUP = 1.8;
const ROUNDS = 5;
const CLI = path.resolve('dist/cli.js');
const root = await mkdtemp(path.join(tmpdir(), 'imcgen-bench-shards-'));

const print = (line: string) => process.stdout.write(`${line}\n`);
const median = (values: readonly number[]) => [...values].sort((a, b) => a - b)[values.length >> 1]!;

async function node(args: readonly string[]): Promise<string> {
  const { stdout } = await execa(process.execPath, args, { cwd: root, env: { IMCGEN: CLI } });
  return stdout;
}
const imcgen = (...args: readonly string[]) => node([CLI, ...args]);

async function seconds(work: () => Promise<unknown>): Promise<number> {
  const start = performance.now();
  await work();
  return (performance.now() - start) / 1000;
}

function judge(what: string, kept: boolean): void {
  print(`${kept ? 'kept  ' : 'FAILED'} ${what}`);
  if (!kept) process.exitCode = 1;
}

/** The macro of a usual size, and a small one that is a package as well. */
async function inputs(): Promise<void> {
  await writeFile(
    path.join(root, 'relu.json'),
    JSON.stringify(levelsFrom('relu', growingReferences(4, 2, 60))),
  );
  const die = { mismatch: 0.025, pulseError: 0.01, compression: 0.01, offset: 0.5, noise: 0.5 };
  const common = { adc: { bits: 4 }, output: { bits: 6 }, layers: [{ levels: 'relu.json' }], die };
  const macros = [
    { name: 'macro', array: { rows: 256, columns: 128 }, input: { bits: 6 }, ...common },
    { name: 'little', array: { rows: 64, columns: 8 }, input: { bits: 4 }, ...common },
  ];
  for (const macro of macros) {
    await writeFile(path.join(root, `${macro.name}.json`), JSON.stringify(macro));
  }
  await imcgen('generate', 'little.json', '-o', 'little');
  writeDigits(path.join(root, 'digits'));
  // The calibration is there for all shards.
  await imcgen('evaluate', 'digits/network.json', '--images', '1');
}

const COMMANDS: readonly (readonly string[])[] = [
  ['capture', 'digits/network.json', '--threads', '1'],
  ['cosim', 'little', '--runs', '100'],
  ['evaluate', 'digits/network.json', '--threads', '1'],
  ['faults', 'little'],
  ['montecarlo', 'macro.json', '--workers', '1'],
  ['qualify', 'little', '--jobs', '1'],
  ['sweep', 'little.json', '--rows', '32..64', '--jobs', '1', '--packages', 'swept'],
];

/** Shards without items: what a shard takes to start, to read its inputs and to write its file. */
async function overheads(): Promise<void> {
  const commands = [[], ...COMMANDS].map((command) => ({ command, times: [] as number[] }));
  // In turns, so that a busy moment meets all commands.
  for (let round = 0; round < ROUNDS; round++) {
    for (const { command, times } of commands) {
      const shard = ['--shard', '0/999999999', '-o', path.join('empty', `${command[0]}${round}.jsonl`)];
      const run = () => (command.length === 0 ? node(['-e', '0']) : imcgen(...command, ...shard));
      times.push(await seconds(run));
    }
  }
  const [empty, ...rest] = commands.map(({ command, times }) => ({ name: command[0], time: median(times) }));
  print(`a Node that does nothing: ${empty!.time.toFixed(2)} s`);
  for (const { name, time } of rest) {
    judge(
      `imcgen ${name}: a shard without items takes ${time.toFixed(2)} s, ${(time / empty!.time).toFixed(1)}x an empty Node, below ${MOST_SECONDS} s`,
      time < MOST_SECONDS,
    );
  }
}

/** How much faster two at a time are than one at a time. */
async function speedup(name: string, run: (atATime: number) => Promise<unknown>): Promise<number> {
  const ratios: number[] = [];
  for (let round = 0; round < 3; round++) {
    const one = await seconds(() => run(1));
    const two = await seconds(() => run(2));
    ratios.push(one / two);
    print(`  ${name}: one at a time ${one.toFixed(1)} s, two at a time ${two.toFixed(1)} s`);
  }
  return median(ratios);
}

async function speedups(): Promise<void> {
  const spin = () =>
    node(['-e', 'let x = 1; for (let i = 0; i < 3e8; i++) x = (x * 3 + i) | 0; process.exitCode = x & 0']);
  const machine = await speedup('two processes that share nothing', (atATime) =>
    atATime === 1 ? spin().then(spin) : Promise.all([spin(), spin()]),
  );
  let runs = 0;
  const shards = await speedup('8 shards of 100 dies', (atATime) => {
    const work = ['montecarlo', 'macro.json', '--dies', '800'];
    const folder = path.join('speed', String(runs++));
    return imcgen(
      'submit',
      '--shards',
      '8',
      '--jobs',
      String(atATime),
      '-o',
      folder,
      '--quiet',
      '--',
      ...work,
    );
  });
  judge(
    `two shards at a time are ${shards.toFixed(2)}x as fast as one, ${(shards / machine).toFixed(2)}x what the machine gives two processes (${machine.toFixed(2)}x); at least ${LEAST_SPEEDUP}x`,
    shards >= LEAST_SPEEDUP,
  );
}

try {
  await inputs();
  await overheads();
  await speedups();
  const campaigns = [
    ['--shards', '1000', '--', 'montecarlo', 'macro.json', '--dies', '1000000'],
    ['--shards', '100', '--', 'sweep', 'little.json', '--rows', '16..65', '--columns', '1..200'],
  ];
  for (const campaign of campaigns) print(await imcgen('submit', '--estimate', ...campaign));
  print(`load of the machine over the last minute: ${loadavg()[0]!.toFixed(1)} processes`);
} finally {
  await rm(root, { recursive: true, force: true, maxRetries: 5 });
}
