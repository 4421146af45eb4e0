import { existsSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { orThrow } from '../../generators/common/problems.js';
import { parse } from '../../generators/macro/config/parse.js';
import { Calibrator } from '../../generators/network/calibrate/calibrator.js';
import { networkSchema } from '../../generators/network/config/network.js';
import { evaluateNetwork } from '../../generators/network/evaluate/evaluate.js';
import { buildNetwork } from '../../generators/network/graph/build.js';
import { readOnnx } from '../../generators/network/onnx/model.js';
import { planNetwork } from '../../generators/network/plan/plan.js';
import { openImages, readLabels } from '../../generators/network/runtime/images.js';
import { openSession } from '../../generators/network/runtime/onnxruntime.js';
import { everyNth, forEveryChange, itLong } from '../fixtures/every-change.js';

/** Trained networks and images, beside the repository on machines that have them. */
const DATA = fileURLToPath(new URL('../../../shared/data/', import.meta.url));
const present = existsSync(path.join(DATA, 'networks'));
if (!present) console.log('checks of trained networks skipped: ../shared/data/networks is absent');

const at = (name: string) => path.join(DATA, name);
const TEST = { test: at('images/cifar10-test-images.npy'), labels: at('images/cifar10-test-labels.npy') };

function planned(name: string, count: number) {
  const config = orThrow(
    parse('network.json', networkSchema, {
      ...{ name, model: `${name}.onnx` },
      images: {
        ...{ layout: 'nhwc', divide: 255, count },
        ...{ mean: [0.485, 0.456, 0.406], deviation: [0.229, 0.224, 0.225] },
      },
      macro: { array: { rows: 256, columns: 128 }, input: { bits: 6 }, adc: { bits: 4 } },
      overrides: [
        { layer: 'first', on: 'digital' },
        { layer: 'last', on: 'digital' },
      ],
    }),
  );
  const model = orThrow(readOnnx(at(`networks/${name}.onnx`)));
  const network = orThrow(buildNetwork(model));
  return { model, plan: orThrow(planNetwork(config, network, 'network.json')) };
}

describe.skipIf(!present)('trained networks', () => {
  it.each(
    forEveryChange(
      [
        ['resnet20', 20],
        ['vgg16s', 14],
      ] as const,
      everyNth(2),
    ),
  )('%s is mapped: %i layers', (name, layers) => {
    const { plan } = planned(name, 1);
    expect(plan.layers.length).toBe(layers);
    expect(plan.layers.map(({ macros }) => macros > 0)).toEqual(
      plan.layers.map((_, at) => at > 0 && at < layers - 1),
    );
  });

  itLong.each([
    ['resnet20', 0.915],
    ['vgg16s', 0.888],
  ])('%s as a float model names %f of the first 1,000 test images', async (name, accuracy) => {
    const { model, plan } = planned(name, 1);
    const images = orThrow(openImages(TEST.test, plan.config.images, [3, 32, 32], 1000));
    const labels = orThrow(readLabels(TEST.labels, 1000));
    const session = await openSession(model.bytes);
    let [done, correct] = [0, 0];
    for (const batch of images.batches(50)) {
      const scores = (await session.run(batch, [50, 3, 32, 32])).get('logits')!;
      for (let image = 0; image < 50; image++) {
        const own = scores.subarray(10 * image, 10 * image + 10);
        if (own.indexOf(Math.max(...own)) === labels[done++]) correct++;
      }
    }
    images.close();
    await session.close();
    expect(correct / 1000).toBeCloseTo(accuracy, 6);
  });

  itLong(
    'ResNet-20 on macros, 4-bit weights and ADCs, loses at most three points on 400 images',
    async () => {
      const { model, plan } = planned('resnet20', 64);
      const calibration = at('images/cifar10-calibration-images.npy');
      const quiet = { onProgress: () => undefined };
      const { hardware } = orThrow(await new Calibrator(model, calibration, quiet).calibrate(plan));
      const result = orThrow(
        await evaluateNetwork(hardware, model, TEST, { engine: 'onnx', most: 400, ...quiet }),
      );
      expect(result.float.accuracy - result.hardware.accuracy).toBeLessThan(0.03);
      expect(result.agreeing).toBeGreaterThan(370);
    },
  );
});
