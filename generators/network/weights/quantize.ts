import type { Granularity, WeightMethod } from '../config/network.js';
import type { LinearStep } from '../graph/steps.js';
import { digitsOf, largestWeight } from './digits.js';
import { binaryScale, roundedWeights, type Scaled, ternaryScale, uniformScale } from './scale.js';

/** Input channels first .. first + channels - 1 of a layer: what one tile takes. */
export interface ChannelRange {
  readonly first: number;
  readonly channels: number;
}

/** Weights of a layer as cells hold them. */
export interface WholeWeights {
  readonly digits: readonly number[];
  /** outputs x channels x kernel height x kernel width: sum_j d_j t_j. */
  readonly codes: Int8Array;
  /** The same shape for each digit: -1, 0 or 1. */
  readonly planes: readonly Int8Array[];
  /** Weight units of a code, one an output channel; a tile's is that times its factor. */
  readonly scales: Float64Array;
  /** a_g of the adder of partial sums, one a tile. */
  readonly factors: readonly number[];
  /** Squared error over sum of squared weights. */
  readonly relativeError: number;
  /** Cells that conduct: digits that are not 0. */
  readonly usedCells: number;
}

/** Largest factor of a tile: three bits more in the adder. */
const MOST_FACTOR = 7;

/**
 * Weights as ternary digits, of least squared error for their method.
 *
 * Scales of tiles (granularity `array`) become whole multiples a_g of one scale, because partial sums are added before
 * they are scaled.
 *
 * @param tiles ranges of input channels, in order
 */
export function quantizeWeights(
  step: LinearStep,
  method: WeightMethod,
  digits: readonly number[],
  granularity: Granularity,
  tiles: readonly ChannelRange[],
): WholeWeights {
  const most = largestWeight(digits);
  const fit = (weights: Float32Array): Scaled =>
    method === 'ternary'
      ? ternaryScale(weights)
      : method === 'bwma'
        ? binaryScale(weights)
        : uniformScale(weights, most);
  const { outputs, weights } = step;
  const size = weights.length / outputs;
  const codes = new Int8Array(weights.length);
  const scales = new Float64Array(outputs);
  let factors: readonly number[] = tiles.map(() => 1);
  if (granularity === 'layer') {
    const whole = fit(weights);
    codes.set(whole.codes);
    scales.fill(whole.scale);
  } else if (granularity === 'column') {
    for (let output = 0; output < outputs; output++) {
      const column = fit(weights.slice(output * size, (output + 1) * size));
      codes.set(column.codes, output * size);
      scales[output] = column.scale;
    }
  } else {
    const parts = tiles.map((tile) => tileWeights(step, tile));
    const wanted = parts.map(({ values }) => fit(values));
    const common = commonScale(wanted.map(({ scale }) => scale));
    factors = common.factors;
    scales.fill(common.scale);
    for (const [at, { values, places }] of parts.entries()) {
      const scale = common.scale * factors[at]!;
      const tile = method === 'digits' ? roundedWeights(values, scale, most) : wanted[at]!.codes;
      for (let index = 0; index < places.length; index++) codes[places[index]!] = tile[index]!;
    }
  }
  return finished(step, { digits, codes, scales, factors }, tiles);
}

/** Other whole weights in the place of quantized ones, with their scales and factors. */
export function withCodes(
  step: LinearStep,
  { digits, scales, factors }: WholeWeights,
  codes: Int8Array,
  tiles: readonly ChannelRange[],
): WholeWeights {
  return finished(step, { digits, codes, scales, factors }, tiles);
}

function finished(
  { weights, outputs, channels }: LinearStep,
  whole: Pick<WholeWeights, 'digits' | 'codes' | 'scales' | 'factors'>,
  tiles: readonly ChannelRange[],
): WholeWeights {
  const { digits, codes, factors } = whole;
  const size = weights.length / outputs;
  const planes = planesOf(codes, digits);
  return {
    ...{ ...whole, planes },
    relativeError: relativeError(weights, whole, factorsOfRows(size, size / channels, tiles, factors)),
    usedCells: planes.reduce((cells, plane) => cells + conducting(plane), 0),
  };
}

/** The factor of the tile of each row of a column. */
function factorsOfRows(
  rows: number,
  area: number,
  tiles: readonly ChannelRange[],
  factors: readonly number[],
): Float64Array {
  const all = new Float64Array(rows);
  for (const [at, { first, channels }] of tiles.entries()) {
    all.fill(factors[at]!, first * area, (first + channels) * area);
  }
  return all;
}

function planesOf(codes: Int8Array, digits: readonly number[]): Int8Array[] {
  const planes = digits.map(() => new Int8Array(codes.length));
  // Weights are many, their values few.
  const most = largestWeight(digits);
  const split = Array.from({ length: 2 * most + 1 }, (_, at) => digitsOf(at - most, digits));
  for (const [digit, plane] of planes.entries()) {
    const ofCode = Int8Array.from(split, (each) => each[digit]!);
    for (let at = 0; at < codes.length; at++) plane[at] = ofCode[codes[at]! + most]!;
  }
  return planes;
}

/** Cells of a plane that are not 0. */
function conducting(plane: Int8Array): number {
  let cells = 0;
  for (let at = 0; at < plane.length; at++) cells += plane[at]! * plane[at]!;
  return cells;
}

/** Weights that a tile holds, and where they lie in the layer. */
function tileWeights({ weights, outputs, channels }: LinearStep, { first, channels: taken }: ChannelRange) {
  const area = weights.length / outputs / channels;
  const places: number[] = [];
  for (let output = 0; output < outputs; output++) {
    for (let at = first * area; at < (first + taken) * area; at++) places.push(output * channels * area + at);
  }
  return { places, values: Float32Array.from(places, (place) => weights[place]!) };
}

/** One scale and whole factors up to {@link MOST_FACTOR} that come nearest to the wanted scales, in ratio. */
export function commonScale(wanted: readonly number[]): { scale: number; factors: number[] } {
  const factorsAt = (scale: number) =>
    wanted.map((each) => Math.max(1, Math.min(MOST_FACTOR, Math.round(each / scale))));
  const errorAt = (scale: number) =>
    factorsAt(scale).reduce((sum, factor, at) => sum + Math.log((factor * scale) / wanted[at]!) ** 2, 0);
  const mean = wanted.reduce((sum, each) => sum + each, 0) / wanted.length;
  // The smallest factors that serve: each further one has to pay.
  let best = mean;
  for (let factor = 2; factor <= MOST_FACTOR; factor++) {
    if (errorAt(mean / factor) < 0.5 * errorAt(best)) best = mean / factor;
  }
  return { scale: best, factors: factorsAt(best) };
}

/** @param factors one a row of a column */
function relativeError(
  weights: Float32Array,
  { codes, scales }: Pick<WholeWeights, 'codes' | 'scales'>,
  factors: Float64Array,
): number {
  let [error, power] = [0, 0];
  for (let at = 0, column = 0; at < weights.length; column++) {
    for (let row = 0; row < factors.length; row++, at++) {
      error += (weights[at]! - codes[at]! * scales[column]! * factors[row]!) ** 2;
      power += weights[at]! ** 2;
    }
  }
  return power === 0 ? 0 : error / power;
}
