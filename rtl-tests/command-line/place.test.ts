import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { execa } from 'execa';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { placeLines, placeOf } from '../../generators/command-line/report/place.js';
import { UNKNOWN_KEY } from '../../generators/macro/config/parse.js';
import { CLI, imcgenIn } from '../fixtures/command-line.js';

let folder: string;
const file = (name: string) => path.join(folder, name);
const save = (name: string, text: string) => {
  writeFileSync(file(name), text);
  return file(name);
};
const shownIn = (name: string, where: string, message = 'is wrong') => {
  const place = placeOf({ file: file(name), path: where, message });
  return placeLines(name, place);
};

beforeAll(() => {
  folder = mkdtempSync(path.join(tmpdir(), 'imcgen-place-'));
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

describe('the place of a problem in JSON', () => {
  beforeAll(() => {
    save(
      'a.jsonc',
      [
        '{',
        '  // an array',
        '  "array": { "rows": 16, "colums": 3 },',
        '\t"adc": { "bits": 9, },',
        '  "layers": [{ "scale": 1 }, { "scale": -2.5 }],',
        '  "rules": { "conv1": {}, "conv1.weight": { "bits": 4 } },',
        '}',
      ].join('\r\n'),
    );
  });

  it.each([
    ['a value', 'adc.bits', '9', [4, 19]],
    ['a value in a list', 'layers.1.scale', '-2.5', [5, 41]],
    ['a value below a key with a dot', 'rules.conv1.weight.bits', '4', [6, 53]],
    ['the object that lacks a key', 'array.columns', '{', [3, 12]],
    ['the list that lacks an entry', 'layers.7.scale', '[', [5, 13]],
  ])('is %s', (_, where, meant, [line, column]) => {
    const place = placeOf({ file: file('a.jsonc'), path: where, message: 'is wrong' })!;
    expect([place.line, place.column]).toEqual([line, column]);
    expect(place.text.slice(place.column - 1, place.column - 1 + place.length)).toBe(meant);
  });

  it('is the key where the key is wrong', () => {
    expect(shownIn('a.jsonc', 'array.colums', UNKNOWN_KEY)).toEqual([
      '  --> a.jsonc:3:26',
      '  3 |   "array": { "rows": 16, "colums": 3 },',
      '    |                          ^^^^^^^^',
    ]);
  });

  it('is nowhere for what is not written, is no JSON, or is not there', () => {
    expect(shownIn('a.jsonc', 'output')).toEqual([]);
    expect(shownIn('a.jsonc', '')).toEqual([]);
    expect(shownIn('missing.json', 'adc')).toEqual([]);
    save('a.csv', '{ "adc": 1 }');
    expect(shownIn('a.csv', 'adc')).toEqual([]);
  });

  it('is shown in a part of its line where the line is long', () => {
    save('long.json', `{ "references": [${Array.from({ length: 200 }, (_, at) => at * 3).join(', ')}] }`);
    const [, text, caret] = shownIn('long.json', 'references.100');
    expect(text!.length).toBeLessThanOrEqual(80);
    expect(text).toMatch(/^ {2}1 \| \.\..*\.\.$/);
    expect(text!.slice(caret!.indexOf('^'), caret!.lastIndexOf('^') + 1)).toBe('300');
  });
});

describe('what the command line says of a faulty file', () => {
  const VALID = {
    name: 'm',
    array: { rows: 16, columns: 8 },
    input: { bits: 4, signed: false },
    adc: { bits: 3, reference: { columns: 4, rows: 16 } },
    output: { bits: 6, signed: false },
  };

  it('points at the character where the text is no JSON', async () => {
    save('faulty.json', '{\n  "name": "m",\n  "array": { "rows" 16 }\n}\n');
    const { exitCode, stdout, stderr } = await imcgenIn(folder, ['check', 'faulty.json', '--json']);
    expect(exitCode).toBe(1);
    expect(stderr).toBe(
      [
        'faulty.json: is not JSON: line 3, column 21: colon expected, found "16"',
        '  --> faulty.json:3:21',
        '  3 |   "array": { "rows" 16 }',
        '    |                     ^',
      ].join('\n'),
    );
    expect(JSON.parse(stdout).problems).toEqual([
      expect.objectContaining({ file: 'faulty.json', line: 3, column: 21 }),
    ]);
  });

  it('points into the file of levels and into a network', async () => {
    save('l.json', '{\n  "name": "l", "bits": 1,\n  "references": ["x"], "outputs": [0, 1] }\n');
    save(
      'm.json',
      JSON.stringify({ ...VALID, layers: [{ levels: 'l.json', inputScale: 1, weightScale: 1 }] }),
    );
    const { stderr } = await imcgenIn(folder, ['check', 'm.json']);
    expect(stderr).toMatch(/l\.json: references\.0: .*\n {2}--> l\.json:3:18\n.*\n {4}\| {18}\^\^\^$/m);
    save('net.json', '{\n  "name": "net",\n  "model": 7\n}\n');
    const network = await imcgenIn(folder, ['map', 'net.json']);
    expect(network.stderr).toMatch(
      /net\.json: model: .*\n {2}--> net\.json:3:12\n {2}3 \| {3}"model": 7\n {4}\| {12}\^$/m,
    );
  });

  it('points at what the planner refuses, in a config on standard input', async () => {
    save(
      'ok.levels.json',
      JSON.stringify({
        name: 'l',
        bits: 1,
        centres: [0, 2],
        references: [1],
        outputs: [0, 2],
        range: { low: 0, high: 2 },
      }),
    );
    const config = {
      ...VALID,
      layers: [{ levels: 'ok.levels.json', inputScale: 1, weightScale: 1, outputScale: 1e-9 }],
    };
    const { stderr, exitCode } = await execa(process.execPath, [CLI, 'check', '-'], {
      ...{ cwd: folder, reject: false, input: JSON.stringify(config, null, 2) },
    });
    expect(exitCode).toBe(1);
    expect(stderr).toMatch(/^standard input: layers\.0\.outputScale: /m);
    expect(stderr).toMatch(/^ +--> standard input:\d+:\d+\n +\d+ \| +"outputScale": 1e-9\n +\| +\^{4}$/m);
  });
});
