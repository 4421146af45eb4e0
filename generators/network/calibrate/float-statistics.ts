import { Interrupted } from '../../common/problems.js';
import type { Distribution } from '../../levels/calibrate/distribution.js';
import { type Network, sizeOf } from '../graph/steps.js';
import { type OnnxFile, withOutputs } from '../onnx/model.js';
import { keepsScale } from '../plan/formats.js';
import type { ImageSet } from '../runtime/images.js';
import { batchShape, openSession } from '../runtime/onnxruntime.js';
import { RangeHistogram } from './range-histogram.js';

/** Images that are in memory at once. */
export const BATCH = 16;

/** Mean and standard deviation of each channel. */
export interface Moments {
  readonly mean: Float64Array;
  readonly deviation: Float64Array;
}

/** What the float network does on calibration images. */
export interface FloatStatistics {
  /** Values of a tensor, activation units. */
  readonly distributions: ReadonlyMap<string, Distribution>;
  /** Of the sums of each layer, before what bounds them; by the layer's name. */
  readonly moments: ReadonlyMap<string, Moments>;
}

/** Sums up values channel by channel, exactly enough: in double precision around the first value of the channel. */
export class MomentSums {
  private readonly shift: Float64Array;
  private readonly sums: Float64Array;
  private readonly squares: Float64Array;
  private count = 0;

  constructor(private readonly channels: number) {
    this.shift = new Float64Array(channels);
    this.sums = new Float64Array(channels);
    this.squares = new Float64Array(channels);
  }

  /** @param values  samples x channels x pixels */
  add(values: ArrayLike<number>, pixels: number): void {
    const { channels, shift, sums, squares } = this;
    if (this.count === 0) for (let c = 0; c < channels; c++) shift[c] = values[c * pixels]!;
    for (let at = 0, channel = 0; at < values.length; at += pixels, channel = (channel + 1) % channels) {
      const origin = shift[channel]!;
      let [sum, square] = [0, 0];
      for (let pixel = 0; pixel < pixels; pixel++) {
        const value = values[at + pixel]! - origin;
        sum += value;
        square += value * value;
      }
      sums[channel]! += sum;
      squares[channel]! += square;
    }
    this.count += values.length / channels;
  }

  moments(): Moments {
    const { count, shift, sums, squares } = this;
    const mean = sums.map((sum, channel) => shift[channel]! + sum / count);
    const deviation = sums.map((sum, channel) =>
      Math.sqrt(Math.max(0, squares[channel]! / count - (sum / count) ** 2)),
    );
    return { mean, deviation };
  }
}

/** Samples x places x channels as samples x channels x places. */
function channelsFirst(values: Float32Array, channels: number, places: number): Float32Array {
  const ordered = new Float32Array(values.length);
  for (let at = 0; at < values.length; at++) {
    const channel = at % channels;
    const place = Math.floor(at / channels) % places;
    ordered[at - place * channels - channel + channel * places + place] = values[at]!;
  }
  return ordered;
}

/**
 * Runs the float model over images, one batch in memory at a time.
 *
 * @throws Interrupted where `stop` aborts
 */
export async function floatStatistics(
  model: OnnxFile,
  { input, steps, shapes, sequences }: Network,
  images: ImageSet,
  onProgress: (done: number) => void,
  stop?: AbortSignal,
): Promise<FloatStatistics> {
  const linear = steps.filter((step) => step.kind === 'linear');
  const made = steps.filter((step) => step.kind === 'add' || !keepsScale(step));
  const tensors = [...new Set([...made.map(({ output }) => output), ...linear.map(({ sums }) => sums)])];
  const histograms = new Map(
    [input, ...made.map(({ output }) => output)].map((name) => [name, new RangeHistogram()]),
  );
  const sums = new Map(linear.map((step) => [step.name, new MomentSums(step.outputs)]));
  const session = await openSession(withOutputs(model, tensors));
  try {
    const shape = shapes.get(input)!;
    let done = 0;
    for (const batch of images.batches(BATCH)) {
      if (stop?.aborted) throw new Interrupted();
      const count = batch.length / sizeOf(shape);
      const results = await session.run(batch, [count, ...batchShape(model, shape)]);
      for (const [name, histogram] of histograms) {
        histogram.add(name === input ? batch : results.get(name)!);
      }
      for (const step of linear) {
        const values = results.get(step.sums)!;
        const pixels = values.length / count / step.outputs;
        const ordered = sequences.has(step.output) ? channelsFirst(values, step.outputs, pixels) : values;
        sums.get(step.name)!.add(ordered, pixels);
      }
      done += count;
      onProgress(done);
    }
  } finally {
    await session.close();
  }
  return {
    distributions: new Map([...histograms].map(([name, histogram]) => [name, histogram.distribution()])),
    moments: new Map([...sums].map(([name, each]) => [name, each.moments()])),
  };
}
