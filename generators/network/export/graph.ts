import { encodeModel, type OnnxNode, type OnnxTensor } from '../onnx/schema.js';
import { floatTensor, wholeTensor } from '../onnx/tensor.js';

/** An ONNX graph under construction: nodes of standard operators, constants by value. */
export class GraphBuilder {
  private readonly nodes: OnnxNode[] = [];
  private readonly constants: OnnxTensor[] = [];
  private count = 0;

  /** Adds a node and returns the name of its result. */
  node(
    opType: string,
    input: readonly string[],
    attributes: Readonly<Record<string, number | readonly number[]>> = {},
    output = `${opType.toLowerCase()}_${++this.count}`,
  ): string {
    const attribute = Object.entries(attributes).map(([name, value]) =>
      typeof value === 'number' ? { name, type: 2, i: value } : { name, type: 7, ints: value },
    );
    this.nodes.push({ opType, name: `n${this.nodes.length}_${opType}`, input, output: [output], attribute });
    return output;
  }

  floats(dims: readonly number[], values: Float32Array): string {
    const name = `c${++this.count}`;
    this.constants.push(floatTensor(name, dims, values));
    return name;
  }

  float(value: number): string {
    return this.floats([], Float32Array.of(value));
  }

  wholes(values: readonly number[]): string {
    const name = `c${++this.count}`;
    this.constants.push(wholeTensor(name, [values.length], values));
    return name;
  }

  /** `clamp(value, low, high)`. */
  clip(value: string, low: number, high: number, output?: string): string {
    return this.node('Clip', [value, this.float(low), this.float(high)], {}, output);
  }

  /** The bytes of the model. Opset 13, IR version 7: any runtime of the last years reads them. */
  model(
    producerVersion: string,
    input: { readonly name: string; readonly dims: readonly number[] },
    output: { readonly name: string; readonly dims: readonly number[] },
  ): Uint8Array {
    const value = ({ name, dims }: typeof input) => {
      const dim = [{ dimParam: 'N' }, ...dims.map((dimValue) => ({ dimValue }))];
      return { name, type: { tensorType: { elemType: 1, shape: { dim } } } };
    };
    return encodeModel({
      irVersion: 7,
      producerName: 'imcgen',
      producerVersion,
      opsetImport: [{ domain: '', version: 13 }],
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
