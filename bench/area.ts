/**
 * Area of the column converters, 128 columns of 4 bits with 6-bit values, from one run of synthesis:
 * `npm run bench:area`, or with another Liberty file. Two tables:
 *
 * 1. Every readout, as `imcgen synth` maps it, beside a hand-written minimum of the same function (`bench/area/`)
 *    that goes through the same commands.
 * 2. Transistors of a nonlinear ADC a column: shared reference columns, replica cells in every column, and a bank
 *    of digital comparators. Memory cells are counted, logic is mapped to the generic library, whose areas are
 *    transistors by four.
 *
 * Ends with 1 where a bound that the project keeps is broken.
 */
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { countCells, readNetlist } from '../generators/checks/synth/netlist.js';
import { type Synthesis, synthesize } from '../generators/checks/synth/synth.js';
import { yosysBuiltin } from '../generators/checks/yosys/builtin.js';
import { textTable } from '../generators/command-line/report/table.js';
import { orThrow } from '../generators/common/problems.js';
import { macroSchema, type Readout } from '../generators/macro/config/macro.js';
import type { MacroPlan } from '../generators/macro/plan/plan.js';
import { packageFiles } from '../generators/package/package.js';
import { writePackage } from '../generators/package/write.js';
import { growingReferences, levelsFrom, planOf } from '../rtl-tests/fixtures/configurations.js';

const OSU018 = '/usr/share/qflow/tech/osu018/osu018_stdcells.lib';
const READOUTS = macroSchema.shape.adc.shape.readout.unwrap().options;

/** Transistors of one dual cell: two 9T halves. */
const CELL_TRANSISTORS = 18;
const GATE_TRANSISTORS = 4;

/** Replica cells in each column of the ancestors, docs: 32 of 128 rows, and 48 + 96 of 528. */
const REPLICAS = [
  { name: 'replica cells, 32 of 128 rows', cells: 32, rows: 128 },
  { name: 'replica cells, 144 of 528 rows', cells: 144, rows: 528 },
] as const;

/** The converters of the 256 x 128 demo. */
function planWith(readout: Readout, array: { readonly rows: number; readonly headroom?: number }): MacroPlan {
  const config = {
    name: `area_${readout}`,
    array: { ...array, columns: 128 },
    input: { bits: 6 },
    adc: { bits: 4, readout, reference: { columns: 4, rows: 256 } },
    output: { bits: 6 },
  };
  return planOf({ name: readout, config, levels: [levelsFrom('relu', growingReferences(4, 2, 60))] });
}

/** The column block of a macro and the decoder that serves all columns, mapped as `imcgen synth` does. */
async function mapped(readout: Readout, root: string, liberty: string | undefined): Promise<Synthesis> {
  const folder = path.join(root, `${readout}-${liberty === undefined ? 'generic' : 'real'}`);
  orThrow(await writePackage(folder, packageFiles(planWith(readout, { rows: ROWS_OF_COLUMNS }))));
  return synthesize(folder, { liberty, timing: 'off', gateLevel: false, equivalence: false });
}

/** The input drivers are no part of a converter: few rows make few of them. */
const ROWS_OF_COLUMNS = 8;

const areaOf = ({ area }: Synthesis, instance: string) =>
  area.blocks.find((block) => block.instance === instance)!.area;

/** Area of a module of `bench/area/`, through the commands that map the columns of `like`. */
async function minimum(
  file: string,
  parameters: Readonly<Record<string, number>>,
  like: Synthesis,
): Promise<number> {
  const module = path.basename(file, '.v');
  const { plan, library, files } = like;
  const script = files.find((each) => each.path === `syn/${plan.name}.ys`)!.text;
  const columns = like.area.blocks.find(({ instance }) => instance === 'u_columns')!.module;
  const mapping = script.split('\n').find((line) => line.startsWith('abc ') && line.includes(` ${columns}`))!;
  const commands = [
    `read_liberty -lib -ignore_miss_func ${library.mapping.path}`,
    `read_verilog ${file}`,
    `chparam${Object.entries(parameters)
      .map(([name, value]) => ` -set ${name} ${value}`)
      .join('')} ${module}`,
    `synth -top ${module} -flatten -noabc`,
    `dfflibmap -liberty ${library.mapping.path}`,
    'opt',
    `${mapping.slice(0, mapping.indexOf(` ${plan.name}`))}`,
    'opt_clean -purge',
    'check -assert -mapped',
    'write_json minimum.json',
  ];
  const text = await readFile(fileURLToPath(new URL(`area/${file}`, import.meta.url)), 'utf8');
  const { finished, messages, written } = await yosysBuiltin({
    files: new Map([...files.map((each) => [each.path, each.text] as const), [file, text]]),
    script: `${commands.join('\n')}\n`,
  });
  if (!finished) throw new Error(messages.slice(-1000));
  const counts = countCells(readNetlist(written.get('minimum.json')!), module);
  return [...counts].reduce((sum, [cell, count]) => sum + count * library.liberty.cells.get(cell)!.area, 0);
}

/** The hand-written minimum of a readout. */
async function minimumOf(readout: Readout, like: Synthesis): Promise<number> {
  const { columns: COLS, adcBits: BITS, outputBits: OUT_BITS } = like.plan.shape;
  const COL_W = Math.ceil(Math.log2(COLS));
  if (readout === 'capture') return minimum('minimum_follower.v', { COLS, BITS, COL_W }, like);
  if (readout === 'broadcast') return minimum('minimum_follower.v', { COLS, BITS: OUT_BITS, COL_W }, like);
  const counter = await minimum('minimum_counter.v', { COLS, BITS, COL_W }, like);
  return readout === 'counter'
    ? counter
    : counter + (await minimum('minimum_lut.v', { COLS, BITS, OUT_BITS }, like));
}

const broken: string[] = [];
function keep(bound: string, holds: boolean): void {
  console.log(`${holds ? 'kept  ' : 'BROKEN'} ${bound}`);
  if (!holds) broken.push(bound);
}

const percent = (share: number) => `${(100 * share).toFixed(1)} %`;

/** Every readout in a real library. */
async function readouts(root: string, liberty: string): Promise<void> {
  const found = new Map<Readout, { own: number; shared: number; least: number; flops: number }>();
  let name = '';
  let gate = 1;
  for (const readout of READOUTS) {
    const synthesis = await mapped(readout, root, liberty);
    const { columns } = synthesis.plan.shape;
    const block = synthesis.area.blocks.find(({ instance }) => instance === 'u_columns')!;
    name = `${synthesis.library.liberty.name}, ${synthesis.yosys}`;
    gate = synthesis.area.gateArea ?? 1;
    found.set(readout, {
      own: block.area / columns,
      shared: areaOf(synthesis, 'u_decoder') / columns,
      least: (await minimumOf(readout, synthesis)) / columns,
      flops: block.flops / columns,
    });
  }
  console.log(`Area a column, 128 columns, 4-bit codes, 6-bit values; ${name}\n`);
  const table = textTable(
    [
      ['', 'readout'],
      ['column', 'block'],
      ['gate', 'equiv.'],
      ['flip-', 'flops'],
      ['its part of', 'the decoder'],
      ['', 'together'],
      ['hand-written', 'minimum'],
      ['block by', 'minimum'],
    ],
    [...found].map(([readout, { own, shared, least, flops }]) => [
      readout,
      own.toFixed(0),
      (own / gate).toFixed(1),
      flops.toFixed(1),
      shared.toFixed(0),
      (own + shared).toFixed(0),
      least.toFixed(0),
      (own / least).toFixed(3),
    ]),
    (column) => column === 0,
  );
  console.log(`${table.join('\n')}\n`);
  const own = (readout: Readout) => found.get(readout)!.own;
  keep('capture below counter', own('capture') < own('counter'));
  keep('broadcast below half of column_lut', own('broadcast') < own('column_lut') / 2);
  for (const [readout, { own: area, least }] of found) {
    keep(`${readout} no larger than its hand-written minimum`, area <= least);
  }
}

/** Shared references against what others put into every column, in transistors. */
async function honesty(root: string): Promise<void> {
  const synthesis = await mapped('counter', root, undefined);
  const { shape } = planWith('counter', { rows: 256, headroom: 4095 });
  const { columns, rows, headroom, adcBits: BITS, outputBits: OUT_BITS } = shape;
  const referenceCells = shape.referenceRows * shape.referenceColumns * shape.banks;
  const transistors = (area: number) => GATE_TRANSISTORS * area;
  const SUM_BITS = 1 + Math.ceil(Math.log2(headroom + 1));
  const bank = transistors(await minimum('comparator_bank.v', { BITS, SUM_BITS, OUT_BITS }, synthesis));
  const counter = transistors(areaOf(synthesis, 'u_columns')) / columns;
  const decoder = transistors(areaOf(synthesis, 'u_decoder')) / columns;
  const ramp = transistors(areaOf(synthesis, 'u_reference_drivers')) / columns;
  const ours = { cells: referenceCells / columns, logic: counter + decoder + ramp };
  const total = (cells: number, logic: number) => cells * CELL_TRANSISTORS + logic;
  const rowsOf = [
    {
      name: 'shared reference columns (this)',
      ...ours,
      share: referenceCells / (referenceCells + rows * columns),
    },
    ...REPLICAS.map(({ name, cells, rows: all }) => ({ name, cells, logic: ours.logic, share: cells / all })),
    { name: `${2 ** BITS - 1} digital comparators`, cells: 0, logic: bank, share: 0 },
  ];
  const mine = total(ours.cells, ours.logic);
  console.log(
    `\nTransistors of a nonlinear ADC a column; ${rows} x ${columns}, ${BITS}-bit codes, ${OUT_BITS}-bit values\n`,
  );
  const table = textTable(
    [
      ['', 'converter'],
      ['cells', 'a column'],
      ['of all', 'cells'],
      ['by', 'this'],
      ['in', 'cells'],
      ['in', 'logic'],
      ['', 'together'],
      ['by', 'this'],
    ],
    rowsOf.map(({ name, cells, logic, share }) => [
      name,
      cells.toFixed(1),
      percent(share),
      cells === 0 ? '-' : `${(share / rowsOf[0]!.share).toFixed(1)}x`,
      (cells * CELL_TRANSISTORS).toFixed(0),
      logic.toFixed(0),
      total(cells, logic).toFixed(0),
      `${(total(cells, logic) / mine).toFixed(2)}x`,
    ]),
    (column) => column === 0,
  );
  console.log(`${table.join('\n')}\n
Included: ${CELL_TRANSISTORS} transistors a dual 9T cell; of the logic the column's counter, result and read port, and its part
of the decoder and the ramp drivers (${counter.toFixed(0)} + ${decoder.toFixed(0)} + ${ramp.toFixed(0)}), the same for replica cells, which are counted as
published, in columns of their own: 5 bits and 64 rows of products in the first, 384 rows in the second. The comparators have
references and table as inputs, and one result register; how a column's sum of ${SUM_BITS} bits becomes a number, a
linear ADC of that width, is not counted, nor its read port.
Left out on all sides: sense amplifiers, precharge, control and bus, wires, and what a transistor's size costs.
The first ratio compares the cells that conversion adds to an array; it is what published ratios compare.`);
  const [least] = REPLICAS.map(({ cells, rows: all }) => cells / all).sort((a, b) => a - b);
  keep(`shared references take less of the array than ${percent(least!)}`, rowsOf[0]!.share < least!);
}

const root = await mkdtemp(path.join(tmpdir(), 'imcgen-bench-'));
try {
  await readouts(root, process.argv[2] ?? OSU018);
  await honesty(root);
} finally {
  await rm(root, { recursive: true, force: true });
}
process.exitCode = broken.length > 0 ? 1 : 0;
