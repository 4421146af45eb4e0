import { seededRandom } from '../../generators/calibrate/lloyd.js';

/** Normal samples by Box and Muller, from a seed. */
export function normals(count: number, seed: number): Float64Array {
  const random = seededRandom(seed);
  const samples = new Float64Array(count);
  for (let i = 0; i < count; i += 2) {
    const radius = Math.sqrt(-2 * Math.log(1 - random()));
    const angle = 2 * Math.PI * random();
    samples[i] = radius * Math.cos(angle);
    if (i + 1 < count) samples[i + 1] = radius * Math.sin(angle);
  }
  return samples;
}

/** What a ReLU leaves of normal samples: half of them zero, the rest half-normal. */
export function reluBatch(count: number, seed: number): Float32Array {
  return Float32Array.from(normals(count, seed), (sample) => Math.max(0, sample));
}

export function reluBatches(batches: number, count: number, seed = 1): Float32Array[] {
  return Array.from({ length: batches }, (_, batch) => reluBatch(count, seed + batch));
}
