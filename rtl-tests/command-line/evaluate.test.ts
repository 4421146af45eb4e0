import { existsSync } from 'node:fs';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { execa } from 'execa';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { writeDigits } from '../../examples/network/digits-network.js';
import { registerEvaluate } from '../../generators/command-line/commands/evaluate.js';
import { registerExport } from '../../generators/command-line/commands/export.js';
import { orThrow } from '../../generators/common/problems.js';
import { readNpy } from '../../generators/levels/calibrate/npy.js';
import { readOnnx } from '../../generators/network/onnx/model.js';
import { openSession } from '../../generators/network/runtime/onnxruntime.js';
import { CLI, printedBy } from '../fixtures/command-line.js';

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

  it.each([
    ['evaluate', [] as string[]],
    ['export', ['-o', 'hw.onnx']],
  ])('%s ends with 3 and says how to install it; nothing is written', async (command, args) => {
    const { exitCode, stdout, stderr } = await imcgen(command, at('network.json'), ...args);
    expect({ exitCode, stdout, stderr }).toEqual({
      ...{ exitCode: 3, stdout: '' },
      stderr: 'onnxruntime-node is not installed. Install it with: npm install onnxruntime-node',
    });
    expect(existsSync('hw.onnx')).toBe(false);
  });

  it('map works', async () => {
    expect((await imcgen('map', at('network.json'), '--quiet')).exitCode).toBe(0);
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
