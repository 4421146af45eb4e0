/**
 * What shards cost: `npm run bench:shards`.
 *
 * By the clock: a shard of each command that has nothing to do, beside a Node that does nothing, and where an item is small
 * also a shard of one item, which sets up what an empty one need not; and Monte Carlo shards one at a time and two at a time,
 * beside two processes that share nothing at all. By processor time: the same shards, and what large campaigns cost, as
 * `imcgen submit --estimate` finds it. On a busy machine only processor time means anything: the load is printed.
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
/** As in the campaign of a million dies below. */
const DIES_OF_A_SHARD = 500;
/** So many parts that one has no items. */
const EMPTY = '0/999999999';
const CLI = path.resolve('dist/cli.js');
const root = await mkdtemp(path.join(tmpdir(), 'imcgen-bench-shards-'));

const print = (line: string) => process.stdout.write(`${line}\n`);
const median = (values: readonly number[]) => [...values].sort((a, b) => a - b)[values.length >> 1]!;

/** What a command prints, and how long it takes, s: by the clock, and of all processors together. */
interface Timed {
  readonly stdout: string;
  readonly clock: number;
  readonly processor: number;
}

/** Runs Node from a shell, which says what it and its children took. */
async function node(args: readonly string[]): Promise<Timed> {
  const start = performance.now();
  const script = ['-c', '"$@" && times', 'sh', process.execPath, ...args];
  const { stdout } = await execa('sh', script, { cwd: root, env: { IMCGEN: CLI } });
  const clock = (performance.now() - start) / 1000;
  const lines = stdout.split('\n');
  const took = [...lines.at(-1)!.matchAll(/(\d+)m([\d.]+)s/g)];
  const processor = took.reduce((sum, [, minutes, rest]) => sum + 60 * Number(minutes) + Number(rest), 0);
  return { stdout: lines.slice(0, -2).join('\n'), clock, processor };
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

interface Sharded {
  readonly command: readonly string[];
  /** As many shards as there are items: each has one. Only where an item takes milliseconds. */
  readonly items?: number;
}

const COMMANDS: readonly Sharded[] = [
  { command: ['capture', 'digits/network.json', '--threads', '1'], items: 128 },
  { command: ['cosim', 'little', '--runs', '100'] },
  { command: ['evaluate', 'digits/network.json', '--threads', '1'], items: 10 },
  { command: ['faults', 'little'] },
  { command: ['montecarlo', 'macro.json', '--workers', '1'], items: 100 },
  { command: ['qualify', 'little', '--jobs', '1'] },
  { command: ['sweep', 'little.json', '--rows', '32..64', '--jobs', '1', '--packages', 'swept'] },
];

/** What a shard takes to start, to read its inputs and to write its file. */
async function overheads(): Promise<void> {
  const runs = [
    { name: 'a Node that does nothing', args: ['-e', '0'], times: [] as Timed[] },
    ...COMMANDS.flatMap(({ command, items }) =>
      [EMPTY, ...(items === undefined ? [] : [`0/${items}`])].map((shard) => ({
        name: `imcgen ${command[0]}, a shard ${shard === EMPTY ? 'without items' : 'of one item'}`,
        args: [CLI, ...command, '--shard', shard, '-o'],
        times: [] as Timed[],
      })),
    ),
  ];
  // In turns, so that a busy moment meets all commands.
  for (let round = 0; round < ROUNDS; round++) {
    for (const [at, { args, times }] of runs.entries()) {
      const file = at === 0 ? [] : [path.join('alone', `${at}-${round}.jsonl`)];
      times.push(await node([...args, ...file]));
    }
  }
  const medians = runs.map(({ name, times }) => ({
    ...{ name, clock: median(times.map(({ clock }) => clock)) },
    processor: median(times.map(({ processor }) => processor)),
  }));
  const [empty, ...shards] = medians;
  const told = ({ name, clock, processor }: (typeof medians)[number]) =>
    `${name}: ${clock.toFixed(2)} s, ${processor.toFixed(2)} s of processor time`;
  print(told(empty!));
  for (const shard of shards) {
    const times = (shard.clock / empty!.clock).toFixed(1);
    judge(`${told(shard)}, ${times}x an empty Node, below ${MOST_SECONDS} s`, shard.clock < MOST_SECONDS);
  }
}

/** Shards of Monte Carlo by `imcgen submit`, so many at a time. */
let folders = 0;
function montecarlo(shards: number, dies: number, atATime: number): Promise<Timed> {
  const folder = path.join('speed', String(folders++));
  const how = ['--shards', String(shards), '--jobs', String(atATime), '-o', folder, '--quiet'];
  return imcgen('submit', ...how, '--', 'montecarlo', 'macro.json', '--dies', String(shards * dies));
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
  // Of short ones the compiler of Node takes a part, on the other processor: one at a time has two processors as well.
  for (const [shards, dies, judged] of [
    [8, 100, false],
    [4, DIES_OF_A_SHARD, true],
  ] as const) {
    const name = `${shards} shards of ${dies} dies`;
    const found = await speedup(name, (atATime) => montecarlo(shards, dies, atATime));
    const told = `${name}, two at a time: ${found.toFixed(2)}x as fast as one, ${(found / machine).toFixed(2)}x what the machine gives two processes (${machine.toFixed(2)}x)`;
    if (judged) judge(`${told}; at least ${LEAST_SPEEDUP}x`, found >= LEAST_SPEEDUP);
    else print(told);
  }
}

try {
  await inputs();
  await overheads();
  await speedups();
  const campaigns = [
    ['--shards', String(1e6 / DIES_OF_A_SHARD), '--', 'montecarlo', 'macro.json', '--dies', '1000000'],
    ['--shards', '100', '--', 'sweep', 'little.json', '--rows', '16..65', '--columns', '1..200'],
  ];
  for (const campaign of campaigns) print((await imcgen('submit', '--estimate', ...campaign)).stdout);
  print(`load of the machine over the last minute: ${loadavg()[0]!.toFixed(1)} processes`);
} finally {
  await rm(root, { recursive: true, force: true, maxRetries: 5 });
}
