import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { describeProblem, type Result } from '../../../generators/common/problems.js';
import { configHash } from '../../../generators/macro/config/hash.js';
import { levelsSchema } from '../../../generators/macro/config/levels.js';
import { loadMacro } from '../../../generators/macro/config/load.js';
import { macroSchema } from '../../../generators/macro/config/macro.js';
import { parse } from '../../../generators/macro/config/parse.js';
import { RESERVED_WORDS } from '../../../generators/macro/config/reserved-words.js';
import { SMALLEST_LEVELS, SMALLEST_MACRO } from '../../fixtures/smallest.js';

const MACRO = SMALLEST_MACRO;

const LEVELS = {
  ...SMALLEST_LEVELS,
  histogram: { low: 0, high: 4, counts: [3, 1], means: [0.5, 3], withinBinVariance: 0.1 },
  provenance: { tool: 'imcgen 0.1.0', method: 'bs-kmq', source: 'relu', batches: 1, samples: 4, options: {} },
};

/** A copy of an object with one value changed; undefined removes it. */
function changed(object: unknown, at: string, value: unknown): unknown {
  if (at === '') return value;
  const [key, ...rest] = at.split('.');
  const copy: Record<string, unknown> | unknown[] = Array.isArray(object)
    ? [...object]
    : { ...(object as Record<string, unknown>) };
  const node = copy as Record<string, unknown>;
  const child = rest.length === 0 ? value : changed(node[key!] ?? {}, rest.join('.'), value);
  if (child === undefined) delete node[key!];
  else node[key!] = child;
  return copy;
}

function errorText(result: Result<unknown>): string {
  return result.ok ? 'no problem' : result.problems.map(describeProblem).join('\n');
}

const macroErrors = (at: string, value: unknown) =>
  errorText(parse('macro.json', macroSchema, changed(MACRO, at, value)));

const levelsErrors = (at: string, value: unknown) =>
  errorText(parse('relu.json', levelsSchema, changed(LEVELS, at, value)));

describe('the macro config of these tests', () => {
  it('is valid, so that every problem below comes from one change', () => {
    expect(macroErrors('reset', 'async_low')).toBe('no problem');
    expect(levelsErrors('bits', 1)).toBe('no problem');
  });
});

describe('macro.json: whole numbers in a range', () => {
  it.each([
    ['array.rows', 1, 1024],
    ['array.columns', 1, 1024],
    ['array.headroom', 1, 1048576],
    ['array.trimRows', 0, 16],
    ['array.trimPulses', 1, 255],
    ['input.bits', 1, 8],
    ['adc.bits', 1, 7],
    ['adc.reference.columns', 1, 128],
    ['adc.reference.rows', 1, 1024],
    ['adc.reference.offsetRows', 0, 1024],
    ['adc.reference.pulses', 1, 64],
    ['adc.banks', 1, 16],
    ['adc.prechargeCycles', 1, 64],
    ['output.bits', 1, 16],
    ['die.seed', 0, 2147483647],
    ['die.fractionBits', 0, 10],
    ['die.swing', 1, 1048576],
  ])('%s is within %i..%i', (at, low, high) => {
    expect(macroErrors(at, low)).toBe('no problem');
    expect(macroErrors(at, high)).toBe('no problem');
    expect(macroErrors(at, low - 1)).toBe(`macro.json: ${at}: ${low - 1} is outside ${low}..${high}`);
    expect(macroErrors(at, high + 1)).toBe(`macro.json: ${at}: ${high + 1} is outside ${low}..${high}`);
    expect(macroErrors(at, low + 0.5)).toBe(
      `macro.json: ${at}: ${low + 0.5} is not a whole number in ${low}..${high}`,
    );
    expect(macroErrors(at, '2')).toBe(`macro.json: ${at}: "2" is not a number`);
  });
});

describe('macro.json: choices', () => {
  it.each([
    ['input.coding', '"pwm", "bit_serial"'],
    ['adc.rounding', '"nearest", "optimal"'],
    ['adc.readout', '"counter", "capture", "column_lut", "broadcast"'],
    ['adc.ramp', '"rising", "falling"'],
    ['bus', '"apb", "axi4lite", "wishbone", "wishbone_pipelined"'],
    ['reset', '"async_low", "async_high", "sync_low", "sync_high"'],
  ])('%s is one of %s', (at, allowed) => {
    expect(macroErrors(at, 'other')).toBe(`macro.json: ${at}: "other" is not one of ${allowed}`);
    expect(macroErrors(at, 3)).toBe(`macro.json: ${at}: 3 is not one of ${allowed}`);
  });

  it('names the choice that was probably meant', () => {
    expect(macroErrors('input.coding', 'pmw')).toBe(
      'macro.json: input.coding: "pmw" is not one of "pwm", "bit_serial"\n            Did you mean "pwm"?',
    );
  });

  it('names the widths that a stream can have', () => {
    const allowed = '1, 2, 4, 8, 16, 32, 64';
    expect(macroErrors('streams', { inputBytes: 4, outputBytes: 2 })).toBe('no problem');
    expect(macroErrors('streams', { inputBytes: 3, outputBytes: 128 })).toBe(
      `macro.json: streams.inputBytes: 3 is not one of ${allowed}\nmacro.json: streams.outputBytes: 128 is not one of ${allowed}`,
    );
    expect(macroErrors('streams', { inputBytes: 4 })).toContain('macro.json: streams.outputBytes: ');
  });

  it.each(['input.signed', 'output.signed', 'output.doubleBuffer'])('%s is true or false', (at) => {
    expect(macroErrors(at, 'yes')).toBe(`macro.json: ${at}: "yes" is not true or false`);
  });
});

describe('macro.json: names and texts', () => {
  const rule = 'is not a module name: lower-case letters, digits and underscores, a letter first';

  it.each([
    ['Demo', `"Demo" ${rule}`, 'demo'],
    ['2demo', `"2demo" ${rule}`, 'm_2demo'],
    ['demo-1', `"demo-1" ${rule}`, 'demo_1'],
    ['../demo', `"../demo" ${rule}`, 'demo'],
    ['Tür', `"Tür" ${rule}`, 'tu_r'],
    ['a\nb', `"a\\nb" ${rule}`, 'a_b'],
    ['Module', `"Module" ${rule}`, 'module_macro'],
    ['module', '"module" is a reserved word of Verilog or SystemVerilog', 'module_macro'],
    ['logic', '"logic" is a reserved word of Verilog or SystemVerilog', 'logic_macro'],
    ['signal', '"signal" is a reserved word of VHDL', 'signal_macro'],
    ['array', '"array" is a reserved word of VHDL', 'array_macro'],
    ['addrmap', '"addrmap" is a reserved word of SystemRDL', 'addrmap_macro'],
    ['double', '"double" is a reserved word of C or C++', 'double_macro'],
    ['demo_', '"demo_" has a trailing or doubled underscore', 'demo'],
    ['de__mo', '"de__mo" has a trailing or doubled underscore', 'de_mo'],
    ['d'.repeat(41), `"${'d'.repeat(41)}" has 41 characters, at most 40 are allowed`, 'd'.repeat(40)],
  ])('refuses the name %j and names the nearest one that is allowed', (name, message, near) => {
    expect(macroErrors('name', name)).toBe(`macro.json: name: ${message}\n            Use "${near}".`);
    expect(macroErrors('name', near)).toBe('no problem');
  });

  it.each([
    ['', `"" ${rule}`],
    ['-+-', `"-+-" ${rule}`],
    ['x-'.repeat(999), `"${'x-'.repeat(20)}.." ${rule}\n            Use "${'x_'.repeat(20).slice(0, -1)}".`],
    [7, '7 is not a text'],
  ])('refuses the name %j', (name, message) => {
    expect(macroErrors('name', name)).toBe(`macro.json: name: ${message}`);
  });

  it('refuses every reserved word', () => {
    for (const word of RESERVED_WORDS) expect(macroErrors('name', word)).toContain('is a reserved word of');
    expect(RESERVED_WORDS.size).toBeGreaterThan(400);
  });

  it.each(['MIT', 'Apache-2.0 OR MIT', 'GPL-2.0-or-later WITH Classpath-exception-2.0'])(
    'takes %s',
    (license) => {
      expect(macroErrors('license', license)).toBe('no problem');
    },
  );

  it.each(['', 'my licence', 'MIT\nmodule x;', 'MIT OR'])('refuses the licence %j', (license) => {
    expect(macroErrors('license', license)).toBe(
      `macro.json: license: ${JSON.stringify(license)} is not an SPDX licence expression such as Apache-2.0`,
    );
  });

  it('refuses a licence that does not fit a header line', () => {
    expect(macroErrors('license', 'M'.repeat(71))).toBe('macro.json: license: has more than 70 characters');
  });
});

describe('macro.json: layers', () => {
  it('needs one layer and holds sixteen', () => {
    expect(macroErrors('layers', [])).toBe('macro.json: layers: has 0 entries, 1..16 are allowed');
    expect(macroErrors('layers', Array(17).fill({ levels: 'relu.json' }))).toBe(
      'macro.json: layers: has 17 entries, 1..16 are allowed',
    );
    expect(macroErrors('layers', 'relu.json')).toBe('macro.json: layers: "relu.json" is not a list');
  });

  it('names a levels file for each', () => {
    expect(macroErrors('layers', [{}])).toBe('macro.json: layers.0.levels: is missing');
    expect(macroErrors('layers', [{ levels: '' }])).toBe(
      'macro.json: layers.0.levels: is empty: name a levels.json',
    );
  });

  it.each(['inputScale', 'weightScale', 'outputScale'])('%s is above 0', (scale) => {
    const error = (value: unknown) => macroErrors(`layers.0.${scale}`, value);
    expect(error(1e-30)).toBe('no problem');
    expect(error(0)).toBe(`macro.json: layers.0.${scale}: 0 is outside 1e-30..1e+30`);
    expect(error(-2)).toBe(`macro.json: layers.0.${scale}: -2 is outside 1e-30..1e+30`);
    expect(error(1e31)).toBe(`macro.json: layers.0.${scale}: 1e+31 is outside 1e-30..1e+30`);
    expect(error('1')).toBe(`macro.json: layers.0.${scale}: "1" is not a number`);
  });
});

describe('macro.json: keys', () => {
  it.each([
    ['array.row', 'Did you mean "rows"?'],
    ['adc.reference.colums', 'Did you mean "columns"?'],
    ['adc.precharge_cycles', 'Did you mean "prechargeCycles"?'],
    ['layers.0.inptScale', 'Did you mean "inputScale"?'],
    ['input.sign', 'Did you mean "signed"?'],
    ['licence', 'Did you mean "license"?'],
    ['input.zzz', 'Known here: bits, signed, coding.'],
    [
      'zzz',
      'Known here: $schema, name, array, input, adc, output, test, layers, bus, streams, packedWords, timing, physical, die, reset, license.',
    ],
  ])('%s is not known', (at, fix) => {
    expect(macroErrors(at, 1)).toBe(`macro.json: ${at}: is not a known key\n            ${fix}`);
  });

  it.each(['name', 'array', 'array.rows', 'array.columns', 'input', 'input.bits', 'adc', 'adc.bits'])(
    '%s must be given',
    (at) => {
      expect(macroErrors(at, undefined)).toBe(`macro.json: ${at}: is missing`);
    },
  );

  it.each(['output', 'output.bits', 'layers'])('%s must be given', (at) => {
    expect(macroErrors(at, undefined)).toBe(`macro.json: ${at}: is missing`);
  });

  it('holds objects where objects belong', () => {
    expect(macroErrors('array', 8)).toBe('macro.json: array: 8 is not an object');
    expect(macroErrors('adc.reference', [])).toBe('macro.json: adc.reference: [] is not an object');
    expect(macroErrors('', null)).toBe('macro.json: null is not an object');
    expect(macroErrors('', 'a text that goes on and on and on and on and on')).toBe(
      'macro.json: "a text that goes on and on and on an... is not an object',
    );
    expect(macroErrors('$schema', 1)).toBe('macro.json: $schema: 1 is not a text');
  });

  it('reports everything that is wrong at once', () => {
    const text = changed(changed(changed(MACRO, 'array.rows', 0), 'input.bit', 3), 'output.bits', undefined);
    expect(errorText(parse('macro.json', macroSchema, text))).toBe(
      [
        'macro.json: array.rows: 0 is outside 1..1024',
        'macro.json: input.bit: is not a known key',
        '            Did you mean "bits"?',
        'macro.json: output.bits: is missing',
      ].join('\n'),
    );
  });
});

describe('levels.json', () => {
  it.each(['../relu', '', '.relu', 'a/b', 'a b', 'relu\n'])('refuses the name %j', (name) => {
    expect(levelsErrors('name', name)).toBe(
      `relu.json: name: ${JSON.stringify(name)} is not a layer name: letters, digits, dot, dash, underscore, a letter or digit first`,
    );
  });

  it('refuses a name that is too long for a file', () => {
    expect(levelsErrors('name', 'r'.repeat(101))).toBe('relu.json: name: has more than 100 characters');
  });

  it('knows widths from 1 to 8', () => {
    expect(levelsErrors('bits', 0)).toBe('relu.json: bits: 0 is outside 1..8');
    expect(levelsErrors('bits', 9)).toBe('relu.json: bits: 9 is outside 1..8');
    expect(levelsErrors('bits', 1.5)).toBe('relu.json: bits: 1.5 is not a whole number in 1..8');
  });

  it.each([
    ['centres', [1], 'has 1 entry, a 1-bit code needs 2'],
    ['references', [1, 2, 3], 'has 3 entries, a 1-bit code needs 1'],
    ['outputs', [], 'has 0 entries, a 1-bit code needs 2'],
    ['outputs', Array(257).fill(0), 'has 257 entries, 0..256 are allowed'],
  ])('%s has one value a code, or one between codes', (at, values, message) => {
    expect(levelsErrors(at, values).split('\n')[0]).toBe(`relu.json: ${at}: ${message}`);
  });

  it('never decreases', () => {
    const message = 'is below its predecessor 4: values must not decrease';
    expect(levelsErrors('centres', [4, 0])).toBe(`relu.json: centres.1: 0 ${message}`);
    expect(levelsErrors('outputs', [4, -1])).toBe(`relu.json: outputs.1: -1 ${message}`);
    expect(levelsErrors('references', [4, 3]).split('\n')).toEqual([
      'relu.json: references: has 2 entries, a 1-bit code needs 1',
      `relu.json: references.1: 3 ${message}`,
    ]);
    expect(levelsErrors('range.low', 5)).toBe('relu.json: range.low: 5 is above range.high 4');
  });

  it.each([
    ['references.0', '"2" is not a number', '2'],
    ['references.0', 'null is not a number', null],
    ['centres.0', '-1e+31 is outside -1e+30..1e+30', -1e31],
    ['outputs.1', '1e+31 is outside -1e+30..1e+30', 1e31],
    ['range.high', 'Infinity is outside -1e+30..1e+30', Infinity],
    ['range', '4 is not an object', 4],
    ['histogram.low', '-1e+31 is outside -1e+30..1e+30', -1e31],
    ['histogram.withinBinVariance', '-1 is outside 0..1e+30', -1],
    ['histogram.counts.0', '-1 is not a whole number from 0', -1],
    ['histogram.counts.0', '1.5 is not a whole number from 0', 1.5],
    ['histogram.means', 'has 1 entry, counts has 2: one a bin each', [1]],
    [
      'histogram.bins',
      'is not a known key\n           Known here: low, high, counts, means, withinBinVariance.',
      1,
    ],
    ['provenance.batches', '-1 is not a whole number from 0', -1],
    ['provenance.samples', '0.5 is not a whole number from 0', 0.5],
    ['provenance.tool', 'is missing', undefined],
    ['provenance.options.seed', '[] is not a text, number, true, false or null', []],
    ['centers', 'is not a known key\n           Did you mean "centres"?', [0, 4]],
  ])('%s: %s', (at, message, value) => {
    expect(levelsErrors(at, value)).toBe(`relu.json: ${at}: ${message}`);
  });

  it('has samples in its histogram', () => {
    const empty = { ...LEVELS.histogram, counts: [], means: [] };
    expect(levelsErrors('histogram', empty)).toBe(
      [
        'relu.json: histogram.counts: has 0 entries, 1..1048576 are allowed',
        'relu.json: histogram.means: has 0 entries, 1..1048576 are allowed',
      ].join('\n'),
    );
  });
});

describe('files', () => {
  let folder: string;
  const write = (name: string, content: string) => writeFile(path.join(folder, name), content);
  /** Problems of the config in the folder, file names without it. */
  const load = async (name = 'macro.json') =>
    errorText(await loadMacro(path.join(folder, name))).replaceAll(`${folder}${path.sep}`, '');

  beforeAll(async () => {
    folder = await mkdtemp(path.join(tmpdir(), 'imcgen-config-'));
    await mkdir(path.join(folder, 'folder.json'));
    await write('relu.json', JSON.stringify(LEVELS));
    await write('macro.json', JSON.stringify(MACRO));
  });
  afterAll(() => rm(folder, { recursive: true }));

  it('reads a config and the levels beside it', async () => {
    expect(await load()).toBe('no problem');
  });

  it('says what cannot be read', async () => {
    expect(await load('missing.json')).toBe('missing.json: no such file');
    expect(await load('folder.json')).toBe('folder.json: is a folder');
  });

  it('says where JSON ends', async () => {
    await write('broken.json', '{"name": "demo"');
    expect(await load('broken.json')).toMatch(/^broken\.json: is not JSON: .+/);
  });

  it('reports the problems of all levels files at once, each once', async () => {
    await write('bad.json', JSON.stringify({ ...LEVELS, bits: 9 }));
    const layers = ['bad.json', 'missing.json', 'relu.json', 'bad.json'].map((levels) => ({ levels }));
    await write('many.json', JSON.stringify({ ...MACRO, layers }));
    expect(await load('many.json')).toBe('bad.json: bits: 9 is outside 1..8\nmissing.json: no such file');
  });

  it('does not depend on white space, key order or $schema', async () => {
    const { name, ...rest } = MACRO;
    await write('same.json', JSON.stringify({ ...rest, $schema: 'macro.schema.json', name }, null, 4));
    const [one, other] = await Promise.all(
      ['macro.json', 'same.json'].map((file) => loadMacro(path.join(folder, file))),
    );
    expect(one!.ok && configHash(one!.value)).toBe(other!.ok && configHash(other!.value));
  });
});
