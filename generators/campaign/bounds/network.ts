/** In: a calibrated network, codes of an image. Out: what the codes of every tensor may be on dies within a spread. */
import type { DieConstants } from '../../macro/die/constants.js';
import { programmedMacros } from '../../network/engine/array-models.js';
import type { ConstantsOf } from '../../network/engine/die-models.js';
import {
  type ArrayHardware,
  columnFactor,
  type LayerHardware,
  type NetworkHardware,
} from '../../network/engine/hardware.js';
import { digitalSums, eachArray, type Sums } from '../../network/engine/layer.js';
import { requantizedAll } from '../../network/engine/requantizer.js';
import { pooledSums, rangeOf, stepCodes } from '../../network/engine/steps.js';
import { inputsOf, type Step, sizeOf } from '../../network/graph/steps.js';
import type { LayerPlan } from '../../network/plan/plan.js';
import { cellsOf, type MacroCells } from './cells.js';
import { MacroBounds } from './codes.js';
import { everyEffect, spreadOf } from './spread.js';

/** Least and largest codes of a tensor of one image. */
export interface TensorBounds {
  readonly low: Int16Array;
  readonly high: Int16Array;
}

/** ADC codes of a layer, and how many of them are one code on all dies. */
export interface LayerCount {
  readonly layer: string;
  codes: number;
  certain: number;
}

/** What an image may become. */
export interface ImageBounds {
  /** By name. */
  readonly tensors: ReadonlyMap<string, TensorBounds>;
  /** Layers on macros, in their order. */
  readonly layers: readonly LayerCount[];
}

interface BoundArray {
  readonly array: ArrayHardware;
  readonly cells: MacroCells;
  readonly table: Int32Array;
  readonly factors: Int32Array;
  readonly constants: DieConstants;
}

/** A layer on macros, or the positive and the negative weights of a digital one. */
type BoundLayer =
  | { readonly arrays: readonly BoundArray[] }
  | { readonly positive: LayerPlan; readonly negative: LayerPlan };

/** Bounds of a network. Every macro, and every conversion of it, is bounded by itself: what they share is not used. */
export class NetworkBounds {
  private readonly layers: ReadonlyMap<string, BoundLayer>;
  /** Bounds of macros by the largest deviate. */
  private readonly macros = new Map<number, ReadonlyMap<BoundArray, MacroBounds>>();

  constructor(
    private readonly hardware: NetworkHardware,
    constantsOf: ConstantsOf,
  ) {
    this.layers = new Map(
      [...hardware.layers].map(([name, layer]) => [name, boundLayer(layer, constantsOf)]),
    );
  }

  /**
   * Bounds of one image.
   *
   * @param codes of the network's input
   * @param most  largest deviate
   */
  bound(codes: Int16Array, most: number): ImageBounds {
    const { network } = this.hardware.plan;
    const tensors = new Map<string, TensorBounds>([[network.input, { low: codes, high: codes }]]);
    const layers: LayerCount[] = [];
    for (const step of network.steps) {
      const inputs = inputsOf(step).map((name) => tensors.get(name)!);
      tensors.set(step.output, this.stepOf(step, inputs, most, layers));
    }
    return { tensors, layers };
  }

  private stepOf(
    step: Step,
    inputs: readonly TensorBounds[],
    most: number,
    layers: LayerCount[],
  ): TensorBounds {
    const { plan, pools } = this.hardware;
    const { shapes } = plan.network;
    const [first] = inputs as [TensorBounds];
    if (step.kind === 'linear') {
      const layer = this.hardware.layers.get(step.name)!;
      const bound = this.layers.get(step.name)!;
      const sums =
        'arrays' in bound
          ? this.arraySums(layer, bound.arrays, first, most, layers)
          : this.digital(layer, bound, first);
      const codes = (ends: Sums) => requantizedAll(ends, layer.plan.positions, layer.requantizer);
      return { low: codes(sums.low), high: codes(sums.high) };
    }
    if (step.kind === 'averagePool') {
      const to = shapes.get(step.output)!;
      const codes = (ends: Int16Array) =>
        requantizedAll(
          pooledSums(step, shapes.get(step.input)!, to, ends),
          to[1] * to[2],
          pools.get(step.name)!,
        );
      return { low: codes(first.low), high: codes(first.high) };
    }
    return otherCodes(step, this.hardware, inputs);
  }

  /** Sums of a layer on macros: codes, table, adder. Tables do not decrease, and factors are not negative. */
  private arraySums(
    { plan }: LayerHardware,
    arrays: readonly BoundArray[],
    input: TensorBounds,
    most: number,
    layers: LayerCount[],
  ): { readonly low: Sums; readonly high: Sums } {
    const { step } = plan.rule;
    const { positions } = plan;
    const shape = this.hardware.plan.network.shapes.get(step.input)!;
    const size = step.outputs * positions;
    const sums = { low: new Int32Array(size), high: new Int32Array(size) };
    const count: LayerCount = { layer: step.name, codes: 0, certain: 0 };
    const both = new Int16Array(2 * input.low.length);
    both.set(input.low);
    both.set(input.high, input.low.length);
    const least = new Map<number, Int16Array>();
    const use = (index: number, low: ArrayLike<number>, high: ArrayLike<number>) => {
      const each = arrays[index]!;
      const { array, table, factors } = each;
      const columns = array.outputs.length;
      const { rows } = array.tile;
      const bounds = this.macroBounds(each, most);
      const codes = { low: new Uint8Array(columns), high: new Uint8Array(columns) };

      for (let place = 0; place < positions; place++) {
        bounds.bound(low, high, place * rows, codes, 0);
        for (let column = 0; column < columns; column++) {
          const at = array.outputs[column]! * positions + place;
          const [lowest, highest] = [codes.low[column]!, codes.high[column]!];
          sums.low[at]! += factors[column]! * table[lowest]!;
          sums.high[at]! += factors[column]! * table[highest]!;
          count.codes++;
          if (lowest === highest) count.certain++;
        }
      }
    };
    eachArray(
      plan,
      arrays.map(({ array }) => array),
      shape,
      both,
      (array, index, { inputs, first, images }) => {
        // Two images: the least codes and the largest. They come together, or one after the other.
        if (images === 2) use(index, inputs, inputs.subarray(positions * array.tile.rows));
        else if (first === 0) least.set(index, Int16Array.from(inputs));
        else use(index, least.get(index)!, inputs);
      },
    );
    layers.push(count);
    return sums;
  }

  /** Exact sums: what positive weights make of one end and negative ones of the other. */
  private digital(
    { plan }: LayerHardware,
    { positive, negative }: Extract<BoundLayer, { positive: unknown }>,
    { low, high }: TensorBounds,
  ): { readonly low: Sums; readonly high: Sums } {
    const shape = this.hardware.plan.network.shapes.get(plan.rule.step.input)!;
    const sums = (straight: Int16Array, crossed: Int16Array) => {
      const found = digitalSums(positive, shape, straight);
      digitalSums(negative, shape, crossed).forEach((sum, at) => {
        found[at]! += sum;
      });
      return found;
    };
    return { low: sums(low, high), high: sums(high, low) };
  }

  private macroBounds(array: BoundArray, most: number): MacroBounds {
    let known = this.macros.get(most);
    if (known === undefined) {
      const arrays = [...this.layers.values()].flatMap((layer) => ('arrays' in layer ? layer.arrays : []));
      known = new Map(
        arrays.map((each) => [
          each,
          new MacroBounds(each.cells, spreadOf(everyEffect(each.constants), most)),
        ]),
      );
      this.macros.set(most, known);
    }
    return known.get(array)!;
  }
}

/** Bounds of a step that is neither a layer nor an average pool. */
function otherCodes(
  step: Exclude<Step, { kind: 'linear' | 'averagePool' }>,
  hardware: NetworkHardware,
  inputs: readonly TensorBounds[],
): TensorBounds {
  const of = (end: keyof TensorBounds) =>
    stepCodes(
      step,
      hardware,
      inputs.map((each) => each[end]),
    );
  const [low, high] = [of('low'), of('high')];
  const exact = inputs.every((each) => each.low.every((code, at) => code === each.high[at]));
  if (exact) return { low, high };
  if (step.kind === 'function') {
    // Of each value by itself: what all codes of its interval give.
    const [input] = inputs as [TensorBounds];
    const widest = input.low.reduce((most, code, at) => Math.max(most, input.high[at]! - code), 0);
    const ends = { low: low.slice(), high: low.slice() };
    for (let width = 1; width <= widest; width++) {
      const codes = input.low.map((code, at) => Math.min(code + width, input.high[at]!));
      stepCodes(step, hardware, [codes]).forEach((code, at) => {
        ends.low[at] = Math.min(ends.low[at]!, code);
        ends.high[at] = Math.max(ends.high[at]!, code);
      });
    }
    return ends;
  }
  if (step.kind === 'embedding' || step.kind === 'norm' || step.kind === 'attention') {
    // They rise and fall with their inputs: all that a code may be.
    const range = rangeOf(step, hardware);
    return { low: low.map(() => range.low), high: low.map(() => range.high) };
  }
  // All others do not fall as a code rises.
  return { low, high };
}

function boundLayer({ plan, arrays }: LayerHardware, constantsOf: ConstantsOf): BoundLayer {
  if (arrays.length === 0) {
    const signed = (keep: (code: number) => boolean): LayerPlan => {
      const codes = plan.weights.codes.map((code) => (keep(code) ? code : 0));
      return { ...plan, weights: { ...plan.weights, codes } };
    };
    return { positive: signed((code) => code > 0), negative: signed((code) => code < 0) };
  }
  return {
    arrays: programmedMacros(arrays).map((macro, at): BoundArray => {
      const array = arrays[at]!;
      return {
        ...{ array, cells: cellsOf(macro), table: macro.programmed(0).table },
        factors: Int32Array.from(array.outputs, (_, column) => columnFactor(plan, array, column)),
        constants: constantsOf(macro.shape),
      };
    }),
  };
}

/** Layer whose scores name the class, where it is digital and takes a whole tensor: its differences are known exactly. */
function scoringLayer({ plan, layers }: NetworkHardware): LayerHardware | undefined {
  const { network } = plan;
  const last = network.steps.at(-1)!;
  if (last.kind !== 'linear' || last.output !== network.output) return undefined;
  const layer = layers.get(last.name)!;
  const whole = layer.plan.weights.codes.length === last.outputs * sizeOf(network.shapes.get(last.input)!);
  return layer.arrays.length === 0 && layer.plan.positions === 1 && whole ? layer : undefined;
}

/**
 * Whether an image has one class on all dies: its score lies above every other one, or at it where the other comes later. Behind a
 * digital layer two scores are compared as one sum, in which what both take from an input counts once.
 *
 * @param bounds of the image
 * @param best   the class
 */
export function isCertain(hardware: NetworkHardware, { tensors }: ImageBounds, best: number): boolean {
  const { network } = hardware.plan;
  const { low, high } = tensors.get(network.output)!;
  const scoring = scoringLayer(hardware);
  for (let other = 0; other < low.length; other++) {
    if (other === best) continue;
    if (other < best ? low[best]! > high[other]! : low[best]! >= high[other]!) continue;
    if (scoring === undefined) return false;
    const { step } = scoring.plan.rule;
    const { shift, low: floor, high: ceiling } = scoring.requantizer;
    const least = leastDifference(scoring, tensors.get(step.input)!, best, other);
    if (other > best ? least >= 0 : least >= 2 ** shift && low[best]! > floor && high[other]! < ceiling)
      continue;
    return false;
  }
  return true;
}

/** Least that the score of one class may lie above that of another before the shift. */
function leastDifference(
  { plan, requantizer }: LayerHardware,
  { low, high }: TensorBounds,
  best: number,
  other: number,
): number {
  const { codes } = plan.weights;
  const { factors, biases } = requantizer;
  const rows = low.length;
  let least = biases[best]! - biases[other]!;
  for (let row = 0; row < rows; row++) {
    const slope = factors[best]! * codes[best * rows + row]! - factors[other]! * codes[other * rows + row]!;
    least += slope * (slope > 0 ? low[row]! : high[row]!);
  }
  return least;
}
