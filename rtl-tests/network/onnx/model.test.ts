import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { orThrow } from '../../../generators/common/problems.js';
import { onnxOf, readOnnx, withOutputs } from '../../../generators/network/onnx/model.js';
import { encodeModel } from '../../../generators/network/onnx/schema.js';
import { constantOf } from '../../../generators/network/onnx/tensor.js';
import { onnxModel, SMALL, SMALL_INPUT } from '../../fixtures/onnx.js';

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(path.join(tmpdir(), 'imcgen-onnx-'));
});
afterAll(() => rm(folder, { recursive: true }));

const messageOf = (bytes: Uint8Array) => {
  const read = onnxOf('m.onnx', bytes);
  return read.ok ? undefined : read.problems[0]!.message;
};

describe('an ONNX file', () => {
  it('is read as it was written', async () => {
    const { bytes, graph } = onnxModel(SMALL_INPUT, SMALL);
    const file = path.join(folder, 'small.onnx');
    await writeFile(file, bytes);
    expect(orThrow(readOnnx(file)).graph).toEqual(graph);
  });

  it('is refused where it is none, or keeps its weights elsewhere', async () => {
    expect(messageOf(Buffer.from('no model at all'))).toMatch(/^is not an ONNX model: /);
    expect(messageOf(new Uint8Array())).toBe('is not an ONNX model: it holds no graph with nodes');
    const node = [{ opType: 'Relu', input: ['x'], output: ['y'] }];
    const outside = encodeModel({ graph: { node, initializer: [{ name: 'w', dataLocation: 1 }] } });
    expect(messageOf(outside)).toBe('keeps the values of 1 tensors in other files');
    const missing = readOnnx(path.join(folder, 'none.onnx'));
    expect(missing.ok).toBe(false);
  });

  it('hands out further tensors, and is otherwise the same', () => {
    const model = onnxModel(SMALL_INPUT, SMALL);
    const inner = model.graph.node![0]!.output![0]!;
    const more = orThrow(onnxOf('more.onnx', withOutputs(model, [inner, 'scores'])));
    expect(more.graph.output!.map(({ name }) => name)).toEqual(['scores', inner]);
    expect(more.graph.node).toEqual(model.graph.node);
  });
});

describe('a tensor', () => {
  it.each([
    ['float', { dataType: 1, floatData: [1.5, -2] }, [1.5, -2]],
    ['float, raw', { dataType: 1, rawData: new Uint8Array(Float32Array.of(1.5, -2).buffer) }, [1.5, -2]],
    ['double', { dataType: 11, doubleData: [0.1, 2] }, [0.1, 2]],
    ['int64', { dataType: 7, int64Data: [-1, 2 ** 40] }, [-1, 2 ** 40]],
    ['int64, raw', { dataType: 7, rawData: new Uint8Array(BigInt64Array.of(-1n, 5n).buffer) }, [-1, 5]],
    ['int32', { dataType: 6, int32Data: [-3, 4] }, [-3, 4]],
  ])('of %s is read', (_, tensor, values) => {
    expect([...orThrow(constantOf('m', { dims: [2], ...tensor })).values]).toEqual(values);
  });

  it('is refused in another type, or with fewer values than its shape has', () => {
    const of = (tensor: object) => {
      const constant = constantOf('m', { name: 'w', dims: [3], ...tensor });
      return constant.ok ? '' : constant.problems[0]!.message;
    };
    expect(of({ dataType: 10, rawData: new Uint8Array(6) })).toMatch(/^holds elements of type 10; float, /);
    expect(of({ dataType: 1, floatData: [1] })).toBe('holds 1 values, its shape (3) needs 3');
    expect(of({ dataType: 1, rawData: new Uint8Array(7) })).toBe('holds 1 values, its shape (3) needs 3');
  });
});
