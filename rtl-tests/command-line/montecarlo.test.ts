import { cpSync, existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { execa } from 'execa';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { registerMonteCarlo } from '../../generators/command-line/commands/montecarlo.js';
import { writeNpy } from '../../generators/levels/calibrate/npy.js';
import { CLI, imcgenProcess, printedBy } from '../fixtures/command-line.js';
import { levelsFrom } from '../fixtures/configurations.js';
import { itLong } from '../fixtures/every-change.js';

const MACRO = {
  name: 'dies',
  array: { rows: 40, columns: 10 },
  input: { bits: 4 },
  adc: { bits: 3, reference: { columns: 16, rows: 80, offsetRows: 10 } },
  output: { bits: 8, signed: true },
  layers: [{ levels: 'dies.levels.json' }],
};
const DIE = { mismatch: 0.1, compression: 0.05, offset: 1, noise: 1, globalSpread: 0.05 };

let folder: string;
const at = (...names: string[]) => path.join(folder, ...names);
/** As a process: the threads of dies are those that are built. */
const imcgen = (...args: string[]) => imcgenProcess(folder, args);
/** Every file of a folder of the test, by its name. */
const contents = (name: string) =>
  Object.fromEntries(readdirSync(at(name)).map((file) => [file, readFileSync(at(name, file), 'utf8')]));

beforeAll(() => {
  folder = mkdtempSync(path.join(tmpdir(), 'imcgen-montecarlo-'));
  const levels = levelsFrom('dies', [-60, -31, -9, 6, 25, 60, 110]);
  writeFileSync(at('dies.levels.json'), JSON.stringify(levels));
  writeFileSync(at('macro.json'), JSON.stringify({ ...MACRO, die: DIE }));
  const trimmed = { ...MACRO, array: { ...MACRO.array, trimRows: 6, trimPulses: 2 } };
  writeFileSync(at('trimmed.json'), JSON.stringify({ ...trimmed, die: { ...DIE, offset: 4 } }));
  // Its first reference is above zero: no offset group, which trim steps need.
  writeFileSync(at('rising.levels.json'), JSON.stringify(levelsFrom('rising', [9, 18, 27, 36, 60, 90, 110])));
  const coarse = {
    ...MACRO,
    array: { ...MACRO.array, trimRows: 6, trimPulses: 8 },
    adc: { bits: 3, reference: { columns: 16, rows: 70 } },
    layers: [{ levels: 'rising.levels.json' }],
  };
  writeFileSync(at('coarse.json'), JSON.stringify({ ...coarse, die: DIE }));
  writeFileSync(at('ideal.json'), JSON.stringify(MACRO));
});
afterAll(() => rmSync(folder, { recursive: true }));

const RUN = ['montecarlo', 'macro.json', '--inputs', '50', '--limit', 'inl=1,csnr=10'];

describe('imcgen montecarlo', () => {
  itLong('gives the same bytes on 1, 2 and 3 threads', async () => {
    for (const workers of ['1', '2', '3']) {
      const run = await imcgen(
        ...RUN,
        '--dies',
        '14',
        '--corner',
        'slow,typical',
        '--workers',
        workers,
        '-o',
        workers,
      );
      expect(run).toMatchObject({ exitCode: 0, stderr: '' });
      expect(run.stdout).toBe(readFileSync(at(workers, 'report.txt'), 'utf8').trimEnd());
    }
    const one = contents('1');
    expect(Object.keys(one).sort()).toEqual([
      ...['csnr.slow.svg', 'csnr.typical.svg', 'dies.slow.jsonl', 'dies.typical.jsonl', 'dnl.slow.svg'],
      ...['dnl.typical.svg', 'inl.slow.svg', 'inl.typical.svg', 'report.json', 'report.txt'],
      ...['transfer.slow.svg', 'transfer.typical.svg'],
    ]);
    expect(contents('2')).toEqual(one);
    expect(contents('3')).toEqual(one);
    const { corners } = JSON.parse(one['report.json']!) as { corners: { summary: { dies: number } }[] };
    expect(corners.map(({ summary }) => summary.dies)).toEqual([14, 14]);
  });

  it('shows dies before and after they calibrate their trim rows, the same on any number of threads', async () => {
    const run = (how: string, ...more: string[]) =>
      imcgen('montecarlo', 'trimmed.json', '--dies', '6', '--inputs', '50', '--self-calibrate', how, ...more);
    const { stdout } = await run('offsets', '--workers', '1', '-o', 'trim1');
    await run('offsets', '--workers', '2', '-o', 'trim2');
    expect(contents('trim2')).toEqual(contents('trim1'));
    expect(Object.keys(contents('trim1'))).toContain('dies.typical-calibrated.jsonl');
    expect(stdout).toMatch(
      /\ncalibration: \d+ of 60 columns reported, though \d+ of them lie within half a trim step\nof the others 0 lie beyond it; at most 0\.\d{3} ideal trim steps are left\n/,
    );
    expect(stdout).toMatch(
      /\nbefore and after: yield .* %, CSNR .* dB and .* dB \(\+\d+ % of the dB\), errors .* % and .* %\n/,
    );
    const json = JSON.parse((await run('inputs', '--json')).stdout) as {
      corners: { calibrated?: string; summary: { csnr: number; trim?: object } }[];
    };
    expect(json.corners.map(({ calibrated }) => calibrated)).toEqual([undefined, 'inputs']);
    const [before, after] = json.corners;
    expect(after!.summary.csnr).toBeGreaterThan(before!.summary.csnr + 1);
    expect([before!.summary.trim, after!.summary.trim]).toEqual([
      undefined,
      { columns: 60, reported: expect.any(Number), unseen: null, within: null, residual: null },
    ]);
  });

  itLong('adds dies to those that are there, and simulates anew what was cut', async () => {
    await imcgen(...RUN, '--dies', '5', '-o', 'few');
    const kept = readFileSync(at('few/dies.typical.jsonl'), 'utf8');
    await imcgen(...RUN, '--dies', '9', '-o', 'whole');
    await imcgen(...RUN, '--dies', '9', '-o', 'few');
    expect(contents('few')).toEqual(contents('whole'));
    expect(contents('whole')['dies.typical.jsonl']!.startsWith(kept)).toBe(true);
    // Records are taken from the file: one that was edited stays as it is, and counts.
    const lines = kept.split('\n');
    const edited = lines[2]!.replace(/"missing":\d+/, '"missing":7');
    writeFileSync(
      at('few/dies.typical.jsonl'),
      [...lines.slice(0, 2), edited, lines[3]!.slice(0, 40)].join('\n'),
    );
    const { stdout } = await imcgen(...RUN, '--dies', '9', '-o', 'few');
    expect(stdout).toContain('missing codes 7, on 1 dies');
    expect(contents('few')['dies.typical.jsonl']!.split('\n').length).toBe(11);
    // A study of another seed begins anew.
    await imcgen(...RUN, '--dies', '9', '--inputs', '51', '-o', 'few');
    expect(contents('few')['dies.typical.jsonl']).not.toContain('"missing":7');
  });

  itLong(
    'ends by the signal of Ctrl-C, keeps finished dies, and goes on from them',
    async () => {
      const args = [
        'montecarlo',
        'macro.json',
        '--inputs',
        '2000',
        '--workers',
        '2',
        '-o',
        'stopped',
        '--dies',
      ];
      const run = execa(process.execPath, [CLI, ...args, '200000'], { cwd: folder, reject: false });
      while (!existsSync(at('stopped/dies.typical.jsonl'))) await new Promise((go) => setTimeout(go, 50));
      run.kill('SIGINT');
      const { signal, stderr } = await run;
      expect([signal, stderr]).toEqual(['SIGINT', '']);
      expect(readdirSync(at('stopped'))).toEqual(['dies.typical.jsonl']);
      const kept = readFileSync(at('stopped/dies.typical.jsonl'), 'utf8').trimEnd().split('\n');
      const dies = kept.length - 1;
      expect(dies).toBeGreaterThan(0);
      const more = await imcgen(...args, String(dies + 3), '--quiet');
      expect(more).toEqual({ exitCode: 0, stdout: '', stderr: '' });
      const all = readFileSync(at('stopped/dies.typical.jsonl'), 'utf8').trimEnd().split('\n');
      for (const line of kept) expect(all.includes(line)).toBe(true);
      expect(all.length).toBeGreaterThanOrEqual(dies + 4);
    },
    120_000,
  );

  it('takes weights and inputs from files', async () => {
    const weights = Int8Array.from({ length: 400 }, (_, cell) => (cell % 3) - 1);
    const inputs = Float32Array.from({ length: 3 * 40 }, (_, x) => x % 16);
    writeNpy(at('weights.npy'), { shape: [40, 10], fortranOrder: false, data: weights });
    writeNpy(at('inputs.npy'), { shape: [3, 40], fortranOrder: false, data: inputs });
    // The same values column by column.
    const columnwise = Int8Array.from(weights, (_, i) => weights[(i % 40) * 10 + Math.floor(i / 40)]!);
    writeNpy(at('fortran.npy'), { shape: [40, 10], fortranOrder: true, data: columnwise });
    const run = (file: string) =>
      imcgen(
        'montecarlo',
        'macro.json',
        '--dies',
        '2',
        '--weights',
        file,
        '--inputs',
        'inputs.npy',
        '--json',
      );
    const [rowwise, fortran] = [await run('weights.npy'), await run('fortran.npy')];
    const { corners } = JSON.parse(rowwise.stdout) as { corners: { summary: { conversions: number } }[] };
    expect(corners[0]!.summary.conversions).toBe(30);
    expect(fortran.stdout.replace('fortran', 'weights')).toBe(rowwise.stdout);
  });

  it.each<[file: string, args: readonly string[], says: RegExp]>([
    ['ideal.json', [], /ideal\.json: die: is not there\n\s+Add a "die" section/],
    ['macro.json', ['--dies', '0'], /^--dies: 0 is outside 1\.\.262144$/],
    ['macro.json', ['--inputs', '0'], /^--inputs: 0 is outside 1\.\.3355443$/],
    ['macro.json', ['--layer', 'fc9'], /^--layer: "fc9" is no layer of .*macro\.json; known: dies$/],
    ['macro.json', ['--inputs', 'bad.npy'], /bad\.npy: has the shape \(2, 3\), \(vectors, 40\) is wanted$/],
    [
      'macro.json',
      ['--weights', 'large.npy'],
      /large\.npy: value \[0, 1\] is 2, no whole number in -1\.\.1$/,
    ],
    ['macro.json', ['--self-calibrate', 'offsets'], /array\.trimRows: is 0: there is nothing to calibrate\n/],
    [
      'coarse.json',
      ['--self-calibrate', 'offsets'],
      /adc\.reference\.offsetRows: half a trim step takes 4 cells of the offset group, which has 0\n\s+Use offsetRows >= 1\./,
    ],
    ['trimmed.json', ['--self-calibrate', 'offset'], /Allowed choices are offsets, inputs, hardware/],
    [
      'trimmed.json',
      ['--self-calibrate', 'hardware'],
      /array\.selfCalibrate: is false: this macro does not calibrate itself\n\s+Set array\.selfCalibrate: true/,
    ],
    ['macro.json', ['--corner', 'warm'], /Known corners: typical, slow, fast, hot, cold, low-supply/],
    ['macro.json', ['--limit', 'ink=1'], /known: inl, dnl, errors, missing, csnr/],
    ['macro.json', ['-o', 'mine'], /mine: holds notes\.txt, which is not of a Monte Carlo run\n/],
  ])('refuses %s %j', async (file, args, says) => {
    cpSync(at('macro.json'), at('mine/notes.txt'));
    writeNpy(at('bad.npy'), { shape: [2, 3], fortranOrder: false, data: new Int8Array(6) });
    const large = Int8Array.from({ length: 400 }, (_, cell) => Number(cell === 1) * 2);
    writeNpy(at('large.npy'), { shape: [40, 10], fortranOrder: false, data: large });
    const words = args.map((word) => (/^(mine|.*\.npy)$/.test(word) ? at(word) : word));
    expect(await printedBy(registerMonteCarlo, 'montecarlo', at(file), ...words)).toMatch(says);
    expect(readdirSync(at('mine'))).toEqual(['notes.txt']);
  });
});
