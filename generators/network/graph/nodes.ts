import type { Problem } from '../../common/problems.js';
import type { OnnxFile } from '../onnx/model.js';
import type { OnnxAttribute, OnnxNode } from '../onnx/schema.js';
import { type Constant, constantOf } from '../onnx/tensor.js';

/** A node of an ONNX graph, easy to ask. */
export class Node {
  readonly op: string;
  readonly inputs: readonly string[];
  readonly output: string;

  constructor(
    private readonly file: string,
    private readonly node: OnnxNode,
  ) {
    this.op = node.opType;
    this.inputs = node.input ?? [];
    this.output = node.output?.[0] ?? '';
  }

  /** What messages call it: its name, or its result where it has none. */
  get label(): string {
    return this.node.name || this.output;
  }

  private attribute(name: string): OnnxAttribute | undefined {
    return this.node.attribute?.find((attribute) => attribute.name === name);
  }

  int(name: string, fallback: number): number {
    return this.attribute(name)?.i ?? (this.attribute(name) === undefined ? fallback : 0);
  }

  float(name: string, fallback: number): number {
    return this.attribute(name)?.f ?? (this.attribute(name) === undefined ? fallback : 0);
  }

  ints(name: string): readonly number[] | undefined {
    return this.attribute(name)?.ints;
  }

  text(name: string, fallback: string): string {
    const bytes = this.attribute(name)?.s;
    return bytes === undefined ? fallback : new TextDecoder().decode(bytes);
  }

  tensor(name: string): Constant | undefined {
    const tensor = this.attribute(name)?.t;
    if (tensor === undefined) return undefined;
    const constant = constantOf(this.file, tensor);
    return constant.ok ? constant.value : undefined;
  }

  problem(message: string, fix?: string): Problem {
    const text = `${this.op} ${message}`;
    return { file: this.file, path: this.label, message: text, ...(fix !== undefined && { fix }) };
  }
}

/** The nodes that the result of a model depends on, in the file's order, which is one of computation. */
export function neededNodes({ file, graph }: OnnxFile, output: string): Node[] {
  const nodes = (graph.node ?? []).map((node) => new Node(file, node));
  const makers = new Map(nodes.map((node) => [node.output, node]));
  const needed = new Set<Node>();
  const open = [output];
  for (let name = open.pop(); name !== undefined; name = open.pop()) {
    const maker = makers.get(name);
    if (maker === undefined || needed.has(maker)) continue;
    needed.add(maker);
    open.push(...maker.inputs);
  }
  return nodes.filter((node) => needed.has(node));
}
