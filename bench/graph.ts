/**
 * Speed of exported graphs: `npm run bench:graph`. A network of the shape of ResNet-20 (random weights, 32 x 32 images), on macros of
 * 256 x 128 with 6-bit inputs and 4-bit ADCs, every layer on macros; the float model and its hardware as `imcgen export` writes it, batch by batch
 * in turn on onnxruntime.
 *
 *     npm run bench:graph                  on one thread and on all cores
 *     npm run bench:graph -- ternary       of one form of the weights, or of several
 *
 * Every graph is compared with the golden engine first. Times are those of the fastest rounds, a tenth of all. Other work on the machine changes ratios of
 * images a second; those of processor time are steadier, and on one thread of an idle machine the same. Weights of several digits need as many times
 * the float model's work, which the last column counts, by processor time.
 *
 * Ternary weights are measured on a die as well, with mismatch and offsets, and on one whose lines have a gain: convolutions of whole currents.
 *
 * Ends with 1 where a graph is not exact, or one of ternary weights takes more processor time on one thread than is stated: the float model's is at least 0.5 of it, on a die 0.3.
 */
import { availableParallelism } from 'node:os';
import { textTable } from '../generators/command-line/report/table.js';
import { orThrow } from '../generators/common/problems.js';
import { dieSchema } from '../generators/macro/config/die.js';
import { parse } from '../generators/macro/config/parse.js';
import type { NetworkConfigInput } from '../generators/network/config/network.js';
import { ChipModels, constantsOfSection } from '../generators/network/engine/die-models.js';
import { GoldenNetwork } from '../generators/network/engine/golden.js';
import { graphDies } from '../generators/network/export/exact.js';
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
/** Least ratios on one thread. */
const LEAST: Readonly<Record<string, number>> = { ternary: 0.5, 'ternary, a die': 0.3 };
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

/** What dies differ by: where lines are sums of currents, and where each has a gain of its own. */
const DIES = {
  'a die': { mismatch: 0.1, offset: 2 },
  'a die with a gain': { mismatch: 0.1, offset: 2, globalSpread: 0.05 },
} as const;
const CHIP = 1;

async function compare(name: string, bytes: Uint8Array, golden: GoldenNetwork): Promise<void> {
  const session = await openSession(bytes, 1);
  const found = (await session.run(images, shape)).get('codes')!;
  await session.close();
  const codes = golden.run(images);
  keep(
    `${name}: the graph gives the integers of the golden engine`,
    codes.every((code, at) => code === found[at]),
  );
}

const images = randomImages(BATCH, RESNET_INPUT, 7);
const shape = [BATCH, ...RESNET_INPUT];
const graphs = [{ name: 'float model', bytes: onnxModel(RESNET_INPUT, RESNET_20).bytes, macros: 0, work: 1 }];
for (const form of forms) {
  const { weights, work } = FORMS[form]!;
  const macro = { array: { rows: 256, columns: 128 }, input: { bits: 6 }, adc: { bits: 4 } };
  const hardware = await smallHardware({ macro, weights }, [RESNET_INPUT, RESNET_20]);
  const bytes = hardwareGraph(hardware);
  await compare(form, bytes, new GoldenNetwork(hardware));
  graphs.push({ name: form, bytes, macros: macrosOf(hardware.plan), work });
  if (work > 1) continue;
  for (const [about, die] of Object.entries(DIES)) {
    const name = `${form}, ${about}`;
    const constants = constantsOfSection(orThrow(parse('die', dieSchema, die)));
    const dies = orThrow(graphDies(hardware, constants, CHIP, { file: 'die', path: '' }));
    const chips = new ChipModels(constants);
    chips.use(CHIP);
    const bytes = hardwareGraph(hardware, 'standard', dies);
    await compare(name, bytes, new GoldenNetwork(hardware, chips.models));
    graphs.push({ name, bytes, macros: macrosOf(hardware.plan), work });
  }
}

/** What a batch takes, milliseconds. */
interface Times {
  readonly wall: number;
  /** Of all threads together. */
  readonly processor: number;
}

/** Of the fastest tenth of all rounds. */
async function fastest(sessions: readonly Session[]): Promise<Times[]> {
  const times = sessions.map((): Record<keyof Times, number[]> => ({ wall: [], processor: [] }));
  for (let round = 0; round < ROUNDS; round++) {
    for (const [at, session] of sessions.entries()) {
      const before = process.cpuUsage();
      const start = performance.now();
      await session.run(images, shape);
      times[at]!.wall.push(performance.now() - start);
      const { user, system } = process.cpuUsage(before);
      times[at]!.processor.push((user + system) / 1000);
    }
  }
  const low = (values: number[]) => values.sort((a, b) => a - b)[Math.floor(ROUNDS / 10)]!;
  return times.map(({ wall, processor }) => ({ wall: low(wall), processor: low(processor) }));
}

const rows: string[][] = [];
for (const threads of new Set([1, availableParallelism()])) {
  const sessions = await Promise.all(graphs.map(({ bytes }) => openSession(bytes, threads)));
  const times = await fastest(sessions);
  for (const session of sessions) await session.close();
  for (const [at, { name, macros, work }] of graphs.entries()) {
    const ratio = times[0]!.wall / times[at]!.wall;
    const processor = times[0]!.processor / times[at]!.processor;
    const rate = ((1000 * BATCH) / times[at]!.wall).toFixed(0);
    rows.push([
      ...[String(threads), name, String(macros), rate, ratio.toFixed(2), processor.toFixed(2)],
      (processor * work).toFixed(2),
    ]);
    const least = threads === 1 ? LEAST[name] : undefined;
    if (least !== undefined) keep(`${name}: at least ${least} of the float model`, processor >= least);
  }
}
const heads: [string, string][] = [
  ['', 'threads'],
  ['', 'weights'],
  ['', 'macros'],
  ['images', 'a second'],
  ['of the', 'float model'],
  ['by processor', 'time'],
  ['of as much', 'float work'],
];
console.log(`\n${textTable(heads, rows, (column) => column === 1).join('\n')}`);
process.exitCode = broken.length > 0 ? 1 : 0;
