/**
 * Speed of conversions on dies, 256 x 128, 6-bit inputs, 4-bit codes, on one core: `npm run bench:die`. A round draws a
 * die and converts a batch on it. Beside it NumPy computes the same codes of the same dies in float64 with one BLAS
 * thread; it is given the cells drawn. Rounds take turns, medians of processor time count, and the codes are compared. In the
 * end the command line runs a million conversions, on two threads and the clock.
 */
import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { Random } from '../generators/common/random.js';
import { writeNpy } from '../generators/levels/calibrate/npy.js';
import { dieConstants } from '../generators/macro/die/constants.js';
import { Die } from '../generators/macro/die/die.js';
import { KIND, keyOf } from '../generators/macro/die/hash.js';
import { DieConverter } from '../generators/macro/die-batch/converter.js';
import { packReferences } from '../generators/macro/golden/pack.js';
import { linesOfRamp } from '../generators/macro/golden/reference-lines.js';
import { Macro } from '../generators/macro/kernel/macro.js';
import { CONFIGURATIONS, planOf } from '../rtl-tests/fixtures/configurations.js';
import { type DieInput, withDie } from '../rtl-tests/fixtures/dies.js';

const VECTORS = 1000;
const ROUNDS = 5;
/** Conversions in plain JavaScript. */
const PLAIN = 200;
/** Of the Monte Carlo run on the clock, and the most that it may take. */
const THREADS = 2;
const MOST_SECONDS = 60;
const TYPICAL: DieInput = { mismatch: 0.025, pulseError: 0.01, compression: 0.01, offset: 0.5, noise: 0.5 };
const WAYS: readonly (readonly [string, DieInput])[] = [
  ['without noise', { ...TYPICAL, noise: 0 }],
  ['typical', TYPICAL],
  ['with leakage and drift', { ...TYPICAL, leakage: 1e-4, temperature: { celsius: 85, perKelvin: -0.001 } }],
];

const here = (file: string) => fileURLToPath(new URL(file, import.meta.url));
const print = (line: string) => process.stdout.write(`${line}\n`);
const median = (values: readonly number[]) => [...values].sort((a, b) => a - b)[values.length >> 1]!;

/** Of this process, microseconds. */
function processorTime(): number {
  const { user, system } = process.cpuUsage();
  return user + system;
}

function numpyPython(): string | undefined {
  try {
    const environment = path.join(tmpdir(), 'imcgen-numpy');
    return execFileSync('sh', [here('golden/install-numpy.sh'), environment], { encoding: 'utf8' }).trim();
  } catch {
    return undefined;
  }
}

/** What NumPy needs to know of a die, as files and numbers. */
function writeDie(folder: string, macro: Macro, die: Die, inputs: Uint8Array) {
  const { shape, array } = macro;
  const { rows, columns } = shape;
  const { reference } = macro.programmed(0);
  const plane = (stored: Uint8Array, which: 0 | 1) =>
    Float64Array.from(
      stored,
      (bit, cell) => bit * die.weightCurrent(Math.floor(cell / columns), cell % columns, which),
    );
  const save = (name: string, data: Float64Array, ...extents: number[]) =>
    writeNpy(path.join(folder, `${name}.npy`), { shape: extents, fortranOrder: false, data });
  save('inputs', Float64Array.from(inputs), VECTORS, rows);
  save('plus', plane(array.plus, 0), rows, columns);
  save('minus', plane(array.minus, 1), rows, columns);
  const lines = linesOfRamp(shape, reference.bits, die.groupCurrents(0, packReferences(reference, shape)));
  const added = Array.from({ length: columns }, (_, column) => die.offset(column));
  const thresholds = lines.flatMap((line) => added.map((offset) => die.level(line) - offset));
  save('thresholds', Float64Array.from(thresholds), lines.length, columns);
  const { bend, bendEnd, leakage, noise } = die.constants;
  const { first, second } = keyOf(die.seed, KIND.noise);
  return { bend, bendEnd, leakage, noise, gain: die.arrayGain, first, second };
}

/** Seconds on the clock that the command line takes for a million conversions on typical dies. */
function monteCarloSeconds(folder: string): number {
  const { config, levels } = CONFIGURATIONS.find(({ config }) => config.name === 'demo')!;
  const file = path.join(folder, 'macro.json');
  writeFileSync(file, JSON.stringify({ ...config, die: TYPICAL, layers: [{ levels: 'levels.json' }] }));
  writeFileSync(path.join(folder, 'levels.json'), JSON.stringify(levels[0]));
  const command = [
    here('../dist/cli.js'),
    'montecarlo',
    file,
    '--dies',
    '1000',
    '--inputs',
    '1000',
    '--quiet',
  ];
  const begun = performance.now();
  execFileSync(process.execPath, [...command, '--workers', String(THREADS)]);
  return (performance.now() - begun) / 1000;
}

const python = numpyPython();
const folder = mkdtempSync(path.join(tmpdir(), 'imcgen-bench-'));
try {
  print(
    `${VECTORS} conversions of 256 x 128, 6-bit inputs, 4-bit codes on a die; conversions a second of one core`,
  );
  if (python === undefined)
    print('  NumPy cannot be had here (python3 -m venv, pip install numpy): not compared');
  for (const [name, effects] of WAYS) {
    const demo = CONFIGURATIONS.find(({ config }) => config.name === 'demo')!;
    const plan = planOf(withDie(demo, effects));
    const { shape } = plan;
    const random = new Random(5);
    const macro = Macro.from(plan);
    macro.loadWeights(Int8Array.from({ length: shape.rows * shape.columns }, () => random.whole(-1, 1)));
    const inputs = Uint8Array.from({ length: VECTORS * shape.rows }, () =>
      Math.max(0, random.whole(-63, 63)),
    );
    const converter = new DieConverter(macro, dieConstants(plan.config.die!, shape), inputs);
    const die = Die.from(plan, 7);
    const codes: Uint8Array = converter.convert(die);
    const slow = new DieConverter(
      macro,
      dieConstants(plan.config.die!, shape),
      inputs.subarray(0, PLAIN * shape.rows),
      {
        plain: true,
      },
    );
    slow.convert(die);
    const begunPlain = processorTime();
    slow.convert(die);
    const plain = (PLAIN * 1e6) / (processorTime() - begunPlain);
    const settings = JSON.stringify(writeDie(folder, macro, die, inputs));
    const filled = new Uint8Array(codes.length);
    const ours: number[] = [];
    const theirs: number[] = [];
    for (let round = 0; round < ROUNDS; round++) {
      const begun = processorTime();
      const dies = 20;
      for (let seed = 0; seed < dies; seed++) converter.convert(seed, filled);
      ours.push((dies * VECTORS * 1e6) / (processorTime() - begun));
      if (python === undefined) continue;
      const { OPENBLAS_CORETYPE: _, OPENBLAS_L2_SIZE: __, ...environment } = process.env;
      const env = { ...environment, OPENBLAS_NUM_THREADS: '1', OMP_NUM_THREADS: '1', MKL_NUM_THREADS: '1' };
      const answer = execFileSync(python, [here('die/numpy_die.py'), folder, settings], {
        encoding: 'utf8',
        env,
      });
      const { rate, sum } = JSON.parse(answer) as { rate: number; sum: number };
      if (sum !== converter.convert(die).reduce((total, code, at) => total + code * ((at % 97) + 1), 0)) {
        throw new Error(`NumPy gives other codes: ${name}`);
      }
      theirs.push(rate);
    }
    const figure = (rate: number) => Math.round(rate).toLocaleString('en').padStart(9);
    print(`  ${`${name}, a die drawn for every batch`.padEnd(50)} ${figure(median(ours))}`);
    print(`  ${`${name}, plain JavaScript`.padEnd(50)} ${figure(plain)}`);
    if (python === undefined) continue;
    const ratio = median(ours) / median(theirs);
    if (ratio < 1) process.exitCode = 1;
    print(`  ${`${name}, NumPy float64, cells given`.padEnd(50)} ${figure(median(theirs))}`);
    print(`  ${''.padEnd(50)} ${ratio.toFixed(2).padStart(8)}x  at least 1x: ${ratio < 1 ? 'MISSED' : 'ok'}`);
  }
  const seconds = monteCarloSeconds(folder);
  if (seconds > MOST_SECONDS) process.exitCode = 1;
  print(`imcgen montecarlo, 1,000 dies x 1,000 conversions, ${THREADS} threads: ${seconds.toFixed(1)} s`);
  print(`  ${''.padEnd(50)} below ${MOST_SECONDS} s: ${seconds > MOST_SECONDS ? 'MISSED' : 'ok'}`);
} finally {
  rmSync(folder, { recursive: true, force: true });
}
