/** In: a study of images. Out: how many of them keep their class, and up to how many sigma. */
import { availableParallelism } from 'node:os';
import { fileURLToPath } from 'node:url';
import type { ThreadedWork } from '../../common/work.js';
import { onThreadsOrHere } from '../threads/threads.js';
import { AT_ONCE, type BoundImage, type BoundImages, ImageBounder, type ImageStudy } from './images.js';
import type { LayerCount } from './network.js';

/** Beside the compiled source; sources that run uncompiled have no such file and take one thread. */
const WORKER = fileURLToPath(new URL('./images-worker.js', import.meta.url));

/** Images of a network and their bounds. */
export interface CertifiedImages {
  readonly images: readonly BoundImage[];
  /** Images whose class all dies within the sigmas of the study keep. */
  readonly certain: number;
  /** Sigmas at which half of the images, a tenth of them and the last one keep it; null where they do not without spread. */
  readonly sigmas: {
    readonly half: number | null;
    readonly tenth: number | null;
    readonly one: number | null;
  };
  /** ADC codes at the sigmas of the study. */
  readonly layers: readonly LayerCount[];
  /** Dies that were held against the bounds; codes and classes of them, and how many lie outside. */
  readonly checked: { readonly dies: number; readonly compared: number; readonly outside: number };
}

/**
 * Bounds all images of a study.
 *
 * @throws Interrupted where `stop` aborts
 */
export async function boundImages(study: ImageStudy, work: ThreadedWork): Promise<CertifiedImages> {
  const batches = Array.from({ length: Math.ceil(study.images / AT_ONCE) }, (_, batch) => batch);
  const found: BoundImages[] = [];
  let done = 0;
  const use = (some: readonly BoundImages[]) => {
    for (const one of some) {
      found.push(one);
      done += one.images.length;
      work.onProgress(done, study.images, 'images');
    }
  };
  const { threads = availableParallelism(), stop } = work;
  await onThreadsOrHere(
    { worker: WORKER, data: study, tasks: batches, atOnce: 1, threads, stop, use },
    () => {
      const bounder = new ImageBounder(study);
      return (batch) => bounder.bound(batch, stop);
    },
  );
  found.sort((one, other) => one.images[0]!.image - other.images[0]!.image);
  const images = found.flatMap((one) => one.images);
  const sigmas = images.map((image) => image.sigmas ?? -1).sort((one, other) => other - one);
  const reached = (count: number) => {
    const value = sigmas[Math.max(1, Math.ceil(count)) - 1]!;
    return value < 0 ? null : value;
  };
  return {
    images,
    certain: images.filter(({ certain }) => certain).length,
    sigmas: { half: reached(images.length / 2), tenth: reached(images.length / 10), one: reached(1) },
    layers: found[0]!.layers.map(({ layer }, at) => ({
      layer,
      codes: found.reduce((sum, { layers }) => sum + layers[at]!.codes, 0),
      certain: found.reduce((sum, { layers }) => sum + layers[at]!.certain, 0),
    })),
    checked: {
      dies: study.dies,
      compared: found.reduce((sum, { compared }) => sum + compared, 0),
      outside: found.reduce((sum, { outside }) => sum + outside, 0),
    },
  };
}
