import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { orThrow } from '../../../generators/common/problems.js';
import { writeNpy } from '../../../generators/levels/calibrate/npy.js';
import type { NetworkConfig } from '../../../generators/network/config/network.js';
import { openImages, readLabels } from '../../../generators/network/runtime/images.js';

const SHAPE = [2, 1, 3] as const;
const IMAGES: NetworkConfig['images'] = { count: 256, layout: 'nchw', divide: 1, mean: [0], deviation: [1] };

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(path.join(tmpdir(), 'imcgen-images-'));
  const data = Uint8Array.from({ length: 30 }, (_, at) => at);
  writeNpy(at('nchw.npy'), { shape: [5, 2, 1, 3], fortranOrder: false, data });
  writeNpy(at('nhwc.npy'), { shape: [5, 1, 3, 2], fortranOrder: false, data });
  writeNpy(at('labels.npy'), { shape: [3], fortranOrder: false, data: Float32Array.of(0, 2, 1) });
});
afterAll(() => rm(folder, { recursive: true }));

const at = (name: string) => path.join(folder, name);
const messageOf = (result: ReturnType<typeof openImages> | ReturnType<typeof readLabels>) =>
  result.ok ? undefined : `${result.problems[0]!.message} ${result.problems[0]!.fix ?? ''}`;

describe('images', () => {
  it('come in batches, channel, y, x, scaled', () => {
    const images = orThrow(
      openImages(at('nchw.npy'), { ...IMAGES, mean: [1, 2], deviation: [2], divide: 2 }, SHAPE),
    );
    const batches = [...images.batches(2)].map((batch) => [...batch]);
    images.close();
    expect(batches.map(({ length }) => length)).toEqual([12, 12, 6]);
    expect(batches[0]!.slice(0, 6)).toEqual([-0.5, -0.25, 0, -0.25, 0, 0.25]);
  });

  it('in the other layout have their channels last', () => {
    const images = orThrow(
      openImages(at('nhwc.npy'), { ...IMAGES, layout: 'nhwc', mean: [0], deviation: [1] }, SHAPE, 1),
    );
    expect([...images.batches(4)].map((batch) => [...batch])).toEqual([[0, 2, 4, 1, 3, 5]]);
    images.close();
  });

  it('are refused in the wrong layout, with the other one as the fix, or with means that do not fit', () => {
    const config = { ...IMAGES, mean: [0], deviation: [1] };
    expect(messageOf(openImages(at('nhwc.npy'), config, SHAPE))).toBe(
      'has shape [5, 1, 3, 2], images of this network in layout nchw are [N, 2, 1, 3] Is it the other layout? images.layout: "nhwc".',
    );
    expect(messageOf(openImages(at('nchw.npy'), { ...config, mean: [1, 2, 3] }, SHAPE))).toBe(
      'has 3 entries, the network takes 2 channels Give 1 or 2.',
    );
  });

  it('need a label each', () => {
    expect(Array.from(orThrow(readLabels(at('labels.npy'), 3)))).toEqual([0, 2, 1]);
    expect(messageOf(readLabels(at('labels.npy'), 4))).toMatch(
      /^has shape \[3\], 4 images need as many labels/,
    );
    expect(messageOf(readLabels(at('lost.npy'), 1))).toMatch(/^no such file/);
  });
});
