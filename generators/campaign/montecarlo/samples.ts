/** In: files, or how many vectors. Out: weights and inputs of a study. */

import { failure, type Result, success } from '../../common/problems.js';
import type { Random } from '../../common/random.js';
import { readNpy } from '../../levels/calibrate/npy.js';
import type { LayerPlan, MacroPlan } from '../../macro/plan/plan.js';
import { magnitudeBits, maxMagnitude } from '../../macro/plan/shape.js';

/** Most values of the inputs of a study. */
export const MOST_VALUES = 2 ** 27;

/** Weights of a study: those of a file, rows x columns of -1, 0 and +1; random ones with each as likely where there is none. */
export function weightsOf({ shape }: MacroPlan, file: string | undefined, random: Random): Result<Int8Array> {
  const { rows, columns } = shape;
  if (file === undefined) return success(drawn(new Int8Array(rows * columns), random, -1, 1));
  const values = valuesOf(file, [rows, columns], -1, 1);
  return values.ok ? success(Int8Array.from(values.value)) : values;
}

/**
 * Inputs of a study: those of a file, vectors x rows, or random ones. Random ones are uniform from 0, or from -a for signed inputs, to a,
 * with a such that the MACs of random weights have half the largest reference as their standard deviation, as far as a word line
 * can be driven.
 */
export function inputsOf(
  plan: MacroPlan,
  layer: LayerPlan,
  wanted: number | string,
  random: Random,
): Result<Int16Array> {
  const { shape } = plan;
  const { rows, inputSigned } = shape;
  const span = 2 ** magnitudeBits(shape);
  if (typeof wanted === 'string') {
    return valuesOf(wanted, [undefined, rows], inputSigned ? -span : 0, span - 1);
  }
  if (wanted * rows > MOST_VALUES || wanted < 1) {
    const most = Math.floor(MOST_VALUES / rows);
    return failure({ file: '--inputs', path: '', message: `${wanted} is outside 1..${most}` });
  }
  const largest = Math.max(...layer.ramp.references.map(Math.abs));
  // Uniform over 0 .. a has the mean square a^2 / 3, and two thirds of the weights count.
  const amplitude = Math.round((Math.sqrt(3) * largest) / 2 / Math.sqrt((2 / 3) * rows));
  const most = Math.min(maxMagnitude(shape), Math.max(1, amplitude));
  return success(drawn(new Int16Array(wanted * rows), random, inputSigned ? -most : 0, most));
}

/** Fills a list with whole numbers in low..high. */
function drawn<List extends Int8Array | Int16Array>(
  list: List,
  random: Random,
  low: number,
  high: number,
): List {
  for (let at = 0; at < list.length; at++) list[at] = random.whole(low, high);
  return list;
}

function valuesOf(
  file: string,
  [outer, inner]: readonly [number | undefined, number],
  low: number,
  high: number,
): Result<Int16Array> {
  const array = readNpy(file);
  if (!array.ok) return array;
  const { shape, data, fortranOrder } = array.value;
  const refuse = (message: string) => failure({ file, path: '', message });
  const fits = shape.length === 2 && shape[1] === inner && (outer === undefined || shape[0] === outer);
  if (!fits || shape[0] === 0) {
    return refuse(`has the shape (${shape.join(', ')}), (${outer ?? 'vectors'}, ${inner}) is wanted`);
  }
  if (data.length > MOST_VALUES) return refuse(`has ${data.length} values, ${MOST_VALUES} at most are read`);
  const values = new Int16Array(data.length);
  for (let at = 0; at < data.length; at++) {
    const value = data[fortranOrder ? (at % inner) * shape[0]! + Math.floor(at / inner) : at]!;
    if (!Number.isInteger(value) || value < low || value > high) {
      const where = `[${Math.floor(at / inner)}, ${at % inner}]`;
      return refuse(`value ${where} is ${value}, no whole number in ${low}..${high}`);
    }
    values[at] = value;
  }
  return success(values);
}
