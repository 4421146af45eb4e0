import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Interrupted, orThrow } from '../../../generators/common/problems.js';
import type { NetworkConfigInput } from '../../../generators/network/config/network.js';
import { GoldenNetwork } from '../../../generators/network/engine/golden.js';
import { requantizedAll, requantizerFor } from '../../../generators/network/engine/requantizer.js';
import { hardwareGraph } from '../../../generators/network/export/onnx.js';
import { type OnnxFile, onnxOf, withOutputs } from '../../../generators/network/onnx/model.js';
import { openSession } from '../../../generators/network/runtime/onnxruntime.js';
import { randomImages, smallHardware } from '../../fixtures/hardware.js';
import { conv, type Nodes, SMALL_INPUT } from '../../fixtures/onnx.js';

const MACRO = { array: { rows: 36, columns: 10 }, input: { bits: 4 }, adc: { bits: 3 } };
const FIRST_DIGITAL: NetworkConfigInput['overrides'] = [{ layer: 'first', on: 'digital' }];

const CASES: readonly (readonly [string, Partial<NetworkConfigInput>])[] = [
  ['an ADC for each digit', {}],
  ['an ADC for each tile', { levels: { sharing: 'tile' } }],
  ['levels of a layer', { levels: { sharing: 'layer', method: 'linear-clipped' } }],
  [
    'ternary weights, each sum a table entry',
    { weights: { method: 'ternary' }, macro: { ...MACRO, array: { rows: 256, columns: 128 } } },
  ],
  ['binary weights, tiles with factors', { weights: { method: 'bwma', granularity: 'array' } }],
  [
    'balanced digits, first and last layer digital',
    {
      weights: { digits: [1, 3] },
      overrides: [
        { layer: 'first', on: 'digital' },
        { layer: 'last', on: 'digital' },
      ],
    },
  ],
  ['lines that clip', { macro: { ...MACRO, array: { ...MACRO.array, headroom: 60 } } }],
  [
    'lines that clip, unsigned inputs alone',
    { macro: { ...MACRO, array: { ...MACRO.array, headroom: 55 } }, overrides: FIRST_DIGITAL },
  ],
  [
    'factors from the weights alone, wider codes',
    { digital: { matching: false, bits: 10 }, macro: { ...MACRO, input: { bits: 6 }, adc: { bits: 5 } } },
  ],
  [
    'a falling ramp read by capture',
    { macro: { ...MACRO, adc: { bits: 2, ramp: 'falling', readout: 'capture' } } },
  ],
];

describe.each(CASES)('%s', (_, changes) => {
  it('the exported graph gives the integers of the golden model', async () => {
    const hardware = await smallHardware(changes);
    const images = randomImages(20, SMALL_INPUT, 2);
    const golden = new GoldenNetwork(hardware).run(images);
    const session = await openSession(hardwareGraph(hardware), 1);
    const codes = (await session.run(images, [20, ...SMALL_INPUT])).get('codes')!;
    await session.close();
    expect([...codes]).toEqual([...golden]);
    expect(new Set(golden).size).toBeGreaterThan(6);
  });
});

describe.each(CASES)('%s: every tensor between input and scores', (_, changes) => {
  it('holds the same codes in both', async () => {
    const hardware = await smallHardware(changes);
    const images = randomImages(8, SMALL_INPUT, 3);
    const model = orThrow(onnxOf('hw.onnx', hardwareGraph(hardware)));
    // Codes are what a clamp leaves, or a table holds.
    const watched = model.graph
      .node!.filter(({ opType }) => opType === 'Clip' || opType === 'Reshape')
      .map(({ output }) => output![0]!)
      .filter((name) => isFloat(model, name));
    const session = await openSession(withOutputs(model, watched), 1);
    const found = await session.run(images, [8, ...SMALL_INPUT]);
    await session.close();
    const inGraph = new Set(watched.map((name) => found.get(name)!.join()));
    const { steps } = hardware.plan.network;
    const clamped = new Set(
      steps.filter(({ kind }) => ['linear', 'add', 'averagePool'].includes(kind)).map(({ output }) => output),
    );
    const missing: string[] = [];
    new GoldenNetwork(hardware).run(images, (tensor, codes) => {
      if (clamped.has(tensor) && !inGraph.has(codes.join())) missing.push(tensor);
    });
    expect(missing).toEqual([]);
    expect(clamped.size).toBeGreaterThan(5);
  });
});

/** Places in tables are whole numbers of their own type. */
function isFloat({ graph }: OnnxFile, name: string): boolean {
  const node = graph.node!.find(({ output }) => output!.includes(name))!;
  const before = graph.node!.find(({ output }) => output!.includes(node.input![0]!));
  return node.opType === 'Clip' || before?.opType !== 'Cast';
}

describe('tiles of many channels', () => {
  const dims = [64, 5, 5] as const;
  const nodes: Nodes = (graph) => conv(graph, 'x', [16, 64, 3], 1);

  it.each([
    ['three of 22 and 21 channels, a group each with their neighbours', 200, [3, 32]],
    ['four of 16, a group each', 144, [4, 16]],
    ['thirteen of 5, each by itself with its neighbours', 45, [1, 8]],
  ] as const)('%s', async (_, rows, [groups, channels]) => {
    const array = { rows, columns: 128 };
    for (const weights of [
      { method: 'ternary' },
      { digits: [1, 2, 4] },
    ] satisfies NetworkConfigInput['weights'][]) {
      const hardware = await smallHardware({ weights, macro: { ...MACRO, array } }, [dims, nodes]);
      const graph = hardwareGraph(hardware);
      const { node, initializer } = orThrow(onnxOf('hw.onnx', graph)).graph;
      const convolution = node!.find(({ opType }) => opType === 'Conv')!;
      expect(convolution.attribute!.find(({ name }) => name === 'group')?.i ?? 1).toBe(groups);
      expect(initializer!.find(({ name }) => name === convolution.input![1])!.dims![1]).toBe(channels);
      const images = randomImages(6, dims, 2);
      const session = await openSession(graph, 1);
      const codes = (await session.run(images, [6, ...dims])).get('codes')!;
      await session.close();
      expect([...codes]).toEqual([...new GoldenNetwork(hardware).run(images)]);
    }
  });
});

describe('Ctrl-C', () => {
  it('ends calibration', async () => {
    await expect(smallHardware({}, undefined, AbortSignal.abort())).rejects.toBeInstanceOf(Interrupted);
  });
});

describe('a network that is wrong on purpose', () => {
  it('gives other integers: factors of one layer', async () => {
    const hardware = await smallHardware({});
    const images = randomImages(20, SMALL_INPUT, 4);
    const right = new GoldenNetwork(hardware).run(images);
    const [name, layer] = [...hardware.layers][1]!;
    const factors = layer.requantizer.factors.map((factor) => factor + 8);
    const broken = { ...layer, requantizer: { ...layer.requantizer, factors } };
    const other = { ...hardware, layers: new Map([...hardware.layers, [name, broken]]) };
    expect([...new GoldenNetwork(other).run(images)]).not.toEqual([...right]);
  });
});

describe('images of several strides and pads', () => {
  it.each([
    [{ strides: [2, 1], pads: [1, 0, 1, 2] }],
    [{ strides: [1, 3], pads: [0, 0, 0, 0] }],
    [{ strides: [2, 2], pads: [2, 2, 2, 2] }],
  ])('%j', async (attributes) => {
    const dims = [3, 7, 9] as const;
    const hardware = await smallHardware({}, [dims, (graph) => conv(graph, 'x', [4, 3, 3], 1, attributes)]);
    const images = randomImages(5, dims, 5);
    const session = await openSession(hardwareGraph(hardware), 1);
    const codes = (await session.run(images, [5, ...dims])).get('codes')!;
    await session.close();
    expect([...codes]).toEqual([...new GoldenNetwork(hardware).run(images)]);
  });
});

describe('a requantizer', () => {
  const lines = fc.array(
    fc.record({
      slope: fc.double({ min: 1e-4, max: 3, noNaN: true }),
      offset: fc.double({ min: -200, max: 200, noNaN: true }),
      mostSum: fc.integer({ min: 1, max: 20_000 }),
    }),
    { minLength: 1, maxLength: 4 },
  );

  it('computes clamp((sum * factor + bias + half) >> shift), every product below 2^24', () => {
    fc.assert(
      fc.property(lines, fc.integer({ min: 6, max: 12 }), (wanted, bits) => {
        const unit = requantizerFor(wanted, bits, { low: -128, high: 127 });
        const { factors, biases, shift } = unit;
        const half = shift > 0 ? 2n ** BigInt(shift - 1) : 0n;
        for (const [channel, { mostSum }] of wanted.entries()) {
          expect(factors[channel]!).toBeLessThan(2 ** bits);
          for (const sum of [-mostSum, -1, 0, 7 % mostSum, mostSum]) {
            const product = BigInt(sum) * BigInt(factors[channel]!) + BigInt(biases[channel]!) + half;
            expect(product < 2n ** 24n && product > -(2n ** 24n)).toBe(true);
            const exact = Number(product >> BigInt(shift));
            const sums = new Int32Array(wanted.length).fill(sum);
            expect(requantizedAll(sums, 1, unit)[channel]).toBe(Math.max(-128, Math.min(127, exact)));
          }
        }
      }),
    );
  });

  it('is as near to the wanted line as its bits allow', () => {
    const line = { slope: 0.0173, offset: -3.2, mostSum: 2000 };
    const unit = requantizerFor([line], 12, { low: -128, high: 127 });
    for (let sum = -2000; sum <= 2000; sum += 37) {
      const wanted = sum * line.slope + line.offset;
      expect(Math.abs(requantizedAll(Int32Array.of(sum), 1, unit)[0]! - wanted)).toBeLessThan(0.52);
    }
  });
});
