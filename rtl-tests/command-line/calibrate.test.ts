import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Command, CommanderError } from 'commander';
import { afterAll, afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { registerCalibrate } from '../../generators/command-line/commands/calibrate.js';
import { InvalidInput, orThrow } from '../../generators/common/problems.js';
import { calibrate } from '../../generators/levels/calibrate/calibrate.js';
import { writeNpy } from '../../generators/levels/calibrate/npy.js';
import { levelsSvg } from '../../generators/levels/calibrate/plot.js';
import { levelsSchema } from '../../generators/macro/config/levels.js';
import { reluBatch, reluBatches } from '../fixtures/activations.js';

// A busy machine is slow, not wrong.

const folder = mkdtempSync(join(tmpdir(), 'imcgen-calibrate-'));
afterAll(() => rmSync(folder, { recursive: true }));
const at = (name: string) => join(folder, name);

let printed = '';
let warned = '';
beforeEach(() => {
  printed = '';
  warned = '';
  vi.spyOn(process.stdout, 'write').mockImplementation((text) => {
    printed += String(text);
    return true;
  });
  vi.spyOn(process.stderr, 'write').mockImplementation((text) => {
    warned += String(text);
    return true;
  });
});
afterEach(() => vi.restoreAllMocks());

async function run(...args: string[]): Promise<void> {
  const program = new Command('imcgen').exitOverride();
  registerCalibrate(program);
  for (const command of program.commands) command.exitOverride().configureOutput({ writeErr: () => {} });
  await program.parseAsync(['calibrate', ...args], { from: 'user' });
}

async function problemOf(...args: string[]): Promise<string> {
  return run(...args).then(
    () => 'no problem',
    (error: unknown) =>
      error instanceof InvalidInput || error instanceof CommanderError ? error.message : String(error),
  );
}

function save(name: string, data: Float32Array, shape = [data.length], fortranOrder = false): string {
  writeNpy(at(name), { shape, fortranOrder, data });
  return at(name);
}

const batches = reluBatches(3, 2000);
const batchFiles = batches.map((batch, index) => save(`batch_${index}.npy`, batch));
const readLevels = (name: string) => levelsSchema.parse(JSON.parse(readFileSync(at(name), 'utf8')));

describe('imcgen calibrate', () => {
  it('writes what calibrate gives in memory, file by file a batch', async () => {
    await run(...batchFiles, '-b', '4', '-o', at('conv1.levels.json'));
    const source = 'batch_0.npy, batch_1.npy, batch_2.npy';
    expect(readLevels('conv1.levels.json')).toEqual(
      orThrow(calibrate(batches, { name: 'conv1', bits: 4, source })),
    );
    expect(printed).toMatch(/^conv1: 4 bits, bs-kmq, tails .* chosen; 6000 samples in 3 batches$/m);
    expect(warned).toBe('');
  });

  it('has the plain form under a name of its own, and takes tails and outputs as they are asked for', async () => {
    const made = async (...args: string[]) => {
      await run(...batchFiles, '-b', '3', '-o', at('form.levels.json'), ...args);
      const { provenance, outputs, centres } = readLevels('form.levels.json');
      return {
        ...provenance!.options,
        method: provenance!.method,
        ownOutputs: outputs.join() !== centres.join(),
      };
    };
    expect(await made('--method', 'bs-kmq-plain')).toMatchObject({
      method: 'bs-kmq-plain',
      tailLow: 0.005,
      tailHigh: 0.005,
      refit: false,
      ownOutputs: false,
    });
    expect(printed).toContain('form: 3 bits, bs-kmq-plain, tails 0.5 % / 0.5 %; 6000 samples');
    expect(await made()).toMatchObject({ method: 'bs-kmq', tails: 'auto', refit: true, ownOutputs: true });
    expect(await made('--no-refit')).toMatchObject({ tails: 'auto', refit: false, ownOutputs: false });
    expect(await made('--tails', '0.3,0.01')).toMatchObject({ tailLow: 0.3, tailHigh: 0.01, refit: true });
    expect(await made('--method', 'linear-clipped')).toMatchObject({ tailLow: 0.005, refit: false });
    expect(await made('--method', 'optimal', '--refit')).toMatchObject({ refit: true });
  });

  it.each([
    [
      ['--method', 'optimal', '--tails', '0.01'],
      '--tails: does not go with --method optimal, which clips nothing',
    ],
    [
      ['--method', 'linear-clipped', '--tails', 'auto'],
      '--tails: auto does not go with --method linear-clipped',
    ],
    [['--method', 'optimal', '--robust', '1'], '--robust: does not go with --method optimal'],
    [['--method', 'hardware-optimal', '--relu'], '--relu: needs --robust'],
    [
      ['--method', 'hardware-optimal', '--robust', '1', '--relu', '--compare'],
      '--relu: does not go with --compare',
    ],
    [['--method', 'hardware-optimal', '--refit'], '--refit: does not go with --method hardware-optimal'],
  ])('refuses options that the method would not look at: %j', async (args, message) => {
    expect(await problemOf(batchFiles[0]!, '-b', '3', '-o', at('unused.json'), ...args)).toContain(message);
  });

  it('takes the batches of a folder in natural order', async () => {
    const nested = mkdtempSync(join(folder, 'folder-'));
    for (const [index, batch] of batches.entries()) {
      writeNpy(join(nested, `calib_${[2, 10, 1][index]}.npy`), {
        shape: [2000],
        fortranOrder: false,
        data: batch,
      });
    }
    await run(nested, '-b', '2', '-o', at('folder.levels.json'), '--quiet');
    const ordered = [batches[2]!, batches[0]!, batches[1]!];
    expect(readLevels('folder.levels.json').range).toEqual(
      orThrow(calibrate(ordered, { name: 'x', bits: 2 })).range,
    );
    expect(printed).toBe('');
  });

  it('prints JSON for machines', async () => {
    await run(batchFiles[0]!, '-b', '2', '-o', at('json.levels.json'), '--json');
    const answer = JSON.parse(printed) as { levels: unknown; mse: number; optimum: number };
    expect(answer.levels).toEqual(readLevels('json.levels.json'));
    expect(answer.mse).toBeGreaterThanOrEqual(answer.optimum);
  });

  it('compares all methods without writing a file', async () => {
    const before = readdirSync(folder).length;
    await run(...batchFiles, '-b', '3', '--compare', '--held-out', save('held.npy', reluBatch(2000, 77)));
    expect(printed).toMatch(/^held out: held\.npy: 2000 samples, 3 bits/m);
    expect(readdirSync(folder).length).toBe(before + 1);
  });

  it.each([
    [0, [6, 1000], false],
    [1, [1000, 6], false],
    [-1, [1000, 6], false],
    [1, [1000, 6], true],
  ])('calibrates each channel along axis %i of %j', async (axis, shape, fortran) => {
    const channels = shape[axis < 0 ? axis + 2 : axis]!;
    const first = axis === 0;
    const data = new Float32Array(6000);
    for (let i = 0; i < 6000; i++) {
      const channel = first || fortran ? Math.floor(i / 1000) : i % 6;
      data[i] =
        (channel + 1) * batches[first || fortran ? 0 : 1]![first || fortran ? i % 1000 : Math.floor(i / 6)]!;
    }
    await run(
      save('axis.npy', data, shape, fortran),
      '-b',
      '2',
      '-o',
      at('axis.levels.json'),
      `--axis=${axis}`,
      '--quiet',
    );
    const highs = Array.from({ length: channels }, (_, c) => readLevels(`axis.c${c}.levels.json`).range.high);
    for (const [channel, high] of highs.entries()) expect(high / highs[0]!).toBeCloseTo(channel + 1, 5);
    for (let c = 0; c < channels; c++) rmSync(at(`axis.c${c}.levels.json`));
  });

  it('finds reference cells and table entries of the macro', async () => {
    const macro = ['--cell', '0.25', '--step-cells', '4', '--table-step', '0.125', '--table-bits', '5'];
    await run(
      batchFiles[0]!,
      '-b',
      '3',
      '-o',
      at('hw.levels.json'),
      '--method',
      'hardware-optimal',
      ...macro,
    );
    const { references, outputs, provenance } = readLevels('hw.levels.json');
    for (const reference of references) expect(Number.isInteger(reference / 0.25)).toBe(true);
    for (const output of outputs) expect(Number.isInteger(output / 0.125)).toBe(true);
    expect(provenance?.method).toBe('hardware-optimal');
    expect(
      await problemOf(batchFiles[0]!, '-b', '3', '-o', at('no.json'), '--method', 'hardware-optimal'),
    ).toContain('--cell: is missing: --method hardware-optimal needs it');
  });

  it('finds the levels of least expected error over offsets of columns', async () => {
    const macro = ['--cell', '0.1', '--step-cells', '16', '--table-step', '0.125', '--table-bits', '6'];
    const calibrated = async (file: string, ...more: string[]) => {
      await run(batchFiles[0]!, '-b', '3', '-o', at(file), '--method', 'hardware-optimal', ...macro, ...more);
      return readLevels(file);
    };
    const nominal = await calibrated('nominal.levels.json');
    const robust = await calibrated('robust.levels.json', '--robust', '0.5');
    expect(robust.references).not.toEqual(nominal.references);
    expect(robust.provenance?.options.note).toMatch(
      /; sigma 0\.5: expected MSE \S+, the least; levels for sigma 0 have \S+, \S+ % more$/,
    );
    expect(nominal.provenance?.options.note).not.toContain('sigma');
  });

  it('takes sums before a ReLU for levels over offsets, and records what the ReLU makes of them', async () => {
    const macro = ['--cell', '0.1', '--step-cells', '64', '--offset-cells', '64', '--table-step', '0.125'];
    const calibrated = async (values: Float32Array, file: string, ...more: string[]) => {
      const path = save('relu.npy', values);
      const robust = ['--method', 'hardware-optimal', '--robust', '1.5', ...macro, ...more];
      await run(path, '-b', '3', '-o', at(file), ...robust);
      return readLevels(file);
    };
    const sums = Float32Array.from({ length: 2000 }, (_, at) => ((at * 37) % 2000) / 100 - 10);
    const after = await calibrated(
      sums.map((sum) => Math.max(0, sum)),
      'after.levels.json',
    );
    const before = await calibrated(sums, 'before.levels.json', '--relu');
    expect(before.provenance?.options.note).toMatch(/ % more; sums before a ReLU$/);
    // What plans compute errors from is the same, the levels are others.
    expect([before.histogram, before.range.low]).toEqual([after.histogram, 0]);
    expect(before.references).not.toEqual(after.references);
    expect(before.outputs[0]!).toBeLessThan(after.outputs[0]!);
    expect(
      await problemOf(
        ...[
          save('relu.npy', Float32Array.of(-3, -1)),
          '-b',
          '1',
          '-o',
          at('no.json'),
          '--relu',
          '--robust',
          '1',
        ],
        ...['--method', 'hardware-optimal', ...macro],
      ),
    ).toContain('--relu: makes 0 of all samples: the largest is -1');
  });

  it('says what it left out', async () => {
    const path = save('nan.npy', Float32Array.of(1, 2, 3, NaN));
    expect(await problemOf(path, '-b', '1', '-o', at('nan.levels.json'))).toBe(
      'nan.npy: 1 values are NaN, infinite or beyond float32\n         mend the data, or leave them out with --drop-nonfinite',
    );
    await run(path, '-b', '1', '-o', at('nan.levels.json'), '--drop-nonfinite');
    expect(warned).toBe('nan.npy: left out 1 values that are not finite\n');
  });

  it('reports every unreadable file at once and writes nothing', async () => {
    writeFileSync(at('text.npy'), 'not an array');
    const empty = save('empty.npy', new Float32Array(0));
    const problem = await problemOf(at('text.npy'), empty, batchFiles[0]!, '-b', '2', '-o', at('none.json'));
    expect(problem).toContain('text.npy: is not an .npy file');
    expect(problem).toContain('empty.npy: holds no values');
    expect(readdirSync(folder)).not.toContain('none.json');
    expect(await problemOf(at('absent'), '-b', '2', '-o', at('none.json'))).toContain(
      'no such file or folder',
    );
  });

  it.each([
    ['bits', ['-b', '9'], /outside 1\.\.8/],
    ['fractional bits', ['-b', '2.5'], /no whole number in 1\.\.8/],
    ['tails', ['-b', '2', '--tails', '0.7'], /outside 0\.\.0\.5/],
    ['methods', ['-b', '2', '--method', 'magic'], /Allowed choices are bs-kmq/],
    ['axes', ['-b', '2', '--axis', '7'], /has no axis 7: its shape is \(2000\)/],
  ])('refuses wrong %s with what is allowed', async (_, args, message) => {
    expect(await problemOf(batchFiles[0]!, '-o', at('wrong.json'), ...args)).toMatch(message);
  });

  it('makes the folders of what it writes', async () => {
    const [levels, plot] = [at('new/folder/x.levels.json'), at('other/x.svg')];
    expect(await problemOf(batchFiles[0]!, '-b', '2', '-o', levels, '--plot', plot)).toBe('no problem');
    expect(readLevels('new/folder/x.levels.json').name).toBe('x');
    expect(readFileSync(plot, 'utf8')).toContain('<svg');
  });

  it('asks for an output file', async () => {
    expect(await problemOf(batchFiles[0]!, '-b', '2')).toContain('--output: is missing');
  });

  it('loads nothing of the calibration before it runs', () => {
    const source = readFileSync(
      new URL('../../generators/command-line/commands/calibrate.ts', import.meta.url),
      'utf8',
    );
    expect(source.match(/^import (?!type ).*$/gm)).toEqual([
      "import { type Command, InvalidArgumentError, Option } from 'commander';",
      "import { number, range } from './values.js';",
    ]);
  });
});

describe('the picture', () => {
  const levels = orThrow(calibrate(batches, { name: 'conv1', bits: 3 }));

  it('shows every reference, level and the share of the pile-up, with the same bytes each time', () => {
    const svg = levelsSvg(levels);
    expect(levelsSvg(levels)).toBe(svg);
    expect(svg.match(/stroke-dasharray="4 3"[^>]*>(<line)/g)?.length).toBe(1);
    expect(svg.match(/<circle /g)?.length).toBe(8 + 1);
    expect(svg).toMatch(/[0-9.]+% of all samples are here/);
    expect(svg).not.toMatch(/NaN|undefined|Infinity/);
  });

  it('stands alone and follows light and dark', () => {
    const svg = levelsSvg(levels);
    expect(svg).toMatch(/^<svg [^>]*xmlns="http:\/\/www\.w3\.org\/2000\/svg"/);
    expect(svg).toContain('prefers-color-scheme: dark');
    expect(svg).toContain('<title>conv1: bs-kmq, 3 bits, 7 references</title>');
  });

  it('is written beside the levels', async () => {
    await run(batchFiles[0]!, '-b', '2', '-o', at('p.levels.json'), '--plot', at('p.svg'), '--quiet');
    expect(readFileSync(at('p.svg'), 'utf8')).toBe(levelsSvg(readLevels('p.levels.json')));
  });

  it('survives samples that are all equal', () => {
    const flat = orThrow(calibrate([new Float32Array(10)], { name: 'dead', bits: 2, allowConstant: true }));
    expect(levelsSvg(flat)).not.toMatch(/NaN|undefined|Infinity/);
  });
});
