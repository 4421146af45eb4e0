/**
 * A sweep of 2 .. 6 bits on 256 x 128, whole processes: first run, second run with nothing changed, and beside them
 * `imcgen generate` of the same packages one by one: `npm run bench:sweep`. Then more packages, in one process, in as many
 * as the sweep would take, and as so many sweeps side by side that share nothing: what the machine gives.
 */
import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { workersFor } from '../generators/campaign/sweep/pool.js';
import { orThrow } from '../generators/common/problems.js';
import { calibrate } from '../generators/levels/calibrate/calibrate.js';
import { reluBatches } from '../rtl-tests/fixtures/activations.js';

const RUNS = 5;
const WIDTHS = [2, 3, 4, 5, 6];
/** Seconds of the first and of the second run, the second in empty Nodes, and what two processes gain at least. */
const LIMITS = { first: 5, second: 0.5, empties: 5, gain: 1.7 };

const folder = mkdtempSync(path.join(tmpdir(), 'imcgen-bench-'));
const cli = path.resolve('dist/cli.js');
const levels = orThrow(calibrate(reluBatches(8, 32768), { name: 'relu', bits: 4 }));
writeFileSync(path.join(folder, 'relu.json'), JSON.stringify(levels));
writeFileSync(
  path.join(folder, 'macro.json'),
  JSON.stringify({
    name: 'demo',
    array: { rows: 256, columns: 128 },
    input: { bits: 6 },
    adc: { bits: 4, reference: { columns: 48, pulses: 2 } },
    output: { bits: 6 },
    layers: [{ levels: 'relu.json', inputScale: 0.05, weightScale: 0.06 }],
  }),
);

/** Seconds of a process in the folder. */
function seconds(...args: string[]): number {
  const started = performance.now();
  const { status, stdout, stderr } = spawnSync(process.execPath, args, { cwd: folder, encoding: 'utf8' });
  if (status !== 0) throw new Error(`${args.join(' ')} ended with ${status}\n${stdout}${stderr}`);
  return (performance.now() - started) / 1000;
}

const clear = (name: string) => rmSync(path.join(folder, name), { recursive: true, force: true });
const SWEEP = [cli, 'sweep', 'macro.json', '--bits', `${WIDTHS[0]}..${WIDTHS.at(-1)}`, '-o', 'swept'];

const many = (rows: readonly number[], workers: number, output: string) => [
  ...[cli, 'sweep', 'macro.json', '--rows', rows.join(), '--bits', WIDTHS.join()],
  ...['--jobs', `${workers}`, '-o', output],
];

/** A sweep of several sizes, with so many processes. */
function inProcesses(workers: number, rows: readonly number[]): number {
  clear('many');
  return seconds(...many(rows, workers, 'many'));
}

/** So many sweeps at a time, which have the sizes between them. */
async function sideBySide(workers: number, rows: readonly number[]): Promise<number> {
  clear('many');
  const started = performance.now();
  const shares = Array.from({ length: workers }, (_, share) =>
    rows.filter((_, at) => at % workers === share),
  );
  const ends = shares.map((share, at) =>
    once(spawn(process.execPath, many(share, 1, `many/${at}`), { cwd: folder, stdio: 'ignore' }), 'exit'),
  );
  for (const [status] of await Promise.all(ends))
    if (status !== 0) throw new Error(`a sweep ended with ${status}`);
  return (performance.now() - started) / 1000;
}

/** Median of some runs; the first, which fills the file cache, is not counted. */
function median(times: readonly number[]): number {
  return [...times.slice(1)].sort((a, b) => a - b)[Math.floor((times.length - 1) / 2)]!;
}

function print(label: string, value: number, remark: string): void {
  process.stdout.write(`${label.padEnd(44)} ${value.toFixed(3)} s  ${remark}\n`);
}

try {
  const empty: number[] = [];
  const oneByOne: number[] = [];
  const first: number[] = [];
  const second: number[] = [];
  // Rounds, so that a busy moment of the machine meets all alike.
  for (let round = 0; round <= RUNS; round++) {
    clear('swept');
    clear('single');
    empty.push(seconds('-e', '0'));
    first.push(seconds(...SWEEP));
    second.push(seconds(...SWEEP));
    const packages = WIDTHS.map((bits) => `bits${bits}`);
    const each = packages.map((name) =>
      seconds(cli, 'generate', `swept/${name}/config.resolved.json`, '-o', `single/${name}`),
    );
    oneByOne.push(each.reduce((sum, time) => sum + time, 0));
  }
  const verdict = (value: number, most: number) => `${value < most ? 'below' : 'NOT BELOW'} ${most} s`;
  const generated = median(oneByOne);
  const ratio = (value: number) => `${(generated / value).toFixed(1)}x`;
  process.stdout.write(`256 x 128, ${WIDTHS.length} widths, median of ${RUNS} runs\n`);
  print('node -e 0', median(empty), '');
  print('imcgen generate, one by one', generated, '');
  const [a, b] = [median(first), median(second)];
  print(
    'imcgen sweep --bits 2..6',
    a,
    `${ratio(a)}, calibrates 4 widths besides; ${verdict(a, LIMITS.first)}`,
  );
  const empties = b / median(empty);
  print(
    'the same again, nothing changed',
    b,
    `${ratio(b)}; ${verdict(b, LIMITS.second)}; ${empties.toFixed(1)} x node -e 0, ${empties < LIMITS.empties ? 'below' : 'NOT BELOW'} ${LIMITS.empties}`,
  );

  const rows = [64, 128, 192, 256];
  const packages = rows.length * WIDTHS.length;
  const workers = Math.min(rows.length, workersFor(packages));
  if (workers > 1) {
    const times: Record<'alone' | 'together' | 'apart', number[]> = { alone: [], together: [], apart: [] };
    for (let round = 0; round <= RUNS; round++) {
      times.alone.push(inProcesses(1, rows));
      times.together.push(inProcesses(workers, rows));
      times.apart.push(await sideBySide(workers, rows));
    }
    const [alone, together, apart] = [median(times.alone), median(times.together), median(times.apart)];
    print(`sweep of ${packages} packages, one process`, alone, '');
    print(
      `${workers} sweeps side by side have them between them`,
      apart,
      `${(alone / apart).toFixed(2)}x one process: what the machine gives`,
    );
    const gain = alone / together;
    print(
      `sweep of ${packages} packages, ${workers} processes`,
      together,
      `${gain.toFixed(2)}x one process; ${gain >= LIMITS.gain ? 'at least' : 'NOT AT LEAST'} ${LIMITS.gain}x`,
    );
  }
} finally {
  rmSync(folder, { recursive: true });
}
