import { failure, InvalidInput, type Problem, type Result, success } from '../../common/problems.js';
import type { Range } from '../../common/shard.js';
import { type NpyFile, openNpy, readNpy } from '../../levels/calibrate/npy.js';
import type { NetworkConfig } from '../config/network.js';
import { type Network, type SampleShape, sizeOf, tokensOf } from '../graph/steps.js';

/** Images of a file as a network takes them, read piece by piece. */
export interface ImageSet {
  readonly file: string;
  readonly count: number;
  /**
   * Batches of at most `size` images: float32, channel, y, x. Each is valid until the next is asked for.
   *
   * @param range numbers of the batches, from 0; all where left out
   */
  batches(size: number, range?: Range): Generator<Float32Array>;
  close(): void;
}

/**
 * Opens an `.npy` file of images.
 *
 * @param shape  of one image, as the network takes it
 * @param most   images that are read, from the first
 * @param tokens how many tokens the network knows, where the samples are numbers of them
 */
export function openImages(
  file: string,
  images: NetworkConfig['images'],
  shape: SampleShape,
  most = Number.POSITIVE_INFINITY,
  tokens?: number,
): Result<ImageSet> {
  const opened = openNpy(file);
  if (!opened.ok) return opened;
  const npy = opened.value;
  const problem = shapeProblem(file, npy, images, shape) ?? scaleProblem(images, shape);
  if (problem !== undefined) {
    npy.close();
    return failure(problem);
  }
  const count = Math.min(most, npy.shape[0]!);
  const convert = converter(images, shape);
  return success({
    ...{ file, count, close: npy.close },
    *batches(size, range = { from: 0, to: Math.ceil(count / size) }) {
      const first = size * range.from;
      let left = Math.min(count, size * range.to) - first;
      for (const piece of npy.pieces(size * sizeOf(shape), first * sizeOf(shape))) {
        if (left <= 0) return;
        const taken = Math.min(left, piece.length / sizeOf(shape));
        left -= taken;
        const batch = convert(piece, taken);
        if (tokens !== undefined) requireTokens(file, batch, tokens);
        yield batch;
      }
    },
  });
}

/**
 * Opens an `.npy` file of what a network takes: images, or numbers of tokens that it knows.
 *
 * @param most samples that are read, from the first
 */
export function openSamples(
  file: string,
  { network, config }: { readonly network: Network; readonly config: Pick<NetworkConfig, 'images'> },
  most?: number,
): Result<ImageSet> {
  const shape = network.shapes.get(network.input)!;
  return openImages(file, config.images, shape, most, tokensOf(network));
}

/** Uses images and closes their file, whatever becomes of the work. */
export async function withImages<Value>(
  opened: Result<ImageSet>,
  work: (images: ImageSet) => Promise<Result<Value>>,
): Promise<Result<Value>> {
  if (!opened.ok) return opened;
  try {
    return await work(opened.value);
  } finally {
    opened.value.close();
  }
}

function shapeProblem(
  file: string,
  { shape: found, fortranOrder }: NpyFile,
  { layout }: NetworkConfig['images'],
  [channels, height, width]: SampleShape,
): Problem | undefined {
  if (fortranOrder) {
    return { file, path: '', message: 'is in Fortran order', fix: 'Save numpy.ascontiguousarray(images).' };
  }
  const flat = height === 1 && width === 1;
  const image = layout === 'nchw' ? [channels, height, width] : [height, width, channels];
  const wanted = flat && found.length === 2 ? [channels] : image;
  if (found.length === wanted.length + 1 && wanted.every((extent, axis) => extent === found[axis + 1])) {
    return found[0]! > 0 ? undefined : { file, path: '', message: 'holds no images' };
  }
  return {
    file,
    path: '',
    message: `has shape [${found.join(', ')}], images of this network in layout ${layout} are [N, ${wanted.join(', ')}]`,
    fix: `Is it the other layout? images.layout: "${layout === 'nchw' ? 'nhwc' : 'nchw'}".`,
  };
}

/** @throws InvalidInput */
function requireTokens(file: string, values: Float32Array, tokens: number): void {
  const bad = values.find((value) => !(Number.isInteger(value) && value >= 0 && value < tokens));
  if (bad === undefined) return;
  const message = `holds ${bad}, tokens of this network are 0..${tokens - 1}`;
  const fix = 'Save whole numbers, and leave images.divide, mean and deviation at their defaults.';
  throw new InvalidInput([{ file, path: '', message, fix }]);
}

function scaleProblem(
  { mean, deviation }: NetworkConfig['images'],
  [channels]: SampleShape,
): Problem | undefined {
  for (const [path, list] of Object.entries({ mean, deviation })) {
    if (list.length === 1 || list.length === channels) continue;
    const message = `has ${list.length} entries, the network takes ${channels} channels`;
    return { file: 'images', path, message, fix: `Give 1 or ${channels}.` };
  }
  return undefined;
}

function converter({ layout, divide, mean, deviation }: NetworkConfig['images'], shape: SampleShape) {
  const [channels, height, width] = shape;
  const pixels = height * width;
  const size = sizeOf(shape);
  const of = (list: readonly number[], channel: number) => list[list.length === 1 ? 0 : channel]!;
  return (values: ArrayLike<number>, count: number) => {
    const batch = new Float32Array(count * size);
    for (let channel = 0; channel < channels; channel++) {
      const [offset, divisor] = [of(mean, channel), of(deviation, channel)];
      const step = layout === 'nchw' ? 1 : channels;
      const start = layout === 'nchw' ? channel * pixels : channel;
      for (let image = 0; image < count; image++) {
        const from = image * size + start;
        const to = image * size + channel * pixels;
        for (let pixel = 0; pixel < pixels; pixel++) {
          batch[to + pixel] = (values[from + pixel * step]! / divide - offset) / divisor;
        }
      }
    }
    return batch;
  };
}

/** Classes of images, from 0. */
export function readLabels(file: string, images: number): Result<ArrayLike<number>> {
  const npy = readNpy(file);
  if (!npy.ok) return npy;
  const { data, shape } = npy.value;
  if (data.length < images) {
    const message = `has shape [${shape.join(', ')}], ${images} images need as many labels`;
    return failure({ file, path: '', message });
  }
  const bad = data.findIndex((label) => !Number.isInteger(label) || label < 0);
  if (bad >= 0) return failure({ file, path: '', message: `label ${bad} is ${data[bad]}, no class from 0` });
  return success(data);
}
