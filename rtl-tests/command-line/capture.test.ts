import { existsSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { writeDigits } from '../../examples/network/digits-network.js';
import { captureFile } from '../../generators/command-line/actions/capture.js';
import { registerCapture } from '../../generators/command-line/commands/capture.js';
import { Interrupted, orThrow } from '../../generators/common/problems.js';
import { readNpy } from '../../generators/levels/calibrate/npy.js';
import { readOnnx, withOutputs } from '../../generators/network/onnx/model.js';
import { openSession } from '../../generators/network/runtime/onnxruntime.js';
import { printedBy } from '../fixtures/command-line.js';

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(path.join(tmpdir(), 'imcgen-capture-'));
  writeDigits(path.join(folder, 'digits'));
});
afterAll(() => rm(folder, { recursive: true }));

const at = (name: string) => path.join(folder, name);
const network = () => at('digits/network.json');
const capture = (...args: string[]) => printedBy(registerCapture, 'capture', network(), ...args);

describe('imcgen capture', () => {
  it('writes what the float model makes of the images', async () => {
    const text = await capture('-o', at('all'), '--count', '40');
    expect(text).toContain(`${at('all')}: 4 tensors of 40 images\n`);
    expect(text).toMatch(/^n3_Conv\.npy +\S+ +40 x 16 x 8 x 8$/m);
    expect(readdirSync(at('all')).sort()).toEqual([
      'capture.json',
      ...['n0_Conv', 'n3_Conv', 'n7_Gemm', 'n9_Gemm'].map((name) => `${name}.npy`),
    ]);
    const [, tensor] = /^n3_Conv\.npy +(\S+)/m.exec(text)!;
    const session = await openSession(withOutputs(orThrow(readOnnx(at('digits/digits.onnx'))), [tensor!]), 1);
    const pixels = orThrow(readNpy(at('digits/calibration-images.npy'))).data.subarray(0, 40 * 784);
    const expected = await session.run(
      Float32Array.from(pixels, (pixel) => pixel / 255),
      [40, 1, 28, 28],
    );
    await session.close();
    const { shape, data } = orThrow(readNpy(at('all/n3_Conv.npy')));
    expect(shape).toEqual([40, 16, 8, 8]);
    const wanted = expected.get(tensor!)!;
    for (let index = 0; index < wanted.length; index += 97)
      expect(data[index]).toBeCloseTo(wanted[index]!, 4);
    expect(Math.max(...data)).toBeGreaterThan(0.1);
  });

  it('takes tensors by name, the input too, of the test images', async () => {
    await capture('-o', at('some'), '--tensors', 'image,n9_Gemm', '--images', 'test', '--count', '20');
    const { shape, data } = orThrow(readNpy(at('some/image.npy')));
    expect(shape).toEqual([20, 1, 28, 28]);
    const pixels = orThrow(readNpy(at('digits/test-images.npy'))).data;
    expect(data.every((value, index) => Math.abs(value - pixels[index]! / 255) < 1e-6)).toBe(true);
    expect(orThrow(readNpy(at('some/n9_Gemm.npy'))).shape).toEqual([20, 10]);
  });

  it('goes on where it was stopped, and gives the same bytes', async () => {
    const options = { output: at('stopped'), images: 'calibration' as const, count: 80 };
    const stop = new AbortController();
    const onProgress = (done: number) => done >= 32 && stop.abort();
    const stopped = captureFile(network(), options, { onProgress, stop: stop.signal });
    await expect(stopped).rejects.toBeInstanceOf(Interrupted);
    const { done } = JSON.parse(readFileSync(at('stopped/capture.json'), 'utf8'));
    expect(done).toBe(32);
    expect(existsSync(at('stopped/n3_Conv.npy'))).toBe(false);
    const quiet = { onProgress: () => undefined, stop: new AbortController().signal };
    expect((await captureFile(network(), options, quiet)).resumed).toBe(32);
    await captureFile(network(), { ...options, output: at('whole') }, quiet);
    for (const name of readdirSync(at('whole')).filter((each) => each.endsWith('.npy'))) {
      expect(readFileSync(at(`stopped/${name}`)).equals(readFileSync(at(`whole/${name}`))), name).toBe(true);
    }
    const before = statSync(at('whole/n3_Conv.npy')).mtimeMs;
    expect((await captureFile(network(), { ...options, output: at('whole') }, quiet)).resumed).toBe(80);
    expect(statSync(at('whole/n3_Conv.npy')).mtimeMs).toBe(before);
    // Other images are another capture.
    const fewer = await captureFile(network(), { ...options, output: at('whole'), count: 30 }, quiet);
    expect(fewer.resumed).toBe(0);
    expect(orThrow(readNpy(at('whole/n3_Conv.npy'))).shape[0]).toBe(30);
  });

  it('names what is no tensor, and writes nothing', async () => {
    const printed = await capture('-o', at('none'), '--tensors', 'n3_Conv,n4_Conv');
    expect(printed).toContain('n4_Conv: is no layer and no tensor of');
    expect(printed).toContain('Layers: n0_Conv, n3_Conv, n7_Gemm, n9_Gemm.');
    expect(existsSync(at('none'))).toBe(false);
    writeFileSync(at('file'), '');
    expect(await capture('-o', at('file'))).toContain('file');
    expect(await capture('-o', at('none'), '--count', '0')).toContain('must be a whole number');
  });
});
