import {
  type Bounds,
  type PoolStep,
  type SampleShape,
  type Step,
  sizeOf,
  UNBOUNDED,
} from '../graph/steps.js';
import { type CodeFormat, type CodeRange, codeRange } from '../plan/formats.js';
import { type DigitalContext, digitalCodes } from './digital-steps.js';

/** Codes that a tensor may take behind a bound, in its scale. */
export function boundedRange(
  format: CodeFormat,
  { low, high }: Bounds,
  scale: number,
): { readonly low: number; readonly high: number } {
  const range = codeRange(format);
  return {
    low: Math.max(range.low, Number.isFinite(low) ? Math.round(low / scale) : range.low),
    high: Math.min(range.high, Number.isFinite(high) ? Math.round(high / scale) : range.high),
  };
}

/** Codes of a network's input: `clamp(floor(x * (1 / scale) + 0.5))`, in float32 as exported graphs have it. */
export function inputCodes(samples: Float32Array, scale: number, format: CodeFormat): Int16Array {
  const { low, high } = codeRange(format);
  const inverse = Math.fround(1 / scale);
  return Int16Array.from(samples, (sample) => {
    const code = Math.floor(Math.fround(Math.fround(sample * inverse) + 0.5));
    return Math.max(low, Math.min(high, code));
  });
}

/** Codes that a step may give. */
export function rangeOf(step: Step, { plan, scales }: DigitalContext): CodeRange {
  const bounds = 'bounds' in step ? step.bounds : UNBOUNDED;
  return boundedRange(plan.formats.get(step.output)!, bounds, scales.get(step.output)!);
}

/** What a step that is no layer makes of codes. */
export function stepCodes(
  step: Exclude<Step, { kind: 'linear' | 'averagePool' }>,
  context: DigitalContext,
  inputs: readonly Int16Array[],
): Int16Array {
  const { shapes } = context.plan.network;
  const to = shapes.get(step.output)!;
  const range = rangeOf(step, context);
  const [first] = inputs as [Int16Array];
  switch (step.kind) {
    case 'add':
      return first.map((code, at) => clamp(code + inputs[1]![at]!, range));
    case 'bound':
      return first.map((code) => clamp(code, range));
    case 'reshape':
      return first;
    case 'maxPool':
      return maxPooled(step, shapes.get(step.input)!, to, first);
    case 'select': {
      const [c, y, x] = step.first;
      const [dc, dy, dx] = step.step;
      return moved(first, shapes.get(step.input)!, to, (channel, row, column) => [
        c + channel * dc,
        y + row * dy,
        x + column * dx,
      ]);
    }
    case 'pad': {
      const [c, y, x] = step.before;
      return moved(first, shapes.get(step.input)!, to, (channel, row, column) => [
        channel - c,
        row - y,
        column - x,
      ]);
    }
    case 'embedding':
    case 'norm':
    case 'attention':
    case 'function':
      return digitalCodes(step, context, inputs, range);
    default: {
      const sizes = step.inputs.map((name) => sizeOf(shapes.get(name)!));
      const codes = new Int16Array((first.length / sizes[0]!) * sizeOf(to));
      for (let image = 0, at = 0; at < codes.length; image++) {
        for (const [index, size] of sizes.entries()) {
          codes.set(inputs[index]!.subarray(image * size, (image + 1) * size), at);
          at += size;
        }
      }
      return codes;
    }
  }
}

function clamp(code: number, { low, high }: { readonly low: number; readonly high: number }): number {
  return Math.max(low, Math.min(high, code));
}

/** Codes from other places of their image; 0 where `from` names a place outside. */
function moved(
  codes: Int16Array,
  [channels, height, width]: SampleShape,
  to: SampleShape,
  from: (channel: number, row: number, column: number) => readonly [number, number, number],
): Int16Array {
  const size = channels * height * width;
  const places = new Int32Array(sizeOf(to));
  for (let at = 0; at < places.length; at++) {
    const column = at % to[2];
    const row = Math.floor(at / to[2]) % to[1];
    const [c, y, x] = from(Math.floor(at / to[2] / to[1]), row, column);
    const inside = c >= 0 && c < channels && y >= 0 && y < height && x >= 0 && x < width;
    places[at] = inside ? (c * height + y) * width + x : -1;
  }
  const result = new Int16Array((codes.length / size) * places.length);
  for (let image = 0, at = 0; at < result.length; image += size, at += places.length) {
    for (let place = 0; place < places.length; place++) {
      result[at + place] = places[place]! < 0 ? 0 : codes[image + places[place]!]!;
    }
  }
  return result;
}

/** Places of an image that each window covers, for every pixel of the result. */
function* windows({ window }: PoolStep, [, height, width]: SampleShape, [, rows, columns]: SampleShape) {
  const [kernelHeight, kernelWidth] = window.kernel;
  for (let row = 0; row < rows; row++) {
    for (let column = 0; column < columns; column++) {
      const places: number[] = [];
      for (let ky = 0; ky < kernelHeight; ky++) {
        for (let kx = 0; kx < kernelWidth; kx++) {
          const y = row * window.strides[0] - window.pads[0] + ky;
          const x = column * window.strides[1] - window.pads[1] + kx;
          if (y >= 0 && y < height && x >= 0 && x < width) places.push(y * width + x);
        }
      }
      yield places;
    }
  }
}

function maxPooled(step: PoolStep, shape: SampleShape, to: SampleShape, codes: Int16Array): Int16Array {
  const covered = [...windows(step, shape, to)];
  const pixels = shape[1] * shape[2];
  const pooled = new Int16Array((codes.length / pixels) * covered.length);
  for (let plane = 0, at = 0; plane < codes.length; plane += pixels) {
    for (const places of covered) {
      let most = codes[plane + places[0]!]!;
      for (const place of places) if (codes[plane + place]! > most) most = codes[plane + place]!;
      pooled[at++] = most;
    }
  }
  return pooled;
}

/** Sums of an average pool: its divisor is in the factor of its requantizer. */
export function pooledSums(
  step: PoolStep,
  shape: SampleShape,
  to: SampleShape,
  codes: Int16Array,
): Int32Array {
  const covered = [...windows(step, shape, to)];
  const pixels = shape[1] * shape[2];
  const sums = new Int32Array((codes.length / pixels) * covered.length);
  for (let plane = 0, at = 0; plane < codes.length; plane += pixels) {
    for (const places of covered) {
      let sum = 0;
      for (const place of places) sum += codes[plane + place]!;
      sums[at++] = sum;
    }
  }
  return sums;
}
