import { execFileSync } from 'node:child_process';
import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it, vi } from 'vitest';
import { BatchCollector } from '../generators/calibrate/batches.js';
import { type Distribution, distributionOfSamples } from '../generators/calibrate/distribution.js';
import { fit, samplesOf, tailsToRecord } from '../generators/calibrate/methods.js';
import { readNpy } from '../generators/calibrate/npy.js';
import { optimalClusters } from '../generators/calibrate/optimal.js';
import { type CalibrationOptions, withDefaults } from '../generators/calibrate/options.js';
import { meanSquaredError } from '../generators/calibrate/quantizer.js';
import { orThrow } from '../generators/problems.js';

// A busy machine is slow, not wrong.
vi.setConfig({ testTimeout: 60_000 });

/** Activations of real networks, beside the repository on machines that have them. */
const DATA = fileURLToPath(new URL('../../shared/data/', import.meta.url));
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

describe.skipIf(!present)('ResNet-20 activations, held-out samples', () => {
  const network = join(DATA, 'activations/resnet20');
  const layers = present
    ? readdirSync(network).filter((name) => existsSync(join(network, name, 'calib_0.npy')))
    : [];
  const overOptimum = (layer: string, bits: number) => {
    const folder = join(network, layer);
    const samples = samplesOf(gathered(Array.from({ length: 8 }, (_, i) => join(folder, `calib_${i}.npy`))));
    const held: Distribution = gathered([join(folder, 'heldout.npy')]).distribution();
    const optimum = optimalClusters(held, 2 ** bits).cost / held.samples;
    return (options: Partial<CalibrationOptions>) =>
      meanSquaredError(held, fit(samples, withDefaults({ name: layer, bits, ...options }))) / optimum;
  };

  it.each(layers)('automatic tails and refit come within 1.12x of the optimum of %s at 3 bits', (layer) => {
    const ratio = overOptimum(layer, 3);
    const plain = ratio({});
    const both = ratio({ tails: 'auto', refit: true });
    expect(plain).toBeGreaterThan(1.1);
    expect(both).toBeLessThan(1.12);
    expect(both).toBeLessThan(plain);
  });

  it('fixed tails of 0.5 % cost 4x and more at 5 bits, which automatic ones win back', () => {
    const ratio = overOptimum(layers[0]!, 5);
    expect(ratio({})).toBeGreaterThan(4);
    expect(ratio({ tails: 'auto', refit: true })).toBeLessThan(1.1);
  });
});

describe('memory', () => {
  it('stays below 300 MB for 64 batches of 1M values, and does not grow with their number', () => {
    const script = fileURLToPath(new URL('../bench/calibrate/memory.ts', import.meta.url));
    const peak = (batches: number) => {
      const answer = execFileSync(process.execPath, ['--import', 'tsx', script, String(batches)], {
        encoding: 'utf8',
      });
      return (JSON.parse(answer) as { peakBytes: number }).peakBytes / 2 ** 20;
    };
    const [few, many] = [peak(8), peak(64)];
    expect(many).toBeLessThan(300);
    expect(many - few).toBeLessThan(60);
  }, 60_000);
});
