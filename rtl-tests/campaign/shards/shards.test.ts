import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { gather, itemsOf, writeMerged } from '../../../generators/campaign/shards/merge.js';
import {
  type Campaign,
  campaignOf,
  isThere,
  writeResults,
} from '../../../generators/campaign/shards/result-file.js';
import { registerMerge } from '../../../generators/command-line/commands/merge.js';
import { registerMonteCarlo } from '../../../generators/command-line/commands/montecarlo.js';
import { registerQualify } from '../../../generators/command-line/commands/qualify.js';
import { InvalidInput, orThrow } from '../../../generators/common/problems.js';
import { rangeOf } from '../../../generators/common/shard.js';
import { packageFiles } from '../../../generators/package/package.js';
import { writePackage } from '../../../generators/package/write.js';
import { printedBy } from '../../fixtures/command-line.js';
import { FEW_CELLS, levelsFrom } from '../../fixtures/configurations.js';

const ITEMS = 23;
/** Larger than what is read at a time. */
const LARGE = 'x'.repeat(9_000);
const item = (at: number) => ({ at, text: at % 5 === 0 ? LARGE : `näme ${at}` });
const CAMPAIGN = campaignOf('count', ITEMS, { title: 'a test' }, ['any', 'options']);

let root: string;
beforeAll(() => {
  root = mkdtempSync(path.join(tmpdir(), 'imcgen-shards-test-'));
});
afterAll(() => rmSync(root, { recursive: true }));

let folders = 0;
/** The results of all shards, some of them left out. */
function shardsOf(of: number, campaign: Campaign = CAMPAIGN, without: readonly number[] = []): string {
  const folder = path.join(root, String(folders++));
  mkdirSync(folder);
  for (let index = 0; index < of; index++) {
    const shard = { index, of };
    const range = rangeOf(shard, campaign.items);
    const items = Array.from({ length: range.to - range.from }, (_, at) => item(range.from + at));
    if (!without.includes(index))
      writeResults(path.join(folder, `${index}.jsonl`), campaign, { shard, range }, items);
  }
  return folder;
}

function merged(...paths: readonly string[]): string {
  const output = path.join(root, `${folders++}.jsonl`);
  writeMerged(gather(paths), output);
  return readFileSync(output, 'utf8');
}

/** The problems of a refusal, each as message and fix. */
function problemsOf(work: () => unknown): string[] {
  try {
    work();
  } catch (error) {
    if (error instanceof InvalidInput)
      return error.problems.map(({ file, message, fix }) => `${path.basename(file)}: ${message}: ${fix}`);
    throw error;
  }
  return [];
}

describe('a shard', () => {
  it('has each item of the whole in one part, and no part has two more than another', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 300 }), fc.integer({ min: 0, max: 5_000 }), (of, items) => {
        const parts = Array.from({ length: of }, (_, index) => rangeOf({ index, of }, items));
        const sizes = parts.map(({ from, to }) => to - from);
        expect(parts.map(({ to }) => to).slice(0, -1)).toEqual(parts.map(({ from }) => from).slice(1));
        expect([parts[0]!.from, parts.at(-1)!.to]).toEqual([0, items]);
        expect(Math.max(...sizes) - Math.min(...sizes)).toBeLessThanOrEqual(1);
      }),
    );
  });

  it('that is there already is known by its campaign and its items', () => {
    const file = path.join(shardsOf(4), '1.jsonl');
    const other = campaignOf('count', ITEMS, { title: 'a test' }, ['other', 'options']);
    const range = rangeOf({ index: 1, of: 4 }, ITEMS);
    expect(isThere(file, CAMPAIGN, range)).toBe(true);
    expect(isThere(file, CAMPAIGN, { ...range, to: range.to + 1 })).toBe(false);
    expect(isThere(file, other, range)).toBe(false);
    expect(isThere(path.join(root, 'none.jsonl'), CAMPAIGN, range)).toBe(false);
  });
});

describe('merged results', () => {
  it('have the same bytes for any number of shards, more of them than items too', () => {
    const whole = merged(shardsOf(1));
    for (const of of [2, 3, 8, 23, 100]) expect(merged(shardsOf(of))).toBe(whole);
    expect(whole.split('\n').length).toBe(ITEMS + 2);
  });

  it('have them in any order of the files, and where parts were merged before', () => {
    const whole = merged(shardsOf(1));
    const folder = shardsOf(5);
    const files = [3, 0, 4, 2, 1].map((index) => path.join(folder, `${index}.jsonl`));
    expect(merged(...files)).toBe(whole);
    expect(merged(...files, ...files)).toBe(whole);
    const all = path.join(root, 'all.jsonl');
    writeFileSync(all, whole);
    expect(merged(all)).toBe(whole);
  });

  it('come back item by item', () => {
    expect([...itemsOf(gather([shardsOf(7)]))]).toEqual(Array.from({ length: ITEMS }, (_, at) => item(at)));
  });

  it('may be of nothing', () => {
    const nothing = campaignOf('count', 0, {}, []);
    expect([...itemsOf(gather([shardsOf(3, nothing)]))]).toEqual([]);
  });

  it('name every shard that is missing, and how to run it', () => {
    const folder = shardsOf(8, CAMPAIGN, [0, 3, 4, 7]);
    expect(problemsOf(() => gather([folder]))).toEqual([
      'results: items 0 to 1 of 23 are in no file: Run again: --shard 0/8.',
      'results: items 8 to 13 of 23 are in no file: Run again: --shard 3/8, --shard 4/8.',
      'results: items 20 to 22 of 23 are in no file: Run again: --shard 7/8.',
    ]);
  });

  it('name what is there twice', () => {
    const [three, four] = [shardsOf(3), shardsOf(4, CAMPAIGN, [0, 1, 3])];
    expect(problemsOf(() => gather([three, four]))).toEqual([
      expect.stringMatching(
        /^2\.jsonl: has items that .*1\.jsonl has as well: 11 to 14: Leave one of them out/,
      ),
      expect.stringMatching(
        /^2\.jsonl: has items that .*2\.jsonl has as well: 15 to 16: Leave one of them out/,
      ),
    ]);
  });

  it('name what is of another campaign', () => {
    const other = campaignOf('count', ITEMS, { title: 'a test' }, ['other', 'options']);
    const of = shardsOf(2, CAMPAIGN, [1]);
    expect(problemsOf(() => gather([of, shardsOf(2, other, [0])]))).toEqual([
      expect.stringMatching(/^1\.jsonl: is of another campaign than .*0\.jsonl: its inputs, its options/),
      'results: items 11 to 22 of 23 are in no file: Run again: --shard 1/2.',
    ]);
  });

  it.each([
    ['cut off in an item', (text: string) => text.slice(0, -3)],
    ['cut off after an item', (text: string) => text.slice(0, text.lastIndexOf('\n', text.length - 2) + 1)],
    ['with one item too many', (text: string) => `${text}{}\n`],
  ])('refuse a file %s, and write nothing', (_, change) => {
    const folder = shardsOf(2);
    const file = path.join(folder, '1.jsonl');
    writeFileSync(file, change(readFileSync(file, 'utf8')));
    const output = path.join(folder, 'out', 'all.jsonl');
    expect(problemsOf(() => writeMerged(gather([folder]), output))).toEqual([
      expect.stringMatching(/^1\.jsonl: holds \d+ whole results of 12: it was cut off, or edited: Remove it/),
    ]);
    expect(() => readFileSync(output)).toThrow('ENOENT');
  });

  it('refuse files that are no results, and folders without any', () => {
    const folder = path.join(root, 'strange');
    mkdirSync(folder);
    expect(problemsOf(() => gather([folder]))).toEqual([expect.stringContaining('holds no file of results')]);
    for (const text of ['', '{"format":"imcgen results 2"}\n', 'a,b\n', '\n', 'x'.repeat(3_000_000)]) {
      const file = path.join(folder, 'a.jsonl');
      writeFileSync(file, text);
      expect(problemsOf(() => gather([file]))).toEqual([expect.stringContaining('is no file of results')]);
    }
    expect(problemsOf(() => gather([path.join(folder, 'none')]))).toEqual([
      expect.stringContaining('no such file'),
    ]);
  });
});

describe('imcgen montecarlo --shard, and imcgen merge', () => {
  it.each([
    ['corners', ['--corner', 'typical,hot']],
    ['calibrated dies and others', ['--self-calibrate', 'inputs']],
  ])('report what one run reports, over shards that cut %s in two', async (_, twice) => {
    const macro = {
      name: 'dies',
      array: { rows: 8, columns: 3, trimRows: 2, trimPulses: 1 },
      input: { bits: 2 },
      adc: { bits: 2, reference: { columns: 4, rows: 6 } },
      output: { bits: 6 },
      layers: [{ levels: 'dies.levels.json' }],
      die: { mismatch: 0.1, offset: 0.5, noise: 0.5 },
    };
    writeFileSync(path.join(root, 'dies.levels.json'), JSON.stringify(levelsFrom('dies', [2, 5, 11])));
    const config = path.join(root, 'macro.json');
    writeFileSync(config, JSON.stringify(macro));
    const work = ['montecarlo', config, '--dies', '7', '--inputs', '20', ...twice];
    const whole = await printedBy(registerMonteCarlo, ...work, '--json');
    const folder = path.join(root, `die-results${twice[0]}`);
    for (const index of [2, 0, 1]) {
      const shard = ['--shard', `${index}/3`, '-o', path.join(folder, `${index}.jsonl`)];
      expect(await printedBy(registerMonteCarlo, ...work, ...shard)).toMatch(/, dies \d+ to \d+ of 14\n$/);
      expect(await printedBy(registerMonteCarlo, ...work, ...shard)).toMatch(/there already\n$/);
    }
    expect(await printedBy(registerMerge, 'merge', folder, '--json')).toBe(whole);
    expect(await printedBy(registerMerge, 'merge', folder)).toBe(
      await printedBy(registerMonteCarlo, ...work),
    );
  });
});

describe('imcgen qualify --shard, and imcgen merge', () => {
  it('report what one run reports', async () => {
    const folder = orThrow(await writePackage(path.join(root, 'few'), packageFiles(FEW_CELLS)));
    const sample = ['--sample', '6', '--seed', '3'];
    const whole = await printedBy(registerQualify, 'qualify', folder, ...sample, '--json');
    const file = (index: number) => path.join(root, 'few-results', `${index}.jsonl`);
    for (const index of [2, 0, 1]) {
      const shard = ['--shard', `${index}/3`, '-o', file(index)];
      const told = await printedBy(registerQualify, 'qualify', folder, ...sample, ...shard);
      expect(told).toContain(`shard ${index}/3, mutants ${2 * index} to ${2 * index + 1} of 6`);
    }
    const again = ['--shard', '1/3', '-o', file(1)];
    expect(await printedBy(registerQualify, 'qualify', folder, ...sample, ...again)).toContain(
      'there already',
    );
    const { jobs: _, seconds: __, ...wanted } = JSON.parse(whole);
    const text = await printedBy(registerMerge, 'merge', path.join(root, 'few-results'), '--json');
    expect(JSON.parse(text)).toEqual(wanted);
    expect(await printedBy(registerMerge, 'merge', path.dirname(file(0)))).toContain('few: score');
  }, 120_000);

  it.each([
    [['--shard', '3/3', '-o', 'x.jsonl'], 'Give i/n with i in 0 .. n - 1'],
    [['--shard', '1'], 'Give i/n'],
    [['--shard', '1/3'], '--shard i/n and -o <file> go together'],
    [['-o', 'x.jsonl'], '--shard i/n and -o <file> go together'],
  ])('refuses %j', async (flags, message) => {
    expect(await printedBy(registerQualify, 'qualify', 'nowhere', ...flags)).toContain(message);
  });
});
