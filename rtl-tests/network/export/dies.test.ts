import { describe, expect, it } from 'vitest';
import { orThrow } from '../../../generators/common/problems.js';
import { dieSchema } from '../../../generators/macro/config/die.js';
import { parse } from '../../../generators/macro/config/parse.js';
import type { NetworkConfigInput } from '../../../generators/network/config/network.js';
import { ChipModels, constantsOfSection } from '../../../generators/network/engine/die-models.js';
import { GoldenNetwork } from '../../../generators/network/engine/golden.js';
import type { NetworkHardware } from '../../../generators/network/engine/hardware.js';
import { graphDies } from '../../../generators/network/export/exact.js';
import { hardwareGraph } from '../../../generators/network/export/onnx.js';
import { onnxOf, withOutputs } from '../../../generators/network/onnx/model.js';
import { openSession } from '../../../generators/network/runtime/onnxruntime.js';
import type { DieInput } from '../../fixtures/dies.js';
import { randomImages, smallHardware } from '../../fixtures/hardware.js';
import { conv, type Nodes, SMALL_INPUT } from '../../fixtures/onnx.js';
import { ENCODER, encoder, randomTokens, SPELLINGS } from '../../fixtures/transformer.js';

const SOURCE = { file: 'die.json', path: '' };
const MACRO = { array: { rows: 36, columns: 10 }, input: { bits: 4 }, adc: { bits: 3 } };
const CLIPPING = { macro: { ...MACRO, array: { ...MACRO.array, headroom: 60 } } };
const WHOLE = { macro: { ...MACRO, array: { rows: 256, columns: 128 } } };
const FALLING = { macro: { ...MACRO, adc: { bits: 2, ramp: 'falling', readout: 'capture' } } } as const;
const MIXED: DieInput = { mismatch: 0.1, pulseError: 0.05, offset: 2 };
const BENT: DieInput = { ...MIXED, globalSpread: 0.1, compression: 0.3, swing: 40 };

const CASES: readonly (readonly [string, DieInput, Partial<NetworkConfigInput>])[] = [
  ['no effect', {}, {}],
  ['cell currents', { mismatch: 0.2 }, {}],
  ['pulse widths', { pulseError: 0.15 }, { levels: { sharing: 'tile' } }],
  ['offsets', { offset: 3 }, { levels: { sharing: 'layer' } }],
  ['currents and offsets, ternary weights in one tile', MIXED, { ...WHOLE, weights: { method: 'ternary' } }],
  ['currents and offsets, without a bit below a unit', { ...MIXED, fractionBits: 0 }, {}],
  ['currents and offsets, a falling ramp', MIXED, FALLING],
  ['currents and offsets, tiles with factors', MIXED, { weights: { method: 'bwma', granularity: 'array' } }],
  ['currents and offsets, lines that clip', MIXED, CLIPPING],
  ['gain of a die', { globalSpread: 0.1, offset: 1 }, {}],
  ['temperature', { temperature: { celsius: 105, perKelvin: -0.003, tracking: 0.4 } }, {}],
  ['compression', { compression: 0.3, swing: 40 }, {}],
  ['all of them, lines that clip', BENT, CLIPPING],
];

const constantsOf = (die: DieInput) => constantsOfSection(orThrow(parse('die.json', dieSchema, die)));

function graphOn(hardware: NetworkHardware, die: DieInput, chip: number): Uint8Array {
  return hardwareGraph(hardware, 'standard', orThrow(graphDies(hardware, constantsOf(die), chip, SOURCE)));
}

describe.each(CASES)('a graph of dies with %s', (_, die, changes) => {
  it('has in every layer the codes of the golden models of the same chip', async () => {
    const hardware = await smallHardware(changes);
    const images = randomImages(8, SMALL_INPUT, 3);
    const bytes = graphOn(hardware, die, 7);
    const model = orThrow(onnxOf('hw.onnx', bytes));
    const watched = model.graph
      .node!.filter(({ opType }) => opType === 'Clip')
      .map(({ output }) => output![0]!);
    const session = await openSession(withOutputs(model, watched), 1);
    const found = await session.run(images, [8, ...SMALL_INPUT]);
    await session.close();
    const inGraph = new Set([...found.values()].map((values) => values.join()));
    const { steps, output } = hardware.plan.network;
    const layers = new Set(steps.filter(({ kind }) => kind === 'linear').map((step) => step.output));
    const chips = new ChipModels(constantsOf(die));
    chips.use(7);
    const missing: string[] = [];
    const golden = new GoldenNetwork(hardware, chips.models).run(images, (tensor, codes) => {
      if (layers.has(tensor) && !inGraph.has(codes.join())) missing.push(tensor);
    });
    expect(missing).toEqual([]);
    expect([...found.get('codes')!]).toEqual([...golden]);
    expect(layers.has(output) || layers.size > 4).toBe(true);
  });
});

describe('a small encoder on a chip', () => {
  it.each([
    { mismatch: 0.1, offset: 2 },
    { mismatch: 0.1, globalSpread: 0.05 },
  ])('%j', async (die) => {
    const macro = { array: { rows: 256, columns: 128 }, input: { bits: 6 }, adc: { bits: 4 } };
    const nodes = encoder(SPELLINGS['one node']);
    const hardware = await smallHardware({ macro }, [[ENCODER.length], nodes, randomTokens(24, 1)]);
    const tokens = randomTokens(12, 2);
    const session = await openSession(graphOn(hardware, die, 7), 1);
    const codes = (await session.run(tokens, [12, ENCODER.length])).get('codes')!;
    await session.close();
    const chips = new ChipModels(constantsOf(die));
    chips.use(7);
    expect([...codes]).toEqual([...new GoldenNetwork(hardware, chips.models).run(tokens)]);
    expect([...codes]).not.toEqual([...new GoldenNetwork(hardware).run(tokens)]);
  });
});

describe('chips', () => {
  it('differ from each other and from ideal macros', async () => {
    const hardware = await smallHardware({});
    const codes = async (bytes: Uint8Array) => {
      const session = await openSession(bytes, 1);
      const found = (await session.run(randomImages(8, SMALL_INPUT, 3), [8, ...SMALL_INPUT])).get('codes')!;
      await session.close();
      return found.join();
    };
    const all = [
      hardwareGraph(hardware),
      graphOn(hardware, { mismatch: 0.2 }, 1),
      graphOn(hardware, { mismatch: 0.2 }, 2),
    ];
    expect(new Set(await Promise.all(all.map(codes))).size).toBe(3);
    expect(await codes(graphOn(hardware, {}, 1))).toBe(await codes(all[0]!));
  });
});

describe('what no graph can have', () => {
  it.each([
    [{ noise: 1 }, 'noise', 'is drawn for each comparison'],
    [{ leakage: 0.001 }, 'leakage', 'grows while the ramp runs'],
  ])('%j is refused', async (die, path, message) => {
    const hardware = await smallHardware({});
    const result = graphDies(hardware, constantsOf(die), 1, SOURCE);
    expect(result).toMatchObject({ ok: false, problems: [{ file: 'die.json', path }] });
    expect(JSON.stringify(result)).toContain(message);
  });

  it('are sums beyond what float32 holds, and the fix that is named helps', async () => {
    const macro = { array: { rows: 576, columns: 16 }, input: { bits: 8 }, adc: { bits: 3 } };
    const one: Nodes = (graph) => conv(graph, 'x', [16, 64, 3], 1);
    const hardware = await smallHardware({ macro, weights: { method: 'bwma' } }, [[64, 3, 3], one]);
    const die = { mismatch: 0.1, fractionBits: 10 };
    const result = graphDies(hardware, constantsOf(die), 1, { file: 'network.json', path: 'macro.die' });
    if (result.ok) throw new Error('is not refused');
    const { file, path, message, fix } = result.problems[0]!;
    expect({ file, path }).toEqual({ file: 'network.json', path: 'macro.die.fractionBits' });
    expect(message).toMatch(/layer \S+: sums up to \d+, in parts of 2\^-10 .*a graph is exact below 2\^24/);
    const [, bits, rows] = fix!.match(/^Use fractionBits <= (\d+), or macro.array.rows <= (\d+)\.$/)!;
    const fewer = constantsOf({ ...die, fractionBits: Number(bits) });
    expect(graphDies(hardware, fewer, 1, SOURCE).ok).toBe(true);
    const lower = { ...macro, array: { rows: Number(rows), columns: 16 } };
    const other = await smallHardware({ macro: lower, weights: { method: 'bwma' } }, [[64, 3, 3], one]);
    expect(graphDies(other, constantsOf(die), 1, SOURCE).ok).toBe(true);
  });
});
