import { readFileSync } from 'node:fs';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { Ajv } from 'ajv';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { digitsModel, writeDigits } from '../../examples/network/digits-network.js';
import { registerInit } from '../../generators/command-line/commands/init.js';
import { registerMap } from '../../generators/command-line/commands/map.js';
import { orThrow } from '../../generators/common/problems.js';
import { parseJson } from '../../generators/macro/config/json.js';
import { parse } from '../../generators/macro/config/parse.js';
import {
  networkFiles,
  networkJsonSchema,
  networkJsonSchemaText,
} from '../../generators/network/config/files.js';
import { networkSchema } from '../../generators/network/config/network.js';
import { printedBy } from '../fixtures/command-line.js';

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(path.join(tmpdir(), 'imcgen-map-'));
  writeDigits(path.join(folder, 'digits'));
});
afterAll(() => rm(folder, { recursive: true }));

const at = (name: string) => path.join(folder, name);
const map = (...args: string[]) => printedBy(registerMap, 'map', ...args);

describe('imcgen init --network', () => {
  it('writes a config that the schema takes, every key with its meaning', async () => {
    const printed = await printedBy(registerInit, 'init', at('new'), '--network');
    expect(printed).toContain('imcgen map network.jsonc');
    const text = readFileSync(at('new/network.jsonc'), 'utf8');
    const value = orThrow(parseJson('network.jsonc', text));
    const config = orThrow(parse('network.jsonc', networkSchema, value));
    expect(config.macro.array).toEqual({ rows: 256, columns: 128 });
    const validate = new Ajv({ strict: false }).compile(networkJsonSchema());
    expect(validate(value), JSON.stringify(validate.errors)).toBe(true);
    for (const key of ['granularity', 'headroom', 'sharing', 'matching', 'pulses', 'layout']) {
      expect(text).toContain(`"${key}"`);
    }
  });

  it('refuses to replace it without --force', async () => {
    expect(await printedBy(registerInit, 'init', at('new'), '--network')).toContain('is there already');
  });

  it('ships the schema that it writes', () => {
    expect(readFileSync('schemas/network.schema.json', 'utf8')).toBe(networkJsonSchemaText());
    expect(networkFiles()[1]!.text).toBe(networkJsonSchemaText());
  });
});

describe('imcgen map', () => {
  it('prints the plan of the example, and writes nothing', async () => {
    const text = await map(at('digits/network.json'));
    const rows = text.split('\n').filter((line) => /^n[37]_/.test(line));
    expect(rows.map((row) => row.split(/ {2,}/))).toEqual([
      ['n3_Conv', 'ternary', '5x5 8>16', '64', '1', '200', '1', '1'],
      ['n7_Gemm', 'ternary', '1x1 256>128', '1', '1', '256', '1', '1'],
      ['n3_Conv', '4', '3200', '9.8 %', '55.8 %', '0.0 %', '1600'],
      ['n7_Gemm', '4', '32768', '100.0 %', '55.0 %', '0.0 %', '25'],
    ]);
    expect(text).toContain(
      '1600 cycles a sample in a pipeline of layers (n3_Conv is the slowest), 1625 layer by layer',
    );
  });

  it('compares methods of weights: the example is ternary already, which no scale can spoil', async () => {
    const { weights, macros } = JSON.parse(await map(at('digits/network.json'), '--weights', '--json'));
    expect(macros).toBe(2);
    expect(weights.length).toBe(12);
    const by = (method: string, granularity: string) =>
      weights.find(
        (row: { method: string; granularity: string }) =>
          row.method === method && row.granularity === granularity,
      );
    expect(by('ternary', 'layer').meanError).toBeLessThan(1e-9);
    expect(by('bwma', 'layer').meanError).toBeGreaterThan(0.1);
    expect(by('digits', 'column').cells).toBe(2 * by('ternary', 'layer').cells);
  });

  it('says what is wrong with config or model', async () => {
    const text = readFileSync(at('digits/network.json'), 'utf8');
    await writeFile(
      at('bad.json'),
      text.replace('"rows": 256', '"rows": 256, "colour": 1').replace('ternary', 'trinary'),
    );
    const printed = await map(at('bad.json'));
    expect(printed).toContain('macro.array.colour: is not a known key');
    expect(printed).toContain('weights.method: "trinary" is not one of');
    await writeFile(at('lost.json'), text);
    expect(await map(at('lost.json'))).toContain('digits.onnx: no such file');
    await writeFile(at('digits.onnx'), digitsModel().subarray(0, 100));
    expect(await map(at('lost.json'))).toContain('digits.onnx: is not an ONNX model');
  });
});
