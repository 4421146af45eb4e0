import { mkdir, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { execa } from 'execa';
import { describe, expect, it } from 'vitest';
import { axisValues } from '../../../generators/campaign/sweep/axes.js';
import { verifyFiles } from '../../../generators/checks/maintain/verify.js';
import { sweepText } from '../../../generators/command-line/report/sweep.js';
import type { Levels } from '../../../generators/macro/config/levels.js';
import { planFile } from '../../../generators/macro/plan/file.js';
import { sha256 } from '../../../generators/package/manifest.js';
import { packageFiles } from '../../../generators/package/package.js';
import { CLI, imcgenIn } from '../../fixtures/command-line.js';
import { itLong } from '../../fixtures/every-change.js';
import { asContent, contentOf, replaceOnce } from '../../fixtures/packages.js';
import { at, folder, inFolders, levelsOf, MACRO, problemOf, refusal, run, save } from './sweep-case.js';

inFolders();

/** Time of the last change of every file, in nanoseconds. */
async function times(dir: string): Promise<Record<string, bigint>> {
  const files = Object.keys(await contentOf(dir));
  const stats = await Promise.all(files.map((file) => stat(path.join(dir, file), { bigint: true })));
  return Object.fromEntries(files.map((file, index) => [file, stats[index]!.mtimeNs]));
}

describe('the packages of a sweep', () => {
  it('are, at the width of the macro, byte for byte what imcgen generate writes', async () => {
    await run({ bits: [2, 3, 4] });
    const generated = packageFiles(await planFile(at('macro.json')));
    expect(await contentOf(at('out', 'bits3'))).toEqual(asContent(generated));
  });

  it('are, at every width, byte for byte what their own config gives', async () => {
    const { rows, passed } = await run({ bits: [1, 2, 3, 4, 5] });
    expect(passed).toBe(true);
    for (const { folder: dir, variant } of rows) {
      const plan = await planFile(path.join(dir, 'config.resolved.json'));
      expect(await contentOf(dir)).toEqual(asContent(packageFiles(plan)));
      expect(plan.shape.adcBits).toBe(variant.values.get('adc.bits'));
      expect(plan.layers[0]!.bits).toBe(plan.shape.adcBits);
    }
  });

  it('lie in a folder for each combination, the last option fastest', async () => {
    const { rows } = await run({ rows: [16, 32], reset: ['sync_low', 'async_high'], bits: [2, 3] });
    const names = ['rows16_sync_low_bits2', 'rows16_sync_low_bits3', 'rows16_async_high_bits2'];
    expect(rows.slice(0, 3).map(({ variant }) => variant.name)).toEqual(names);
    expect(await readdir(at('out'))).toHaveLength(8);
    const plan = await planFile(at('out', 'rows16_async_high_bits2', 'config.resolved.json'));
    expect(plan.config).toMatchObject({ reset: 'async_high', array: { rows: 16 }, adc: { bits: 2 } });
  });

  it('are told of one by one, written or not', async () => {
    await run({ bits: [2, 3, 4] });
    const told: string[] = [];
    const onProgress = (done: number, total: number, name: string) => told.push(`${done}/${total} ${name}`);
    await run({ bits: [2, 3, 4, 5] }, { onProgress });
    expect(told).toEqual(['1/4 bits2', '2/4 bits3', '3/4 bits4', '4/4 bits5']);
  });

  it('are none in a dry run', async () => {
    const { rows } = await run({ bits: [2, 3] }, { dryRun: true });
    expect(rows.map(({ state }) => state)).toEqual(['new', 'new']);
    expect(await readdir(folder)).not.toContain('out');
  });

  itLong('simulate', async () => {
    const { rows, passed } = await run({ bits: [1, 4] }, { simulate: 2 });
    expect(rows.map(({ simulation }) => simulation?.passed)).toEqual([true, true]);
    expect(passed).toBe(true);
    const model = at('out', 'bits4', 'model', 'demo_array.v');
    const before = sha256(await readFile(model));
    await replaceOnce(model, 'HALF - threshold', 'HALF - 1 - threshold');
    await replaceOnce(at('out', 'bits4', 'manifest.json'), before, sha256(await readFile(model)));
    // Taken for unchanged, simulated all the same.
    const again = await run({ bits: [1, 4] }, { simulate: 2 });
    expect(again.rows.map(({ state, simulation }) => [state, simulation?.passed])).toEqual([
      ['unchanged', true],
      ['unchanged', false],
    ]);
    expect(again.passed).toBe(false);
  });
});

describe('a second run', () => {
  it('leaves what is unchanged untouched', async () => {
    await run({ bits: [2, 3, 4, 5] });
    const before = await times(at('out'));
    const { rows } = await run({ bits: [2, 3, 4, 5] });
    expect(rows.map(({ state }) => state)).toEqual(new Array(4).fill('unchanged'));
    expect(await times(at('out'))).toEqual(before);
  });

  it('plans the same as the first', async () => {
    const [first, second] = [await run({ bits: [2, 3, 5] }), await run({ bits: [2, 3, 5] })];
    expect(second.rows.map(({ plan }) => plan)).toEqual(first.rows.map(({ plan }) => plan));
    expect(second.rows.map(({ levels }) => levels)).toEqual(first.rows.map(({ levels }) => levels));
  });

  it('writes a package again that was edited or lost a file, and no other', async () => {
    await run({ bits: [2, 3, 4] });
    await replaceOnce(at('out', 'bits2', 'rtl', 'demo_decoder.v'), 'endmodule', '// mine\nendmodule');
    await rm(at('out', 'bits4', 'README.md'));
    await writeFile(at('out', 'bits4', 'notes.txt'), 'mine');
    const before = await times(at('out', 'bits3'));
    const result = await run({ bits: [2, 3, 4] });
    expect(result.rows.map(({ state }) => state)).toEqual(['changed', 'unchanged', 'changed']);
    expect(result.rows[0]!.files!.changed).toMatchObject([{ path: 'rtl/demo_decoder.v', gone: 1, come: 0 }]);
    expect(sweepText(result)).toContain('bits2 changed\n  rtl/demo_decoder.v: written again\n');
    expect(await times(at('out', 'bits3'))).toEqual(before);
    for (const name of ['bits2', 'bits4']) expect((await verifyFiles(at('out', name))).intact).toBe(true);
    expect(await readFile(at('out', 'bits4', 'notes.txt'), 'utf8')).toBe('mine');
  });

  it('says in hardware words what another config changed', async () => {
    await run({ bits: [2, 3] });
    await save('macro.json', { ...MACRO, adc: { ...MACRO.adc, prechargeCycles: 4 } });
    const result = await run({ bits: [2, 3] });
    expect(result.rows.map(({ state }) => state)).toEqual(['changed', 'changed']);
    expect(result.rows[0]!.change!.options).toEqual([{ path: 'adc.prechargeCycles', from: 1, to: 4 }]);
    expect(sweepText(result)).toContain('    cycles a conversion       11 -> 14');
  });

  it('calibrates again where the samples are others', async () => {
    await run({ bits: [2] });
    await save('relu.json', levelsOf(3, { tails: 0.02 }));
    const { rows } = await run({ bits: [2] });
    expect(rows[0]!.state).toBe('changed');
    expect(rows[0]!.levels[0]!.levels.provenance?.options).toMatchObject({ tailLow: 0.02 });
  });

  it('does not take levels for its own that somebody edited', async () => {
    await run({ bits: [2] });
    const file = at('out', 'bits2', 'levels', '0_relu.json');
    const levels = JSON.parse(await readFile(file, 'utf8')) as Levels;
    await writeFile(file, JSON.stringify({ ...levels, references: levels.references.map((r) => r * 1.5) }));
    const { rows } = await run({ bits: [2] });
    expect(rows[0]).toMatchObject({ state: 'changed' });
    expect(rows[0]!.levels[0]!.levels.references).toEqual(levels.references);
  });

  it('writes all again with force', async () => {
    await run({ bits: [2, 3] });
    const { rows } = await run({ bits: [2, 3] }, { force: true });
    expect(rows.map(({ state, files }) => [state, files?.changed])).toEqual([
      ['changed', []],
      ['changed', []],
    ]);
  });
});

describe('what cannot be built', () => {
  it("is refused with the planner's own message, and the others are written", async () => {
    await save('macro.json', { ...MACRO, adc: { bits: 3, reference: { columns: 4, rows: 60 } } });
    const { rows, passed } = await run({ bits: [2, 6, 3] });
    expect(passed).toBe(false);
    expect(rows.map(({ state }) => state)).toEqual(['new', 'refused', 'new']);
    expect(refusal(rows[1]!).split(/\n +/)).toEqual([
      'macro.json: adc.reference.rows: 60 rows less 0 offset rows cannot give 63 ramp groups a row each',
      'Use reference.rows >= 63.',
    ]);
    expect((await readdir(at('out'))).sort()).toEqual(['bits2', 'bits3']);
    const text = sweepText(await run({ bits: [2, 6, 3] }));
    expect(text).toMatch(/^ {3}6 +-.* refused$/m);
    expect(text).toMatch(/: 0 written, 2 unchanged, 1 refused\n$/);
  });

  it('leaves a folder that imcgen did not make', async () => {
    await mkdir(at('out', 'bits2'), { recursive: true });
    await writeFile(at('out', 'bits2', 'thesis.tex'), 'years of work');
    const { rows, passed } = await run({ bits: [2, 3] });
    expect({ passed, states: rows.map(({ state }) => state) }).toEqual({
      passed: false,
      states: ['refused', 'new'],
    });
    expect(refusal(rows[0]!)).toContain('out/bits2: is not empty and was not made by imcgen');
    expect(await readdir(at('out', 'bits2'))).toEqual(['thesis.tex']);
  });

  it.each([
    [{ bits: [0, 4, 9] }, '--bits: 0 is outside 1..7\n--bits: 9 is outside 1..7'],
    [{ bits: ['four'] }, '--bits: "four" is not a number'],
    [
      { reset: ['asinc_low'] },
      '--reset: "asinc_low" is not one of "async_low", "async_high", "sync_low", "sync_high"',
    ],
    [{ rows: [5000] }, '--rows: 5000 is outside 1..1024'],
  ])('%j: a value is refused by its flag before anything is written', async (values, message) => {
    expect(await problemOf(run(values as never))).toContain(message);
    expect(await readdir(folder)).not.toContain('out');
  });

  it('more macros than anybody looks at', async () => {
    const many = Array.from({ length: 64 }, (_, n) => n + 1);
    expect(await problemOf(run({ rows: many, columns: many }))).toBe(
      '--rows --columns: 64 x 64 are 4096 macros, at most 1024 are swept',
    );
  });
});

describe('values on the command line', () => {
  it.each([
    ['2..6', [2, 3, 4, 5, 6]],
    ['64,128', [64, 128]],
    ['4,2..3,4', [4, 2, 3]],
    ['7', [7]],
    ['counter,column_lut', ['counter', 'column_lut']],
  ])('%s', (text, values) => expect(axisValues(text)).toEqual(values));

  it.each(['', '6..2', '2..', '..3', '2.5', '-1', '1..100000', 'a b', '../x', '2,,3', '1e3', '0x10'])(
    '%j is no list of values',
    (text) => expect(axisValues(text)).toBeUndefined(),
  );
});

describe('imcgen sweep', () => {
  const start = (...args: string[]) =>
    execa(process.execPath, [CLI, 'sweep', 'macro.json', ...args], { cwd: folder, reject: false });
  const sweeping = (...args: string[]) => imcgenIn(folder, ['sweep', 'macro.json', ...args]);

  it('prints a table, one line a macro', async () => {
    const { exitCode, stdout, stderr } = await sweeping('--bits', '2,3', '--reset', 'sync_low');
    expect({ exitCode, stderr }).toEqual({ exitCode: 0, stderr: '' });
    const [above, titles, rule, two, three, ...more] = stdout.split('\n');
    expect(above).toMatch(/^ +largest +entry +MSE +MSE$/);
    expect(titles).toMatch(/^reset +bits +levels +cycles +step +step +ideal +realised/);
    expect(rule).toMatch(/^-[- ]+-$/);
    expect(two).toMatch(/^sync_low +2 +bs-kmq, histogram +11 +\d+\/336 +0\.08 +0\.0\d+ +0\.0\d+/);
    expect(three).toMatch(/^sync_low +3 +own +15 +\d+\/144 /);
    expect(stdout).toMatch(/files$/m);
    expect(stdout.match(/^sync_low +[23] .*\d+ new$/gm)).toHaveLength(2);
    expect(more.at(-1)).toBe('out/sweep/demo: 2 written, 0 unchanged, 0 refused');
    expect((await readdir(at('out', 'sweep', 'demo'))).sort()).toEqual(['sync_low_bits2', 'sync_low_bits3']);
  });

  it('prints JSON, or nothing where all is well', async () => {
    const { stdout } = await sweeping('--bits', '2,3', '--json', '--dry-run');
    const result = JSON.parse(stdout);
    expect(result).toMatchObject({ macro: 'demo', output: 'out/sweep/demo', dryRun: true, passed: true });
    expect(result.rows[1]).toMatchObject({
      name: 'bits3',
      values: { 'adc.bits': 3 },
      state: 'new',
      levels: ['own'],
      schedule: { total: 15 },
    });
    expect(await sweeping('--bits', '2', '--quiet')).toMatchObject({ exitCode: 0, stdout: '', stderr: '' });
  });

  it('ends with 1 where a macro is refused, and prints why even when quiet', async () => {
    const { exitCode, stdout } = await sweeping('--rows', '1', '--quiet');
    expect(exitCode).toBe(1);
    expect(stdout).toContain('/rows1 refused\n  macro.json: layers.0.inputScale: code');
  });

  it.each([
    [[], 'nothing to sweep'],
    [['--bits', '6..2'], 'Give a range such as 2..6'],
    [['--bits', '3', '--levels', 'x', '--method', 'optimal'], "cannot be used with option '--method"],
    [['--bits', '3', '--method', 'guess'], 'Allowed choices are bs-kmq'],
    [['--bits', '3', '--dry-run', '--simulate'], 'cannot be used with'],
  ])('%j is wrong usage', async (args, message) => {
    const { exitCode, stdout, stderr } = await sweeping(...args);
    expect({ exitCode, stdout }).toEqual({ exitCode: 2, stdout: '' });
    expect(stderr).toContain(message);
  });

  itLong('makes the same packages in several processes', async () => {
    const resets = ['async_low', 'async_high', 'sync_low', 'sync_high'];
    const { rows } = await run({ reset: resets, bits: [1, 2, 3] });
    const { exitCode } = await start('--reset', resets.join(','), '--bits', '1..3', '-o', 'several');
    expect(exitCode).toBe(0);
    expect(rows).toHaveLength(12);
    expect(await contentOf(at('several'))).toEqual(await contentOf(at('out')));
  });

  itLong.each(['SIGINT', 'SIGTERM'] as const)(
    'after %s holds whole packages only, and goes on',
    async (signal) => {
      const args = ['--rows', '25..32', '--bits', '1..3'];
      const first = start(...args);
      const written = () => readdir(at('out', 'sweep', 'demo')).catch(() => []);
      while ((await written()).length < 3) await new Promise((resolve) => setTimeout(resolve, 5));
      first.kill(signal);
      expect(await first).toMatchObject({ signal, stdout: '', stderr: '' });
      const names = await written();
      expect(names.length).toBeLessThan(24);
      for (const name of names) {
        expect(name).toMatch(/^rows\d+_bits\d$/);
        expect((await verifyFiles(at('out', 'sweep', 'demo', name))).intact).toBe(true);
      }
      const before = await times(at('out'));
      const { exitCode, stdout } = await start(...args);
      expect(exitCode).toBe(0);
      expect(stdout).toContain(`${24 - names.length} written, ${names.length} unchanged, 0 refused`);
      expect(await times(at('out'))).toMatchObject(before);
    },
  );
});
