import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { proveEquivalence } from '../../../generators/checks/synth/equivalence.js';
import { truthTable } from '../../../generators/checks/synth/functions.js';
import { parseLiberty } from '../../../generators/checks/synth/liberty.js';
import { loadLibrary } from '../../../generators/checks/synth/library.js';
import { type SynthesisOptions, simulateGates, synthesize } from '../../../generators/checks/synth/synth.js';
import { readTiming } from '../../../generators/checks/synth/timing.js';
import { synthesisJson, synthesisText } from '../../../generators/command-line/report/synthesis.js';
import { describeProblem, type InvalidInput, orThrow } from '../../../generators/common/problems.js';
import { macroSchema, type Readout } from '../../../generators/macro/config/macro.js';
import { GENERIC, GENERIC_LIBRARY } from '../../../generators/package/flow/synthesis.js';
import { packageFiles } from '../../../generators/package/package.js';
import { writePackage } from '../../../generators/package/write.js';
import { imcgenIn } from '../../fixtures/command-line.js';
import { type ConfigurationInput, levelsFrom, planOf } from '../../fixtures/configurations.js';
import { describeLong, everyNth, forEveryChange, itLong } from '../../fixtures/every-change.js';
import { replaceOnce, withPackage } from '../../fixtures/packages.js';

const READOUTS = macroSchema.shape.adc.shape.readout.unwrap().options;
const [COLUMNS, ADC_BITS, OUTPUT_BITS] = [3, 2, 3];

/** A macro of a few cells: synthesis of a whole one takes a minute. */
function planWith(readout: Readout, more: Partial<ConfigurationInput> = {}) {
  const config: ConfigurationInput = {
    name: `few_${readout}`,
    array: { rows: 2, columns: COLUMNS },
    input: { bits: 2 },
    adc: { bits: ADC_BITS, readout, reference: { columns: 2, rows: 6 } },
    output: { bits: OUTPUT_BITS },
    ...more,
  };
  return planOf({ name: readout, config, levels: [levelsFrom('few', [1, 2, 4])] });
}

const MAP: SynthesisOptions = { timing: 'auto', gateLevel: false, equivalence: false };
const sum = (values: readonly number[]) => values.reduce((total, value) => total + value, 0);

type Files = Awaited<ReturnType<typeof synthesize>>['files'];

describe.each(forEveryChange(READOUTS, everyNth(4)))('the netlist of a macro with readout %s', (readout) => {
  const plan = planWith(readout);
  let synthesis: Awaited<ReturnType<typeof synthesize>>;
  beforeAll(async () => {
    synthesis = await withPackage(plan, (folder) => synthesize(folder, { ...MAP, gateLevel: true }));
  }, 4 * 60_000);

  it('has no latches, and every net has one driver', async () => {
    const { area, nets } = synthesis;
    expect(nets).toEqual({ undriven: 0, multiplyDriven: 0 });
    expect(area.cells.map(({ cell }) => cell).filter((cell) => !/^[A-Z]/.test(cell))).toEqual([]);
  });

  it('keeps two registers a column: what converts and, with double buffer, what is read', async () => {
    const { blocks } = synthesis.area;
    const columns = blocks.find(({ instance }) => instance === 'u_columns')!;
    const bits = readout === 'broadcast' ? OUTPUT_BITS : ADC_BITS;
    const shared = readout === 'capture' || readout === 'broadcast' ? ADC_BITS : 0;
    expect(columns.flops).toBe(2 * bits * COLUMNS + shared);
  });

  it('is reported with sums that hold', async () => {
    const { area, plan: reported } = synthesis;
    const { blocks, total, cells, perColumn, converter } = area;
    expect(sum(blocks.map((block) => block.area))).toBeCloseTo(total.area, 6);
    expect(sum(blocks.map((block) => block.cells))).toBe(total.cells);
    expect(sum(blocks.map((block) => block.flops))).toBe(total.flops);
    expect(sum(cells.map((cell) => cell.area))).toBeCloseTo(total.area, 6);
    expect(sum(cells.map((cell) => cell.count))).toBe(total.cells);
    expect(perColumn * reported.shape.columns).toBeCloseTo(total.area, 6);
    const share = (instance: string) => blocks.find((block) => block.instance === instance)!.area / COLUMNS;
    expect(converter.own).toBeCloseTo(share('u_columns'), 6);
    expect(converter.shared).toBeCloseTo(sum(converter.sharedBlocks.map(share)), 6);
  });

  it('is reported for people and for machines', async () => {
    const text = synthesisText(synthesis);
    expect(text).toMatch(/^few_\w+: 2 x 3, 2 bits, readout \w+; library generic_cells, Yosys 0\.\d+\n/);
    expect(text).toContain('timing: not run: library generic_cells has no delays');
    const { total, converter } = synthesis.area;
    expect(JSON.parse(synthesisJson(synthesis))).toMatchObject({
      readout,
      area: { total: { area: total.area }, converter },
      gateLevel: { passed: true },
    });
  });

  it('equals the golden model in every cycle, and knows all it says after reset', async () => {
    const { gateLevel } = synthesis;
    expect(gateLevel).toMatchObject({ passed: true, mismatches: [], complaints: [] });
    expect(gateLevel!.checks).toBeGreaterThan(500);
  });
});

describeLong('a netlist', () => {
  const plan = planWith('counter');
  const NETLIST = `syn/${plan.name}_netlist.v`;
  const COLUMNS_MODULE = `${plan.name}_column_counter`;
  const OTHER: Readonly<Record<string, string>> = { NAND2: 'NOR2', NOR2: 'NAND2', AND2: 'OR2', OR2: 'AND2' };
  let folder: string;
  let synthesis: Awaited<ReturnType<typeof synthesize>>;
  /** The same with one gate of the column converters turned into another. */
  let faulty: Files;
  const progress: (readonly [done: number, total: number, name: string])[] = [];
  beforeAll(async () => {
    folder = await mkdtemp(path.join(tmpdir(), 'imcgen-netlist-'));
    orThrow(await writePackage(path.join(folder, 'made'), packageFiles(plan)));
    synthesis = await synthesize(path.join(folder, 'made'), {
      ...MAP,
      equivalence: true,
      progress: (...step) => void progress.push(step),
    });
    faulty = synthesis.files.map(({ path: file, text }) => {
      if (file !== NETLIST) return { path: file, text };
      const at = text.indexOf(`module ${COLUMNS_MODULE}(`);
      const end = text.indexOf('endmodule', at);
      const body = text.slice(at, end).replace(/ (N?AND2|N?OR2) /, (_, cell: string) => ` ${OTHER[cell]} `);
      return { path: file, text: text.slice(0, at) + body + text.slice(end) };
    });
  }, 4 * 60_000);
  afterAll(() => rm(folder, { recursive: true }));

  it('is proved to be the Verilog, every module of it', () => {
    const { equivalence } = synthesis;
    expect(equivalence).toMatchObject({ proved: true });
    const modules = synthesis.area.blocks.map(({ module }) => module);
    expect(equivalence!.blocks.map(({ module }) => module).sort()).toEqual(modules.sort());
    expect(equivalence!.blocks.every(({ proved, nets }) => proved && nets > 0)).toBe(true);
    expect(synthesisText(synthesis)).toMatch(
      /\n {2}EQUIVALENT few_counter: netlist and Verilog, \d+ pairs of nets in 10 modules/,
    );
  });

  it('says how far it is: the pass that maps, then static timing, then each module as it is proved', () => {
    const modules = synthesis.equivalence!.blocks.map(({ module }) => module);
    const steps = progress.map(([done, , name]) => `${done} ${name}`);
    expect(steps.filter((step) => step.startsWith('0 mapping: ')).length).toBeGreaterThan(50);
    expect(steps).toContain('0 mapping: ABC');
    expect(steps.slice(steps.indexOf('1 static timing'))).toEqual([
      '1 static timing',
      ...modules.map((module, at) => `${at + 2} ${module}`),
    ]);
    expect(new Set(progress.map(([, total]) => total))).toEqual(new Set([modules.length + 2]));
  });

  it('comes of the scripts that the package has', async () => {
    for (const script of ['few_counter.ys', 'few_counter.sdc', 'few_counter_equivalence.ys']) {
      const text = synthesis.files.find((file) => file.path === `syn/${script}`)!.text;
      expect(await readFile(path.join(folder, 'made', 'syn', script), 'utf8')).toBe(text);
    }
  });

  itLong(
    'is not, where one gate of it is another: the block and its nets are named',
    async () => {
      const proof = await proveEquivalence(plan.name, faulty);
      const failed = proof.blocks.filter(({ proved }) => !proved);
      expect(proof.proved).toBe(false);
      expect(failed.map(({ module }) => module)).toEqual([COLUMNS_MODULE]);
      expect(failed[0]!.unproved).not.toEqual([]);
      expect(synthesisText({ ...synthesis, equivalence: proof })).toMatch(
        /\n {2}NOT EQUIVALENT few_counter: few_counter_column_counter, not proved: \S+/,
      );
    },
    120_000,
  );

  it('does not pass for the golden model then', async () => {
    const { text } = faulty.find((file) => file.path === NETLIST)!;
    const made = path.join(folder, 'made');
    const { passed } = await simulateGates(made, plan, text, [path.join(made, 'syn/generic_cells.v')]);
    expect(passed).toBe(false);
  });
});

describe('a package that must not be mapped', () => {
  const refusal = (file: string, from: string, to: string) =>
    withPackage(planWith('counter'), async (folder) => {
      await replaceOnce(path.join(folder, file), from, to);
      return synthesize(folder, MAP).then(
        () => 'mapped',
        (error: InvalidInput) => error.problems.map(({ message }) => message).join('\n'),
      );
    });
  const CONTROLLER = 'rtl/few_counter_controller.v';

  it('has a net without a driver', async () => {
    expect(await refusal(CONTROLLER, 'assign bank_o      = bank_q;', '')).toMatch(/bank.*no driver/);
  });

  it('has a net with two', async () => {
    const twice = 'assign bank_o = bank_q;\n    assign bank_o = bank_q & start_bank_i;';
    expect(await refusal(CONTROLLER, 'assign bank_o      = bank_q;', twice)).toMatch(/multiple .*drivers/);
  });

  it('has a latch', async () => {
    const latch = 'reg held;\n    always @* if (start_i) held = bank_q[0];\n    assign bank_o = held;';
    expect(await refusal(CONTROLLER, 'assign bank_o      = bank_q;', latch)).toMatch(
      /ERROR: Assertion failed/,
    );
  });
});

describe('imcgen synth refuses', () => {
  const ends = async (folder: string, ...args: string[]) => {
    const { exitCode, stdout, stderr } = await imcgenIn('.', ['synth', folder, ...args]);
    return { exitCode, stdout, stderr: stderr.replaceAll(folder, 'PACKAGE') };
  };

  it.each([
    ['a folder that is not there', ['nowhere'], 1, /config\.resolved\.json: no such file/],
    ['a library that is not there', ['PACKAGE', '--liberty', 'no.lib'], 1, /no\.lib: no such file/],
    ['what is no library', ['PACKAGE', '--liberty', 'README.md'], 1, /README\.md: is no Liberty file/],
    ['cells without models', ['PACKAGE', '--gate-level', '--cells', 'no.v'], 1, /no\.v: no such file/],
    ['timing without delays', ['PACKAGE', '--sta'], 1, /generic_cells\.lib: has no delays/],
    ['a period of nothing', ['PACKAGE', '--clock', '0'], 2, /outside 0\.01\.\.1000000 ns/],
  ])('%s', async (_, args, exitCode, stderr) => {
    const result = await withPackage(planWith('counter'), (folder) =>
      ends(...(args.map((arg) => (arg === 'PACKAGE' ? folder : arg)) as [string])),
    );
    expect(result).toEqual({ exitCode, stdout: '', stderr: expect.stringMatching(stderr) });
  });

  itLong('libraries that cannot hold the netlist', async () => {
    await withPackage(planWith('counter'), async (folder) => {
      const liberty = path.join(folder, 'few.lib');
      const refusal = async (...texts: string[]) => {
        await writeFile(liberty, `library (few) { ${texts.join(' ')} }`);
        const found = await synthesize(folder, { ...MAP, liberty }).catch((error: InvalidInput) => error);
        return (found as InvalidInput).problems.map(describeProblem).join('\n');
      };
      const inverter =
        'cell (INV) { area : 1; pin (A) { direction : input; } pin (Y) { direction : output; function : "!A"; } }';
      const flop = `cell (DFF) { area : 4; ff (IQ, IQN) { clocked_on : "C"; next_state : "D"; }
        pin (C) { direction : input; clock : true; } pin (D) { direction : input; }
        pin (Q) { direction : output; function : "IQ"; } }`;
      expect(await refusal(inverter)).toMatch(/few\.lib: has no flip-flops/);
      expect(await refusal(inverter, flop)).toMatch(/: ERROR: /);
    });
  });
});

describe('a cell library', () => {
  it('is known to the scripts of every package as it is read', async () => {
    await withPackage(planWith('counter'), async (folder) => {
      const library = orThrow(await loadLibrary(path.join(folder, GENERIC_LIBRARY)));
      expect(library.mapping).toEqual(GENERIC);
      expect(library.gateArea).toBe(1);
    });
  });

  it('has a Verilog model of every cell', () => {
    const files = packageFiles(planWith('counter'));
    const text = (file: string) => files.find((each) => each.path === file)!.text;
    const { cells } = orThrow(parseLiberty(text(GENERIC_LIBRARY), GENERIC_LIBRARY));
    const models = [...text('syn/generic_cells.v').matchAll(/^module (\w+) \(/gm)].map(([, name]) => name);
    expect([...cells.keys()].sort()).toEqual(models.sort());
  });

  it.each([
    ['!(A B)', [true, true, true, false]],
    ["(A*B)'", [true, true, true, false]],
    ['A ^ B', [false, true, true, false]],
    ['A & !B | !A & B', [false, true, true, false]],
    ['(A + B)', [false, true, true, true]],
    ['A &', undefined],
    ['A | C', undefined],
  ])('computes %s', (expression, table) => {
    expect(truthTable(expression, ['A', 'B'])).toEqual(table);
  });

  it.each([
    ['library (l) { cell (A) { area : 1 }', /group library\(l\) does not end/],
    ['library (l) { }', /has no cells/],
    ['module m; endmodule', /is no Liberty file/],
    ['', /has no library group/],
  ])('is refused where it is broken: %j', (text, message) => {
    const parsed = parseLiberty(text, 'broken.lib');
    expect(parsed.ok).toBe(false);
    if (!parsed.ok) expect(parsed.problems.map(describeProblem).join()).toMatch(message);
  });
});

describe('what OpenSTA prints', () => {
  const run = { script: 'syn/few_sta.tcl', liberty: 'syn/cells.lib', constant: ['pready_o'] };
  const said = (...lines: string[]) => {
    const timing = readTiming(`${lines.join('\n')}\n`, run);
    return timing.ok ? 'fine' : timing.problems.map(({ message }) => message.split('\n')[0]);
  };

  it('fails where a line is an error: its exit code says nothing', () => {
    expect(said('Error: syn/few.sdc, 3 unknown command.')).toEqual([
      'OpenSTA: Error: syn/few.sdc, 3 unknown command.',
    ]);
  });

  it('fails where something is not constrained, unless it is a constant', () => {
    expect(said('Warning: There is 1 unconstrained endpoint.', '  irq_o', 'end')).toEqual([
      'OpenSTA: Warning: There is 1 unconstrained endpoint. irq_o',
    ]);
    expect(said('Warning: There is 1 unconstrained endpoint.', '  pready_o', 'end')).toEqual([
      'OpenSTA did not get through it:',
    ]);
  });
});
