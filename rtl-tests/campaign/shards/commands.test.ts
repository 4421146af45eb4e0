import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import type { Command } from 'commander';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { writeDigits } from '../../../examples/network/digits-network.js';
import { registerCapture } from '../../../generators/command-line/commands/capture.js';
import { registerCompare } from '../../../generators/command-line/commands/compare.js';
import { registerCosim } from '../../../generators/command-line/commands/cosim.js';
import { registerEvaluate } from '../../../generators/command-line/commands/evaluate.js';
import { registerFaults } from '../../../generators/command-line/commands/faults.js';
import { registerMerge } from '../../../generators/command-line/commands/merge.js';
import { registerSweep } from '../../../generators/command-line/commands/sweep.js';
import { orThrow } from '../../../generators/common/problems.js';
import { packageFiles } from '../../../generators/package/package.js';
import { writePackage } from '../../../generators/package/write.js';
import { printedBy } from '../../fixtures/command-line.js';
import { CONFIGURATIONS, planOf } from '../../fixtures/configurations.js';
import { forEveryChange, itLong } from '../../fixtures/every-change.js';
import { contentOf, replaceOnce } from '../../fixtures/packages.js';

let root: string;
beforeAll(async () => {
  root = mkdtempSync(path.join(tmpdir(), 'imcgen-sharded-'));
  const tiny = planOf(CONFIGURATIONS.find(({ config }) => config.name === 'tiny')!);
  writeDigits(at('digits'));
  vi.stubEnv('IMCGEN_CACHE', at('cache'));
  orThrow(await writePackage(at('tiny'), packageFiles(tiny)));
});
afterAll(() => {
  vi.unstubAllEnvs();
  rmSync(root, { recursive: true });
});
const at = (name: string) => path.join(root, name);

interface Sharded {
  readonly name: string;
  readonly register: (program: Command) => void;
  readonly work: () => readonly string[];
  /** Options of shards alone, and of a run at once. */
  readonly sharded?: () => readonly string[];
  readonly whole?: () => readonly string[];
  /** What a run at once prints, in the words of merged shards. */
  readonly plain?: (text: string) => string;
  /** Options of the merge. */
  readonly merge?: (of: number) => readonly string[];
  /** Whether what is found ends the command with 1. */
  readonly fails?: boolean;
}

const COMMANDS: readonly Sharded[] = [
  {
    name: 'cosim',
    register: registerCosim,
    work: () => ['cosim', at('tiny'), '--runs', '3', '--seed', '4', '--conversions', '4'],
  },
  {
    name: 'capture',
    register: registerCapture,
    work: () => ['capture', at('digits/network.json'), '--images', 'test', '--count', '37', '--threads', '1'],
    whole: () => ['-o', at('captured')],
    merge: (of) => ['--npy', at(`capture-npy-${of}`)],
    plain: (text) =>
      text
        .replace(/"resumed": \d+|, \d+ of them in an earlier run/, (found) =>
          found.startsWith(',') ? '' : '"resumed": 0',
        )
        .replaceAll(at('captured'), at('capture-npy-1')),
  },
  {
    name: 'compare',
    register: registerCompare,
    // Digits of 8 are refused.
    work: () => [
      ...['compare', at('digits/network.json'), '--images', '60', '--threads', '1'],
      ...['--weights', 'ternary,1+2+8', '--levels', 'linear,bs-kmq'],
    ],
    plain: (text) => text.replace(/,\s*"imagesPerSecond": [^,\n]+/g, ''),
  },
  {
    name: 'evaluate',
    register: registerEvaluate,
    work: () => ['evaluate', at('digits/network.json'), '--images', '330', '--threads', '1'],
    plain: (text) =>
      text
        .replace(/,\s*"(imagesPerSecond|reused)": [^,\n]+/g, '')
        .replace(/ in an earlier run$/m, '')
        .replace(/^(float model .*%|hardware .*%|.* 95 %|.* interval) +(images|a second|[\d.e+]+)$/gm, '$1')
        .replace(/^(-.*-) +-+$/m, '$1')
        .replace(/: [\d.]+ of the float model's images a second$/m, ''),
  },
  {
    name: 'faults',
    register: registerFaults,
    work: () => ['faults', at('tiny'), '--pairs', '2500', '--simulate', '12', '--seed', '3'],
  },
  {
    name: 'sweep',
    register: registerSweep,
    // 6-bit codes have no levels: these macros are refused.
    work: () => ['sweep', at('tiny/config.resolved.json'), '--rows', '4,5', '--bits', '1,6', '--simulate'],
    fails: true,
    sharded: () => ['--packages', at('swept')],
    whole: () => ['-o', at('swept')],
    // The packages are there, for the shards have made them.
    plain: (text) =>
      text
        .replace(/0 written, (\d+) unchanged, /, '$1 there, ')
        .replace(/"unchanged"|unchanged$/gm, (state) => state.replace('unchanged', 'there'))
        .replace(/-{9}$/m, '-------'),
  },
];

/** Runs shards, one of them twice, and merges them: the merged bytes, and the reports. */
async function merged({ name, register, work, sharded = () => [], merge = () => [] }: Sharded, of: number) {
  const folder = at(`${name}-${of}`);
  const indices = Array.from({ length: of }, (_, index) => index).reverse();
  for (const index of [...indices, 0]) {
    const shard = ['--shard', `${index}/${of}`, '-o', path.join(folder, `${index}.jsonl`)];
    const told = await printedBy(register, ...work(), ...sharded(), ...shard);
    expect(told).toContain(`shard ${index}/${of}, `);
  }
  const all = at(`${name}-${of}.jsonl`);
  const json = await printedBy(registerMerge, 'merge', folder, '-o', all, ...merge(of), '--json');
  const text = await printedBy(registerMerge, 'merge', folder, ...merge(of));
  return { bytes: readFileSync(all, 'utf8'), json, text, folder };
}

/** Times, which no shard can know of the whole. */
const timeless = (text: string) => text.replace(/,?\s*"seconds": [\d.e-]+/g, '').replace(/ \d+\.\d s$/gm, '');

describe.each(forEveryChange(COMMANDS, ({ name }) => ['capture', 'faults'].includes(name)))(
  'imcgen $name --shard, and imcgen merge',
  (command) => {
    it('have the same bytes for 1, 2 and 7 shards, and report what one run reports', async () => {
      const { register, work, whole = () => [], plain = (text) => text, fails = false } = command;
      const one = await merged(command, 1);
      for (const of of [2, 7]) expect((await merged(command, of)).bytes).toBe(one.bytes);
      const atOnce = async (...more: string[]) =>
        plain(timeless(await printedBy(register, ...work(), ...whole(), ...more)));
      expect(one.json).toBe(await atOnce('--json'));
      expect(one.text).toBe(await atOnce());
      expect(process.exitCode).toBe(fails ? 1 : undefined);
      process.exitCode = undefined;
    }, 120_000);
  },
);

describe('captured tensors', () => {
  it('are the files that a run at once writes, byte by byte', async () => {
    const wanted = await contentOf(at('captured'));
    expect(Object.keys(wanted).length).toBeGreaterThan(2);
    for (const of of [1, 2, 7]) expect(await contentOf(at(`capture-npy-${of}`))).toEqual(wanted);
  });

  itLong('are no part of other results', async () => {
    expect(await printedBy(registerMerge, 'merge', at('cosim-1'), '--npy', at('none'))).toContain(
      'is of imcgen cosim, which captures no tensors',
    );
  });
});

describe('shards of a package that was edited', () => {
  it('are of another campaign, and what fails in them fails when they are merged', async () => {
    const { register, work, name } = COMMANDS[0]!;
    const folder = at('edited');
    const shard = (index: number) => ['--shard', `${index}/2`, '-o', path.join(folder, `${index}.jsonl`)];
    await printedBy(register, ...work(), ...shard(0));
    await replaceOnce(
      path.join(at('tiny'), 'rtl', 'tiny_march.v'),
      'ROWS + TRIM_ROWS - 1;',
      'ROWS + TRIM_ROWS - 2;',
    );
    await printedBy(register, ...work(), ...shard(1));
    expect(await printedBy(registerMerge, 'merge', folder)).toContain('is of another campaign than');
    expect(await printedBy(register, ...work(), ...shard(0))).not.toContain('there already');
    expect(process.exitCode, name).toBeUndefined();
    try {
      expect(await printedBy(registerMerge, 'merge', folder)).toMatch(/^FAIL tiny/);
      expect(process.exitCode).toBe(1);
    } finally {
      process.exitCode = undefined;
    }
  }, 60_000);
});

it.each([
  [['--runs', '2', '--vcd', 'x.vcd'], '--vcd and --fst are for one run'],
  [['--shard', '0/2', '-o', 'x.jsonl', '--fst', 'x.fst'], '--vcd and --fst are for one run'],
  [['--runs', '0'], 'must be at least 1'],
])('imcgen cosim refuses %j', async (flags, message) => {
  expect(await printedBy(registerCosim, 'cosim', 'nowhere', ...flags)).toContain(message);
});
