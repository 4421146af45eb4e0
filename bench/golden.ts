/**
 * Speed of batches in the golden model, 256 x 128, 6-bit inputs, 4-bit codes, on one core: `npm run bench:golden`.
 * Beside it NumPy doing the same (float32 matrix product, then searchsorted) with one thread, and Icarus on the
 * generated package. Rounds of ours and of NumPy's take turns, medians count, and all is timed by processor time,
 * so that other work on the machine moves the ratios little. NumPy chooses its kernels for this processor:
 * settings of OpenBLAS in the environment that would choose others are taken away for it.
 */
import { execFileSync, spawn } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { runVectors } from '../generators/checks/cosim/cosim.js';
import { orThrow } from '../generators/common/problems.js';
import { Random } from '../generators/common/random.js';
import { writeNpy } from '../generators/levels/calibrate/npy.js';
import { packTernary } from '../generators/macro/golden/pack.js';
import { Macro } from '../generators/macro/kernel/macro.js';
import { packageFiles } from '../generators/package/package.js';
import { program, streamConversions } from '../generators/package/vectors/scenario.js';
import { newBench } from '../generators/package/vectors/vectors.js';
import { writePackage } from '../generators/package/write.js';
import { CONFIGURATIONS, planOf } from '../rtl-tests/fixtures/configurations.js';

const VECTORS = 4096;
const ROUNDS = 9;
const SIMULATED = 150;
/** A headroom that some of the random lines below reach. */
const HEADROOM = 1500;

const here = (file: string) => fileURLToPath(new URL(file, import.meta.url));
const print = (line: string) => process.stdout.write(`${line}\n`);
const median = (values: readonly number[]) => [...values].sort((a, b) => a - b)[values.length >> 1]!;

const plan = planOf(CONFIGURATIONS.find(({ config }) => config.name === 'demo')!);
const { rows, columns, inputBits } = plan.shape;
const { bank, bits, ramp, table } = plan.layers[0]!;
const random = new Random(3);
const weights = Int8Array.from({ length: rows * columns }, () => random.whole(-1, 1));
const inputs = Uint8Array.from({ length: VECTORS * rows }, () => Math.max(0, random.whole(-63, 63)));

/** Ways to convert the same batch in the golden model; all but the first two give codes alone, as NumPy does. */
function waysOf() {
  const plain = Macro.from(plan);
  const clipping = new Macro({ ...plan.shape, headroom: HEADROOM });
  clipping.programReferences(bank, ramp);
  clipping.programTable(bank, table.entries);
  for (const macro of [plain, clipping]) macro.loadWeights(weights);
  const codes = new Uint8Array(VECTORS * columns);
  const outputs = new Int32Array(VECTORS * columns);
  const few = inputs.subarray(0, 128 * rows);
  const fewCodes = codes.subarray(0, 128 * columns);
  return {
    all: { vectors: VECTORS, run: () => plain.convertBatch(inputs, { bank }, { codes, outputs }).codes },
    single: {
      vectors: 128,
      run: () => plain.convertBatch(few, { bank, plain: true }, { codes: fewCodes }).codes,
    },
    singleClipped: {
      vectors: 128,
      run: () => clipping.convertBatch(few, { bank, plain: true }, { codes: fewCodes }).codes,
    },
    codes: { vectors: VECTORS, run: () => plain.convertBatch(inputs, { bank }, { codes }).codes },
    clipped: { vectors: VECTORS, run: () => clipping.convertBatch(inputs, { bank }, { codes }).codes },
  };
}

/** Conversions a second of processor time. */
function rateOf({ vectors, run }: { vectors: number; run: () => unknown }): number {
  const seconds = () => process.cpuUsage().user / 1e6;
  const begun = seconds();
  let rounds = 0;
  while (seconds() - begun < 0.15) {
    run();
    rounds++;
  }
  return (vectors * rounds) / (seconds() - begun);
}

/** NumPy in a process of its own that times a round when asked; undefined where it cannot be had. */
async function startNumpy(folder: string) {
  let python: string;
  try {
    const environment = path.join(tmpdir(), 'imcgen-numpy');
    python = execFileSync('sh', [here('golden/install-numpy.sh'), environment], { encoding: 'utf8' }).trim();
  } catch {
    return undefined;
  }
  const { plus, minus } = packTernary(weights);
  const arrays = { inputs, plus, minus, references: Float32Array.from(ramp.references) };
  for (const [name, data] of Object.entries(arrays)) {
    const values = Float32Array.from(data);
    writeNpy(path.join(folder, `${name}.npy`), { shape: [values.length], fortranOrder: false, data: values });
  }
  const { OPENBLAS_CORETYPE: _, OPENBLAS_L2_SIZE: __, ...env } = process.env;
  const child = spawn(python, [here('golden/numpy_rates.py'), folder, String(VECTORS), String(HEADROOM)], {
    env: { ...env, OPENBLAS_NUM_THREADS: '1', OMP_NUM_THREADS: '1', MKL_NUM_THREADS: '1' },
    stdio: ['pipe', 'pipe', 'inherit'],
  });
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
  const next = async () => JSON.parse((await lines.next()).value as string) as unknown;
  const { version, sums } = (await next()) as { version: string; sums: { codes: number; clipped: number } };
  return {
    version,
    sums,
    round: async () => {
      child.stdin.write('\n');
      return (await next()) as { product: number; codes: number; clipped: number };
    },
    stop: () => child.stdin.end(),
  };
}

/** Processor seconds of all child processes that have ended, as Linux counts them; elsewhere seconds on the clock. */
function childSeconds(): number {
  if (process.platform !== 'linux') return performance.now() / 1000;
  const fields = readFileSync('/proc/self/stat', 'utf8').split(') ')[1]!.split(' ');
  return (Number(fields[13]) + Number(fields[14])) / 100;
}

/** Conversions a second of Icarus once running: two runs of different length, so that compiling and programming cancel. */
async function icarusRate(folder: string): Promise<number> {
  const generated = orThrow(await writePackage(path.join(folder, 'package'), packageFiles(plan)));
  const few = Math.ceil(SIMULATED / 6);
  const seconds = [];
  for (const count of [few, SIMULATED]) {
    const bench = newBench(plan, 3);
    program(bench);
    const vectors = Array.from({ length: count }, (_, i) => inputs.subarray(i * rows, (i + 1) * rows));
    streamConversions(bench, vectors, bank, bits, 16);
    const run = { folder: generated, simulator: 'icarus' } as const;
    const vectorsToPlay = bench.stimulus.vectors();
    const begun = childSeconds();
    const result = await runVectors(plan, vectorsToPlay, run);
    if (!result.passed) throw new Error(`mismatches: ${result.complaints.join(' ')}`);
    seconds.push(childSeconds() - begun);
  }
  return (SIMULATED - few) / (seconds[1]! - seconds[0]!);
}

const folder = await mkdtemp(path.join(tmpdir(), 'imcgen-bench-'));
try {
  const ways = waysOf();
  const sumOf = (codes: Uint8Array) => codes.reduce((sum, code) => sum + code, 0);
  const numpy = await startNumpy(folder);
  const ours = Object.fromEntries(Object.keys(ways).map((name) => [name, [] as number[]]));
  const theirs: Record<string, number[]> = { product: [], codes: [], clipped: [] };
  for (let round = 0; round < ROUNDS; round++) {
    for (const [name, way] of Object.entries(ways)) ours[name]!.push(rateOf(way));
    for (const [name, rate] of Object.entries((await numpy?.round()) ?? {})) theirs[name]!.push(rate);
  }
  numpy?.stop();
  const icarus = await icarusRate(folder);

  print(`${rows} x ${columns}, ${inputBits}-bit inputs, ${bits}-bit codes; conversions a second of one core`);
  const line = (what: string, rate: number) => {
    print(`  ${what.padEnd(58)} ${Math.round(rate).toLocaleString('en').padStart(10)}`);
  };
  line('golden model, batch, codes', median(ours.codes!));
  line('golden model, batch, codes and outputs', median(ours.all!));
  line('golden model, batch, codes, lines that clip', median(ours.clipped!));
  line('golden model, plain JavaScript, codes', median(ours.single!));
  line('golden model, plain JavaScript, codes, lines that clip', median(ours.singleClipped!));
  if (numpy !== undefined) {
    line(`NumPy ${numpy.version}, matrix product alone`, median(theirs.product!));
    line(`NumPy ${numpy.version}, product and searchsorted`, median(theirs.codes!));
    line(`NumPy ${numpy.version}, two products, clipped, and searchsorted`, median(theirs.clipped!));
  }
  line('Icarus, generated package, 16 columns read', icarus);

  const misses: string[] = [];
  const ratio = (what: string, ours: number, theirs: number, least: number) => {
    const holds = ours >= least * theirs;
    if (!holds) misses.push(what);
    const figure = (ours / theirs).toFixed(ours / theirs < 100 ? 2 : 0);
    print(`  ${what.padEnd(58)} ${figure.padStart(10)}x  at least ${least}x: ${holds ? 'ok' : 'MISSED'}`);
  };
  if (numpy === undefined)
    print('  NumPy cannot be had here (python3 -m venv, pip install numpy): not compared');
  else {
    ratio('codes against NumPy', median(ours.codes!), median(theirs.codes!), 3);
    ratio("codes against NumPy's matrix product alone", median(ours.codes!), median(theirs.product!), 0.5);
    ratio(
      'lines that clip against NumPy that does not clip',
      median(ours.clipped!),
      median(theirs.codes!),
      1,
    );
    ratio('lines that clip against NumPy that clips', median(ours.clipped!), median(theirs.clipped!), 1);
    for (const name of ['codes', 'clipped'] as const) {
      if (sumOf(ways[name].run()) !== numpy.sums[name]) throw new Error(`NumPy gives other codes: ${name}`);
    }
  }
  ratio('codes and outputs against Icarus', median(ours.all!), icarus, 1000);
  if (misses.length > 0) process.exitCode = 1;
} finally {
  await rm(folder, { recursive: true, force: true });
}
