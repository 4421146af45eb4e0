import { fileURLToPath } from 'node:url';
import { GraphBuilder } from '../../generators/network/export/graph.js';
import { TensorFile } from '../mnist/safetensors.js';
import { LANGUAGES, LENGTH, VOCABULARY } from './messages.js';

export const WEIGHTS = fileURLToPath(new URL('weights.safetensors', import.meta.url));

const WIDTH = 64;
const HEADS = 4;
const HIDDEN = 128;
const BLOCKS = 2;
/** The first version of the standard's operators that has LayerNormalization. GELU is Erf and four nodes around it in it. */
const OPSET = 17;

/** The encoder in float32, in the nodes that exporters write: tokens `[N, 16]` to the scores of the languages. */
export function model(): Uint8Array {
  const tensors = new TensorFile(WEIGHTS);
  const graph = new GraphBuilder('standard', OPSET);
  const constant = (name: string, dims: readonly number[]) => graph.floats(dims, tensors.float32(name, dims));
  const linear = (x: string, name: string, [from, to]: readonly [number, number]) => {
    const stored = tensors.float32(`${name}.weight`, [to, from]);
    const turned = stored.map((_, at) => stored[(at % to) * from + Math.floor(at / to)]!);
    const sums = graph.node('MatMul', [x, graph.floats([from, to], turned)], {}, undefined, name);
    return graph.node('Add', [sums, constant(`${name}.bias`, [to])]);
  };
  const norm = (x: string, name: string) => {
    const lists = ['weight', 'bias'].map((each) => constant(`${name}.${each}`, [WIDTH]));
    return graph.node('LayerNormalization', [x, ...lists], { axis: -1 });
  };
  const heads = (x: string, perm: readonly number[]) => {
    const split = graph.node('Reshape', [x, graph.wholes([0, LENGTH, HEADS, WIDTH / HEADS])]);
    return graph.node('Transpose', [split], { perm });
  };
  const block = (x: string, name: string) => {
    const part = (each: string) => linear(x, `${name}.${each}`, [WIDTH, WIDTH]);
    const key = heads(part('key'), [0, 2, 3, 1]);
    const products = graph.node('MatMul', [heads(part('query'), [0, 2, 1, 3]), key]);
    const scores = graph.node('Div', [products, graph.float(Math.sqrt(WIDTH / HEADS))]);
    const shares = graph.node('Softmax', [scores], { axis: -1 });
    const mixed = graph.node('MatMul', [shares, heads(part('value'), [0, 2, 1, 3])]);
    const turned = graph.node('Transpose', [mixed], { perm: [0, 2, 1, 3] });
    const joined = graph.node('Reshape', [turned, graph.wholes([0, LENGTH, WIDTH])]);
    const out = linear(joined, `${name}.out`, [WIDTH, WIDTH]);
    const attended = norm(graph.node('Add', [x, out]), `${name}.norm1`);
    const wide = gelu(graph, linear(attended, `${name}.wide`, [WIDTH, HIDDEN]));
    const narrow = linear(wide, `${name}.narrow`, [HIDDEN, WIDTH]);
    return norm(graph.node('Add', [attended, narrow]), `${name}.norm2`);
  };
  const found = graph.node('Gather', [constant('tokens.weight', [VOCABULARY, WIDTH]), 'tokens'], { axis: 0 });
  let x = norm(graph.node('Add', [found, constant('places.weight', [LENGTH, WIDTH])]), 'norm');
  for (let at = 0; at < BLOCKS; at++) x = block(x, `blocks.${at}`);
  const first = graph.node('Gather', [x, graph.whole(0)], { axis: 1 });
  const before = graph.node('Relu', [linear(first, 'pre', [WIDTH, WIDTH])]);
  const scores = linear(before, 'classes', [WIDTH, LANGUAGES.length]);
  const input = { name: 'tokens', dims: [LENGTH], whole: true };
  return graph.model('language', input, { name: scores, dims: [LANGUAGES.length] });
}

function gelu(graph: GraphBuilder, x: string): string {
  const erf = graph.node('Erf', [graph.node('Div', [x, graph.float(Math.SQRT2)])]);
  const share = graph.node('Mul', [x, graph.node('Add', [erf, graph.float(1)])]);
  return graph.node('Mul', [share, graph.float(0.5)]);
}
