import { failure, type Result, success } from '../../common/problems.js';
import { ELEMENT, type OnnxTensor } from './schema.js';

/** A constant of a graph. Whole numbers of 64 bits are exact up to 2^53. */
export interface Constant {
  readonly dims: readonly number[];
  readonly values: Float32Array | Float64Array;
  readonly whole: boolean;
}

/** Values of a tensor that is stored in a model. */
export function constantOf(file: string, tensor: OnnxTensor): Result<Constant> {
  const { dims = [], dataType = 0, name = '' } = tensor;
  const values = valuesOf(tensor);
  const wanted = dims.reduce((product, size) => product * size, 1);
  if (values === undefined) {
    const known = Object.keys(ELEMENT).join(', ');
    const message = `holds elements of type ${dataType}; ${known} are read`;
    return failure({ file, path: name, message, fix: 'Export the model in float32.' });
  }
  if (values.length !== wanted) {
    const message = `holds ${values.length} values, its shape (${dims.join(', ')}) needs ${wanted}`;
    return failure({ file, path: name, message });
  }
  return success({ dims, values, whole: dataType !== ELEMENT.float && dataType !== ELEMENT.double });
}

function valuesOf(tensor: OnnxTensor): Float32Array | Float64Array | undefined {
  const { dataType, floatData = [], int32Data = [], int64Data = [], doubleData = [] } = tensor;
  const raw = rawBytes(tensor);
  switch (dataType) {
    case ELEMENT.float:
      return raw === undefined ? Float32Array.from(floatData) : new Float32Array(raw);
    case ELEMENT.double:
      return raw === undefined ? Float64Array.from(doubleData) : new Float64Array(raw);
    case ELEMENT.int64:
      return raw === undefined
        ? Float64Array.from(int64Data)
        : Float64Array.from(new BigInt64Array(raw), Number);
    case ELEMENT.int32:
      return Float64Array.from(raw === undefined ? int32Data : new Int32Array(raw));
    case ELEMENT.bool:
      return Float64Array.from(raw === undefined ? int32Data : new Uint8Array(raw));
    default:
      return undefined;
  }
}

/** Raw values where a wide element may start, cut behind the last whole one; undefined where a list holds them. */
function rawBytes({ rawData, dataType }: OnnxTensor): ArrayBuffer | undefined {
  if (rawData === undefined || rawData.length === 0) return undefined;
  const size =
    dataType === ELEMENT.bool ? 1 : dataType === ELEMENT.float || dataType === ELEMENT.int32 ? 4 : 8;
  return new Uint8Array(rawData.subarray(0, Math.floor(rawData.length / size) * size)).buffer;
}

/** Values of a tensor in an element of their own width. */
export type RawValues = Float32Array | Float64Array | Int8Array | Int16Array;

/** A tensor as a file stores it. */
export function rawTensor(name: string, dims: readonly number[], values: RawValues): OnnxTensor {
  const rawData = new Uint8Array(values.buffer, values.byteOffset, values.byteLength);
  return { name, dims, dataType: elementOf(values), rawData };
}

function elementOf(values: RawValues): number {
  if (values instanceof Float32Array) return ELEMENT.float;
  if (values instanceof Float64Array) return ELEMENT.double;
  return values instanceof Int8Array ? ELEMENT.int8 : ELEMENT.int16;
}

/** An int64 tensor as a file stores it. */
export function wholeTensor(name: string, dims: readonly number[], values: readonly number[]): OnnxTensor {
  return { name, dims, dataType: ELEMENT.int64, int64Data: values };
}
