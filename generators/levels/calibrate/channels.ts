import { inputName } from '../../common/files/input.js';
import { failure, type Problem, type Result, success } from '../../common/problems.js';
import { BatchCollector, STREAM_BINS, type TailFractions } from './batches.js';
import { type NpyArray, readNpy } from './npy.js';
import type { SampleLimits } from './sample-limits.js';
import type { OnProgress } from './sources.js';

/** Most channels along an axis: each holds a distribution of its own. */
const MAX_CHANNELS = 4096;

/**
 * Streams files into one collector per channel along `axis`; each file is one batch of every channel. A whole file
 * is in memory at a time, and the channels share one budget of bins, so memory does not grow with the files.
 *
 * @param axis  index into the arrays' shape, negative from its end
 */
export function collectChannels(
  paths: readonly string[],
  axis: number,
  tails: readonly TailFractions[],
  limits: SampleLimits = {},
  onProgress?: OnProgress,
): Result<BatchCollector[]> {
  let collectors: BatchCollector[] | undefined;
  for (const [at, path] of paths.entries()) {
    onProgress?.(at, paths.length, inputName(path));
    const array = readNpy(path);
    if (!array.ok) return array;
    const channels = channelsOf(inputName(path), array.value, axis);
    if (!channels.ok) return channels;
    const bins = Math.max(1024, STREAM_BINS / channels.value);
    collectors ??= Array.from({ length: channels.value }, () => new BatchCollector(tails, bins, limits));
    if (collectors.length !== channels.value) {
      const message = `has ${channels.value} channels along axis ${axis}, the files before it have ${collectors.length}`;
      return failure({ file: inputName(path), path: '', message });
    }
    for (const [channel, collector] of collectors.entries()) {
      collector.add(valuesOf(array.value, axis, channel, channels.value));
      collector.endBatch();
    }
  }
  return success(collectors ?? []);
}

function channelsOf(file: string, { shape, data }: NpyArray, axis: number): Result<number> {
  const problem = (message: string): Problem => ({ file, path: '', message });
  const extent = shape.at(axis);
  if (extent === undefined || axis < -shape.length) {
    return failure(problem(`has no axis ${axis}: its shape is (${shape.join(', ')})`));
  }
  if (data.length === 0) return failure(problem(`holds no values: its shape is (${shape.join(', ')})`));
  if (extent > MAX_CHANNELS)
    return failure(problem(`has ${extent} channels along axis ${axis}, at most ${MAX_CHANNELS}`));
  return success(extent);
}

/** The values of one channel, in the file's order. */
function valuesOf({ shape, fortranOrder, data }: NpyArray, axis: number, channel: number, channels: number) {
  const at = axis < 0 ? axis + shape.length : axis;
  const inner = fortranOrder ? shape.slice(0, at) : shape.slice(at + 1);
  const run = inner.reduce((product, extent) => product * extent, 1);
  const values = new Float64Array(data.length / channels);
  let used = 0;
  for (let start = channel * run; start < data.length; start += run * channels) {
    for (let i = start; i < start + run; i++) values[used++] = data[i]!;
  }
  return values;
}
