import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { writeDigits } from '../../examples/network/digits-network.js';
import { registerBounds } from '../../generators/command-line/commands/bounds.js';
import { imcgenIn, imcgenProcess, printedBy } from '../fixtures/command-line.js';
import { levelsFrom } from '../fixtures/configurations.js';
import { describeLong, itLong } from '../fixtures/every-change.js';

const MACRO = {
  name: 'dies',
  array: { rows: 40, columns: 10, trimRows: 2, trimPulses: 2 },
  input: { bits: 4 },
  adc: { bits: 3, reference: { columns: 16, rows: 80, offsetRows: 10 } },
  output: { bits: 8, signed: true },
  layers: [{ levels: 'dies.levels.json' }],
};
const DIE = { mismatch: 0.02, offset: 0.5, noise: 0.2, globalSpread: 0.05, compression: 0.02 };

let folder: string;
const at = (name: string) => path.join(folder, name);
beforeAll(() => {
  folder = mkdtempSync(path.join(tmpdir(), 'imcgen-bounds-'));
  const levels = levelsFrom('dies', [-60, -31, -9, 6, 25, 60, 110]);
  writeFileSync(at('dies.levels.json'), JSON.stringify(levels));
  writeFileSync(at('macro.json'), JSON.stringify({ ...MACRO, die: DIE }));
  writeFileSync(at('ideal.json'), JSON.stringify(MACRO));
  writeFileSync(at('none.json'), '{}');
});
afterAll(() => rmSync(folder, { recursive: true }));
const bounds = (...args: string[]) => printedBy(registerBounds, 'bounds', ...args);
const json = async (...args: string[]) => JSON.parse(await bounds(...args, '--json'));

describe('imcgen bounds of a macro', () => {
  it('counts codes that no die changes, effect by effect, and holds dies against them', async () => {
    const found = await json(at('macro.json'), '--inputs', '60', '--sigmas', '1', '--check', '20');
    expect(found.codes).toBe(600);
    expect(found.certain).toBeGreaterThan(0);
    expect(found.certain).toBeLessThan(600);
    expect(found.widths.reduce((sum: number, count: number) => sum + count, 0)).toBe(600);
    expect(found.widths[0]).toBe(found.certain);
    const effects = found.alone.map(({ effect }: { effect: string }) => effect);
    expect(effects).toEqual([
      ...['weight cells', 'trim cells', 'reference cells', 'global spread', 'compression', 'offset', 'noise'],
    ]);
    // What all effects leave certain each of them does.
    for (const { kept } of found.alone) expect(kept).toBeGreaterThanOrEqual(found.kept);
    expect(found.checked).toMatchObject({
      drawn: 20,
      codes: 12_000,
      aimed: 20,
      outside: 0,
      counterexamples: [],
    });
    expect(found.checked.reached).toBeGreaterThan(15);
  });

  it('leaves all codes to ideal dies, and fewer the more sigmas there are', async () => {
    const certain = async (file: string, sigmas: string) =>
      (await json(at('macro.json'), '--die', at(file), '--inputs', '60', '--sigmas', sigmas))
        .certain as number;
    expect(await certain('none.json', '3')).toBe(600);
    const counts = [
      await certain('macro.json', '0.1'),
      await certain('macro.json', '1'),
      await certain('macro.json', '3'),
    ];
    expect(counts).toEqual([...counts].sort((one, other) => other - one));
    expect(new Set(counts).size).toBe(3);
  });

  it.each<[readonly string[], RegExp]>([
    [['ideal.json'], /ideal\.json: die: is not there\n\s+Add a "die" section, such as/],
    [
      ['macro.json', '--images', '3'],
      /--images: is an option for a network, and .*macro\.json is the config of a macro/,
    ],
    [['macro.json', '--layer', 'fc9'], /"fc9" is no layer of .*; known: dies/],
    [['macro.json', '--sigmas', '11'], /It is outside 0\.\.10/],
    [['macro.json', '--sigmas', 'x'], /It is no number/],
    [['macro.json', '--inputs', '0'], /--inputs: 0 is outside 1\.\.\d+/],
  ])('refuses %j', async ([file, ...args], says) => {
    expect(await bounds(at(file!), ...args)).toMatch(says);
  });

  itLong('gives the same on any number of threads, and prints nothing where it is to be quiet', async () => {
    // Enough codes that a second thread pays.
    const args = ['bounds', 'macro.json', '--inputs', '100', '--check', '10000', '--json', '--threads'];
    const [one, two] = [
      await imcgenProcess(folder, [...args, '1']),
      await imcgenProcess(folder, [...args, '2']),
    ];
    expect(one).toMatchObject({ exitCode: 0, stderr: '' });
    expect(two).toEqual(one);
    const quiet = await imcgenIn(folder, ['bounds', 'macro.json', '--inputs', '5', '--quiet']);
    expect(quiet).toEqual({ exitCode: 0, stdout: '', stderr: '' });
  });
});

describeLong('imcgen bounds of a network', () => {
  it('tells images that keep their class, up to how many sigmas, the same on any number of threads', async () => {
    writeDigits(at('digits'), 30);
    const args = [
      'bounds',
      'digits/network.json',
      '--die',
      'die.json',
      '--check',
      '2',
      '--json',
      '--threads',
    ];
    writeFileSync(at('die.json'), '{ "mismatch": 0.002 }');
    const [one, two] = [
      await imcgenProcess(folder, [...args, '1']),
      await imcgenProcess(folder, [...args, '2']),
    ];
    expect(one).toMatchObject({ exitCode: 0, stderr: '' });
    expect(two).toEqual(one);
    const found = JSON.parse(one.stdout);
    expect(found.images).toHaveLength(30);
    expect(found.checked).toMatchObject({ dies: 2, outside: 0 });
    expect(found.layers.map(({ layer }: { layer: string }) => layer)).toEqual(['n3_Conv', 'n7_Gemm']);
    for (const { certain, sigmas } of found.images) {
      if (sigmas !== null) expect(sigmas >= 2.99).toBe(certain);
      else expect(certain).toBe(false);
    }
    expect(found.certainUpTo.one).toBeGreaterThanOrEqual(found.certainUpTo.half);
    expect(await bounds(at('digits/network.json'), '--weights', 'w.npy')).toMatch(
      /--weights: is an option for a macro/,
    );
    expect(await bounds(at('digits/network.json'))).toMatch(
      /macro\.die: is not there\n\s+Add a "die" section to "macro"/,
    );
  });
});
