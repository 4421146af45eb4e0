/**
 * Speed of simulating a 256 x 128 macro, 6-bit inputs, bit serial, 4-bit codes: Icarus on the generated
 * package, Icarus on a model that looks at every cell, and the golden model. `npm run bench:cosim`.
 * All in one run, on the same vectors; every simulated run is also checked. Then the same macro through stream ports, on Icarus
 * and on Verilator: every result is compared with the golden model, the cycles between are not, which would cost more than the macro.
 */
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { runVectors } from '../generators/checks/cosim/cosim.js';
import { orThrow } from '../generators/common/problems.js';
import { Random } from '../generators/common/random.js';
import { Macro } from '../generators/macro/kernel/macro.js';
import type { MacroPlan } from '../generators/macro/plan/plan.js';
import { packageFiles } from '../generators/package/package.js';
import { macroView } from '../generators/package/rtl/view.js';
import { render } from '../generators/package/text/render.js';
import { program, streamConversions } from '../generators/package/vectors/scenario.js';
import { newBench } from '../generators/package/vectors/vectors.js';
import { writePackage } from '../generators/package/write.js';
import { CONFIGURATIONS, planOf } from '../rtl-tests/fixtures/configurations.js';
import { streamSimulation } from './stream-pace.js';

const GENERATED = 300;
/** Columns read over the bus after each conversion, taking turns; every cycle compares all columns. */
const READ = 16;
const PER_CELL = 12;
const FUNCTIONAL = 20_000;

const VERILATED = 20_000;
/** Measurements of each simulation through streams. */
const ROUNDS = 7;
const STREAMS = { inputBytes: 16, outputBytes: 8 } as const;

const demo = CONFIGURATIONS.find(({ config }) => config.name === 'demo')!;
const plan = planOf(demo);
const { rows, columns } = plan.shape;
const { bank, bits } = plan.layers[0]!;
const root = await mkdtemp(path.join(tmpdir(), 'imcgen-bench-'));
try {
  const generated = orThrow(await writePackage(path.join(root, 'generated'), packageFiles(plan)));
  const perCell = orThrow(await writePackage(path.join(root, 'per_cell'), packageFiles(plan)));
  await writeFile(path.join(perCell, 'model', `${plan.name}_array.v`), perCellArray(plan));

  const fast = await conversionsPerSecond(generated, GENERATED, READ);
  const allRead = await conversionsPerSecond(generated, GENERATED, columns);
  const slow = await conversionsPerSecond(perCell, PER_CELL, READ);
  const trace = 1 / (secondsOfTrace(GENERATED) / GENERATED);
  const functional = functionalPerSecond();

  console.log(
    `${rows} x ${columns}, ${plan.shape.inputBits}-bit inputs, bit serial, ${bits}-bit codes; conversions a second`,
  );
  line(`Icarus, per-cell loops, ${READ} columns read`, slow, slow);
  line(`Icarus, generated package, ${READ} columns read`, fast, slow);
  line(`Icarus, generated package, ${columns} columns read`, allRead, slow);
  line('golden model, full cycle trace', trace, slow);
  line('golden model, functional', functional, slow);
  await streamLines(path.join(root, 'streams'));
  console.log(
    `golden model against Icarus: ${(trace / fast).toFixed(0)}x with the full trace, ${(functional / fast).toFixed(0)}x functionally`,
  );
} finally {
  await rm(root, { recursive: true, force: true });
}

/** The same macro with stream ports, nobody waiting, on the package's array and on the one that looks at every cell. */
async function streamLines(folder: string): Promise<void> {
  const streamed = planOf({ ...demo, config: { ...demo.config, streams: STREAMS } });
  const packages = ['generated', 'per_cell'].map((name) => path.join(folder, name));
  for (const one of packages) orThrow(await writePackage(one, packageFiles(streamed)));
  const [generated, perCell] = packages as [string, string];
  await writeFile(path.join(perCell, 'model', `${streamed.name}_array.v`), perCellArray(streamed));
  const simulations = {
    'Icarus, per-cell loops': [perCell, 'icarus', PER_CELL],
    'Icarus, generated package': [generated, 'icarus', GENERATED],
    'Verilator, generated package': [generated, 'verilator', VERILATED],
  } as const;
  const measured: { what: string; measure: () => Promise<number>; rates: number[] }[] = [];
  for (const [what, [at, simulator, count]] of Object.entries(simulations)) {
    const measure = await streamSimulation({ plan: streamed, folder: at, simulator }, count);
    measured.push({ what, measure, rates: [] });
  }
  // In turns, so that a slow moment of the machine meets all of them.
  for (let round = 0; round < ROUNDS; round++) {
    for (const { measure, rates } of measured) rates.push(await measure());
  }
  console.log(
    `through streams of ${STREAMS.inputBytes} bytes in and ${STREAMS.outputBytes} out, ${columns} columns read; a second of processor time, median of ${ROUNDS}`,
  );
  const [slow] = measured;
  for (const { what, rates } of measured) {
    const ratio = median(rates.map((rate, round) => rate / slow!.rates[round]!));
    const spread = `${Math.min(...rates).toFixed(0)} .. ${Math.max(...rates).toFixed(0)}`;
    console.log(`${numbers(what, median(rates), ratio)}  ${spread}`);
  }
}

function median(values: readonly number[]): number {
  return [...values].sort((a, b) => a - b)[values.length >> 1]!;
}

function line(what: string, rate: number, reference: number): void {
  console.log(numbers(what, rate, rate / reference));
}

function numbers(what: string, rate: number, ratio: number): string {
  return `${what.padEnd(40)} ${rate.toFixed(1).padStart(10)}  ${ratio.toFixed(1).padStart(8)}x`;
}

/** The rate once running: two runs of different length, so that compiling and programming cancel. */
async function conversionsPerSecond(folder: string, count: number, read: number): Promise<number> {
  const few = Math.ceil(count / 6);
  const seconds = [];
  for (const conversions of [few, count]) {
    const result = await runVectors(plan, vectorsOf(conversions, read), { folder, simulator: 'icarus' });
    if (!result.passed) throw new Error(`mismatches in ${folder}: ${result.complaints.join(' ')}`);
    seconds.push(result.seconds);
  }
  return (count - few) / (seconds[1]! - seconds[0]!);
}

/** The model that looks at every cell in every pulse. */
function perCellArray(of: MacroPlan): string {
  const template = fileURLToPath(new URL('model/per_cell_array.v', import.meta.url));
  const view = { ...macroView(of), file: `${of.name}_array.v`, purpose: 'the analog macro, cell by cell' };
  return render(template, view);
}

function inputsOf(count: number): Int32Array[] {
  const random = new Random(3);
  return Array.from({ length: count }, () =>
    Int32Array.from({ length: rows }, () => Math.max(0, random.whole(-63, 63))),
  );
}

function vectorsOf(count: number, read: number) {
  const bench = newBench(plan, 3);
  program(bench);
  streamConversions(bench, inputsOf(count), bank, bits, read);
  return bench.stimulus.vectors();
}

/** Seconds that the golden model needs for the same stream with every cycle written down. */
function secondsOfTrace(count: number): number {
  let best = Number.POSITIVE_INFINITY;
  for (let run = 0; run < 3; run++) {
    const bench = newBench(plan, 3);
    program(bench);
    const inputs = inputsOf(count);
    const begun = performance.now();
    streamConversions(bench, inputs, bank, bits, READ);
    bench.stimulus.vectors();
    best = Math.min(best, (performance.now() - begun) / 1000);
  }
  return best;
}

function functionalPerSecond(): number {
  const macro = Macro.from(plan);
  const random = new Random(3);
  macro.loadWeights(Int8Array.from({ length: rows * columns }, () => random.whole(-1, 1)));
  const inputs = inputsOf(100);
  for (const vector of inputs) macro.convert(vector, bank);
  const begun = performance.now();
  for (let i = 0; i < FUNCTIONAL; i++) macro.convert(inputs[i % inputs.length]!, bank);
  return FUNCTIONAL / ((performance.now() - begun) / 1000);
}
