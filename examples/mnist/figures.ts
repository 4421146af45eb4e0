/** Prints the figures of README.md: `npx tsx examples/mnist/figures.ts`. */
import { performance } from 'node:perf_hooks';
import { batchesOf, readDigits } from './digits.js';
import { accumulate, accuracy, type LayerActivations, loadNetwork, type TernaryLayer } from './network.js';

const percent = (share: number) => `${(100 * share).toFixed(2)} %`;
const milliseconds = (since: number) => `${Math.round(performance.now() - since)} ms`;
const print = (what: string, value: string) => console.log(`${what.padEnd(34)}${value}`);

const network = loadNetwork();

const reading = performance.now();
const { training, heldOut } = readDigits();
print('read 10,000 digits', milliseconds(reading));

const capturing = performance.now();
for (const batch of batchesOf(training, 64, 8)) network.forward(batch.pixels);
print('capture 8 batches of 64', milliseconds(capturing));

const pass = network.forward(heldOut.pixels);
print(`top-1, ${heldOut.count} digits held out`, percent(accuracy(pass.logits, heldOut.labels)));
print(
  `top-1, ${training.count} digits trained on`,
  percent(accuracy(network.forward(training.pixels).logits, training.labels)),
);

for (const name of ['conv1', 'conv2', 'fc1'] as const) describeActivations(name, pass.activations[name]);
for (const name of ['conv2', 'fc1'] as const) describeTernary(name, network[name], pass.inputs[name]);

function describeActivations(name: string, { shape, values }: LayerActivations): void {
  const zeros = values.reduce((count, value) => count + Number(value === 0), 0);
  const largest = values.reduce((a, b) => Math.max(a, b));
  print(
    `${name} activations`,
    `[${shape.join(', ')}], 0 .. ${largest.toFixed(3)}, ${percent(zeros / values.length)} zero`,
  );
}

function describeTernary(name: string, layer: TernaryLayer, inputs: Uint8Array): void {
  const positive = { ...layer, weights: layer.weights.map((weight) => Math.max(0, weight)) };
  const negative = { ...layer, weights: layer.weights.map((weight) => Math.max(0, -weight)) };
  const largest = (values: Int32Array) => values.reduce((a, b) => Math.max(a, b));
  const sums = accumulate(layer, inputs).map((sum, i) => sum + layer.bias[i % layer.columns]!);
  const share = (value: number) =>
    percent(layer.weights.filter((weight) => weight === value).length / layer.weights.length);
  print(`${name} array`, `${layer.rows} x ${layer.columns}`);
  print(`${name} weights -1 / 0 / +1`, `${share(-1)} / ${share(0)} / ${share(1)}`);
  print(
    `${name} inputs`,
    `0 .. ${inputs.reduce((a, b) => Math.max(a, b))}, mean ${(inputs.reduce((a, b) => a + b) / inputs.length).toFixed(2)}`,
  );
  print(`${name} accumulator with bias`, `${sums.reduce((a, b) => Math.min(a, b))} .. ${largest(sums)}`);
  print(
    `${name} largest dP, dN`,
    `${largest(accumulate(positive, inputs))}, ${largest(accumulate(negative, inputs))}`,
  );
  print(`${name} bias`, `${Math.min(...layer.bias)} .. ${Math.max(...layer.bias)}`);
  print(`${name} scales`, `input ${layer.inputScale}, weight ${layer.weightScale.toPrecision(6)}`);
}
