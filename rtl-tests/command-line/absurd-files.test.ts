import {
  chmodSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import type { Command } from 'commander';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { registerBounds } from '../../generators/command-line/commands/bounds.js';
import { registerCalibrate } from '../../generators/command-line/commands/calibrate.js';
import { registerCheck } from '../../generators/command-line/commands/check.js';
import { registerCosim } from '../../generators/command-line/commands/cosim.js';
import { registerDiff } from '../../generators/command-line/commands/diff.js';
import { registerFaults } from '../../generators/command-line/commands/faults.js';
import { registerGenerate } from '../../generators/command-line/commands/generate.js';
import { registerImport } from '../../generators/command-line/commands/import.js';
import { registerInit } from '../../generators/command-line/commands/init.js';
import { registerMonteCarlo } from '../../generators/command-line/commands/montecarlo.js';
import { registerProve } from '../../generators/command-line/commands/prove.js';
import { registerSweep } from '../../generators/command-line/commands/sweep.js';
import { registerSynth } from '../../generators/command-line/commands/synth.js';
import { registerVerify } from '../../generators/command-line/commands/verify.js';
import { writeNewFiles } from '../../generators/common/files/writer.js';
import { orThrow } from '../../generators/common/problems.js';
import { writeNpy } from '../../generators/levels/calibrate/npy.js';
import { planFile } from '../../generators/macro/plan/file.js';
import { presetFiles } from '../../generators/macro/presets/files.js';
import { PRESETS } from '../../generators/macro/presets/presets.js';
import { packageFiles } from '../../generators/package/package.js';
import { writePackage } from '../../generators/package/write.js';
import { printedBy } from '../fixtures/command-line.js';

const REGISTERS: Readonly<Record<string, (program: Command) => void>> = {
  bounds: registerBounds,
  calibrate: registerCalibrate,
  check: registerCheck,
  cosim: registerCosim,
  diff: registerDiff,
  faults: registerFaults,
  generate: registerGenerate,
  import: registerImport,
  init: registerInit,
  montecarlo: registerMonteCarlo,
  prove: registerProve,
  sweep: registerSweep,
  synth: registerSynth,
  verify: registerVerify,
};

/** What a command prints, or why it refuses; anything else that it throws is a fault of the tool, and of the test. */
async function imcgen(...words: readonly string[]): Promise<string> {
  const printed = await printedBy(REGISTERS[words[0]!]!, ...words);
  process.exitCode = 0;
  return printed;
}

const root = mkdtempSync(path.join(tmpdir(), 'imcgen-absurd-'));
const at = (...parts: string[]) => path.join(root, ...parts);
const isRoot = process.getuid?.() === 0;
const socket = createServer();

beforeAll(async () => {
  const preset = PRESETS.find(({ name }) => name === 'small-signed')!;
  orThrow(await writeNewFiles(at('m'), presetFiles(preset)));
  orThrow(await writePackage(at('pkg'), packageFiles(await planFile(at('m/macro.jsonc')))));
  writeNpy(at('x.npy'), {
    shape: [64],
    fortranOrder: false,
    data: Float32Array.from({ length: 64 }, (_, i) => i),
  });
  writeFileSync(at('list.csv'), '0\n1\n3\n6\n');
  writeFileSync(at('plain'), 'a file');
  writeFileSync(at('empty'), '');
  writeFileSync(at('garbage'), Buffer.from([0xff, 0xfe, 0, 1, 2, 0x80, 0x0a, 0xc3]));
  mkdirSync(at('folder'));
  writeFileSync(at('folder/notes.txt'), 'mine');
  symlinkSync(at('nowhere'), at('dangling'));
  symlinkSync(at('loop'), at('loop'));
  symlinkSync(at('ping'), at('pong'));
  symlinkSync(at('pong'), at('ping'));
  mkdirSync(at('locked'));
  writeFileSync(at('secret'), '{}');
  writeFileSync(at('locked/read-only'), '');
  chmodSync(at('secret'), 0);
  chmodSync(at('locked/read-only'), 0o444);
  chmodSync(at('locked'), 0o555);
  await new Promise<void>((resolve) => socket.listen(at('socket'), resolve));
});
afterAll(async () => {
  await new Promise((resolve) => socket.close(resolve));
  chmodSync(at('locked'), 0o755);
  rmSync(root, { recursive: true });
});

/** Every file and folder there is: what is refused must not change it. */
const listing = () => readdirSync(root, { recursive: true, encoding: 'utf8' }).sort();

const PKG = at('pkg');
const MACRO = at('m/macro.jsonc');

/** Commands that write, without the name of what they write. */
const FILE_WRITERS: readonly (readonly string[])[] = [
  ['calibrate', at('x.npy'), '-b', '2', '-o'],
  ['calibrate', at('x.npy'), '-b', '2', '-o', at('plotted.json'), '--plot'],
  ['import', at('list.csv'), '--kind', 'levels', '--convention', 'midpoint', '-o'],
  ['cosim', PKG, '--vcd'],
  ['cosim', PKG, '--fst'],
];
const FOLDER_WRITERS: readonly (readonly string[])[] = [
  ['generate', MACRO, '-o'],
  ['init'],
  ['sweep', MACRO, '--rows', '32', '-o'],
  ['montecarlo', MACRO, '-o'],
  ['synth', PKG, '-o'],
  ['prove', PKG, '--waves'],
];

type Bad = readonly [name: string, file: string, says: RegExp];

const LONG = 'n'.repeat(256);
const BAD_OUTPUTS: readonly Bad[] = [
  ['nothing', '', /^the output: is empty\n/],
  ['a dash', '-', /^-: is no name of a f/],
  ['a zero character', at('a\0b'), /: holds a zero character\n/],
  ['a file where a folder must be', at('plain/x'), /plain is not a folder\n/],
  ['a file far above', at('plain/a/b/c'), /plain is not a folder\n/],
  ['a link to nothing', at('dangling'), /dangling: is a link to .*nowhere, which is not there\n/],
  ['below a link to nothing', at('dangling/x'), /dangling is a link to .*nowhere, which is not there\n/],
  ['a link to itself', at('loop'), /loop: cannot be written: is a link that leads to itself\n/],
  ['a ring of links', at('ping/x/y'), /y: cannot be written: is a link that leads to itself\n/],
  ['a name that is too long', at(LONG), /: is 256 bytes long, 255 is the most\n/],
  ['a name that is too long in bytes', at('ü'.repeat(128)), /: is 256 bytes long, 255 is the most\n/],
  [
    'a path that is too long',
    at(...Array<string>(41).fill('p'.repeat(100))),
    /: is 4\d\d\d bytes long, 4095/,
  ],
  ['below a device', '/dev/null/x', /\/dev\/null is not a folder\n/],
];
const BAD_FILES: readonly Bad[] = [
  ['a folder', at('folder'), /folder: is a folder\n/],
  ['a name that ends as a folder', at('some/'), /some\/: names a folder\n/],
  ['a socket', at('socket'), /socket: is a socket\n/],
];
const BAD_FOLDERS: readonly Bad[] = [
  ['a file', at('plain'), /plain: is not a folder\n/],
  ['a device', '/dev/null', /^\/dev\/null: is not a folder\n/],
];
const LOCKED: readonly Bad[] = [
  ['a folder without permission', at('locked/x'), /x: cannot be written: permission denied in .*locked\n/],
  ['deep in one', at('locked/a/b'), /b: cannot be written: permission denied in .*locked\n/],
];

/** Without tools: what begins its work in spite of an output that cannot be written says that they are missing. */
async function withoutTools<Value>(use: () => Promise<Value>): Promise<Value> {
  const before = process.env.PATH;
  process.env.PATH = at('folder');
  try {
    return await use();
  } finally {
    process.env.PATH = before;
  }
}

describe.each([
  ...FILE_WRITERS.map((words) => ({ words, bad: [...BAD_OUTPUTS, ...BAD_FILES, ...(isRoot ? [] : LOCKED)] })),
  ...FOLDER_WRITERS.map((words) => ({
    words,
    bad: [...BAD_OUTPUTS, ...BAD_FOLDERS, ...(isRoot ? [] : LOCKED)],
  })),
])('imcgen $words says before its work that it cannot write', ({ words, bad }) => {
  const before = listing();

  it.each(bad)('%s', async (_, file, says) => {
    const said = await withoutTools(() => imcgen(...words, file));
    expect(said).toMatch(says);
    // With a fix below, and no trace of a stack.
    expect(said).toMatch(/\n {2,}[A-Z].*\.$/);
    expect(said).not.toMatch(/\n {4}at /);
  });

  it('and changes nothing', () => {
    expect(listing()).toEqual(before.length > 0 ? before : listing());
    expect(readFileSync(at('plain'), 'utf8')).toBe('a file');
    expect(statSync('/dev/null').isCharacterDevice()).toBe(true);
  });
});

describe('outputs with names that are odd, and fine', () => {
  const ODD = ['two words', "it's", 'a "quote"', 'ünï_码', 'line\nbreak', '$HOME;x', '%s', 'x'.repeat(180)];

  it.each(ODD)('%j', async (odd) => {
    await imcgen('calibrate', at('x.npy'), '-b', '2', '--name', 'x', '-o', at('odd', odd, `${odd}.json`));
    await imcgen(...FILE_WRITERS[2]!, at('odd', odd, 'list.json'), '--name', 'x');
    await imcgen('generate', MACRO, '-o', at('odd', odd, 'package', odd));
    await imcgen('init', at('odd', odd, 'start'), '--preset', 'small-signed');
    const made = [
      `${odd}.json`,
      'list.json',
      path.join('package', odd, 'manifest.json'),
      'start/macro.jsonc',
    ];
    expect(made.filter((file) => !existsSync(at('odd', odd, file)))).toEqual([]);
    expect(await imcgen('check', at('odd', odd, 'start/macro.jsonc'))).toMatch(/^small_signed: /);
    expect(await imcgen('verify', at('odd', odd, 'package', odd), '--no-simulate')).toMatch(
      / files as generated\n$/,
    );
    const leftovers = readdirSync(at('odd', odd), { recursive: true, encoding: 'utf8' });
    expect(leftovers.filter((file) => /\.(tmp|new|old)$/.test(file))).toEqual([]);
  });

  it('waveforms, which simulators write', async () => {
    const file = at('odd', 'ünï 码', 'line\nbreak', 'w'.repeat(200), 'x.vcd');
    expect(await imcgen('cosim', PKG, '--conversions', '1', '--vcd', file)).toMatch(/^PASS /);
    expect(readFileSync(file, 'utf8')).toContain('$enddefinitions');
    expect(readdirSync(path.dirname(file))).toEqual(['x.vcd']);
  });

  it('a name that begins with a dash, and one that leads through a parent', async () => {
    await imcgen('init', '--preset', 'small-signed', '--', at('folder/../odd/-dash'));
    expect(existsSync(at('odd/-dash/macro.jsonc'))).toBe(true);
  });

  it('the longest name that a file system takes', async () => {
    await imcgen('generate', MACRO, '-o', at('g'.repeat(255)));
    expect(existsSync(at('g'.repeat(255), 'manifest.json'))).toBe(true);
    await imcgen('calibrate', at('x.npy'), '-b', '2', '--name', 'x', '-o', at('c'.repeat(255)));
    expect(existsSync(at('c'.repeat(255)))).toBe(true);
  });

  it('a link: what it points to is replaced, and the link stays', async () => {
    writeFileSync(at('real.json'), 'old');
    symlinkSync('real.json', at('link.json'));
    await imcgen('calibrate', at('x.npy'), '-b', '2', '-o', at('link.json'));
    expect(JSON.parse(readFileSync(at('real.json'), 'utf8'))).toMatchObject({ name: 'link', bits: 2 });
    expect(
      readdirSync(root, { withFileTypes: true })
        .find(({ name }) => name === 'link.json')
        ?.isSymbolicLink(),
    ).toBe(true);
  });

  it('a device, which stays one', async () => {
    expect(
      await imcgen('calibrate', at('x.npy'), '-b', '2', '--quiet', '--name', 'x', '-o', '/dev/null'),
    ).toBe('');
    expect(statSync('/dev/null').isCharacterDevice()).toBe(true);
  });

  it('a device that is full is said to be', async () => {
    const full = expect.stringMatching(/^\/dev\/full: cannot be written: no space left\n/);
    expect(await imcgen('calibrate', at('x.npy'), '-b', '2', '--name', 'x', '-o', '/dev/full')).toEqual(full);
    expect(await imcgen(...FILE_WRITERS[2]!, '/dev/full', '--name', 'x')).toEqual(full);
  });

  it.skipIf(!existsSync('/proc/self'))('a file system that takes no folders is said to be one', async () => {
    const says = /^\/proc\/imcgen\/x: cannot be written: no such file \(\/proc\/imcgen\)\n/;
    expect(await imcgen('calibrate', at('x.npy'), '-b', '2', '-o', '/proc/imcgen/x')).toMatch(says);
    expect(await imcgen('generate', MACRO, '-o', '/proc/imcgen/x')).toMatch(
      /^\/proc\/imcgen\/x: cannot be written: /,
    );
    expect(await imcgen('init', '/proc/imcgen/x')).toMatch(/^\/proc\/imcgen\/x: cannot be written: /);
  });

  it.each([
    ['plain/x', /x\.c0: cannot be written: .*plain is not a folder\n/],
    ['some/', /some\/: names a folder\n/],
    ['', /^the output: is empty\n/],
    ['n'.repeat(253), /: is 256 bytes long/],
  ])('files of channels, named %j', async (name, says) => {
    const file = name === '' ? '' : `${root}/${name}`;
    expect(await imcgen('calibrate', at('x.npy'), '-b', '2', '--axis', '0', '-o', file)).toMatch(says);
  });

  it('no output takes the place of an input, or of another output', async () => {
    const samples = at('x.npy');
    expect(await imcgen('calibrate', samples, '-b', '2', '-o', samples)).toContain(
      'is a file that the command reads',
    );
    symlinkSync('x.npy', at('alias.npy'));
    expect(await imcgen('calibrate', samples, '-b', '2', '-o', at('alias.npy'))).toContain(
      'that the command reads',
    );
    const list = at('list.csv');
    expect(await imcgen('import', list, '-o', list)).toContain('is a file that the command reads');
    const twice = ['-o', at('both'), '--plot', at('folder/../both')];
    expect(await imcgen('calibrate', samples, '-b', '2', ...twice)).toContain('is named for two outputs');
    expect(readFileSync(list, 'utf8')).toBe('0\n1\n3\n6\n');
  });
});

describe('inputs that cannot be read', () => {
  const BAD_INPUTS: readonly Bad[] = [
    ['nothing', '', /./],
    ['a name of nothing', at('nowhere'), /no such f|holds no/],
    ['a folder', at('folder'), /is a folder|holds no|no such file/],
    ['a file in place of a folder', at('plain/x'), /not a folder|no such/],
    ['a link to nothing', at('dangling'), /no such/],
    ['a link to itself', at('loop'), /leads to itself|no such/],
    ['a name that is too long', at(LONG), /too long|no such/],
    ['a zero character', at('a\0b'), /zero character|no such/],
    ['an empty file', at('empty'), /./],
    ['a device without an end', '/dev/null', /./],
    ['bytes of anything', at('garbage'), /./],
    ['a socket', at('socket'), /./],
    ['a line break', at('line\nbreak.json'), /"[^\n]*line\\nbreak/],
    ...(isRoot ? [] : ([['a file without permission', at('secret'), /permission denied|no such/]] as const)),
  ];
  const READERS: readonly ((file: string) => readonly string[])[] = [
    (file) => ['calibrate', file, '-b', '2', '-o', at('never.json')],
    (file) => ['calibrate', at('x.npy'), '-b', '2', '--held-out', file, '-o', at('never.json')],
    (file) => ['import', file, '--kind', 'levels', '--convention', 'floor', '-o', at('never.json')],
    (file) => ['import', at('list.csv'), '--outputs', file, '-o', at('never.json')],
    (file) => ['import', at('list.csv'), '--histogram-from', file, '-o', at('never.json')],
    (file) => ['check', file],
    (file) => ['generate', file, '-o', at('never')],
    (file) => ['sweep', file, '--rows', '32', '-o', at('never')],
    (file) => ['sweep', MACRO, '--bits', '2', '--from', file, '-o', at('never')],
    (file) => ['sweep', MACRO, '--bits', '2', '--levels', file, '-o', at('never')],
    (file) => ['montecarlo', file, '-o', at('never')],
    (file) => ['bounds', file],
    (file) => ['bounds', MACRO, '--die', file],
    (file) => ['cosim', file],
    (file) => ['faults', file],
    (file) => ['prove', file],
    (file) => ['verify', file],
    (file) => ['synth', file],
    (file) => ['synth', PKG, '--liberty', file],
    (file) => ['synth', PKG, '--gate-level', '--cells', file, '--liberty', file],
    (file) => ['diff', file, PKG],
    (file) => ['diff', MACRO, file],
  ];

  describe.each(BAD_INPUTS)('%s', (_, file, says) => {
    it.each(READERS.map((reader) => [reader('..'), reader] as const))('imcgen %j', async (_words, reader) => {
      const said = await imcgen(...reader(file));
      expect(said).toMatch(says);
      expect(said).not.toMatch(/\n {4}at |undefined|\[object/);
      expect([existsSync(at('never')), existsSync(at('never.json'))]).toEqual([false, false]);
    });
  });
});
