import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { execa } from 'execa';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { writeNewFiles } from '../../generators/common/files/writer.js';
import { orThrow } from '../../generators/common/problems.js';
import { readNpy, writeNpy } from '../../generators/levels/calibrate/npy.js';
import { readLists } from '../../generators/levels/import/read.js';
import { presetFiles } from '../../generators/macro/presets/files.js';
import { PRESETS } from '../../generators/macro/presets/presets.js';
import { CLI } from '../fixtures/command-line.js';

let folder: string;
const at = (name: string) => path.join(folder, name);

/** A command that is given something on standard input. */
async function imcgen(input: string | Uint8Array, ...args: string[]) {
  const { exitCode, stdout, stderr } = await execa(process.execPath, [CLI, ...args], {
    ...{ cwd: folder, reject: false, input },
  });
  return { exitCode, stdout, stderr };
}

const json = async (name: string) => JSON.parse(await readFile(at(name), 'utf8'));
let macro: string;

beforeAll(async () => {
  folder = await mkdtemp(path.join(tmpdir(), 'imcgen-stdin-'));
  const preset = PRESETS.find(({ name }) => name === 'small-signed')!;
  orThrow(await writeNewFiles(folder, presetFiles(preset)));
  macro = await readFile(at('macro.jsonc'), 'utf8');
  writeNpy(at('x.npy'), {
    shape: [64],
    fortranOrder: false,
    data: Float32Array.from({ length: 64 }, (_, i) => i),
  });
});
afterAll(() => rm(folder, { recursive: true }));

describe('standard input, named -', () => {
  it('is a config, whose levels are found from the current folder', async () => {
    const said = await imcgen(macro, 'check', '-');
    expect(said).toMatchObject({ exitCode: 0, stderr: '' });
    expect(said.stdout).toMatch(/^small_signed: /);
    expect(await imcgen(macro, 'diff', '-', 'macro.jsonc')).toMatchObject({
      ...{ exitCode: 0, stderr: '', stdout: expect.stringMatching(/^- and macro\.jsonc: the same/) },
    });
  });

  it('gives the bytes that the file gives', async () => {
    expect(await imcgen(macro, 'generate', '-', '-o', 'piped', '--quiet')).toMatchObject({
      exitCode: 0,
      stderr: '',
    });
    expect(await imcgen('', 'diff', 'piped', 'macro.jsonc')).toMatchObject({ exitCode: 0, stderr: '' });
    await imcgen('', 'generate', 'macro.jsonc', '-o', 'named', '--quiet');
    expect(await readFile(at('piped/manifest.json'), 'utf8')).toBe(
      await readFile(at('named/manifest.json'), 'utf8'),
    );
  });

  it('says what is wrong with it by its name', async () => {
    expect(await imcgen('{ "name": 7 ', 'check', '-')).toMatchObject({
      ...{ exitCode: 1, stdout: '', stderr: expect.stringMatching(/^standard input: is not JSON: line 1/) },
    });
    expect((await imcgen('', 'check', '-')).stderr).toMatch(/^standard input: is not JSON/);
    expect((await imcgen('abc', 'calibrate', '-', '-b', '2', '-o', 'c.json')).stderr).toMatch(
      /^standard input: is not an \.npy file/,
    );
  });

  it('is activations, with the levels that the file gives', async () => {
    const options = ['-b', '2', '--quiet', '--name', 'x'];
    await imcgen(await readFile(at('x.npy')), 'calibrate', '-', ...options, '-o', 'piped.json');
    await imcgen('', 'calibrate', 'x.npy', ...options, '-o', 'named.json');
    const { provenance, ...piped } = await json('piped.json');
    const { provenance: named, ...other } = await json('named.json');
    expect(piped).toEqual(other);
    expect([provenance.source, named.source]).toEqual(['standard input', 'x.npy']);
  });

  it.each<[string, () => Promise<string | Uint8Array> | string]>([
    ['text', () => '0\n1.5\n3\n6\n'],
    ['a JSON list', () => '\n[0, 1.5, 3, 6]\n'],
    [
      'an array',
      () => {
        writeNpy(at('four.npy'), { shape: [4], fortranOrder: false, data: Float32Array.of(0, 1.5, 3, 6) });
        return readFile(at('four.npy'));
      },
    ],
  ])('is levels to import: %s', async (_, input) => {
    const options = ['--kind', 'levels', '--convention', 'midpoint', '--quiet', '-o', 'imported.json'];
    expect(await imcgen(await input(), 'import', '-', ...options)).toEqual({
      exitCode: 0,
      stdout: '',
      stderr: '',
    });
    expect((await json('imported.json')).references).toEqual([0.75, 2.25, 4.5]);
  });

  it.each([
    ['calibrate', '-', '-', '-b', '2', '-o', 'twice.json'],
    ['calibrate', '-', '-b', '2', '--held-out', '-', '-o', 'twice.json'],
    ['import', '-', '--outputs', '-', '-o', 'twice.json'],
    ['sweep', '-', '--bits', '2', '--from', '-'],
    ['diff', '-', '-'],
  ])('is named in one place only: %s %s %s %s', async (...args) => {
    expect(await imcgen('', ...args)).toEqual({
      ...{ exitCode: 1, stdout: '' },
      stderr: expect.stringMatching(/^standard input: is named twice, and can be read once\n +Name files/),
    });
  });

  it('is no output', async () => {
    expect((await imcgen('', 'calibrate', 'x.npy', '-b', '2', '-o', '-')).stderr).toMatch(
      /^-: is no name of a file\n/,
    );
  });
});

describe('a JSON list', () => {
  const read = async (text: string) => {
    await writeFile(at('list.json'), text);
    return readLists(at('list.json'));
  };

  it.each([
    ['[0, 1.5, 3, 6]', [0, 1.5, 3, 6]],
    ['// levels\n[1e-3,\n -2,]', [0.001, -2]],
    ['[-Infinity, 0, Infinity]', [Number.NEGATIVE_INFINITY, 0, Number.POSITIVE_INFINITY]],
    ['["-inf", 1, "inf"]', [Number.NEGATIVE_INFINITY, 1, Number.POSITIVE_INFINITY]],
  ])('%s', async (text, values) => {
    expect(orThrow(await read(text))).toMatchObject({ single: { values } });
  });

  it.each([
    ['{"references": [1]}', /is not a list of numbers/],
    ['7', /is not a list of numbers/],
    ['[]', /holds no numbers/],
    ['[[0, 1]]', /\[0\]: \[0,1\] is not a number/],
    ['[0, "1"]', /\[1\]: "1" is not a number/],
    ['[null]', /\[0\]: null is not a number/],
    ['[0, 1', /is not JSON/],
    [`[${'0,'.repeat(5000)}0]`, /holds 5001 numbers, which levels never do/],
  ])('refuses %.20s', async (text, says) => {
    const result = await read(text);
    expect(
      result.ok ? 'taken' : result.problems.map(({ path: where, message }) => `${where}: ${message}`).join(),
    ).toMatch(says);
  });
});

describe('bfloat16', () => {
  /** The bytes that numpy.save writes of ml_dtypes.bfloat16([1.5, -2, 3, nan, inf, 2^-133]), its header shortened. */
  const bytesOf = (descr: string, data: readonly number[]) => {
    const header = `{'descr': '${descr}', 'fortran_order': False, 'shape': (${data.length},), }`.padEnd(117);
    const start = Buffer.from([0x93, 0x4e, 0x55, 0x4d, 0x50, 0x59, 1, 0, 118, 0]);
    return Buffer.concat([start, Buffer.from(`${header}\n`), Buffer.from(Uint16Array.from(data).buffer)]);
  };
  const WORDS = [0x3fc0, 0xc000, 0x4040, 0x7fc0, 0x7f80, 0x0001];

  it('is read as the numbers that it stands for', async () => {
    await writeFile(at('bf16.npy'), bytesOf('<V2', WORDS));
    const { data } = orThrow(readNpy(at('bf16.npy')));
    expect([...data]).toEqual([1.5, -2, 3, Number.NaN, Number.POSITIVE_INFINITY, 2 ** -133]);
    expect(data).toBeInstanceOf(Float32Array);
  });

  it.each(['|V2', '<V1', '|V1', '>V2', '<V4'])(
    'raw elements %s are refused: they could be anything',
    async (descr) => {
      await writeFile(at('raw.npy'), bytesOf(descr, WORDS));
      const result = readNpy(at('raw.npy'));
      expect(result).toMatchObject({
        ok: false,
        problems: [{ fix: expect.stringContaining('astype(numpy.float32)') }],
      });
    },
  );
});
