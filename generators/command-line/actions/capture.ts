import { captureShard } from '../../campaign/shards/capture.js';
import { requireWritable } from '../../common/files/output.js';
import { orThrow } from '../../common/problems.js';
import type { Shard } from '../../common/shard.js';
import type { Work } from '../../common/work.js';
import { type Capture, captureTensors } from '../../network/capture/capture.js';
import { besideConfig, loadNetwork, unnamed } from '../../network/load.js';

export interface CaptureFileOptions {
  readonly output: string;
  readonly tensors?: readonly string[];
  readonly images: 'calibration' | 'test';
  readonly count?: number;
  readonly threads?: number;
}

/** `imcgen capture`. */
export async function captureFile(
  file: string,
  { output, tensors: names, images, count, threads }: CaptureFileOptions,
  work: Work,
): Promise<Capture> {
  requireWritable([{ path: output, kind: 'folder' }], [file]);
  const { plan, model, from } = await capturedFrom(file, images);
  return orThrow(await captureTensors(plan, model, from, output, { names, count, threads, ...work }));
}

/** `imcgen capture --shard`. */
export async function captureFileShard(
  file: string,
  { tensors: names, images, count, threads }: CaptureFileOptions,
  work: Work,
  shard: Shard,
  output: string,
): Promise<string> {
  const { plan, model, from } = await capturedFrom(file, images);
  return captureShard(plan, model, from, { names, count, threads, ...work }, shard, output);
}

/** A network and the images that its tensors are captured of, whether it was trained or not. */
async function capturedFrom(file: string, images: CaptureFileOptions['images']) {
  const { plan, model } = orThrow(await loadNetwork(file));
  const missing = unnamed(plan, [images]);
  if (missing !== undefined) orThrow(missing);
  return { plan, model, from: besideConfig(file, plan.config.images[images]!) };
}
