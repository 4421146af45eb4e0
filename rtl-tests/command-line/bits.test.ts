import { existsSync, readFileSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { writeDigits } from '../../examples/network/digits-network.js';
import { registerBits } from '../../generators/command-line/commands/bits.js';
import { registerEvaluate } from '../../generators/command-line/commands/evaluate.js';
import { registerMap } from '../../generators/command-line/commands/map.js';
import { printedBy } from '../fixtures/command-line.js';

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(path.join(tmpdir(), 'imcgen-bits-'));
  writeDigits(path.join(folder, 'digits'));
});
afterAll(() => rm(folder, { recursive: true }));

const at = (name: string) => path.join(folder, name);
const bits = (...args: string[]) => printedBy(registerBits, 'bits', at('digits/network.json'), ...args);

describe('imcgen bits', () => {
  it('puts bits where they cost least: the matrix product has one vector a sample, the convolution 64', async () => {
    const { layers, rows } = JSON.parse(await bits('--widths', '2,3,4', '--json'));
    expect(
      layers.map(({ name, positions }: { name: string; positions: number }) => [name, positions]),
    ).toEqual([
      ['n3_Conv', 64],
      ['n7_Gemm', 1],
    ]);
    const { steps, cells } = layers[0].widths[1];
    expect(steps).toBe(64 * 7);
    expect(cells).toBeGreaterThanOrEqual(7);
    for (const { widths } of layers) {
      const losses = widths.map(({ loss }: { loss: number }) => loss);
      // Twice the levels take about 12 dB less; all of it is a share of the variance.
      expect(losses[0]).toBeLessThan(0.5);
      for (const [one, other] of [
        [0, 1],
        [1, 2],
      ] as const) {
        expect(losses[one] / losses[other]).toBeGreaterThan(2);
      }
    }
    const best = rows.filter(({ kind }: { kind: string }) => kind === 'best');
    expect(best.map((row: { bits: number[] }) => row.bits)).toContainEqual([2, 4]);
    for (const { cost, budget } of best) expect(cost).toBeLessThanOrEqual(budget);
  });

  it('writes a config with the bits within a budget, and measures what that is worth', async () => {
    const text = await bits(
      '--budget',
      '300',
      '--widths',
      '2,4',
      '--measure',
      '--images',
      '60',
      '-o',
      at('chosen.json'),
    );
    expect(text).toMatch(/^chosen +207 +\S+ +\d+ +\S+ % .* 24$/m);
    expect(text).toContain(`written: ${at('chosen.json')}`);
    const plan = JSON.parse(await printedBy(registerMap, 'map', at('chosen.json'), '--json'));
    const widths = plan.layers.map(
      ({ on, bits: each }: { on: string; bits: number }) => on === 'macro' && each,
    );
    expect(widths).toEqual([false, 2, 4, false]);
    const found = JSON.parse(
      await printedBy(registerEvaluate, 'evaluate', at('chosen.json'), '--images', '60', '--json'),
    );
    expect(text).toMatch(new RegExp(`^chosen .* ${found.hardware.correct} `, 'm'));
  });

  it('counts reference cells as well', async () => {
    const { spent, rows } = JSON.parse(await bits('--widths', '2,3', '--spend', 'cells', '--json'));
    expect(spent).toBe('cells');
    expect(rows[0].cost).toBeLessThan(rows.at(-1).cost);
  });

  it('says what each layer alone is worth, from the bits of the config', async () => {
    const args = ['--sensitivity', '--widths', '2,6', '--images', '60'];
    const found = JSON.parse(await bits(...args, '--measure', '--json'));
    const [base] = found.rows;
    expect([found.rows.length, base.kind, base.bits]).toEqual([1, 'config', [4, 4]]);
    const lossOf = (name: string, width: number) =>
      found.layers
        .find((layer: { name: string }) => layer.name === name)
        .widths.find((each: { bits: number }) => each.bits === width).loss;
    for (const { layer, from, to, lossChange, score, difference } of found.changes) {
      expect(from).toBe(4);
      expect(lossChange).toBeCloseTo(lossOf(layer, to) - lossOf(layer, 4), 12);
      expect(difference.gained - difference.lost).toBe(score.correct - base.score.correct);
      expect(difference.interval.low).toBeLessThan(difference.difference);
      expect(difference.interval.high).toBeGreaterThan(difference.difference);
    }
    expect(found.changes.map(({ bits: each }: { bits: number[] }) => each.join(''))).toEqual([
      ...['42', '24', '46', '64'],
    ]);
    expect(await bits(...args)).toMatch(/^as configured +975 .* 44$[\s\S]*^n7_Gemm +4 > 2 +-12 +\+0\.20$/m);
  });

  it('counts what layers are worth from the bits within a budget', async () => {
    const args = ['--sensitivity', '--budget', '300', '--widths', '2,4'];
    const { rows, changes } = JSON.parse(await bits(...args, '--json'));
    expect(rows.map((row: { bits: number[] }) => row.bits)).toEqual([[2, 4]]);
    expect(changes.map(({ bits: each }: { bits: number[] }) => each)).toEqual([
      [2, 2],
      [4, 4],
    ]);
  });

  it('says what the least budget is, and writes nothing', async () => {
    const printed = await bits('--budget', '10', '-o', at('none.json'));
    expect(printed).toContain('10 steps are too few: 2 bits everywhere take 195');
    expect(existsSync(at('none.json'))).toBe(false);
    expect(await bits('-o', at('none.json'))).toContain('give --budget too');
    expect(await bits('--widths', '2,9')).toContain('Bits are 1..7.');
    expect(readFileSync(at('digits/network.json'), 'utf8')).toContain('"bits": 4');
  });
});
