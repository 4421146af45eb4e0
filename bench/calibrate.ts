/**
 * Calibration against what people use, all in one run: `npx tsx bench/calibrate.ts`.
 * Ours and the plain passes are the best of several runs, the other libraries run once.
 * Data: 8 batches of 1M float32 values, half-normal with as many ReLU zeros; 4 bits.
 */
import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { ckmeans } from 'simple-statistics';
import { orThrow } from '../generators/common/problems.js';
import { BatchCollector } from '../generators/levels/calibrate/batches.js';
import { calibrate } from '../generators/levels/calibrate/calibrate.js';
import { distributionOfSamples } from '../generators/levels/calibrate/distribution.js';
import { writeNpy } from '../generators/levels/calibrate/npy.js';
import { optimalClusters } from '../generators/levels/calibrate/optimal.js';
import { reluBatches } from '../rtl-tests/fixtures/activations.js';
import {
  askScikitLearn,
  findScikitLearn,
  NO_SCIKIT_LEARN,
} from '../rtl-tests/fixtures/calibration-oracle.js';

const BITS = 4;
const VALUES = 8e6;

const print = (line: string) => process.stdout.write(`${line}\n`);
const seconds = (work: () => unknown): number => {
  const start = performance.now();
  work();
  return (performance.now() - start) / 1000;
};
/** The best of several runs: what the code costs when nobody else uses the machine. */
const best = (runs: number, work: () => unknown): number =>
  Math.min(...Array.from({ length: runs }, () => seconds(work)));
const verdict = (holds: boolean) => (holds ? 'ok' : 'MISSED');

/** One pass as anyone would write it. */
function minMaxSum(values: Float32Array): number[] {
  let min = Number.POSITIVE_INFINITY;
  let max = Number.NEGATIVE_INFINITY;
  let sum = 0;
  for (const value of values) {
    min = Math.min(min, value);
    max = Math.max(max, value);
    sum += value;
  }
  return [min, max, sum];
}

/** The same with branches. */
function minMaxSumBranches(values: Float32Array): number[] {
  let min = Number.POSITIVE_INFINITY;
  let max = Number.NEGATIVE_INFINITY;
  let sum = 0;
  for (let i = 0; i < values.length; i++) {
    const value = values[i]!;
    if (value < min) min = value;
    if (value > max) max = value;
    sum += value;
  }
  return [min, max, sum];
}

/** The fastest form found: V8 keeps accumulators that start finite and fractional, and leave as one number, as doubles. */
function minMaxSumTuned(values: Float32Array): number {
  let min = 1e308;
  let max = -1e308;
  let sum = 0.5;
  for (let i = 0; i < values.length; i++) {
    const value = values[i]!;
    if (value < min) min = value;
    if (value > max) max = value;
    sum += value;
  }
  return min + max + sum;
}

const batches = reluBatches(8, VALUES / 8);

print('calibration of 8 x 1M float32, 4 bits');
const passes = {
  minMaxSum: best(7, () => {
    for (const batch of batches) minMaxSum(batch);
  }),
  minMaxSumBranches: best(7, () => {
    for (const batch of batches) minMaxSumBranches(batch);
  }),
  minMaxSumTuned: best(7, () => {
    for (const batch of batches) minMaxSumTuned(batch);
  }),
};
const ours = best(7, () => orThrow(calibrate(batches, { name: 'bench', bits: BITS })));
const perValue = (time: number) => `${time.toFixed(3)} s, ${((time / VALUES) * 1e9).toFixed(1)} ns a value`;
print(`  imcgen bs-kmq               ${perValue(ours)}`);
const plain = best(7, () =>
  orThrow(calibrate(batches, { name: 'bench', bits: BITS, method: 'bs-kmq-plain' })),
);
print(`  imcgen bs-kmq-plain         ${perValue(plain)}`);
for (const [name, pass] of Object.entries(passes)) {
  const bar = name === 'minMaxSum' ? `  at most 3x: ${verdict(ours <= 3 * pass)}` : '';
  print(`  ${name.padEnd(24)}    ${pass.toFixed(3)} s, calibration takes ${(ours / pass).toFixed(2)}x${bar}`);
}

const python = findScikitLearn();
if (python === undefined) print(`  ${NO_SCIKIT_LEARN}`);
else {
  const folder = mkdtempSync(join(tmpdir(), 'imcgen-bench-'));
  const all = new Float32Array(VALUES);
  for (const [index, batch] of batches.entries()) all.set(batch, index * batch.length);
  writeNpy(join(folder, 'all.npy'), { shape: [VALUES], fortranOrder: false, data: all });
  const theirs = askScikitLearn(python, 'time', join(folder, 'all.npy'), '16').seconds;
  rmSync(folder, { recursive: true });
  const faster = theirs / ours;
  print(
    `  scikit-learn KMeans(16, 1)  ${theirs.toFixed(2)} s, ${faster.toFixed(0)}x slower  at least 50x: ${verdict(faster >= 50)}`,
  );
}

const few = Array.from(batches[0]!.subarray(0, 3e5));
const { default: namedCkmeans } = await import('ckmeans');
for (const [name, cluster] of [
  ['ckmeans', namedCkmeans],
  ['simple-statistics', ckmeans],
] as const) {
  const theirs = seconds(() => cluster(few, 16));
  const faster = theirs / few.length / (ours / VALUES);
  print(
    `  ${name.padEnd(20)} 0.3M   ${theirs.toFixed(2)} s, ${faster.toFixed(0)}x slower a value  at least 100x: ${verdict(faster >= 100)}`,
  );
}

const collector = new BatchCollector([]);
for (const batch of batches) {
  collector.add(batch);
  collector.endBatch();
}
const distribution = collector.distribution();
const optimal = best(3, () => optimalClusters(distribution, 256));
print(
  `  optimal, 8 bits             ${optimal.toFixed(3)} s after binning  below 1 s: ${verdict(optimal < 1)}`,
);
const { cost, lowerBound } = optimalClusters(distribution, 256);
print(
  `                              at most ${(100 * (cost / lowerBound - 1)).toFixed(2)} % above any quantizer of the 8M values`,
);

print('cost against size, 1M-value batches, 4 bits');
for (const size of [1e5, 1e6, 1e7, 1e8]) {
  const stream = function* () {
    for (let done = 0; done < size; done += 1e6) {
      yield batches[(done / 1e6) % 8]!.subarray(0, Math.min(1e6, size - done));
    }
  };
  const time = best(size < 1e8 ? 3 : 1, () => orThrow(calibrate(stream(), { name: 'bench', bits: BITS })));
  print(
    `  10^${Math.log10(size)} values  ${time.toFixed(3).padStart(7)} s  ${((time / size) * 1e9).toFixed(1).padStart(6)} ns a value`,
  );
}

print('exact samples (no binning), optimal, 4 bits');
const kept = distributionOfSamples(Float64Array.from(batches[0]!.subarray(0, 1 << 18)));
print(
  `  ${kept.values.length} distinct of ${kept.samples}: ${best(3, () => optimalClusters(kept, 16)).toFixed(3)} s`,
);

const memory = fileURLToPath(new URL('./calibrate/memory.ts', import.meta.url));
for (const count of [8, 64]) {
  const answer = execFileSync(process.execPath, ['--import', 'tsx', memory, String(count)], {
    encoding: 'utf8',
  });
  const peak = (JSON.parse(answer) as { peakBytes: number }).peakBytes / 2 ** 20;
  print(`peak memory, ${count} batches of 1M: ${peak.toFixed(0)} MB  below 300 MB: ${verdict(peak < 300)}`);
}
