/** In: nodes of a model. Out: the same with LayerNormalization in the place of the nodes that older exporters write for it. */
import type { OnnxNode } from '../onnx/schema.js';
import type { Constant } from '../onnx/tensor.js';
import { Node } from './nodes.js';

/**
 * Joins the nodes of `(x - mean) / sqrt(variance + epsilon) * gain + center` into one. Their order stays that of computation:
 * the new node stands where the last of them stood.
 */
export function withNorms(
  file: string,
  nodes: readonly Node[],
  constants: ReadonlyMap<string, Constant>,
): Node[] {
  const makers = new Map(nodes.map((node) => [node.output, node]));
  const readers = new Map<string, Node[]>();
  for (const node of nodes) {
    for (const input of new Set(node.inputs)) readers.set(input, [...(readers.get(input) ?? []), node]);
  }
  const constantAt = (name: string) => constants.get(name) ?? makers.get(name)?.tensor('value');
  const norms = new Map<Node, Node>();
  const dead = new Set<Node>();
  for (const node of nodes) {
    const found = normEndingIn(node, makers, constantAt);
    if (found === undefined) continue;
    const { input, axes, epsilon, parts } = found;
    const follower = (op: string, after: Node) => {
      const [next, ...others] = readers.get(after.output) ?? [];
      const constant = next?.inputs.find((name) => name !== after.output);
      return next?.op === op && others.length === 0 && constant && constantAt(constant)
        ? { next, constant }
        : undefined;
    };
    const gain = follower('Mul', node);
    const center = gain && follower('Add', gain.next);
    const last = center?.next ?? gain?.next ?? node;
    const joined: OnnxNode = {
      ...{ name: node.label, opType: 'LayerNormalization', output: [last.output] },
      input: [input, ...(gain ? [gain.constant] : []), ...(center ? [center.constant] : [])],
      attribute: [
        { name: 'axis', i: axes[0]! },
        { name: 'epsilon', f: epsilon },
      ],
    };
    norms.set(last, new Node(file, joined));
    for (const part of [...parts, node, ...(gain ? [gain.next] : [])]) if (part !== last) dead.add(part);
  }
  return nodes.filter((node) => !dead.has(node)).map((node) => norms.get(node) ?? node);
}

interface Found {
  readonly input: string;
  readonly axes: readonly number[];
  readonly epsilon: number;
  readonly parts: readonly Node[];
}

function normEndingIn(
  node: Node,
  makers: ReadonlyMap<string, Node>,
  constantAt: (name: string) => Constant | undefined,
): Found | undefined {
  if (node.op !== 'Div') return undefined;
  const maker = (name: string | undefined, op: string) => {
    const found = name === undefined ? undefined : makers.get(name);
    return found?.op === op ? found : undefined;
  };
  const centered = maker(node.inputs[0], 'Sub');
  const mean = maker(centered?.inputs[1], 'ReduceMean');
  const root = maker(node.inputs[1], 'Sqrt');
  const sum = maker(root?.inputs[0], 'Add');
  const terms = sum?.inputs ?? [];
  const variance = terms.map((name) => maker(name, 'ReduceMean')).find((each) => each !== undefined);
  const epsilon = terms.map(constantAt).find((each) => each?.values.length === 1)?.values[0];
  const power = makers.get(variance?.inputs[0] ?? '');
  const again = maker(power?.inputs[0], 'Sub');
  if (!centered || !mean || !root || !sum || !variance || epsilon === undefined || !power || !again)
    return undefined;
  const squares =
    (power.op === 'Pow' && constantAt(power.inputs[1]!)?.values[0] === 2) ||
    (power.op === 'Mul' && power.inputs[0] === power.inputs[1]);
  const [input] = centered.inputs as [string];
  const alike =
    again.inputs[0] === input &&
    (again === centered || maker(again.inputs[1], 'ReduceMean')?.inputs[0] === input);
  const axes = [mean, variance].map(
    (each) => each.ints('axes') ?? [...(constantAt(each.inputs[1] ?? '')?.values ?? [])],
  );
  if (
    !squares ||
    !alike ||
    mean.inputs[0] !== input ||
    axes[0]!.length !== 1 ||
    axes[0]!.join() !== axes[1]!.join()
  ) {
    return undefined;
  }
  return { input, axes: axes[0]!, epsilon, parts: [centered, mean, root, sum, variance, power, again] };
}
