import { describe, expect, it } from 'vitest';
import { orThrow } from '../../../generators/common/problems.js';
import { dieSchema } from '../../../generators/macro/config/die.js';
import { parse } from '../../../generators/macro/config/parse.js';
import { Die } from '../../../generators/macro/die/die.js';
import { macroSeed } from '../../../generators/macro/die/hash.js';
import { Macro } from '../../../generators/macro/golden/macro.js';
import type { ArrayModels } from '../../../generators/network/engine/array-models.js';
import { ChipModels, constantsOfSection } from '../../../generators/network/engine/die-models.js';
import { GoldenNetwork } from '../../../generators/network/engine/golden.js';
import { EVERY_EFFECT } from '../../fixtures/dies.js';
import { everyNth, forEveryChange } from '../../fixtures/every-change.js';
import { randomImages, smallHardware } from '../../fixtures/hardware.js';
import { SMALL_INPUT } from '../../fixtures/onnx.js';

const MACRO = { array: { rows: 36, columns: 10 }, input: { bits: 4 }, adc: { bits: 3 } };
const section = (die: object) => orThrow(parse('die', dieSchema, die));
const constants = constantsOfSection(section(EVERY_EFFECT));

/** A golden model of each macro, with its own die, vector by vector. */
function byDefinition(chip: number): ArrayModels {
  let number = 0;
  return (arrays) =>
    arrays.map(({ macro: plan, weights }) => {
      const die = new Die(constants(plan.shape), plan.shape, macroSeed(chip, number++));
      const macro = Macro.from(plan, { die });
      macro.loadWeights(weights);
      return {
        convert: (inputs, outputs, first) => {
          macro.conversions = first;
          macro.convertBatch(inputs, { plain: true }, { outputs });
        },
      };
    });
}

describe('a network on chips', () => {
  it.each(
    forEveryChange(
      [
        ['an ADC for each digit', {}],
        ['ternary weights', { weights: { method: 'ternary' } }],
        [
          'a falling ramp that takes its code',
          { macro: { ...MACRO, adc: { bits: 3, ramp: 'falling', readout: 'capture' } } },
        ],
        ['lines that clip', { macro: { ...MACRO, array: { ...MACRO.array, headroom: 60 } } }],
      ] as const,
      everyNth(2),
    ),
  )('is every macro on a die of its own, every effect and noise included: %s', async (_, changes) => {
    const hardware = await smallHardware(changes as object);
    const chips = new ChipModels(constants);
    const network = new GoldenNetwork(hardware, chips.models);
    const images = randomImages(3, SMALL_INPUT, 5);
    const found = [1, 2, 1].map((chip) => {
      chips.use(chip);
      return [...network.run(images)];
    });
    expect(found[0]).toEqual([...new GoldenNetwork(hardware, byDefinition(1)).run(images)]);
    expect(found[1]).toEqual([...new GoldenNetwork(hardware, byDefinition(2)).run(images)]);
    expect(found[1]).not.toEqual(found[0]);
    expect(found[2]).toEqual(found[0]);
  });

  it('draws noise by the number of the image, however images are shared out', async () => {
    const hardware = await smallHardware({});
    const chips = new ChipModels(constantsOfSection(section({ noise: 3 })));
    const network = new GoldenNetwork(hardware, chips.models);
    const images = randomImages(5, SMALL_INPUT, 3);
    const size = images.length / 5;
    const whole = [...network.run(images)];
    const parts = [
      network.run(images.subarray(0, 2 * size)),
      network.run(images.subarray(2 * size), undefined, 2),
    ];
    expect(parts.flatMap((part) => [...part])).toEqual(whole);
    expect([...network.run(images, undefined, 1)]).not.toEqual(whole);
  });

  it('is the ideal network where no effect is on', async () => {
    const hardware = await smallHardware({});
    const network = new GoldenNetwork(hardware, new ChipModels(constantsOfSection(section({}))).models);
    const images = randomImages(4, SMALL_INPUT, 3);
    expect([...network.run(images)]).toEqual([...new GoldenNetwork(hardware).run(images)]);
  });
});
