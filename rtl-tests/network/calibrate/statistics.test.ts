import { describe, expect, it } from 'vitest';
import { withDefaults } from '../../../generators/levels/calibrate/options.js';
import { MomentSums } from '../../../generators/network/calibrate/float-statistics.js';
import { codeScales } from '../../../generators/network/calibrate/grids.js';
import { RangeHistogram } from '../../../generators/network/calibrate/range-histogram.js';
import { SumHistogram } from '../../../generators/network/calibrate/sum-histogram.js';
import { sumLevels, wholeReferences } from '../../../generators/network/calibrate/tile-levels.js';
import { GoldenNetwork } from '../../../generators/network/engine/golden.js';
import type { LinearStep } from '../../../generators/network/graph/steps.js';
import { withOutputs } from '../../../generators/network/onnx/model.js';
import { openSession } from '../../../generators/network/runtime/onnxruntime.js';
import { normals, reluBatch } from '../../fixtures/activations.js';
import { randomImages, smallHardware } from '../../fixtures/hardware.js';
import { onnxModel, SMALL, SMALL_INPUT } from '../../fixtures/onnx.js';

describe('moments', () => {
  it('are mean and deviation of each channel, far from 0 as well', () => {
    const [images, channels, pixels] = [6, 3, 10];
    const values = Float64Array.from(normals(images * channels * pixels, 1), (value, at) => {
      const channel = Math.floor(at / pixels) % channels;
      return 1e6 * channel + (channel + 1) * value;
    });
    const sums = new MomentSums(channels);
    sums.add(values.subarray(0, 2 * channels * pixels), pixels);
    sums.add(values.subarray(2 * channels * pixels), pixels);
    const { mean, deviation } = sums.moments();
    for (let channel = 0; channel < channels; channel++) {
      const own = values.filter((_, at) => Math.floor(at / pixels) % channels === channel);
      const middle = own.reduce((sum, value) => sum + value, 0) / own.length;
      const variance = own.reduce((sum, value) => sum + (value - middle) ** 2, 0) / own.length;
      expect(mean[channel]).toBeCloseTo(middle, 6);
      expect(deviation[channel]).toBeCloseTo(Math.sqrt(variance), 6);
    }
  });
});

describe('histograms', () => {
  it('of activations keep count and mean, whatever comes first', () => {
    const batches = [
      reluBatch(1000, 1),
      reluBatch(1000, 2).map((value) => 40 * value),
      Float32Array.of(0, -3),
    ];
    for (const order of [batches, batches.toReversed()]) {
      const histogram = new RangeHistogram();
      for (const batch of order) histogram.add(batch);
      const { values, weights, samples } = histogram.distribution();
      const all = batches.flatMap((batch) => [...batch]);
      expect(samples).toBe(all.length);
      expect(values.every((value, at) => at === 0 || value > values[at - 1]!)).toBe(true);
      const sum = values.reduce((total, value, at) => total + value * weights[at]!, 0);
      expect(sum).toBeCloseTo(
        all.reduce((total, value) => total + value, 0),
        3,
      );
      expect(weights[values.indexOf(0)]).toBeGreaterThan(900);
    }
  });

  it('of sums are exact, with the quantiles of each batch', () => {
    const histogram = new SumHistogram(10, [{ low: 0.25, high: 0.25 }]);
    histogram.add(Int32Array.of(-10, 0, 0, 3));
    histogram.add(Int32Array.of(10));
    histogram.endBatch();
    histogram.endBatch();
    histogram.add(Int32Array.of(5, 5));
    histogram.endBatch();
    const { distribution, ends } = histogram.samples();
    expect([...distribution.values]).toEqual([-10, 0, 3, 5, 10]);
    expect([...distribution.weights]).toEqual([1, 2, 1, 2, 1]);
    expect(ends).toEqual([[{ low: 0, high: 3 }], [{ low: 5, high: 5 }]]);
  });
});

describe('references on the grid of unit discharges', () => {
  it('rise by at least one, part whole sums where they are wanted, and can be reached', () => {
    expect(wholeReferences([-3.5, 2.2, 9], 20)).toEqual([-3, 3, 9]);
    expect(wholeReferences([0.5, 0.5, 0.6, 7], 20)).toEqual([1, 2, 3, 7]);
    expect(wholeReferences([-90, 90, 95], 20)).toEqual([-19, 19, 20]);
  });

  it('are drawn together where the headroom does not cover the ramp, and outputs follow', () => {
    const histogram = new SumHistogram(30, []);
    histogram.add(Int32Array.from({ length: 49 }, (_, at) => at - 24));
    histogram.endBatch();
    const settings = withDefaults({ name: 'sums', bits: 2, method: 'optimal' });
    const free = sumLevels(histogram.samples(), settings, { most: 30, ramp: Number.POSITIVE_INFINITY });
    expect(free.references).toEqual([-12, 0, 12]);
    const held = sumLevels(histogram.samples(), settings, { most: 30, ramp: 20 });
    // The reference line starts a unit below the first reference.
    expect(held.references[2]! - held.references[0]! + 1).toBeLessThanOrEqual(20);
    expect(held.references[2]! - held.references[0]! + 1).toBeGreaterThanOrEqual(18);
    // The mean of all sums below the first reference.
    expect(held.outputs[0]).toBeCloseTo((-24 + held.references[0]! - 1) / 2, 9);
  });
});

describe('scales of codes', () => {
  it('are the best of clipping and rounding: outliers are clipped', () => {
    const histogram = new RangeHistogram();
    histogram.add(reluBatch(100_000, 1));
    histogram.add(Float32Array.of(40));
    const format = { signed: false, bits: 4, group: 'x' };
    const scales = codeScales(new Map([['x', format]]), new Map([['x', histogram.distribution()]]));
    // Normal samples: 15 steps are best near 3.3 deviations.
    expect(15 * scales.get('x')!).toBeGreaterThan(2);
    expect(15 * scales.get('x')!).toBeLessThan(6);
  });
});

describe('matching', () => {
  /** Largest distance, in float deviations, of mean and deviation of a channel of the hardware from the float layer. */
  async function distance(matching: boolean): Promise<number> {
    const hardware = await smallHardware({ digital: { matching }, weights: { method: 'bwma' } });
    const { network } = hardware.plan;
    const step = network.steps.find((each) => each.kind === 'linear' && each.bounds.low < 0) as LinearStep;
    const images = randomImages(24, SMALL_INPUT, 1);
    const session = await openSession(withOutputs(onnxModel(SMALL_INPUT, SMALL), [step.sums]), 1);
    const float = (await session.run(images, [24, ...SMALL_INPUT])).get(step.sums)!;
    await session.close();
    const pixels = float.length / 24 / step.outputs;
    const moments = (values: ArrayLike<number>) => {
      const sums = new MomentSums(step.outputs);
      sums.add(values, pixels);
      return sums.moments();
    };
    const scale = hardware.scales.get(step.output)!;
    let found = moments(float);
    new GoldenNetwork(hardware).run(images, (tensor, codes) => {
      if (tensor === step.output) found = moments(Float64Array.from(codes, (code) => code * scale));
    });
    const wanted = moments(float);
    const far = wanted.mean.map((mean, channel) => {
      const unit = wanted.deviation[channel]!;
      return (
        Math.max(Math.abs(found.mean[channel]! - mean), Math.abs(found.deviation[channel]! - unit)) / unit
      );
    });
    return Math.max(...far);
  }

  it('brings mean and deviation of every column to those of the float layer; without it they are far away', async () => {
    // What is left comes from rounding to codes and from sums at the ends of their range.
    expect(await distance(true)).toBeLessThan(0.15);
    expect(await distance(false)).toBeGreaterThan(0.3);
  });
});
