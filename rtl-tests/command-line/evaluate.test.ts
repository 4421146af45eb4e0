import { existsSync } from 'node:fs';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { execa } from 'execa';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { writeDigits } from '../../examples/network/digits-network.js';
import { registerBits } from '../../generators/command-line/commands/bits.js';
import { registerCompare } from '../../generators/command-line/commands/compare.js';
import { registerEvaluate } from '../../generators/command-line/commands/evaluate.js';
import { registerExport } from '../../generators/command-line/commands/export.js';
import { orThrow } from '../../generators/common/problems.js';
import { readNpy } from '../../generators/levels/calibrate/npy.js';
import { readOnnx } from '../../generators/network/onnx/model.js';
import { openSession } from '../../generators/network/runtime/onnxruntime.js';
import { CLI, printedBy } from '../fixtures/command-line.js';
import { everyNth, forEveryChange, itLong } from '../fixtures/every-change.js';

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(path.join(tmpdir(), 'imcgen-evaluate-'));
  writeDigits(folder);
});
afterAll(() => rm(folder, { recursive: true }));

const at = (name: string) => path.join(folder, name);
const evaluate = (...args: string[]) => printedBy(registerEvaluate, 'evaluate', ...args);

describe('imcgen evaluate', () => {
  it('gives the digits their classes: within two points of the float model, the same by both engines', async () => {
    const graph = JSON.parse(await evaluate(at('network.json'), '--json'));
    expect(graph.images).toBe(500);
    expect(graph.float.accuracy).toBeGreaterThan(0.97);
    expect(graph.float.accuracy - graph.hardware.accuracy).toBeLessThan(0.02);
    expect(graph.hardware.interval.low).toBeLessThan(graph.hardware.accuracy);
    const [some, golden] = [
      JSON.parse(await evaluate(at('network.json'), '--images', '60', '--json')),
      JSON.parse(await evaluate(at('network.json'), '--images', '60', '--engine', 'golden', '--json')),
    ];
    expect(golden.engine).toBe('golden');
    expect([golden.hardware.correct, golden.agreeing]).toEqual([some.hardware.correct, some.agreeing]);
    const text = await evaluate(at('network.json'), '--images', '60');
    expect(text).toMatch(/hardware +\d+ +[\d.]+ % +[\d.]+ % \.\. [\d.]+ %/);
  });

  it('names the files that the config leaves out', async () => {
    const config = JSON.parse(await readFile(at('network.json'), 'utf8'));
    const { labels: _, calibration: __, ...images } = config.images;
    await writeFile(at('without.json'), JSON.stringify({ ...config, images }));
    const printed = await evaluate(at('without.json'));
    expect(printed).toContain('images.calibration: is missing');
    expect(printed).toContain('images.labels: is missing');
  });
});

describe('imcgen evaluate --cosim', () => {
  itLong('simulates the Verilog of macros that it draws, and says how it went', async () => {
    const args = [at('network.json'), '--images', '20', '--cosim', '1'];
    const { simulated } = JSON.parse(await evaluate(...args, '--json'));
    expect(simulated).toHaveLength(1);
    const [{ columns, values, differing, verilog }] = simulated;
    expect([values, differing, verilog.passed]).toEqual([16 * columns, 0, true]);
  });
});

describe('a calibration', () => {
  it('is kept and used again, unless it is to be made again', async () => {
    vi.stubEnv('IMCGEN_CACHE', at('cache'));
    try {
      const run = async (...args: string[]) =>
        JSON.parse(await evaluate(at('network.json'), '--images', '40', '--json', ...args));
      const runs = [await run(), await run(), await run('--recalibrate')];
      expect(runs.map(({ calibration }) => calibration.reused)).toEqual([false, true, false]);
      expect(new Set(runs.map(({ calibration }) => calibration.key)).size).toBe(1);
      expect(new Set(runs.map(({ hardware }) => hardware.correct)).size).toBe(1);
      const text = await evaluate(at('network.json'), '--images', '40');
      expect(text).toContain('on 128 images in an earlier run');
    } finally {
      vi.unstubAllEnvs();
    }
  });
});

describe('imcgen compare', () => {
  const compare = (...args: string[]) =>
    printedBy(registerCompare, 'compare', at('network.json'), '--images', '60', ...args);

  itLong('takes each combination as a config of its own would be', async () => {
    const { float, rows } = JSON.parse(
      await compare(
        '--weights',
        'ternary,1+3',
        '--levels',
        'bs-kmq,linear-clipped',
        '--bits',
        '2,4',
        '--json',
      ),
    );
    expect(
      rows.map((row: Record<string, unknown>) => [row.method, row.granularity, row.bits, row.levels]),
    ).toEqual(
      ['ternary', 'digits'].flatMap((method) =>
        [2, 4].flatMap((bits) =>
          ['bs-kmq', 'linear-clipped'].map((levels) => [method, 'layer', bits, levels]),
        ),
      ),
    );
    const alone = JSON.parse(await readFile(at('network.json'), 'utf8'));
    alone.macro.adc.bits = 2;
    alone.levels = { method: 'bs-kmq' };
    await writeFile(at('alone.json'), JSON.stringify(alone));
    const found = JSON.parse(await evaluate(at('alone.json'), '--images', '60', '--json'));
    expect(rows[0].score.correct).toBe(found.hardware.correct);
    expect(float.correct).toBe(found.float.correct);
    expect(rows[0].methodsOf).toEqual(['BS-KMQ']);
    expect(rows[4].cells).toBe(2 * rows[0].cells);
  });

  it('prints a table, and why a combination is refused', async () => {
    const text = await compare('--weights', 'ternary,1+2+8', '--levels', 'bs-kmq');
    expect(text).toMatch(/^float model .* %$/m);
    expect(text).toMatch(/^ternary +layer +bs-kmq +4 .* % \.\. .* %$/m);
    expect(text).toMatch(/^digits 1,2,8 .*refused$/m);
    expect(text).toContain('BS-KMQ: arXiv 2603.10540');
    expect(await compare('--weights', '1+2+8', '--levels', 'bs-kmq')).toContain(
      'weights.digits: [1,2,8] is not one of',
    );
  });

  it.each([
    [['--weights', 'trinary'], '"trinary" is none of bwma, ternary, 1+3, 1+2+4'],
    [['--granularity', 'row'], '"row" is none of layer, array, column'],
    [['--levels', 'best'], '"best" is none of bs-kmq,'],
  ])('%j is refused', async (args, message) => {
    expect(await compare(...args)).toContain(message);
  });
});

describe('without onnxruntime', () => {
  /** A Node that finds no package of that name. */
  const hook = `export async function resolve(name, context, next) {
    if (name !== 'onnxruntime-node') return next(name, context);
    throw Object.assign(new Error('not found'), { code: 'ERR_MODULE_NOT_FOUND' });
  }`;
  const module = (text: string) => `data:text/javascript,${encodeURIComponent(text)}`;
  const without = module(
    `import { register } from 'node:module'; register(${JSON.stringify(module(hook))});`,
  );
  const imcgen = (...args: string[]) =>
    execa(process.execPath, ['--import', without, CLI, ...args], { reject: false });

  const COMMANDS: readonly (readonly [string, readonly string[]])[] = [
    ['evaluate', []],
    ['compare', []],
    ['export', ['-o', 'hw.onnx']],
  ];
  it.each(forEveryChange(COMMANDS, everyNth(3)))(
    '%s ends with 3 and says how to install it; nothing is written',
    async (command, args) => {
      const { exitCode, stdout, stderr } = await imcgen(command, at('network.json'), ...args);
      expect({ exitCode, stdout, stderr }).toEqual({
        ...{ exitCode: 3, stdout: '' },
        stderr: 'onnxruntime-node is not installed. Install it with: npm install onnxruntime-node',
      });
      expect(existsSync('hw.onnx')).toBe(false);
    },
  );

  it('map works', async () => {
    expect((await imcgen('map', at('network.json'), '--quiet')).exitCode).toBe(0);
  });
});

describe('imcgen export --pytorch', () => {
  it('writes a module and parameters that evaluate takes back', async () => {
    const whole = await printedBy(
      registerExport,
      'export',
      at('network.json'),
      '-o',
      at('module'),
      '--pytorch',
    );
    expect(whole).toBe(`${at('module')}: 4 layers, 2 macros\n`);
    const module = await readFile(at('module/network.py'), 'utf8');
    expect(module).toContain('class Network(nn.Module):\n    """digits: 4 layers, 2 macros."""');
    const config = JSON.parse(await readFile(at('network.json'), 'utf8'));
    const { calibration: _, ...images } = config.images;
    await writeFile(
      at('trained.json'),
      JSON.stringify({ ...config, images, trained: 'module/parameters.json' }),
    );
    const run = async (name: string) => JSON.parse(await evaluate(at(name), '--images', '60', '--json'));
    const [before, back] = [await run('network.json'), await run('trained.json')];
    expect(back.hardware.correct).toBe(before.hardware.correct);
    expect(await evaluate(at('trained.json'), '--images', '60')).toContain(
      `weights, levels, factors and biases as trained: module/parameters.json`,
    );
    for (const args of [['compare'], ['bits']] as const) {
      const register = args[0] === 'compare' ? registerCompare : registerBits;
      expect(await printedBy(register, args[0], at('trained.json'))).toContain('Leave "trained" out.');
    }
    const again = await printedBy(registerExport, 'export', at('trained.json'), '-o', at('m2'), '--pytorch');
    expect(again).toContain('Leave "trained" out.');
    expect(existsSync(at('m2'))).toBe(false);
  });

  it('is refused beside --qonnx', async () => {
    const refused = await printedBy(
      ...([registerExport, 'export', at('network.json'), '-o', at('m3'), '--pytorch', '--qonnx'] as const),
    );
    expect(refused).toContain("'--pytorch' cannot be used with option '--qonnx'");
  });
});

describe('imcgen export', () => {
  it('writes a graph of standard operators that classifies digits by itself', async () => {
    const printed = await printedBy(registerExport, 'export', at('network.json'), '-o', at('hw.onnx'));
    expect(printed).toBe(`${at('hw.onnx')}: 4 layers, 2 macros\n`);
    const { bytes, graph } = orThrow(readOnnx(at('hw.onnx')));
    expect(graph.node!.every(({ domain }) => domain === undefined || domain === '')).toBe(true);
    const images = orThrow(readNpy(at('test-images.npy'))).data;
    const labels = orThrow(readNpy(at('test-labels.npy'))).data;
    const session = await openSession(bytes, 1);
    const pixels = Float32Array.from(images.subarray(0, 50 * 784), (pixel) => pixel / 255);
    const codes = (await session.run(pixels, [50, 1, 28, 28])).get('codes')!;
    await session.close();
    const classes = Array.from({ length: 50 }, (_, image) => {
      const scores = codes.subarray(10 * image, 10 * image + 10);
      return scores.indexOf(Math.max(...scores));
    });
    expect(classes.filter((found, image) => found === labels[image]).length).toBeGreaterThan(46);
    expect(codes.every(Number.isInteger)).toBe(true);
  });
});
