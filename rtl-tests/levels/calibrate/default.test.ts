import { describe, expect, it } from 'vitest';
import { batchesOf, readDigits, sliceDigits } from '../../../examples/mnist/digits.js';
import { loadNetwork } from '../../../examples/mnist/network.js';
import { orThrow } from '../../../generators/common/problems.js';
import { calibrate } from '../../../generators/levels/calibrate/calibrate.js';
import { distributionOfSamples } from '../../../generators/levels/calibrate/distribution.js';
import { optimalClusters } from '../../../generators/levels/calibrate/optimal.js';
import type { Method } from '../../../generators/levels/calibrate/options.js';
import { meanSquaredError } from '../../../generators/levels/calibrate/quantizer.js';
import { everyNth, forEveryChange } from '../../fixtures/every-change.js';

// A busy machine is slow, not wrong.

const LAYERS = ['conv1', 'conv2', 'fc1'] as const;
const network = loadNetwork();
const digits = readDigits();
const calibration = batchesOf(digits.training, 64, 8).map(
  ({ pixels }) => network.forward(pixels).activations,
);
const heldOut = network.forward(sliceDigits(digits.heldOut, 0, 500).pixels).activations;

describe.each(LAYERS)('%s of the example network, calibrated without any option', (layer) => {
  const batches = calibration.map((activations) => activations[layer].values);
  const unseen = distributionOfSamples(Float64Array.from(heldOut[layer].values));

  const errorOf = (bits: number, method?: Method) =>
    meanSquaredError(
      unseen,
      orThrow(calibrate(batches, { name: layer, bits, ...(method === undefined ? {} : { method }) })),
    );
  const optimum = (bits: number) => optimalClusters(unseen, 2 ** bits).cost / unseen.samples;

  it.each(forEveryChange([2, 3, 4, 5], everyNth(3)))(
    'errs at most 1.15x the least that any levels err on unseen digits, %i bits',
    (bits) => {
      expect(errorOf(bits) / optimum(bits)).toBeLessThan(1.15);
    },
  );

  // At 6 bits no calibration knows the rare values of the unseen digits: the optimum of the seen ones is the bar.
  it.each([4, 6])(
    'errs at most 1.12x the optimum of the seen digits, and less than plain, %i bits',
    (bits) => {
      expect(errorOf(bits) / errorOf(bits, 'optimal')).toBeLessThan(1.12);
      expect(errorOf(bits)).toBeLessThan(errorOf(bits, 'bs-kmq-plain'));
    },
  );
});
