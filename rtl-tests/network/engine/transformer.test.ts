import { describe, expect, it } from 'vitest';
import { orThrow } from '../../../generators/common/problems.js';
import { GoldenNetwork } from '../../../generators/network/engine/golden.js';
import type { NetworkHardware } from '../../../generators/network/engine/hardware.js';
import { hardwareGraph } from '../../../generators/network/export/onnx.js';
import { onnxOf, withOutputs } from '../../../generators/network/onnx/model.js';
import { openSession } from '../../../generators/network/runtime/onnxruntime.js';
import { itLong } from '../../fixtures/every-change.js';
import { smallHardware } from '../../fixtures/hardware.js';
import { ENCODER, encoder, randomTokens, SPELLINGS } from '../../fixtures/transformer.js';

const SAMPLES = 40;
const TENSORS_IN_GRAPH = /^(clip|gatherelements|reshape|slice)_/;

/** Tensors of the golden model whose codes are nowhere in the exported graph, and how many there are in all. */
async function unlike(
  hardware: NetworkHardware,
  golden = hardware,
): Promise<{ missing: string[]; tensors: number }> {
  const tokens = randomTokens(SAMPLES, 2);
  const model = orThrow(onnxOf('hw.onnx', hardwareGraph(hardware)));
  const names = model.graph
    .node!.map(({ output }) => output![0]!)
    .filter((name) => TENSORS_IN_GRAPH.test(name));
  const session = await openSession(withOutputs(model, names), 1);
  const found = await session.run(tokens, [SAMPLES, ENCODER.length]);
  await session.close();
  const inGraph = new Set([...found.values()].map((codes) => codes.join()));
  const { input, steps } = hardware.plan.network;
  const missing: string[] = [];
  new GoldenNetwork(golden).run(tokens, (tensor, codes) => {
    if (tensor !== input && !inGraph.has(codes.join())) missing.push(tensor);
  });
  return { missing, tensors: steps.length };
}

const CASES = [
  ['digits, an ADC for each', {}],
  ['ternary weights, each sum a table entry', { weights: { method: 'ternary' }, macro: wide(4) }],
  ['lines that clip, 8-bit inputs', { macro: wide(8, { headroom: 400 }) }],
  ['wide codes between units', { digital: { bits: 12 }, macro: wide(6) }],
] as const;

function wide(bits: number, array = {}) {
  return { array: { rows: 256, columns: 128, ...array }, input: { bits }, adc: { bits: 4 } } as const;
}

describe.each(CASES)('a small encoder: %s', (name, changes) => {
  const test = name === CASES[0][0] ? it : itLong;
  test('has the same codes in every tensor of the golden model and of the exported graph', async () => {
    const nodes = encoder(SPELLINGS['one node']);
    const hardware = await smallHardware(changes, [[ENCODER.length], nodes, randomTokens(24, 1)]);
    const { missing, tensors } = await unlike(hardware);
    expect(missing).toEqual([]);
    expect(tensors).toBeGreaterThan(12);
    const [attention] = hardware.plan.network.steps.filter(({ kind }) => kind === 'attention');
    const scales = new Map(
      [...hardware.scales].map(([tensor, scale]) => [
        tensor,
        tensor === attention!.output ? 1.1 * scale : scale,
      ]),
    );
    expect((await unlike(hardware, { ...hardware, scales })).missing).toContain(attention!.output);
  });
});

describe('tokens that a network does not know', () => {
  it('are refused with the file', async () => {
    const wrong = randomTokens(24, 1).fill(ENCODER.tokens, 3, 4);
    const nodes = encoder(SPELLINGS['one node']);
    await expect(smallHardware({}, [[ENCODER.length], nodes, wrong])).rejects.toThrow(
      /images\.npy: holds 11, tokens of this network are 0\.\.10/,
    );
  });
});
