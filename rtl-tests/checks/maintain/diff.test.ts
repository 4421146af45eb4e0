import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { changesBetween, leavesOf } from '../../../generators/checks/maintain/changes.js';
import { diffPackages, diffPlans } from '../../../generators/checks/maintain/diff.js';
import { firstChange, linesChanged } from '../../../generators/checks/maintain/edits.js';
import { diffText } from '../../../generators/command-line/report/diff.js';
import { InvalidInput, orThrow } from '../../../generators/common/problems.js';
import type { Levels } from '../../../generators/macro/config/levels.js';
import type { MacroPlan } from '../../../generators/macro/plan/plan.js';
import { packageFiles } from '../../../generators/package/package.js';
import { writePackage } from '../../../generators/package/write.js';
import { type Configuration, levelsFrom, planOf } from '../../fixtures/configurations.js';

const HISTOGRAM = { low: 0, high: 12, counts: [6, 3, 1], means: [1, 6, 10], withinBinVariance: 1.2 };

const BASE: Configuration = {
  name: 'base',
  config: {
    name: 'demo',
    array: { rows: 16, columns: 4, headroom: 200 },
    input: { bits: 4 },
    adc: { bits: 2, reference: { columns: 4, rows: 12 } },
    output: { bits: 4 },
    layers: [{ inputScale: 1, weightScale: 1, outputScale: 1 }],
  },
  levels: [levelsFrom('relu', [2, 5, 10], { histogram: HISTOGRAM })],
};

/** The base plan with some of its config changed. */
function planWith(change: object, levels: readonly Levels[] = BASE.levels): MacroPlan {
  const merge = (a: unknown, b: unknown): unknown =>
    typeof a === 'object' && typeof b === 'object' && a !== null && b !== null && !Array.isArray(b)
      ? Object.fromEntries(
          [...new Set([...Object.keys(a), ...Object.keys(b)])].map((key) => {
            const [x, y] = [(a as never)[key], (b as never)[key]];
            return [key, key in b ? merge(x, y) : x];
          }),
        )
      : b;
  return planOf({ ...BASE, config: merge(BASE.config, change) as Configuration['config'], levels });
}

const base = planOf(BASE);
const changes = (list: readonly { path: string; from: unknown; to: unknown }[]) =>
  list.map(({ path: at, from, to }) => [at, from, to]);

let root: string;
beforeAll(async () => {
  root = await mkdtemp(path.join(tmpdir(), 'imcgen-diff-'));
});
afterAll(() => rm(root, { recursive: true }));

async function written(name: string, plan: MacroPlan): Promise<string> {
  return orThrow(await writePackage(path.join(root, name), packageFiles(plan)));
}

describe('changes of a plan', () => {
  it('are none from a plan to itself', () => {
    expect(diffPlans(base, planOf(BASE))).toEqual({ options: [], hardware: [], layers: [] });
  });

  it.each([
    ['array.rows', { array: { rows: 32 } }, 16, 32],
    ['array.columns', { array: { columns: 5 } }, 4, 5],
    ['array.trimRows', { array: { trimRows: 2 } }, 0, 2],
    ['input.coding', { input: { coding: 'pwm' } }, 'bit_serial', 'pwm'],
    ['adc.reference.columns', { adc: { reference: { columns: 6 } } }, 4, 6],
    ['adc.rounding', { adc: { rounding: 'optimal' } }, 'nearest', 'optimal'],
    ['output.doubleBuffer', { output: { doubleBuffer: false } }, true, false],
    ['layers.0.outputScale', { layers: [{ outputScale: 2 }] }, 1, 2],
    ['reset', { reset: 'sync_high' }, 'async_low', 'sync_high'],
    ['license', { license: 'MIT' }, 'Apache-2.0', 'MIT'],
  ])('name the option %s, once', (option, change, from, to) => {
    const { options, hardware } = diffPlans(base, planWith(change));
    expect(changes(options)).toEqual([[option, from, to]]);
    // What the option says is not said again of the shape.
    const last = option.split('.').at(-1)!.toLowerCase();
    expect(hardware.filter((other) => other.path.toLowerCase().endsWith(last))).toEqual([]);
  });

  it('name what follows from an option: a headroom that is left out is the largest', () => {
    const without = (rows: number) => planWith({ array: { rows, headroom: undefined } });
    expect(changes(diffPlans(without(16), without(32)).hardware)).toEqual([['headroom', 240, 480]]);
  });

  it('name cycles phase by phase, and not again for each bank', () => {
    const { hardware, layers } = diffPlans(base, planWith({ adc: { reference: { pulses: 2 } } }));
    expect(changes(hardware)).toEqual([
      ['schedule.ramp', 3, 6],
      ['schedule.total', 11, 14],
    ]);
    const paths = layers.flatMap((layer) => layer.changes.map(({ path: at }) => at));
    expect(paths).toContain('ramp.stepCells');
    expect(paths.filter((at) => at.includes('schedule'))).toEqual([]);
  });

  it('name the levels, errors and cells of a bank', () => {
    const finer = levelsFrom('relu', [2, 5, 9], { histogram: HISTOGRAM });
    const { options, layers } = diffPlans(base, planWith({}, [finer]));
    expect(options).toEqual([]);
    expect(layers).toMatchObject([{ bank: 0, from: 'relu', to: 'relu' }]);
    const paths = layers[0]!.changes.map(({ path: at }) => at);
    expect(paths).toEqual(
      expect.arrayContaining(['ramp.stepCells', 'table.entries', 'error.ideal', 'levels.outputs']),
    );
  });

  it('name banks that come and go', () => {
    const two = planOf({
      ...BASE,
      config: { ...BASE.config, layers: [...BASE.config.layers!, {}] },
      levels: [...BASE.levels, levelsFrom('second', [3])],
    });
    expect(diffPlans(base, two).layers).toMatchObject([{ bank: 1, from: undefined, to: 'second' }]);
    expect(diffPlans(two, base).layers).toMatchObject([{ bank: 1, from: 'second', to: undefined }]);
  });

  it('name fields that nobody had thought of', () => {
    const more = (early: boolean, taps: number[]) =>
      ({
        ...base,
        config: { ...base.config, adc: { ...base.config.adc, earlyStop: early } },
        shape: { ...base.shape, rampTaps: taps },
      }) as unknown as MacroPlan;
    const diff = diffPlans(more(false, [1, 2]), more(true, [1, 3]));
    expect(changes(diff.options)).toEqual([['adc.earlyStop', false, true]]);
    expect(changes(diff.hardware)).toEqual([['rampTaps', [1, 2], [1, 3]]]);
  });
});

describe('diff of packages and configs', () => {
  it('of the same package: the same', async () => {
    const folder = await written('same', base);
    const diff = await diffPackages(folder, folder);
    expect(diff).toMatchObject({ same: true, options: [], hardware: [], layers: [], files: [] });
    expect(diffText(diff)).toBe(`${folder} and ${folder}: the same, ${diff.fileCount} files\n`);
  });

  it('of a package and the config it was made from: the same', async () => {
    const folder = await written('made', base);
    expect((await diffPackages(folder, path.join(folder, 'config.resolved.json'))).same).toBe(true);
  });

  it('counts the files that differ beyond their headers', async () => {
    const diff = await diffPackages(
      await written('low', base),
      await written('sync', planWith({ reset: 'sync_low' })),
    );
    const paths = diff.files.map(({ path: at }) => at);
    // Every header has another config hash; an asynchronous reset is in every file with flip-flops, and no other.
    expect(paths).toEqual(expect.arrayContaining(['rtl/demo_controller.v', 'config.resolved.json']));
    expect(paths).not.toEqual(expect.arrayContaining(['model/demo_array.v']));
    expect(paths).not.toEqual(expect.arrayContaining(['docs/registers.md']));
    expect(diff.same).toBe(false);
  });

  it('sees a hand edit, line by line', async () => {
    const [a, b] = [await written('a', base), await written('b', base)];
    const file = path.join(b, 'README.md');
    await writeFile(file, `${packageFiles(base).find(({ path: at }) => at === 'README.md')!.text}one\ntwo\n`);
    const diff = await diffPackages(a, b);
    expect(diff.files).toEqual([{ path: 'README.md', state: 'differs', gone: 0, come: 2 }]);
    expect(diff).toMatchObject({ same: false, options: [], hardware: [] });
  });

  it('of a macro and its copy under another name: only the name', async () => {
    const diff = await diffPackages(
      await written('one', base),
      await written('two', planWith({ name: 'other' })),
    );
    expect(changes(diff.options)).toEqual([['name', 'demo', 'other']]);
    expect(diff).toMatchObject({ files: [], hardware: [], layers: [] });
  });

  it('names files that only one of them has', async () => {
    const renamed = planWith({}, [levelsFrom('other', [2, 5, 10], { histogram: HISTOGRAM })]);
    const { files } = await diffPackages(await written('first', base), await written('second', renamed));
    expect(
      files.filter(({ state }) => state !== 'differs').map(({ path: at, state }) => [at, state]),
    ).toEqual([
      ['levels/0_other.json', 'only in b'],
      ['levels/0_relu.json', 'only in a'],
    ]);
  });

  it('says it in hardware words', async () => {
    const coarse = planWith({ adc: { reference: { pulses: 2 } } });
    const text = diffText(await diffPackages(await written('fine', base), await written('coarse', coarse)));
    expect(text.split('\n').slice(1, 12)).toEqual([
      '  options',
      '    adc.reference.pulses      1 -> 2',
      '  hardware',
      '    ramp cycles               3 -> 6    +100.0 %',
      '    cycles a conversion       11 -> 14  +27.3 %',
      '  bank 0, relu',
      '    reference cells             10 in 3 steps, largest 5',
      '                                -> 5 in 3 steps, largest 2',
      '    references, u               3: 2 .. 10; 1 of 3 changed',
      '    largest reference error, u  0 -> 1',
      expect.stringMatching(/^ {2}files: \d+ of \d+ differ, headers aside$/),
    ]);
  });

  it.each(['nowhere', '.'])('refuses %j', async (name) => {
    await expect(diffPackages(path.join(root, name), root)).rejects.toThrow(InvalidInput);
  });
});

describe('the walk over values', () => {
  it('finds every leaf by its path, lists of numbers as a whole', () => {
    const value = { a: 1, b: { c: [1, 2], d: [{ e: 'x' }, { e: null }], f: undefined }, g: [] };
    expect([...leavesOf(value)]).toEqual([
      ['a', 1],
      ['b.c', [1, 2]],
      ['b.d.0.e', 'x'],
      ['b.d.1.e', null],
    ]);
  });

  it('tells what comes, goes and changes', () => {
    expect(changesBetween({ a: 1, b: 2, c: [1] }, { a: 1, c: [2], d: true })).toEqual([
      { path: 'c', from: [1], to: [2] },
      { path: 'd', from: undefined, to: true },
      { path: 'b', from: 2, to: undefined },
    ]);
  });

  it('counts lines that come and go, whatever their order', () => {
    expect(linesChanged('a\nb\nb\nc', 'c\nb\nx\na')).toEqual({ gone: 1, come: 1 });
    expect(linesChanged('a\nb', 'b\na')).toEqual({ gone: 0, come: 0 });
  });

  it('finds the first line that differs', () => {
    expect(firstChange('a\nb\n', 'a\nc\n')).toEqual({ line: 2, was: 'b', is: 'c' });
    expect(firstChange('a', 'a\nb')).toEqual({ line: 2, was: undefined, is: 'b' });
    expect(firstChange('a\nb', 'a')).toEqual({ line: 2, was: 'b', is: undefined });
    expect(firstChange('a', 'a')).toBeUndefined();
  });
});
