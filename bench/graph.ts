/**
 * Speed of exported graphs: `npm run bench:graph`. A network of the shape of ResNet-20 (random weights, 32 x 32 images), on macros of
 * 256 x 128 with 6-bit inputs and 4-bit ADCs, every layer on macros; the float model and its hardware as `imcgen export` writes it, batch by batch
 * in turn on onnxruntime.
 *
 *     npm run bench:graph                  on one thread and on all cores
 *     npm run bench:graph -- ternary       of one form of the weights, or of several
 *
 * Every graph is compared with the golden engine first. Images a second are those of the fastest rounds, a tenth of all; a ratio is of images a
 * second. Weights of several digits need as many times the float model's work, which the last column counts.
 *
 * Ends with 1 where a graph is not exact, or that of ternary weights has less than half the speed of the float model on one thread.
 */
import { availableParallelism } from 'node:os';
import { textTable } from '../generators/command-line/report/table.js';
import type { NetworkConfigInput } from '../generators/network/config/network.js';
import { GoldenNetwork } from '../generators/network/engine/golden.js';
import { hardwareGraph } from '../generators/network/export/onnx.js';
import { macrosOf } from '../generators/network/plan/plan.js';
import { openSession, type Session } from '../generators/network/runtime/onnxruntime.js';
import { randomImages, smallHardware } from '../rtl-tests/fixtures/hardware.js';
import { onnxModel } from '../rtl-tests/fixtures/onnx.js';
import { RESNET_20, RESNET_INPUT } from '../rtl-tests/fixtures/resnet.js';

const FORMS: Readonly<
  Record<string, { readonly weights: NetworkConfigInput['weights']; readonly work: number }>
> = {
  ternary: { weights: { method: 'ternary' }, work: 1 },
  'digits 1, 2, 4': { weights: { method: 'digits', digits: [1, 2, 4] }, work: 3 },
};
/** Least ratio of ternary weights on one thread. */
const LEAST_RATIO = 0.5;
/** Images at once, as in `imcgen evaluate`, and how often. */
const BATCH = 5;
const ROUNDS = 150;

const named = process.argv.slice(2);
const unknown = named.filter((name) => !Object.keys(FORMS).some((form) => form.startsWith(name)));
if (unknown.length > 0) throw new RangeError(`no such form: ${unknown.join(', ')}`);
const forms = Object.keys(FORMS).filter(
  (form) => named.length === 0 || named.some((name) => form.startsWith(name)),
);

const broken: string[] = [];
function keep(bound: string, holds: boolean): void {
  console.log(`${holds ? 'kept  ' : 'BROKEN'} ${bound}`);
  if (!holds) broken.push(bound);
}

const images = randomImages(BATCH, RESNET_INPUT, 7);
const shape = [BATCH, ...RESNET_INPUT];
const graphs = [{ name: 'float model', bytes: onnxModel(RESNET_INPUT, RESNET_20).bytes, macros: 0, work: 1 }];
for (const form of forms) {
  const { weights, work } = FORMS[form]!;
  const macro = { array: { rows: 256, columns: 128 }, input: { bits: 6 }, adc: { bits: 4 } };
  const hardware = await smallHardware({ macro, weights }, [RESNET_INPUT, RESNET_20]);
  const bytes = hardwareGraph(hardware);
  const session = await openSession(bytes, 1);
  const found = (await session.run(images, shape)).get('codes')!;
  await session.close();
  const golden = new GoldenNetwork(hardware).run(images);
  keep(
    `${form}: the graph gives the integers of the golden engine`,
    golden.every((code, at) => code === found[at]),
  );
  graphs.push({ name: form, bytes, macros: macrosOf(hardware.plan), work });
}

/** Milliseconds of a batch, of the fastest tenth of all rounds. */
async function fastest(sessions: readonly Session[]): Promise<number[]> {
  const times = sessions.map((): number[] => []);
  for (let round = 0; round < ROUNDS; round++) {
    for (const [at, session] of sessions.entries()) {
      const start = performance.now();
      await session.run(images, shape);
      times[at]!.push(performance.now() - start);
    }
  }
  return times.map((each) => each.sort((a, b) => a - b)[Math.floor(ROUNDS / 10)]!);
}

const rows: string[][] = [];
for (const threads of new Set([1, availableParallelism()])) {
  const sessions = await Promise.all(graphs.map(({ bytes }) => openSession(bytes, threads)));
  const times = await fastest(sessions);
  for (const session of sessions) await session.close();
  for (const [at, { name, macros, work }] of graphs.entries()) {
    const ratio = times[0]! / times[at]!;
    const rate = ((1000 * BATCH) / times[at]!).toFixed(0);
    rows.push([String(threads), name, String(macros), rate, ratio.toFixed(2), (ratio * work).toFixed(2)]);
    if (name === 'ternary' && threads === 1)
      keep(`${name}: at least ${LEAST_RATIO} of the float model`, ratio >= LEAST_RATIO);
  }
}
const heads: [string, string][] = [
  ['', 'threads'],
  ['', 'weights'],
  ['', 'macros'],
  ['images', 'a second'],
  ['of the', 'float model'],
  ['of as much', 'float work'],
];
console.log(`\n${textTable(heads, rows, (column) => column === 1).join('\n')}`);
process.exitCode = broken.length > 0 ? 1 : 0;
