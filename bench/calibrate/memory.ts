/** Calibrates batches of 1M values that are made one at a time, and prints the peak memory of the process. */

import { orThrow } from '../../generators/common/problems.js';
import { calibrate } from '../../generators/levels/calibrate/calibrate.js';
import { reluBatch } from '../../rtl-tests/fixtures/activations.js';
import { peakMemory } from '../peak-memory.mjs';

const count = Number(process.argv[2] ?? 64);
const shape = reluBatch(1e6, 1);

function* batches(): Generator<Float32Array> {
  // Every batch is another array with other values, as files would be.
  for (let batch = 0; batch < count; batch++) yield shape.map((value) => value * (1 + batch / 1000));
}

const levels = orThrow(calibrate(batches(), { name: 'memory', bits: 4 }));
const peakBytes = peakMemory();
process.stdout.write(
  `${JSON.stringify({ batches: count, samples: levels.provenance?.samples, peakBytes })}\n`,
);
