import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { writeDigits } from '../../examples/network/digits-network.js';
import {
  type CalibratedMacros,
  type MappedNetwork,
  openNetwork,
  orThrow,
  readNpy,
} from '../../generators/index.js';
import { openSession } from '../../generators/network/runtime/onnxruntime.js';

let folder: string;
let network: MappedNetwork;
let calibrated: CalibratedMacros;
beforeAll(async () => {
  folder = mkdtempSync(path.join(tmpdir(), 'imcgen-mapped-'));
  writeDigits(folder);
  network = orThrow(await openNetwork(path.join(folder, 'network.json')));
  calibrated = await network.calibrate();
});
afterAll(() => rmSync(folder, { recursive: true }));

describe('a network of the library', () => {
  it('has its layers on macros', () => {
    expect(network.layers.map(({ name, on, macros, cells }) => [name, on, macros, cells])).toEqual([
      ['n0_Conv', 'digital', 0, 0],
      ['n3_Conv', 'macro', 1, 3200],
      ['n7_Gemm', 'macro', 1, 32768],
      ['n9_Gemm', 'digital', 0, 0],
    ]);
  });

  it('computes the same on golden models and as a graph', async () => {
    const pixels = orThrow(readNpy(path.join(folder, 'test-images.npy'))).data.subarray(0, 12 * 784);
    const images = Float32Array.from(pixels, (pixel) => pixel / 255);
    const session = await openSession(calibrated.graph(), 1);
    const codes = (await session.run(images, [12, 1, 28, 28])).get('codes')!;
    await session.close();
    expect([...calibrated.run(images)]).toEqual([...codes]);
    expect(calibrated.graph('qonnx')).not.toEqual(calibrated.graph());
  });

  it('is tested beside the float model', async () => {
    const { images, float, hardware } = await calibrated.evaluate(60);
    expect(images).toBe(60);
    expect(Math.abs(float.correct - hardware.correct)).toBeLessThan(3);
  });

  it('is refused with what is wrong', async () => {
    const missing = await openNetwork(path.join(folder, 'none.json'));
    expect(missing.ok).toBe(false);
  });
});
