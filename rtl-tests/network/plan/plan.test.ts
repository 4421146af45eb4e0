import { describe, expect, it } from 'vitest';
import { describeProblem, orThrow } from '../../../generators/common/problems.js';
import { parse } from '../../../generators/macro/config/parse.js';
import { type NetworkConfigInput, networkSchema } from '../../../generators/network/config/network.js';
import type { LinearStep } from '../../../generators/network/graph/steps.js';
import { planNetwork } from '../../../generators/network/plan/plan.js';
import { tilesOf } from '../../../generators/network/plan/tiles.js';
import { conv, networkOf, SMALL, SMALL_INPUT } from '../../fixtures/onnx.js';

const MACRO = { array: { rows: 36, columns: 10 }, input: { bits: 4 }, adc: { bits: 3 } };
const NETWORK = networkOf(SMALL_INPUT, SMALL);

function planned(changes: Partial<NetworkConfigInput> = {}) {
  const config = { name: 'net', model: 'm.onnx', macro: MACRO, ...changes };
  return planNetwork(orThrow(parse('network.json', networkSchema, config)), NETWORK, 'network.json');
}
const problemsOf = (changes: Partial<NetworkConfigInput>) => {
  const plan = planned(changes);
  return plan.ok ? [] : plan.problems.map(describeProblem);
};

describe('tiles', () => {
  const step = (channels: number) =>
    networkOf([channels, 5, 5], (graph) => conv(graph, 'x', [2, channels, 3], 1)).steps[0] as LinearStep;

  it.each([
    [256, 28, [28]],
    [256, 29, [15, 14]],
    [256, 64, [22, 21, 21]],
    [9, 3, [1, 1, 1]],
    [17, 2, [1, 1]],
  ])('of %i rows take %i channels as %j', (rows, channels, shares) => {
    const tiles = orThrow(tilesOf(step(channels), rows, 'network.json'));
    expect(tiles.map((tile) => tile.channels)).toEqual(shares);
    expect(tiles.map((tile) => tile.rows)).toEqual(shares.map((share) => 9 * share));
    expect(tiles.map(({ first }) => first)).toEqual(
      shares.map((_, at) => shares.slice(0, at).reduce((sum, share) => sum + share, 0)),
    );
  });

  it('never cut a kernel', () => {
    const tiles = tilesOf(step(4), 8, 'network.json');
    expect(tiles.ok ? [] : tiles.problems).toEqual([
      {
        file: 'network.json',
        path: 'macro.array.rows',
        message: expect.stringContaining('a kernel of 3 x 3 takes 9 rows, a macro has 8'),
        fix: 'Use macro.array.rows >= 9, or override the layer with on: "digital".',
      },
    ]);
  });
});

describe('the plan of a network', () => {
  const layer = (changes: Partial<NetworkConfigInput>, at: number) => orThrow(planned(changes)).layers[at]!;

  it('gives each digit of a tile macros of its own where it has levels of its own', () => {
    // 6 channels of 3 x 3 in tiles of 3; 8 outputs fit the 10 columns.
    const own = layer({}, 1);
    expect([own.tiles.length, own.columnTiles, own.macros, own.levelSets]).toEqual([2, 3, 6, 6]);
    // 24 columns of three digits take 3 macros a tile together.
    const tile = layer({ levels: { sharing: 'tile' } }, 1);
    expect([tile.columnTiles, tile.macros, tile.levelSets]).toEqual([3, 6, 2]);
    const all = layer({ levels: { sharing: 'layer' }, weights: { method: 'ternary' } }, 1);
    expect([all.columnTiles, all.macros, all.levelSets]).toEqual([1, 2, 1]);
    expect([own.cells, all.cells, own.fullCells]).toEqual([54 * 24, 54 * 8, 6 * 360]);
  });

  it('counts the cycles of a conversion as the macro does, one conversion a pixel of the result', () => {
    const { positions, conversionCycles, sampleCycles } = layer({}, 1);
    // Precharge, 4 bit slices and settling, 7 steps, 2.
    expect([positions, conversionCycles, sampleCycles]).toEqual([16, 1 + 5 + 7 + 2, 16 * 15]);
  });

  it('leaves the layers that are overridden to digital units, others on macros', () => {
    const overrides: NetworkConfigInput['overrides'] = [
      { layer: 'first', on: 'digital' },
      { layer: 'last', on: 'digital', digits: [1, 2] },
    ];
    const { layers, formats } = orThrow(planned({ overrides, digital: { bits: 7 } }));
    expect(layers.map(({ macros }) => macros > 0)).toEqual([false, true, true, true, false]);
    expect(layers.map(({ rule }) => rule.digits.length)).toEqual([3, 3, 3, 3, 2]);
    expect(layers[4]!.sampleCycles).toBe(0);
    // What a macro reads has its input bits, what digital units read is wider, class scores are widest.
    const bits = (tensor: string) => formats.get(tensor)!.bits;
    const { steps, input, output } = NETWORK;
    expect([bits(input), bits(steps[0]!.output), bits(output)]).toEqual([7, 4, 12]);
    const block = steps.find(({ kind }) => kind === 'add')!;
    expect(formats.get(block.output)).toMatchObject({ bits: 4, signed: false });
    // Summands are wider than what the macro behind the block reads, and on the same scale.
    const summand = 'inputs' in block ? formats.get(block.inputs[0]!)! : undefined;
    expect(summand).toMatchObject({ bits: 7, signed: true, group: formats.get(block.output)!.group });
  });

  it('keeps products of sums and factors where float32 is exact', () => {
    for (const { mostSum, scaleBits } of orThrow(planned()).layers) {
      expect(mostSum * 2 ** scaleBits).toBeLessThan(2 ** 24);
    }
    expect(problemsOf({ macro: { ...MACRO, output: { bits: 16 } } })).toContainEqual(
      expect.stringMatching(/macro\.output\.bits: layer \w+: sums up to \d+ leave \d bits for the factor/),
    );
  });

  it('names overrides of layers that do not exist, or come twice, with the layers that do', () => {
    const [first, second] = problemsOf({
      overrides: [{ layer: 'conv9' }, { layer: 'first' }, { layer: 'first' }],
    });
    expect(first).toMatch(/overrides\.0\.layer: "conv9" is no layer\n +Layers: first, last, n\d_Conv, /);
    expect(second).toMatch(/overrides\.2\.layer: names layer \w+ again/);
  });

  it('refuses digits that are no powers', () => {
    const parsed = parse('network.json', networkSchema, {
      ...{ name: 'net', model: 'm.onnx', macro: MACRO, weights: { digits: [1, 4] } },
    });
    expect(parsed.ok ? [] : parsed.problems.map(describeProblem)).toEqual([
      'network.json: weights.digits: [1,4] is not one of [1], [1, 2], [1, 2, 4], [1, 2, 4, 8], [1, 3], [1, 3, 9]',
    ]);
  });
});
