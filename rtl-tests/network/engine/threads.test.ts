import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { pathToFileURL } from 'node:url';
import { build } from 'esbuild';
import { afterAll, describe, expect, it } from 'vitest';
import { GoldenNetwork } from '../../../generators/network/engine/golden.js';
import { randomImages, smallHardware } from '../../fixtures/hardware.js';
import { SMALL_INPUT } from '../../fixtures/onnx.js';

// Threads run compiled sources, and the build hands out no file of them.
const folder = await mkdtemp(path.join(tmpdir(), 'imcgen-threads-'));
await writeFile(path.join(folder, 'package.json'), '{ "type": "module" }');
await build({
  entryPoints: ['threads', 'worker'].map((name) => `generators/network/engine/${name}.ts`),
  ...{ outdir: folder, bundle: true, format: 'esm', platform: 'node' },
});
const { GoldenThreads } = (await import(
  pathToFileURL(path.join(folder, 'threads.js')).href
)) as typeof import('../../../generators/network/engine/threads.js');
afterAll(() => rm(folder, { recursive: true, force: true }));

describe('the golden network on threads', () => {
  it.each([
    [1, 1, 7],
    [3, 3, 7],
    [4, 4, 2],
  ])('%i threads asked for, %i at work: %i images as on one', async (asked, found, count) => {
    const hardware = await smallHardware({});
    const golden = new GoldenThreads(hardware, asked);
    try {
      expect(golden.threads).toBe(found);
      for (const seed of [1, 2]) {
        const images = randomImages(count, SMALL_INPUT, seed);
        expect([...(await golden.run(images))]).toEqual([...new GoldenNetwork(hardware).run(images)]);
      }
    } finally {
      await golden.close();
    }
  });

  it('tells what a thread throws', async () => {
    const hardware = await smallHardware({});
    const [[name, layer]] = [...hardware.layers].filter(([, { arrays }]) => arrays.length > 0) as [
      [string, typeof hardware.layers extends ReadonlyMap<string, infer Layer> ? Layer : never],
    ];
    const arrays = layer.arrays.map((array) => ({ ...array, weights: array.weights.map(() => 2) }));
    const broken = { ...hardware, layers: new Map([...hardware.layers, [name, { ...layer, arrays }]]) };
    const golden = new GoldenThreads(broken, 2);
    await expect(golden.run(randomImages(4, SMALL_INPUT, 1))).rejects.toThrow();
    await golden.close();
  });
});
