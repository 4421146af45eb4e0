import type { Constant } from '../onnx/tensor.js';
import { type Expression, isBinary, isUnary, valueAt } from './expressions.js';

/** What a node is given: its constant inputs in order, its attributes, shapes of its inputs. */
interface Given {
  readonly inputs: readonly (Constant | undefined)[];
  readonly ints: (name: string) => readonly number[] | undefined;
  readonly int: (name: string, fallback: number) => number;
  readonly tensor: (name: string) => Constant | undefined;
  /** Of the first input; the batch is one sample. */
  readonly shape: readonly number[] | undefined;
}

/**
 * Nodes that exporters write to work out shapes and paddings, evaluated for a batch of one sample.
 *
 * @returns undefined where the node is none of these, or depends on what is no constant
 */
export function evaluated(opType: string, given: Given): Constant | undefined {
  const { inputs, shape } = given;
  if (opType === 'Constant') return constantNode(given);
  if (opType === 'Shape') return shape === undefined ? undefined : whole([shape.length], shape);
  if (inputs.some((input) => input === undefined)) return undefined;
  const [first, second] = inputs as readonly Constant[];
  if (first === undefined) return undefined;
  switch (opType) {
    case 'Identity':
    case 'Cast':
      return first;
    case 'ConstantOfShape': {
      const value = given.tensor('value')?.values[0] ?? 0;
      const dims = [...first.values];
      return whole(dims, new Array<number>(product(dims)).fill(value));
    }
    case 'Unsqueeze':
    case 'Squeeze':
      // Only vectors of whole numbers pass here: one axis more or less does not move them.
      return whole(opType === 'Unsqueeze' ? [first.values.length] : [], first.values);
    case 'Add':
    case 'Sub':
    case 'Mul':
    case 'Div':
    case 'Sqrt':
    case 'Pow':
      return scalar(opType, first, second);
    case 'Gather': {
      if (first.dims.length === 2 && second!.dims.length === 1 && given.int('axis', 0) === 0) {
        return pickedRows(first, second!);
      }
      const picked = [...second!.values].map(
        (at) => first.values[at < 0 ? at + first.values.length : at] ?? Number.NaN,
      );
      return first.dims.length === 1 ? whole(second!.dims, picked) : undefined;
    }
    case 'Concat': {
      const parts = inputs as readonly Constant[];
      if (parts.some(({ dims }) => dims.length > 1)) return undefined;
      const joined = parts.flatMap(({ values }) => [...values]);
      return whole([joined.length], joined);
    }
    case 'Reshape': {
      const dims = reshaped(first.dims, [...second!.values]);
      return dims === undefined ? undefined : { ...first, dims };
    }
    case 'Transpose':
      return first.dims.length === 2 ? transposed(first) : undefined;
    case 'Slice':
      return slicedRows(inputs as readonly Constant[]);
    default:
      return undefined;
  }
}

/** Factors and lengths, as exporters compute them from shapes. */
function scalar(
  op: string,
  { values, whole: isWhole }: Constant,
  second: Constant | undefined,
): Constant | undefined {
  const name = isUnary(op) || isBinary(op) ? op : undefined;
  const other = second?.values ?? [];
  if (
    name === undefined ||
    values.length !== 1 ||
    other.length > 1 ||
    isUnary(name) !== (other.length === 0)
  ) {
    return undefined;
  }
  const side = (value: number): Expression => ({ op: 'constant', value });
  const value = isUnary(name)
    ? valueAt({ op: name, of: side(values[0]!) }, 0)
    : valueAt({ op: name, left: side(values[0]!), right: side(other[0]!) }, 0);
  const kept = isWhole && (second?.whole ?? true) && name !== 'Sqrt';
  const result = kept && name === 'Div' ? Math.trunc(value) : value;
  return { dims: [], values: Float64Array.of(result), whole: kept };
}

/** Rows of a table, as places are looked up. */
function pickedRows({ dims, values, whole: isWhole }: Constant, rows: Constant): Constant {
  const [count, size] = dims as [number, number];
  const picked = [...rows.values].flatMap((at) => {
    const from = size * (at < 0 ? at + count : at);
    return [...values.subarray(from, from + size)];
  });
  return { dims: [rows.values.length, size], values: Float64Array.from(picked), whole: isWhole };
}

function constantNode({ tensor, ints, int }: Given): Constant | undefined {
  const value = tensor('value');
  if (value !== undefined) return value;
  const list = ints('value_ints');
  if (list !== undefined) return whole([list.length], list);
  const single = int('value_int', Number.NaN);
  return Number.isNaN(single) ? undefined : whole([], [single]);
}

function whole(dims: readonly number[], values: ArrayLike<number>): Constant {
  return { dims, values: Float64Array.from(values), whole: true };
}

function product(dims: readonly number[]): number {
  return dims.reduce((size, extent) => size * extent, 1);
}

/** The shape that `wanted` asks for: 0 keeps an extent, one -1 takes what is left. */
export function reshaped(dims: readonly number[], wanted: readonly number[]): number[] | undefined {
  const kept = wanted.map((extent, axis) => (extent === 0 ? (dims[axis] ?? 0) : extent));
  const known = product(kept.filter((extent) => extent >= 0));
  const shape = kept.map((extent) => (extent === -1 ? product(dims) / known : extent));
  return product(shape) === product(dims) && shape.every(Number.isInteger) ? shape : undefined;
}

function transposed({ dims, values, whole: isWhole }: Constant): Constant {
  const [rows, columns] = dims as [number, number];
  const turned = values.map((_, at) => values[(at % rows) * columns + Math.floor(at / rows)]!);
  return { dims: [columns, rows], values: turned, whole: isWhole };
}

/** Rows of a matrix or entries of a vector, as paddings are turned around. */
function slicedRows([data, starts, ends, axes, steps]: readonly Constant[]): Constant | undefined {
  if (data === undefined || starts?.values.length !== 1 || ends === undefined) return undefined;
  if (data.dims.length < 1 || (axes?.values[0] ?? 0) !== 0) return undefined;
  const rows = data.dims[0]!;
  const { first, step, count } = sliced(rows, starts.values[0]!, ends.values[0]!, steps?.values[0] ?? 1);
  const size = rows === 0 ? 0 : data.values.length / rows;
  const values = Array.from({ length: count }, (_, row) => {
    const from = (first + row * step) * size;
    return [...data.values.slice(from, from + size)];
  }).flat();
  return { ...data, dims: [count, ...data.dims.slice(1)], values: Float64Array.from(values) };
}

/** What ONNX's Slice takes of an axis: negative ends count from its end, those beyond it stand at it. */
export function sliced(
  extent: number,
  start: number,
  end: number,
  step: number,
): { readonly first: number; readonly step: number; readonly count: number } {
  const clamp = (at: number, low: number, high: number) =>
    Math.max(low, Math.min(high, at < 0 ? at + extent : at));
  const forward = step > 0;
  const first = forward ? clamp(start, 0, extent) : clamp(start, 0, extent - 1);
  const last = forward ? clamp(end, 0, extent) : clamp(end, -1, extent - 1);
  return { first, step, count: Math.max(0, Math.ceil((last - first) / step)) };
}
