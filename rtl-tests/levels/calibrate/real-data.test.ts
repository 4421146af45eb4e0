import { execFileSync } from 'node:child_process';
import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { orThrow } from '../../../generators/common/problems.js';
import { BatchCollector } from '../../../generators/levels/calibrate/batches.js';
import {
  type Distribution,
  distributionOfSamples,
} from '../../../generators/levels/calibrate/distribution.js';
import { fit, samplesOf, tailsToRecord } from '../../../generators/levels/calibrate/methods.js';
import { readNpy } from '../../../generators/levels/calibrate/npy.js';
import { optimalClusters } from '../../../generators/levels/calibrate/optimal.js';
import { type CalibrationOptions, withDefaults } from '../../../generators/levels/calibrate/options.js';
import { meanSquaredError } from '../../../generators/levels/calibrate/quantizer.js';
import { everyNth, forEveryChange, itLong } from '../../fixtures/every-change.js';

// A busy machine is slow, not wrong.

/** Activations of real networks, beside the repository on machines that have them. */
const DATA = fileURLToPath(new URL('../../../../shared/data/', import.meta.url));
const present = existsSync(DATA);
if (!present) console.log(`tests on real activations skipped: ${DATA} is absent`);

function gathered(paths: readonly string[]): BatchCollector {
  const collector = new BatchCollector(tailsToRecord(withDefaults({ name: 'layer', bits: 4 }), true));
  for (const path of paths) {
    collector.add(orThrow(readNpy(path)).data);
    collector.endBatch();
  }
  return collector;
}

describe.skipIf(!present)('VGG-8 convolution outputs published with ReADC', () => {
  const samples = present ? orThrow(readNpy(join(DATA, 'readc-fig5/vgg8-conv-outputs.npy'))).data : [];
  const distribution = distributionOfSamples(Float64Array.from(samples));
  const errorOf = (method: CalibrationOptions['method']) => {
    const collected = { distribution, ends: [] };
    return meanSquaredError(
      distribution,
      fit(collected, withDefaults({ name: 'vgg8', bits: 4, method: method! })),
    );
  };

  it('linear levels with both ends give the published 7.119880', () => {
    expect(errorOf('linear')).toBeCloseTo(7.11988, 6);
  });

  it('Lloyd-Max from its uniform start gives the published 2.90, the optimum less', () => {
    expect(errorOf('lloyd-max')).toBeCloseTo(2.9, 2);
    expect(errorOf('optimal')).toBeLessThan(errorOf('lloyd-max'));
  });
});

const NETWORKS = ['resnet20', 'vgg16s', 'mnist_cnn', 'minibert'];
const activations = join(DATA, 'activations');
const layers = !present
  ? []
  : NETWORKS.flatMap((network) =>
      readdirSync(join(activations, network)).map((layer) => join(network, layer)),
    ).filter((layer) => existsSync(join(activations, layer, 'calib_0.npy')));

describe.skipIf(!present)('activations of four networks, held-out samples', () => {
  /** Error on held-out samples over that of their own optimum. */
  const overOptimum = (layer: string) => {
    const folder = join(activations, layer);
    const samples = samplesOf(gathered(Array.from({ length: 8 }, (_, i) => join(folder, `calib_${i}.npy`))));
    const held: Distribution = gathered([join(folder, 'heldout.npy')]).distribution();
    return (bits: number, options: Partial<CalibrationOptions> = {}) => {
      const optimum = optimalClusters(held, 2 ** bits).cost / held.samples;
      return (
        meanSquaredError(held, fit(samples, withDefaults({ name: 'layer', bits, ...options }))) / optimum
      );
    };
  };

  it.each(forEveryChange(layers, everyNth(24)))(
    'calibration without options comes within 1.15x of the optimum of %s',
    (layer) => {
      const ratio = overOptimum(layer);
      for (const bits of [3, 4]) {
        expect(ratio(bits)).toBeLessThan(1.15);
        expect(ratio(bits)).toBeLessThan(ratio(bits, { method: 'bs-kmq-plain' }));
      }
    },
  );

  itLong('fixed tails of 0.5 % cost 4x and more at 5 bits, which automatic ones win back', () => {
    const ratio = overOptimum(layers[0]!);
    expect(ratio(5, { method: 'bs-kmq-plain' })).toBeGreaterThan(4);
    expect(ratio(5)).toBeLessThan(1.1);
  });
});

describe('memory', () => {
  itLong(
    'stays below 300 MB for 64 batches of 1M values, and does not grow with their number',
    () => {
      const script = fileURLToPath(new URL('../../../bench/calibrate/memory.ts', import.meta.url));
      const peak = (batches: number) => {
        const answer = execFileSync(process.execPath, ['--import', 'tsx', script, String(batches)], {
          encoding: 'utf8',
        });
        return (JSON.parse(answer) as { peakBytes: number }).peakBytes / 2 ** 20;
      };
      const [few, many] = [peak(8), peak(64)];
      expect(many).toBeLessThan(300);
      expect(many - few).toBeLessThan(60);
    },
    60_000,
  );
});
