import { existsSync, readFileSync } from 'node:fs';
import { cp, mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { parseHTML } from 'linkedom';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { writeDigits } from '../../examples/network/digits-network.js';
import { registerMap } from '../../generators/command-line/commands/map.js';
import { registerMonteCarlo } from '../../generators/command-line/commands/montecarlo.js';
import { registerReport } from '../../generators/command-line/commands/report.js';
import { timeless } from '../../generators/command-line/pages/pdf.js';
import { orThrow } from '../../generators/common/problems.js';
import { configHash } from '../../generators/macro/config/hash.js';
import { macroInput } from '../../generators/macro/config/input.js';
import { macroSchema } from '../../generators/macro/config/macro.js';
import { parse } from '../../generators/macro/config/parse.js';
import { type MacroPlan, planMacro } from '../../generators/macro/plan/plan.js';
import { packageFiles } from '../../generators/package/package.js';
import { writePackage } from '../../generators/package/write.js';
import { imcgenIn, printedBy } from '../fixtures/command-line.js';
import { CONFIGURATIONS, planOf } from '../fixtures/configurations.js';

let folder: string;
const at = (...names: string[]) => path.join(folder, ...names);
const report = (...args: string[]) => printedBy(registerReport, 'report', ...args);
const read = (...names: string[]) => readFileSync(at(...names), 'utf8');

const [small] = CONFIGURATIONS;
const base = planOf(small!);

/** The macro of the tests with other options. */
function variant(change: (config: Record<string, never>) => void): MacroPlan {
  const config = structuredClone(base.config) as unknown as Record<string, never>;
  change(config);
  const parsed = orThrow(parse('macro.json', macroSchema, config));
  return orThrow(planMacro(macroInput(parsed, base.levels, 'macro.json')));
}

/** Packages of a study, by the names of their folders. */
const STUDY = {
  counter: base,
  'broadcast|x': variant((config) => Object.assign(config.adc!, { readout: 'broadcast' })),
};

/** What `imcgen synth --json` prints of a plan, with round numbers. */
function synthesis(plan: MacroPlan, area: number) {
  const counts = { cells: 40, flops: 8, buffers: 1 };
  return {
    ...{ macro: plan.name, sha256: configHash(plan), library: 'cells_tt', yosys: 'Yosys 0.55' },
    area: {
      blocks: [{ instance: 'u_columns', module: `${plan.name}_columns`, area, ...counts }],
      total: { instance: '', module: plan.name, area, ...counts },
      ...{ gateArea: 2, perColumn: area / 4, converter: { own: 3, shared: 1, sharedBlocks: [] } },
    },
    timing: {
      ...{ targetNs: 5, setupSlackNs: 1, holdSlackNs: 0.1, shortestNs: 4 },
      path: { from: 'input psel_i', to: 'flip-flop q', levels: 7, arrivalNs: 3.9 },
    },
  };
}

beforeAll(async () => {
  folder = await mkdtemp(path.join(tmpdir(), 'imcgen-report-'));
  for (const [name, plan] of Object.entries(STUDY)) {
    orThrow(await writePackage(at('study', name), packageFiles(plan)));
  }
  await mkdir(at('empty'));
  await writeFile(at('synth.json'), JSON.stringify(synthesis(base, 1000)));
  await writeFile(at('other.json'), JSON.stringify(synthesis(STUDY['broadcast|x'], 1500)));
  writeDigits(at('digits'));
});
afterAll(() => rm(folder, { recursive: true }));

/** Records of a table of a report. */
function recordsOf(json: string, section: string, table: string): Record<string, unknown>[] {
  const sections = JSON.parse(json).sections as { id: string; tables: { id: string; rows: never[] }[] }[];
  return sections.find(({ id }) => id === section)!.tables.find(({ id }) => id === table)!.rows;
}

describe('imcgen report of one package', () => {
  it('is the datasheet of the package, byte for byte', async () => {
    await report(at('study/counter'), '-o', at('sheet.html'));
    expect(read('sheet.html')).toBe(read('study/counter/docs/datasheet.html'));
  });

  it('says in Markdown and JSON what the page says', async () => {
    const json = await report(at('study/counter'), '--json');
    const rows = recordsOf(json, 'conversion', 'schedule');
    expect(rows.at(-1)).toMatchObject({ bits: base.shape.adcBits, total: base.schedule.total });
    const { document } = parseHTML(read('study/counter/docs/datasheet.html'));
    const titles = [...document.querySelectorAll('h2')].map((title) => title.textContent!);
    const shown = titles.filter((title) => title !== 'Contents' && title !== 'Live model');
    expect(JSON.parse(json).sections.map(({ title }: { title: string }) => title)).toEqual(shown);
    const markdown = await report(at('study/counter'));
    expect([...markdown.matchAll(/^## (.*)$/gm)].map(([, title]) => title)).toEqual(shown);
    expect(markdown).toContain(`| \`ROWS\` | ${base.shape.rows} |`);
  });

  it('has area and timing where they are given', async () => {
    const json = await report(at('study/counter'), '--with', at('synth.json'), '--json');
    const { parts } = JSON.parse(json).sections.find(({ id }: { id: string }) => id === 'synthesis');
    const [area] = parts[0].tables[0].rows;
    expect(area).toMatchObject({ block: `${base.name}_columns`, area: 1000, share: 1, flops: 8 });
    const markdown = await report(at('study/counter'), '--with', at('synth.json'));
    expect(markdown).toContain('- Highest clock: 250 MHz, a period of 4.00 ns');
    expect(markdown).toContain('- Area: 1000, 500 gate equivalents');
  });

  it('has INL and DNL where dies were simulated', async () => {
    const die = { die: { mismatch: 0.1, offset: 1 } };
    await mkdir(at('die'));
    await cp(at('study/counter/levels'), at('die/levels'), { recursive: true });
    await writeFile(at('die/macro.json'), JSON.stringify({ ...base.config, ...die }));
    const options = ['--dies', '3', '--inputs', '4', '--corner', 'typical,hot', '--json'];
    const study = await printedBy(registerMonteCarlo, 'montecarlo', at('die/macro.json'), ...options);
    await writeFile(at('dies.json'), study);
    const json = await report(at('die/macro.json'), '--with', at('dies.json'), '--json');
    const { steps } = JSON.parse(study).corners[0].summary;
    const { parts } = JSON.parse(json).sections.find(({ id }: { id: string }) => id === 'dies');
    expect(parts).toHaveLength(2);
    expect(parts[0].tables[0].rows.map((row: { inlWorst: number }) => row.inlWorst)).toEqual(
      steps.map((step: { inl: { before: { worst: number } } }) => step.inl.before.worst),
    );
    expect(parts[1].text).toEqual(['The corner changes nothing in this config.']);
    expect(await report(at('study/counter'), '--with', at('dies.json'))).toContain(
      'dies.json: is of another config or other levels than those of the report',
    );
  });
});

describe('imcgen report of several packages', () => {
  it('says what differs, what it costs and how far references are off', async () => {
    const results = ['--with', at('synth.json'), '--with', at('other.json')];
    const json = await report(at('study'), ...results, '--json');
    expect(recordsOf(json, 'options', 'options0')).toEqual([
      { macro: 'broadcast|x', 'adc.readout': 'broadcast' },
      { macro: 'counter', 'adc.readout': 'counter' },
    ]);
    for (const row of recordsOf(json, 'cost', 'cost')) {
      expect(row).toMatchObject({ conversion: base.schedule.total, bits: base.shape.adcBits });
    }
    const errors = recordsOf(json, 'errors', 'errors');
    expect(errors).toHaveLength(2 * base.layers.length);
    expect(errors[0]!.worst).toBe(Math.max(...base.layers[0]!.referenceErrors.map(Math.abs)));
    expect(recordsOf(json, 'area', 'area')).toMatchObject([
      { macro: 'broadcast|x', area: 1500, clock: 250, time: 4 * base.schedule.total },
      { macro: 'counter', area: 1000, clock: 250, time: 4 * base.schedule.total },
    ]);
  });

  it('has a column for each of few macros that differ in much', async () => {
    const other = variant((config) => {
      Object.assign(config.adc!, { readout: 'broadcast', ramp: 'falling', prechargeCycles: 3 });
      Object.assign(config, { bus: 'wishbone' });
    });
    await writePackage(at('much', 'other'), packageFiles(other));
    const json = await report(at('study/counter'), at('much/other'), '--json');
    const rows = recordsOf(json, 'options', 'options');
    expect(rows).toContainEqual({ option: 'adc.readout', counter: 'counter', other: 'broadcast' });
    expect(rows).toContainEqual({ option: 'bus', counter: base.config.bus, other: 'wishbone' });
    expect(rows).toHaveLength(4);
  });

  it('writes every form at once, the same in each run, with no date and no place', async () => {
    const forms = ['html', 'md', 'json'];
    const outputs = (name: string) => forms.flatMap((form) => ['-o', at(`${name}.${form}`)]);
    const printed = await report(at('study'), ...outputs('a'));
    expect(printed.split('\n').filter((line) => line.includes('study'))).toHaveLength(3);
    await report(at('study'), ...outputs('b'));
    for (const form of forms) {
      expect(read(`a.${form}`)).toBe(read(`b.${form}`));
      expect(read(`a.${form}`)).not.toContain(folder);
      expect(read(`a.${form}`)).not.toMatch(/\b20\d\d-\d\d/);
    }
    const { document } = parseHTML(read('a.html'));
    expect(document.querySelectorAll('[src], link, iframe, script')).toHaveLength(0);
    expect(read('a.md')).toContain('| `broadcast\\|x` |');
  });

  it('calls what is called alike by more of its path, and configs by their macros', async () => {
    await mkdir(at('copies'));
    for (const name of ['one', 'two'])
      await cp(at('study/counter'), at('copies', name, 'pkg'), { recursive: true });
    const config = at('study/counter/config.resolved.json');
    const json = await report(at('copies/one/pkg'), at('copies/two/pkg'), config, '--json');
    expect(JSON.parse(json).name).toBe('3 macros');
    const macros = recordsOf(json, 'cost', 'cost').map(({ macro }) => macro);
    expect(macros).toEqual(['one/pkg', 'two/pkg', base.name]);
  });

  it('reads the config of a macro from standard input', async () => {
    const { stdout, exitCode } = await imcgenIn(at('study/counter'), [
      'report',
      'config.resolved.json',
      '--json',
    ]);
    expect(exitCode).toBe(0);
    expect(JSON.parse(stdout).name).toBe(base.name);
  });
});

/** What `imcgen map --json` says of a layer. */
interface MappedLayer {
  readonly name: string;
  readonly tiles: readonly { readonly rows: number }[];
  readonly columnTiles: number;
  readonly macros: number;
  readonly levelSets: number;
  readonly cells: number;
  readonly fullCells: number;
  readonly sampleCycles: number;
}

describe('imcgen report of a network', () => {
  const score = (correct: number) => ({
    ...{ correct, accuracy: correct / 100 },
    interval: { low: correct / 100 - 0.02, high: correct / 100 + 0.01 },
  });
  const settings = {
    macro: { adc: { bits: 4 } },
    weights: { method: 'ternary', digits: [1, 2, 4], granularity: 'layer' },
    levels: { method: 'optimal', sharing: 'digit' },
  };
  const evaluation = {
    ...{ name: 'digits', images: 100, engine: 'onnx', agreeing: 97, settings },
    ...{ float: score(98), hardware: score(95) },
  };

  it('has what imcgen map says, and accuracy where it was evaluated', async () => {
    await writeFile(at('evaluate.json'), JSON.stringify(evaluation));
    const network = at('digits/network.json');
    const plan = JSON.parse(await printedBy(registerMap, 'map', network, '--json'));
    const json = await report(network, '--with', at('evaluate.json'), '--json');
    const onMacros = (plan.layers as MappedLayer[]).filter(({ macros }) => macros > 0);
    expect(recordsOf(json, 'tiles', 'tiles')).toEqual(
      onMacros.map(({ name, tiles, columnTiles, macros, levelSets, cells, fullCells }) => ({
        ...{ layer: name, tiles: tiles.length, rows: tiles[0]!.rows, columnTiles, macros, levelSets, cells },
        utilisation: cells / fullCells,
      })),
    );
    expect(recordsOf(json, 'cost', 'cycles').map(({ sample }) => sample)).toEqual(
      onMacros.map(({ sampleCycles }) => sampleCycles),
    );
    expect(recordsOf(json, 'accuracy', 'accuracy')).toMatchObject([
      { bits: 4, images: 100, float: 0.98, hardware: 0.95, agreeing: 97 },
    ]);
    await report(network, '-o', at('network.html'), '-o', at('network.md'));
    expect(read('network.html')).not.toContain(folder);
    expect(read('network.md')).toContain('| `n3_Conv` | 1 | 200 |');
  });

  it('refuses the accuracy of another network, and what is of a macro', async () => {
    await writeFile(at('another.json'), JSON.stringify({ ...evaluation, name: 'another' }));
    const refused = (file: string) => report(at('digits/network.json'), '--with', at(file));
    expect(await refused('another.json')).toContain('is of another network than "digits"');
    expect(await refused('synth.json')).toContain('is of a macro, and the report is of a network');
  });
});

describe('imcgen report refuses', () => {
  it.each<[what: string, args: string[], says: string]>([
    ['a folder without packages', ['empty'], 'is no package, and no folder of packages'],
    ['what is not there', ['nowhere.json'], 'no such file'],
    ['a form that it does not know', ['study', '-o', 'a.docx'], 'has no ending that says what to write'],
    ['a network among macros', ['study', 'digits/network.json'], 'is the config of a network'],
    ['results that are none', ['study', '--with', 'digits/network.json'], 'is no result of imcgen synth'],
    ['a file for two forms', ['study', '-o', 'x.md', '-o', 'x.md'], 'is named for two outputs'],
    [
      'a result as the output',
      ['study', '--with', 'synth.json', '-o', 'synth.json'],
      'is a file that the command reads',
    ],
  ])('%s', async (_, args, says) => {
    const inFolder = args.map((word) => (word.startsWith('-') ? word : at(word)));
    expect(await report(...inFolder)).toContain(says);
  });

  it('results that lack what a page shows, with the place', async () => {
    const { sha256: _, ...without } = synthesis(base, 1);
    await writeFile(at('old.json'), JSON.stringify(without));
    expect(await report(at('study/counter'), '--with', at('old.json'))).toContain('old.json: sha256: ');
  });

  it('and writes nothing then', async () => {
    await report(at('study'), '--with', at('old.json'), '-o', at('never.html'), '-o', at('never.md'));
    expect([existsSync(at('never.html')), existsSync(at('never.md'))]).toEqual([false, false]);
  });
});

describe('a report as PDF', () => {
  it('has blanks in the place of dates, and nothing else moved', () => {
    const pdf = Buffer.from(
      "<</Title (a)\n/CreationDate (D:20240102030405+00'00')\n/ModDate (D:20240102)>>\xff",
      'latin1',
    );
    const without = timeless(pdf);
    expect(without).toHaveLength(pdf.length);
    expect(without.toString('latin1')).toBe(`<</Title (a)\n${' '.repeat(39)}\n${' '.repeat(21)}>>\xff`);
  });
});
