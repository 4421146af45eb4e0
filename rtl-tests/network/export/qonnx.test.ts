import { execFileSync, spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { orThrow } from '../../../generators/common/problems.js';
import { readNpy, writeNpy } from '../../../generators/levels/calibrate/npy.js';
import type { NetworkConfigInput } from '../../../generators/network/config/network.js';
import { GoldenNetwork } from '../../../generators/network/engine/golden.js';
import { hardwareGraph } from '../../../generators/network/export/onnx.js';
import { decodeModel, encodeModel, type OnnxNode } from '../../../generators/network/onnx/schema.js';
import { openSession } from '../../../generators/network/runtime/onnxruntime.js';
import { randomImages, smallHardware } from '../../fixtures/hardware.js';
import { SMALL_INPUT } from '../../fixtures/onnx.js';

const MACRO = { array: { rows: 36, columns: 10 }, input: { bits: 4 }, adc: { bits: 3 } };
const CASES: readonly (readonly [string, Partial<NetworkConfigInput>])[] = [
  ['an ADC for each digit', {}],
  ['levels of a layer', { levels: { sharing: 'layer', method: 'linear-clipped' } }],
  [
    'ternary weights, one tile',
    { weights: { method: 'ternary' }, macro: { ...MACRO, array: { rows: 256, columns: 128 } } },
  ],
  ['binary weights, tiles with factors', { weights: { method: 'bwma', granularity: 'array' } }],
  ['lines that clip', { macro: { ...MACRO, array: { ...MACRO.array, headroom: 60 } } }],
];

/** MultiThreshold by its definition, in standard operators: the thresholds at or below a value are counted. */
function byDefinition({ input, output, attribute, name }: OnnxNode): OnnxNode[] {
  const [value, thresholds] = input as [string, string];
  const real = (wanted: string) => attribute!.find((each) => each.name === wanted)!.f!;
  const constant = (which: string, values: number): OnnxNode => ({
    opType: 'Constant',
    output: [`${name}_${which}`],
    attribute: [{ name: 'value', type: 4, t: { dataType: 1, floatData: [values] } }],
  });
  const at = (which: string) => `${name}_${which}`;
  return [
    {
      opType: 'Constant',
      output: [at('last')],
      attribute: [{ name: 'value', type: 4, t: { dims: [1], dataType: 7, int64Data: [4] } }],
    },
    { opType: 'Unsqueeze', input: [value, at('last')], output: [at('wide')] },
    constant('scale', real('out_scale')),
    constant('bias', real('out_bias')),
    { opType: 'GreaterOrEqual', input: [at('wide'), thresholds], output: [at('reached')] },
    {
      opType: 'Cast',
      input: [at('reached')],
      output: [at('ones')],
      attribute: [{ name: 'to', type: 2, i: 1 }],
    },
    {
      opType: 'ReduceSum',
      input: [at('ones'), at('last')],
      output: [at('count')],
      attribute: [{ name: 'keepdims', type: 2, i: 0 }],
    },
    { opType: 'Mul', input: [at('count'), at('scale')], output: [at('scaled')] },
    { opType: 'Add', input: [at('scaled'), at('bias')], output: output! },
  ];
}

describe.each(CASES)('%s', (_, changes) => {
  it('the QONNX graph gives the integers of the golden model', async () => {
    const hardware = await smallHardware(changes);
    const images = randomImages(20, SMALL_INPUT, 2);
    const model = decodeModel(hardwareGraph(hardware, 'qonnx'));
    const nodes = model.graph!.node!;
    expect(nodes.some(({ opType }) => opType === 'MultiThreshold')).toBe(true);
    expect(nodes.some(({ opType }) => opType === 'GatherElements')).toBe(false);
    const node = nodes.flatMap((each) => (each.opType === 'MultiThreshold' ? byDefinition(each) : [each]));
    const session = await openSession(encodeModel({ ...model, graph: { ...model.graph!, node } }), 1);
    const codes = (await session.run(images, [20, ...SMALL_INPUT])).get('codes')!;
    await session.close();
    expect([...codes]).toEqual([...new GoldenNetwork(hardware).run(images)]);
  });
});

const PYTHON = path.resolve('.cache', 'python', 'bin', 'python');
const python = [process.env.IMCGEN_QONNX_PYTHON, PYTHON, 'python3'].find(
  (each) =>
    each !== undefined &&
    (each === 'python3' || existsSync(each)) &&
    spawnSync(each, ['-c', 'import qonnx']).status === 0,
);
if (python === undefined) console.log("check by qonnx's own executor skipped: no Python here has qonnx");

const PROGRAM = `
import sys, numpy
from qonnx.core.modelwrapper import ModelWrapper
from qonnx.core.onnx_exec import execute_onnx
from qonnx.transformation.infer_shapes import InferShapes
images = numpy.load(sys.argv[2])
model = ModelWrapper(sys.argv[1])
[entry], [last] = model.graph.input, model.graph.output
model.set_tensor_shape(entry.name, images[:1].shape)
model.set_tensor_shape(last.name, [1, int(sys.argv[4])])
model = model.transform(InferShapes())
codes = [execute_onnx(model, {entry.name: image[None]})[last.name] for image in images]
numpy.save(sys.argv[3], numpy.concatenate(codes).astype(numpy.float32))
`;

describe.skipIf(python === undefined)("qonnx's own executor", () => {
  it('gives the integers of the golden model', async () => {
    const hardware = await smallHardware({});
    const images = randomImages(3, SMALL_INPUT, 2);
    const golden = new GoldenNetwork(hardware).run(images);
    const folder = mkdtempSync(path.join(tmpdir(), 'imcgen-qonnx-'));
    try {
      const at = (name: string) => path.join(folder, name);
      writeFileSync(at('hw.onnx'), hardwareGraph(hardware, 'qonnx'));
      writeNpy(at('images.npy'), { shape: [3, ...SMALL_INPUT], fortranOrder: false, data: images });
      const args = [at('hw.onnx'), at('images.npy'), at('codes.npy'), String(golden.length / 3)];
      execFileSync(python!, ['-c', PROGRAM, ...args], { encoding: 'utf8', stdio: 'pipe' });
      expect([...orThrow(readNpy(at('codes.npy'))).data]).toEqual([...golden]);
    } finally {
      rmSync(folder, { recursive: true });
    }
  });
});
