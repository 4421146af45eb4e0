import { describe, expect, it } from 'vitest';
import { isCertain, NetworkBounds } from '../../../generators/campaign/bounds/network.js';
import type { DieConfig } from '../../../generators/macro/die/constants.js';
import { dieConstants } from '../../../generators/macro/die/constants.js';
import { Die } from '../../../generators/macro/die/die.js';
import { keyOf, mix } from '../../../generators/macro/die/hash.js';
import { Macro } from '../../../generators/macro/golden/macro.js';
import type { MacroShape } from '../../../generators/macro/plan/shape.js';
import type { ArrayModels } from '../../../generators/network/engine/array-models.js';
import { ChipModels } from '../../../generators/network/engine/die-models.js';
import { GoldenNetwork } from '../../../generators/network/engine/golden.js';
import type { NetworkHardware } from '../../../generators/network/engine/hardware.js';
import { inputCodes } from '../../../generators/network/engine/steps.js';
import { classesOf } from '../../../generators/network/evaluate/forms.js';
import { dieWith } from '../../fixtures/any-die.js';
import { itLong } from '../../fixtures/every-change.js';
import { randomImages, smallHardware } from '../../fixtures/hardware.js';
import { SMALL_INPUT } from '../../fixtures/onnx.js';
import { ENCODER, encoder, randomTokens, SPELLINGS } from '../../fixtures/transformer.js';

const IMAGES = 4;
const IMAGE_SAMPLES = randomImages(IMAGES, SMALL_INPUT, 7);

/** Bounds of every image, and its class on ideal macros. */
function boundsOf(hardware: NetworkHardware, die: DieConfig, most: number, samples = IMAGE_SAMPLES) {
  const { network, formats } = hardware.plan;
  const bounds = new NetworkBounds(hardware, (shape) => dieConstants(die, shape));
  const codes = inputCodes(samples, hardware.scales.get(network.input)!, formats.get(network.input)!);
  const size = codes.length / IMAGES;
  const classes = classesOf(new GoldenNetwork(hardware).run(samples), IMAGES);
  return Array.from(classes, (best, image) => {
    const bound = bounds.bound(codes.subarray(image * size, (image + 1) * size), most);
    return { bound, best, certain: isCertain(hardware, bound, best) };
  });
}

/** Codes outside, and classes that were certain and are others. */
function outsideOf(
  network: GoldenNetwork,
  images: ReturnType<typeof boundsOf>,
  samples = IMAGE_SAMPLES,
): number {
  let outside = 0;
  const scores = network.run(samples, (tensor, codes) => {
    const size = codes.length / IMAGES;
    for (const [image, { bound }] of images.entries()) {
      const { low, high } = bound.tensors.get(tensor)!;
      for (let at = 0; at < size; at++) {
        const code = codes[image * size + at]!;
        if (code < low[at]! || code > high[at]!) outside++;
      }
    }
  });
  const classes = classesOf(scores, IMAGES);
  return outside + images.filter(({ best, certain }, image) => certain && classes[image] !== best).length;
}

/** Macros whose every deviate is at one end or the other, as a coin says. */
function cornerModels(die: DieConfig, most: number, seed: number): ArrayModels {
  return (arrays) =>
    arrays.map(({ macro: plan, weights }, index) => {
      const constants = { ...dieConstants(die, plan.shape), mostDeviate: most };
      const { first } = keyOf(seed, index);
      const coin = (kind: number, at: number) => (mix(first ^ mix(at * 8 + kind)) & 1 ? most : -most);
      const macro = Macro.from(plan, { die: new Die(constants, plan.shape, seed, coin) });
      macro.loadWeights(weights);
      return { convert: (inputs, outputs) => void macro.convertBatch(inputs, {}, { outputs }) };
    });
}

const EFFECTS: Parameters<typeof dieWith>[0] = {
  ...{ mismatch: 0.03, globalSpread: 0.02, pulseError: 0.01, compression: 0.05, leakage: 0.001 },
  ...{ offset: 0.5, noise: 0.5, temperature: { celsius: 60, perKelvin: 0.001, tracking: 0.9 } },
};
const DIGITAL_ENDS = [
  { layer: 'first', on: 'digital' },
  { layer: 'last', on: 'digital' },
] as const;

async function holds(hardware: NetworkHardware, dies: number, samples = IMAGE_SAMPLES): Promise<void> {
  const die = dieWith(EFFECTS);
  for (const most of [20, 627]) {
    const images = boundsOf(hardware, die, most, samples);
    const cut = (shape: MacroShape) => ({ ...dieConstants(die, shape), mostDeviate: most });
    const chips = new ChipModels(cut);
    const drawn = new GoldenNetwork(hardware, chips.models);
    for (let seed = 1; seed <= dies; seed++) {
      chips.use(seed);
      expect(outsideOf(drawn, images, samples), `die ${seed} within ${most}`).toBe(0);
    }
    for (let seed = 1; seed <= Math.ceil(dies / 10); seed++) {
      const corner = new GoldenNetwork(hardware, cornerModels(die, most, seed));
      expect(outsideOf(corner, images, samples), `corner ${seed} within ${most}`).toBe(0);
    }
  }
}

describe('bounds of a network', () => {
  it('hold for the codes of every tensor, and for classes, on dies that are drawn and at corners', async () => {
    await holds(await smallHardware({}), 5);
  });

  itLong(
    'hold so where the ends are digital, and with digits and falling ramps whose codes follow',
    async () => {
      await holds(await smallHardware({ overrides: [...DIGITAL_ENDS] }), 50);
      const adc = { bits: 3, ramp: 'falling', readout: 'capture' } as const;
      const macro = { array: { rows: 36, columns: 10 }, input: { bits: 4 }, adc };
      await holds(await smallHardware({ weights: { method: 'digits', digits: [1, 2] }, macro }), 50);
    },
  );

  itLong(
    'hold so for a transformer: norms and attention give any code, functions those of an interval',
    async () => {
      const nodes = encoder(SPELLINGS['one node']);
      const hardware = await smallHardware({}, [[ENCODER.length], nodes, randomTokens(24, 1)]);
      await holds(hardware, 20, randomTokens(IMAGES, 2));
    },
  );

  itLong(
    'are the codes of ideal macros without spread, narrow as it shrinks, and certain classes stay so',
    async () => {
      const hardware = await smallHardware({ overrides: [...DIGITAL_ENDS] });
      const exact = boundsOf(hardware, dieWith({}), 627);
      expect(outsideOf(new GoldenNetwork(hardware), exact)).toBe(0);
      for (const { bound, certain } of exact) {
        expect(certain).toBe(true);
        for (const { low, high } of bound.tensors.values()) expect([...high]).toEqual([...low]);
      }
      const die = dieWith({ mismatch: 0.02 });
      const certainAt = (most: number) =>
        boundsOf(hardware, die, most).filter(({ certain }) => certain).length;
      const counts = [0, 10, 60, 300, 1020].map(certainAt);
      expect(counts).toEqual([...counts].sort((one, other) => other - one));
      expect(counts[0]).toBe(IMAGES);
      expect(counts.at(-1)!).toBeLessThan(IMAGES);
    },
  );

  it('tell two scores of a digital layer apart by their difference', async () => {
    const hardware = await smallHardware({ overrides: [...DIGITAL_ENDS] });
    const { network } = hardware.plan;
    const images = boundsOf(hardware, dieWith({ mismatch: 0.005 }), 100);
    const apart = images.filter(({ bound, best, certain }) => {
      const { low, high } = bound.tensors.get(network.output)!;
      return certain && [...high].some((score, other) => other !== best && score > low[best]!);
    });
    // Intervals of the scores overlap, and no die of that kind changes the class.
    expect(apart.length).toBeGreaterThan(0);
  });
});
