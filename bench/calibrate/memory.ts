/** Calibrates 64 batches of 1M values that are made one at a time, and prints the peak memory of the process. */
import { calibrate } from '../../generators/calibrate/calibrate.js';
import { seededRandom } from '../../generators/calibrate/lloyd.js';
import { orThrow } from '../../generators/problems.js';

const BATCHES = Number(process.argv[2] ?? 64);

function* batches(): Generator<Float32Array> {
  const random = seededRandom(1);
  for (let batch = 0; batch < BATCHES; batch++) {
    // Sum of three uniforms: quick, and as smooth as it needs to be.
    yield Float32Array.from({ length: 1e6 }, () => Math.max(0, random() + random() + random() - 1.5));
  }
}

const levels = orThrow(calibrate(batches(), { name: 'memory', bits: 4 }));
const peakBytes = process.resourceUsage().maxRSS * 1024;
process.stdout.write(
  `${JSON.stringify({ batches: BATCHES, samples: levels.provenance?.samples, peakBytes })}\n`,
);
