import { ELEMENT, encodeModel, type OnnxAttribute, type OnnxNode, type OnnxTensor } from '../onnx/schema.js';
import { rawTensor, wholeTensor } from '../onnx/tensor.js';

/** Operators of a graph: those of the standard alone, or MultiThreshold of QONNX for the converters as well. */
export type GraphForm = 'standard' | 'qonnx';

const QONNX = 'qonnx.custom_op.general';

/** An ONNX graph under construction: constants by value. */
export class GraphBuilder {
  private readonly nodes: OnnxNode[] = [];
  private readonly constants: OnnxTensor[] = [];
  private count = 0;

  /** @param opset version of the standard's operators: 13 is what any runtime of the last years reads */
  constructor(
    readonly form: GraphForm = 'standard',
    private readonly opset = 13,
  ) {}

  /** Adds a node and returns the name of its result. */
  node(
    opType: string,
    input: readonly string[],
    attributes: Readonly<Record<string, number | readonly number[]>> = {},
    output = `${opType.toLowerCase()}_${++this.count}`,
    name = `n${this.nodes.length}_${opType}`,
  ): string {
    const attribute = Object.entries(attributes).map(([name, value]) =>
      typeof value === 'number' ? { name, type: 2, i: value } : { name, type: 7, ints: value },
    );
    this.nodes.push({ opType, name, input, output: [output], attribute });
    return output;
  }

  /**
   * MultiThreshold of QONNX: `scale * (number of thresholds at or below the value) + bias`.
   *
   * @param thresholds ascending, the same for all channels; one may come several times
   * @param most       largest magnitude of a result, for its type
   */
  thresholds(
    value: string,
    thresholds: readonly number[],
    { scale, bias, most }: { readonly scale: number; readonly bias: number; readonly most: number },
  ): string {
    const output = `multithreshold_${++this.count}`;
    const steps = this.floats([1, thresholds.length], Float32Array.from(thresholds));
    const dtype = `INT${1 + Math.max(1, Math.ceil(Math.log2(most + 1)))}`;
    const attribute: OnnxAttribute[] = [
      { name: 'out_dtype', type: 3, s: Buffer.from(dtype) },
      { name: 'out_scale', type: 1, f: scale },
      { name: 'out_bias', type: 1, f: bias },
    ];
    const name = `n${this.nodes.length}_MultiThreshold`;
    const input = [value, steps];
    this.nodes.push({ opType: 'MultiThreshold', domain: QONNX, name, input, output: [output], attribute });
    return output;
  }

  floats(dims: readonly number[], values: Float32Array): string {
    return this.constant((name) => rawTensor(name, dims, values));
  }

  /**
   * Entries of a table, all in one row.
   *
   * @param table  in bytes or words where they are whole numbers of that size
   * @param places of the entries, whole numbers in floating point
   */
  entries(table: Float32Array | Int8Array | Int16Array, places: string): string {
    const whole = this.node('Cast', [places], { to: ELEMENT.int32 });
    const flat = this.node('Reshape', [whole, this.wholes([1, -1])]);
    const values = this.constant((name) => rawTensor(name, [1, table.length], table));
    // GatherElements takes a tenth of the time of Gather.
    const found = this.node('GatherElements', [values, flat], { axis: 1 });
    return table instanceof Float32Array ? found : this.node('Cast', [found], { to: ELEMENT.float });
  }

  float(value: number): string {
    return this.floats([], Float32Array.of(value));
  }

  doubles(dims: readonly number[], values: Float64Array): string {
    return this.constant((name) => rawTensor(name, dims, values));
  }

  whole(value: number): string {
    return this.constant((name) => wholeTensor(name, [], [value]));
  }

  wholes(values: readonly number[]): string {
    return this.constant((name) => wholeTensor(name, [values.length], values));
  }

  private constant(tensor: (name: string) => OnnxTensor): string {
    const name = `c${++this.count}`;
    this.constants.push(tensor(name));
    return name;
  }

  /** `clamp(value, low, high)`. */
  clip(value: string, low: number, high: number, output?: string): string {
    return this.node('Clip', [value, this.float(low), this.float(high)], {}, output);
  }

  /** The bytes of the model, IR version 7. */
  model(
    producerVersion: string,
    input: { readonly name: string; readonly dims: readonly number[]; readonly whole?: boolean },
    output: { readonly name: string; readonly dims: readonly number[] },
  ): Uint8Array {
    const value = ({ name, dims, whole = false }: typeof input) => {
      const dim = [{ dimParam: 'N' }, ...dims.map((dimValue) => ({ dimValue }))];
      const elemType = whole ? ELEMENT.int64 : ELEMENT.float;
      return { name, type: { tensorType: { elemType, shape: { dim } } } };
    };
    return encodeModel({
      irVersion: 7,
      producerName: 'imcgen',
      producerVersion,
      opsetImport: [
        { domain: '', version: this.opset },
        ...(this.form === 'qonnx' ? [{ domain: QONNX, version: 1 }] : []),
      ],
      graph: {
        name: 'network',
        node: this.nodes,
        initializer: this.constants,
        input: [value(input)],
        output: [value(output)],
      },
    });
  }
}
