/**
 * What a macro gives at its pins: `npm run bench:throughput`, 256 x 128, 6-bit inputs, every input loaded and every
 * result taken.
 *
 *     npm run bench:throughput                  all three tables
 *     npm run bench:throughput -- --cycles      without the last, which synthesizes
 *     npm run bench:throughput -- counter       of one readout, or of several
 *
 * 1. Cycles a conversion for every readout, at 3 and 4 bits: over the bus, in plain words and in packed ones, and through stream ports of some widths beside
 *    what is stated for them, the longest of conversion, input beats and output beats. Each run is simulated with Icarus and
 *    compared with the golden model in every cycle; the cycles are those between the last results of two conversions.
 * 2. What packed words buy by the width of the inputs.
 * 3. Area of packed words and of stream ports of 8 bytes in and 4 out in osu018, the clock that closes with them, and what that makes a
 *    second. Two operations a cell, a product and an addition.
 *
 * Ends with 1 where a period is not as stated, or the ports take more of the digital area than the project allows.
 */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { runVectors } from '../generators/checks/cosim/cosim.js';
import { synthesize } from '../generators/checks/synth/synth.js';
import { textTable } from '../generators/command-line/report/table.js';
import { orThrow } from '../generators/common/problems.js';
import type { Readout, StreamsConfig } from '../generators/macro/config/choices.js';
import { macroSchema } from '../generators/macro/config/macro.js';
import { packedColumns, packedRows } from '../generators/macro/plan/packed-words.js';
import type { MacroPlan } from '../generators/macro/plan/plan.js';
import { hasStreams, inputBeats, outputBeats, streamPeriod } from '../generators/macro/plan/streams.js';
import { packageFiles } from '../generators/package/package.js';
import { packedConversions } from '../generators/package/vectors/packed-scenario.js';
import { program, streamConversions } from '../generators/package/vectors/scenario.js';
import { drain, enable, send, streamBench } from '../generators/package/vectors/stream-scenario.js';
import { newBench } from '../generators/package/vectors/vectors.js';
import { writePackage } from '../generators/package/write.js';
import { growingReferences, levelsFrom, planOf } from '../rtl-tests/fixtures/configurations.js';

const OSU018 = '/usr/share/qflow/tech/osu018/osu018_stdcells.lib';
const ALL: readonly Readout[] = macroSchema.shape.adc.shape.readout.unwrap().options;
const named = process.argv.slice(2).filter((argument) => !argument.startsWith('--'));
const unknown = named.filter((name) => !ALL.some((readout) => readout === name));
if (unknown.length > 0)
  throw new RangeError(`no such readout: ${unknown.join(', ')}; there are ${ALL.join(', ')}`);
const READOUTS = ALL.filter((readout) => named.length === 0 || named.includes(readout));
const ROWS = 256;
const COLUMNS = 128;
const INPUT_BITS = 6;
/** Unit pulses a ramp step. */
const PULSES = 2;
/** Bytes a beat, in and out. */
const WIDTHS: readonly StreamsConfig[] = [
  { inputBytes: 4, outputBytes: 4 },
  { inputBytes: 8, outputBytes: 4 },
  { inputBytes: 16, outputBytes: 8 },
  { inputBytes: 64, outputBytes: 64 },
];
/** Ports of the area table, and the most that they may take of the digital area without them. */
const MEASURED: StreamsConfig = { inputBytes: 8, outputBytes: 4 };
const MOST_SHARE = 0.1;
/** The first conversions fill what is double-buffered. */
const CONVERSIONS = 8;

function planWith(readout: Readout, bits: number, ports: Ports = {}, inputBits = INPUT_BITS): MacroPlan {
  const config = {
    name: `pins_${readout}`,
    array: { rows: ROWS, columns: COLUMNS },
    input: { bits: inputBits },
    adc: { bits, readout, reference: { columns: 4, rows: 256, pulses: PULSES } },
    output: { bits: 6 },
    ...ports,
  };
  const references = growingReferences(bits, 2, 60).map((cells) => PULSES * cells);
  return planOf({ name: readout, config, levels: [levelsFrom('relu', references)] });
}

/** How the data path is reached, beside plain words of the bus. */
interface Ports {
  readonly streams?: StreamsConfig;
  readonly packedWords?: boolean;
}

/** Clock cycles from one conversion's last result to the next one's, of the Verilog. */
async function cyclesAtPins(plan: MacroPlan, root: string): Promise<number> {
  const folder = orThrow(await writePackage(path.join(root, 'macro'), packageFiles(plan)));
  const bench = newBench(plan, 3);
  program(bench);
  const { bank, bits } = plan.layers[0]!;
  const streaming = streamBench(bench);
  let cycles: number;
  if (streaming === undefined) {
    // No word is as it was, so that every one is written.
    const anyInput = () => bench.random.whole(1, 2 ** plan.shape.inputBits - 1);
    const inputs = Array.from({ length: CONVERSIONS }, () => Int32Array.from({ length: ROWS }, anyInput));
    const convert = plan.shape.packedWords ? packedConversions : streamConversions;
    convert(bench, inputs.slice(0, 2), bank, bits);
    const from = bench.stimulus.machine.cycle;
    convert(bench, inputs.slice(2), bank, bits);
    cycles = (bench.stimulus.machine.cycle - from) / (CONVERSIONS - 2);
  } else {
    enable(streaming, true);
    send(
      streaming,
      Array.from({ length: CONVERSIONS }, () => ({ bank, bits })),
    );
    drain(streaming);
    const ends = streaming.partners.results.filter(({ beat }) => beat.last).map(({ cycle }) => cycle);
    const periods = ends.slice(3).map((end, at) => end - ends[at + 2]!);
    if (new Set(periods).size !== 1) throw new Error(`the period of ${plan.name} is no constant: ${periods}`);
    cycles = periods[0]!;
  }
  const verdict = await runVectors(plan, bench.stimulus.vectors(), { folder, simulator: 'icarus' });
  if (!verdict.passed) throw new Error(`mismatches: ${plan.name} ${verdict.complaints.join(' ')}`);
  await rm(folder, { recursive: true });
  return cycles;
}

const broken: string[] = [];
function keep(bound: string, holds: boolean): void {
  console.log(`${holds ? 'kept  ' : 'BROKEN'} ${bound}`);
  if (!holds) broken.push(bound);
}

const ports = ({ inputBytes, outputBytes }: StreamsConfig) => `${inputBytes} in, ${outputBytes} out`;

/** Over the bus, of the readout and width. */
const overBus = new Map<string, number>();

async function cycleTable(root: string): Promise<void> {
  const rows: string[][] = [];
  let asStated = true;
  for (const readout of READOUTS) {
    for (const bits of [3, 4]) {
      const bus = await cyclesAtPins(planWith(readout, bits), root);
      const packed = await cyclesAtPins(planWith(readout, bits, { packedWords: true }), root);
      overBus.set(`${readout} ${bits}`, bus);
      for (const width of WIDTHS) {
        const plan = planWith(readout, bits, { streams: width });
        const { shape } = plan;
        if (!hasStreams(shape)) throw new Error('no streams');
        const cycles = await cyclesAtPins(plan, root);
        const stated = streamPeriod(shape, bits);
        asStated &&= cycles === stated;
        rows.push([
          readout,
          String(bits),
          ports(width),
          String(cycles),
          String(plan.layers[0]!.schedule.total),
          `${inputBeats(shape)}, ${outputBeats(shape)}`,
          (cycles / stated).toFixed(2),
          bus.toFixed(0),
          packed.toFixed(0),
          `${(bus / cycles).toFixed(1)}x`,
          `${(packed / cycles).toFixed(1)}x`,
        ]);
      }
    }
  }
  const heads: [string, string][] = [
    ['', 'readout'],
    ['', 'bits'],
    ['bytes', 'a beat'],
    ['', 'cycles'],
    ['conversion', 'alone'],
    ['beats', 'in, out'],
    ['by the', 'stated'],
    ['bus,', 'plain'],
    ['bus,', 'packed'],
    ['plain by', 'streams'],
    ['packed by', 'streams'],
  ];
  console.log(
    `Cycles a conversion, ${ROWS} x ${COLUMNS}, ${INPUT_BITS}-bit inputs, every input loaded and every result taken, APB\n`,
  );
  console.log(`${textTable(heads, rows, (column) => column === 0 || column === 2).join('\n')}\n`);
  keep('every period is the longest of conversion, input beats and output beats', asStated);
}

/** What packed words buy by the width of the inputs: results take a byte each, inputs as many bits as they need. */
async function packedTable(root: string): Promise<void> {
  const [readout] = READOUTS;
  const rows: string[][] = [];
  for (const inputBits of [6, 4, 2]) {
    const [plain, packed] = [{}, { packedWords: true }].map((ports) =>
      planWith(readout!, 3, ports, inputBits),
    );
    const cycles = { plain: await cyclesAtPins(plain!, root), packed: await cyclesAtPins(packed!, root) };
    const { shape } = packed!;
    rows.push([
      String(inputBits),
      String(packedRows(shape)),
      String(packedColumns(shape)),
      cycles.plain.toFixed(0),
      cycles.packed.toFixed(0),
      `${(cycles.plain / cycles.packed).toFixed(1)}x`,
    ]);
  }
  const heads: [string, string][] = [
    ['input', 'bits'],
    ['rows', 'a word'],
    ['columns', 'a word'],
    ['cycles,', 'plain'],
    ['cycles,', 'packed'],
    ['plain by', 'packed'],
  ];
  console.log(`\nPacked words of the bus, ${readout}, 3 bits\n`);
  console.log(`${textTable(heads, rows, () => false).join('\n')}\n`);
}

async function areaTable(root: string): Promise<void> {
  const bits = 4;
  const rows: string[][] = [];
  for (const readout of READOUTS) {
    const plans = [{}, { streams: MEASURED }, { packedWords: true }].map((one) =>
      planWith(readout, bits, one),
    );
    const [without, withPorts, packed] = await Promise.all(
      plans.map(async (plan, at) => {
        const made = await writePackage(path.join(root, `${readout}${at}`), packageFiles(plan));
        const options = {
          liberty: OSU018,
          timing: 'required',
          gateLevel: false,
          equivalence: false,
        } as const;
        return synthesize(orThrow(made), options);
      }),
    );
    const { timing, plan, area } = withPorts!;
    if ('notRun' in timing || !hasStreams(plan.shape)) throw new Error('no timing');
    const more = (made: number) => made / without!.area.total.area - 1;
    const share = more(area.total.area);
    const packedShare = more(packed!.area.total.area);
    const perSecond = 1e9 / timing.shortestNs;
    const tops = (cycles: number) => ((2 * ROWS * COLUMNS * perSecond) / cycles / 1e12).toFixed(3);
    const cycles = streamPeriod(plan.shape, bits);
    rows.push([
      readout,
      without!.area.total.area.toFixed(0),
      area.total.area.toFixed(0),
      `${(100 * share).toFixed(1)} %`,
      `${(100 * packedShare).toFixed(1)} %`,
      `${(1000 / timing.shortestNs).toFixed(0)}`,
      (perSecond / cycles / 1e6).toFixed(2),
      tops(cycles),
      tops(overBus.get(`${readout} ${bits}`)!),
    ]);
    keep(`${readout}: stream ports below ${100 * MOST_SHARE} % of the digital area`, share < MOST_SHARE);
    keep(`${readout}: ${plan.config.timing.clockNs} ns closes`, timing.setupSlackNs >= 0);
  }
  const heads: [string, string][] = [
    ['', 'readout'],
    ['area', 'without'],
    ['with', 'streams'],
    ['', 'more'],
    ['packed', 'words'],
    ['clock', 'MHz'],
    ['million', 'conversions/s'],
    ['TOPS', 'at the pins'],
    ['TOPS', 'over the bus'],
  ];
  console.log(
    `\nStream ports, ${ports(MEASURED)}, ${bits} bits; osu018, all that is digital; the clock is the highest that closes\n`,
  );
  console.log(textTable(heads, rows, (column) => column === 0).join('\n'));
}

const root = await mkdtemp(path.join(tmpdir(), 'imcgen-bench-'));
try {
  await cycleTable(root);
  await packedTable(root);
  if (!process.argv.includes('--cycles')) await areaTable(root);
} finally {
  await rm(root, { recursive: true, force: true });
}
process.exitCode = broken.length > 0 ? 1 : 0;
