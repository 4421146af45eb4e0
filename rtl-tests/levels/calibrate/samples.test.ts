import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { batchesOf, readDigits } from '../../../examples/mnist/digits.js';
import { loadNetwork } from '../../../examples/mnist/network.js';
import { registerCalibrate } from '../../../generators/command-line/commands/calibrate.js';
import { orThrow } from '../../../generators/common/problems.js';
import { calibrate } from '../../../generators/levels/calibrate/calibrate.js';
import { distributionOfSamples } from '../../../generators/levels/calibrate/distribution.js';
import { readNpy, writeNpy } from '../../../generators/levels/calibrate/npy.js';
import { METHODS, type Method } from '../../../generators/levels/calibrate/options.js';
import { crowdOf } from '../../../generators/levels/calibrate/sample-problems.js';
import { levelsSchema } from '../../../generators/macro/config/levels.js';
import { normals, reluBatch } from '../../fixtures/activations.js';
import { printedBy } from '../../fixtures/command-line.js';
import { itLong } from '../../fixtures/every-change.js';

// A busy machine is slow, not wrong.

const folder = mkdtempSync(join(tmpdir(), 'imcgen-samples-'));
afterAll(() => rmSync(folder, { recursive: true }));
const at = (name: string) => join(folder, name);

let warned = '';
beforeEach(() => {
  warned = '';
  vi.spyOn(process.stderr, 'write').mockImplementation((text) => {
    warned += String(text);
    return true;
  });
});
afterEach(() => vi.restoreAllMocks());

function save(name: string, values: readonly number[], shape = [values.length]): string {
  writeNpy(at(name), { shape, fortranOrder: false, data: Float32Array.from(values) });
  return at(name);
}

/** `imcgen calibrate`: what it prints, or why it refuses. */
async function run(...args: string[]): Promise<string> {
  const printed = await printedBy(registerCalibrate, 'calibrate', ...args);
  return printed.replaceAll(`${folder}/`, '');
}

const levelsAt = (name: string) => levelsSchema.parse(JSON.parse(readFileSync(at(name), 'utf8')));
const everything = { method: Object.keys(METHODS) as Method[] };

describe('values that are no activations', () => {
  const scores = Array.from({ length: 400 }, (_, index) => (index - 200) / 20);
  const relu = [...reluBatch(500, 3)];

  it.each([
    ['the lowest float32, as attention masks have it', scores, [-3.4028234663852886e38]],
    ['the lowest float16', scores, [-65504]],
    ['a mask of -1e9', scores, [-1e9]],
    ['a mask of -1e5 behind a ReLU', relu, [-1e5]],
    ['fill values of 1e30', relu, [1e30]],
    ['the least 32-bit integer', scores, [-(2 ** 31)]],
    ['both ends', scores, [-1e9, 1e9]],
    ['an additive mask', scores, [-1e6 - 3, -1e6 - 1, -1e6, -1e6 + 2]],
    ['memory that nobody wrote', relu, [3e33, 1e30, -7e28, 2e12]],
    ['more masked than not', scores, new Array<number>(2000).fill(-1e9)],
  ])('%s: one refusal, and what it advises helps', async (_, samples, far) => {
    const file = save('far.npy', [...samples, ...new Array(30).fill(far).flat()]);
    const said = await run(file, '-b', '4', '-o', at('far.levels.json'));
    expect(said.split('\n').length).toBe(2);
    expect(said).toMatch(
      /^far\.npy: \d+ of \d+ values are .*, far out of all others, which lie within .*mask or fill values/,
    );
    const [drop, clip] = said.split('\n')[1]!.split(', or ');
    const within = (name: string) => {
      const { outputs, range } = levelsAt(name);
      return Math.max(...[...outputs, range.low, range.high].map(Math.abs));
    };
    const dropped = await run(
      file,
      '-b',
      '4',
      '-o',
      at('drop.levels.json'),
      '--quiet',
      ...drop!
        .match(/--drop-\w+ \S+/g)!
        .join(' ')
        .split(' '),
    );
    expect(dropped).toBe('');
    expect(warned).toMatch(
      new RegExp(
        `left out ${30 * far.length} values|left out \\d+ values below .*\\n.*left out \\d+ values above`,
      ),
    );
    expect(within('drop.levels.json')).toBeLessThan(200);
    const clipped = await run(
      file,
      '-b',
      '4',
      '-o',
      at('clip.levels.json'),
      '--quiet',
      ...clip!.match(/--clip \S+/)![0].split(' '),
    );
    expect(clipped).toBe('');
    expect(warned).toContain(`clamped ${30 * far.length} values to`);
    expect(levelsAt('drop.levels.json').provenance!.samples).toBe(samples.length);
    expect(levelsAt('clip.levels.json').provenance!.options).toMatchObject({ clipped: 30 * far.length });
  });

  it('a limit that was given is as its author wants it', async () => {
    const file = save('wanted.npy', [...scores, -1e6]);
    expect(
      await run(file, '-b', '3', '-o', at('wanted.levels.json'), '--drop-below', '-2e6', '--quiet'),
    ).toBe('');
    expect(await run(file, '-b', '3', '-o', at('wanted.levels.json'), '--drop-above', '2e6')).toContain(
      'far out',
    );
  });

  it('infinities are dropped and clamped by their side', async () => {
    const file = save('inf.npy', [...scores, -Infinity, Infinity]);
    expect(await run(file, '-b', '3', '-o', at('inf.levels.json'))).toContain('2 values are NaN, infinite');
    expect(await run(file, '-b', '3', '-o', at('inf.levels.json'), '--clip', '-5,5', '--quiet')).toBe('');
    expect(levelsAt('inf.levels.json').provenance!.options).toMatchObject({
      clipLow: -5,
      clipHigh: 5,
      clipped: 201,
    });
    expect(
      await run(file, '-b', '3', '-o', at('inf.levels.json'), '--drop-below', '9e9', '--drop-above', '9e9'),
    ).toContain('holds no value within the limits given');
  });

  it('heavy tails, few values and close ones are activations', () => {
    const [normal, other] = [normals(20_000, 7), normals(20_000, 8)];
    const cases: readonly ArrayLike<number>[] = [
      normal.map((value) => Math.exp(2.5 * value)),
      normal.map((value) => value ** 5),
      // Student's t with two degrees of freedom, whose variance is infinite.
      normal.map((value, index) => value / Math.hypot(other[index]!, other[(index + 1) % 20_000]!)),
      normal.map((value) => 1e6 + value),
      [...normal.map((value) => value * 1e-12), ...other.map((value) => 0.01 * value)],
      [0, 1e-9, 1],
      [0, 1e9],
    ];
    for (const samples of cases) {
      const distribution = distributionOfSamples(Float64Array.from(samples));
      expect(crowdOf(distribution)).toEqual([0, distribution.values.length]);
    }
  });

  itLong('every layer of the example network, and of real networks where there are any', () => {
    const passes = batchesOf(readDigits().training, 64, 2).map(
      ({ pixels }) => loadNetwork().forward(pixels).activations,
    );
    const layers = passes.flatMap(
      ({ conv1, conv2, fc1 }) => [conv1.values, conv2.values, fc1.values] as ArrayLike<number>[],
    );
    const data = fileURLToPath(new URL('../../../../shared/data/activations/', import.meta.url));
    for (const network of existsSync(data) ? readdirSync(data) : []) {
      for (const layer of readdirSync(join(data, network))) {
        for (const file of ['heldout.npy', 'pre_heldout.npy', 'mac_heldout.npy', 'calib_0.npy'])
          if (existsSync(join(data, network, layer, file)))
            layers.push(orThrow(readNpy(join(data, network, layer, file))).data);
      }
    }
    for (const samples of layers) {
      const distribution = distributionOfSamples(Float64Array.from(samples));
      expect(crowdOf(distribution)).toEqual([0, distribution.values.length]);
    }
  });
});

describe('layers without information', () => {
  it.each([
    ['all zero', new Array<number>(64).fill(0), 'all 64 samples are 0'],
    ['all the same', new Array<number>(64).fill(-2.5), 'all 64 samples are -2.5'],
    ['one sample', [3], 'its only sample is 3'],
    ['all NaN but equal ones', [NaN, 1, 1], 'all 2 samples are 1'],
  ])('%s: refused, made on request', async (_, samples, message) => {
    const file = save('flat.npy', samples);
    const args = [file, '-b', '3', '-o', at('flat.levels.json'), '--drop-nonfinite'];
    expect(await run(...args)).toContain(`flat.npy: ${message}: a layer without information`);
    expect(await run(...args, '--allow-constant', '--quiet')).toBe('');
    expect(warned).toContain('a layer without information');
  });

  it('all NaN: refused', async () => {
    const file = save('nan.npy', [NaN, NaN]);
    expect(await run(file, '-b', '3', '-o', at('x.json'), '--drop-nonfinite')).toBe(
      'nan.npy: holds no finite value',
    );
  });

  it('fewer values than levels: made, and said, with the width that holds them', async () => {
    const file = save('few.npy', [0, 1, 1, 4, 0, 7]);
    await run(file, '-b', '4', '-o', at('few.levels.json'), '--quiet');
    expect(warned).toBe(
      'few.npy: 4 distinct values, fewer than the 16 levels of 4 bits: --bits 2 holds them all without error\n',
    );
    warned = '';
    expect(await run(file, '-b', '2', '-o', at('few.levels.json'))).toContain(
      '  MSE      0, 1.000x the exact optimum',
    );
    expect(warned).toBe('');
  });

  it('channels: all that are dead are named at once', async () => {
    const values = Array.from({ length: 300 }, (_, index) => (index % 3 === 1 ? index / 7 : 0.5));
    const file = save('channels.npy', values, [100, 3]);
    const said = await run(file, '-b', '2', '-o', at('c.levels.json'), '--axis', '1');
    expect(said.match(/channel \d: all 100 samples are 0.5/g)).toEqual([
      'channel 0: all 100 samples are 0.5',
      'channel 2: all 100 samples are 0.5',
    ]);
  });

  it.each([
    ['one value', [5]],
    ['one zero', [0, 0]],
    ['two values', [0, 1]],
    ['two values, negative', [-3, 2, 2]],
    ['two close values', [1, 1 + 2 ** -20]],
    ['three values', [0, 0, 0, 1e-20, 1]],
  ])('%s: nothing that is printed or written is no number', async (_, samples) => {
    const file = save('tiny.npy', samples);
    const held = save('held.npy', [samples[0]!]);
    for (const method of [...everything.method, 'compare']) {
      const compared = method === 'compare';
      const args = compared
        ? ['--compare', '-o', at('tiny.levels.json')]
        : ['--method', method, '-o', at('tiny.levels.json')];
      const all = [
        file,
        '-b',
        '2',
        '--allow-constant',
        '--held-out',
        held,
        '--plot',
        at('tiny.svg'),
        ...args,
      ];
      expect(await run(...all)).not.toMatch(/NaN|Infinity|undefined|null/);
      const json = await run(...all, '--json');
      expect(json).not.toMatch(/NaN|Infinity|undefined|null/);
      expect(readFileSync(at('tiny.levels.json'), 'utf8')).not.toMatch(/NaN|Infinity|null/);
      expect(readFileSync(at('tiny.svg'), 'utf8')).not.toMatch(/NaN|Infinity|undefined/);
    }
  });

  it('the library refuses them as well', () => {
    const refused = calibrate([new Float32Array(9)], { name: 'dead', bits: 2 });
    expect(!refused.ok && refused.problems[0]!.message).toContain('a layer without information');
    expect(calibrate([new Float32Array(9)], { name: 'dead', bits: 2, allowConstant: true }).ok).toBe(true);
  });
});
