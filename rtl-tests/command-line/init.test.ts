import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { Ajv } from 'ajv';
import { stripComments } from 'jsonc-parser';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { presetLevels } from '../../examples/preset-levels.js';
import { runVectors } from '../../generators/checks/cosim/cosim.js';
import { registerInit } from '../../generators/command-line/commands/init.js';
import { writeNewFiles } from '../../generators/common/files/writer.js';
import { describeProblem, orThrow } from '../../generators/common/problems.js';
import { parseJson } from '../../generators/macro/config/json.js';
import { type JsonSchema, jsonSchema } from '../../generators/macro/config/json-schema.js';
import { loadMacro } from '../../generators/macro/config/load.js';
import { macroSchema } from '../../generators/macro/config/macro.js';
import { parse } from '../../generators/macro/config/parse.js';
import { commentedJson } from '../../generators/macro/presets/commented.js';
import { presetFiles, presetPlan } from '../../generators/macro/presets/files.js';
import { PRESETS } from '../../generators/macro/presets/presets.js';
import { streamConversions } from '../../generators/package/vectors/scenario.js';
import { newBench } from '../../generators/package/vectors/vectors.js';
import { imcgenIn, printedBy } from '../fixtures/command-line.js';
import { everyNth, forEveryChange } from '../fixtures/every-change.js';
import { withPackage } from '../fixtures/packages.js';

let root: string;
beforeAll(async () => {
  root = await mkdtemp(path.join(tmpdir(), 'imcgen-init-'));
});
afterAll(() => rm(root, { recursive: true }));

const imcgen = (...args: string[]) => imcgenIn(root, args);

/** `imcgen init` in this process; file names without the test's folder. */
const init = async (...args: string[]) =>
  (await printedBy(registerInit, 'init', ...args)).replaceAll(`${root}/`, '');

/** All files below a folder, with forward slashes. */
async function filesBelow(folder: string): Promise<string[]> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  return entries
    .filter((entry) => entry.isFile())
    .map((entry) => path.relative(folder, path.join(entry.parentPath, entry.name)))
    .sort();
}

/** JSON paths of all keys that the schema of macro.json knows; of lists, those of the first entry. */
function* keys(schema: JsonSchema, at = ''): Generator<{ at: string; property: JsonSchema }> {
  const inside = (schema.properties ?? (schema.items as JsonSchema | undefined)?.properties ?? {}) as Record<
    string,
    JsonSchema
  >;
  const prefix = schema.items === undefined ? at : `${at}.0`;
  for (const [key, property] of Object.entries(inside)) {
    const path = prefix === '' ? key : `${prefix}.${key}`;
    yield { at: path, property };
    yield* keys(property, path);
  }
}

const MACRO_KEYS = [...keys(jsonSchema('macro'))];

describe('presets/', () => {
  const measured = presetLevels();

  it.each(forEveryChange(PRESETS, everyNth(2)))(
    '$name: levels are what BS-KMQ makes of the data that they name',
    async ({ name }) => {
      const committed = await readFile(path.resolve('presets', `${name}.levels.json`), 'utf8');
      expect(JSON.parse(committed), 'presets/ is out of date; run: npm run presets').toEqual(
        measured.get(name),
      );
    },
  );
});

describe.each(forEveryChange(PRESETS, everyNth(2)))('the config of preset $name', (preset) => {
  const text = presetFiles(preset)[0]!.text;
  const words = text.replace(/\s*\n\s*(\/\/\s*)*/g, ' ');

  it('reads as the preset, nothing more, nothing less', () => {
    const config = orThrow(parse('macro.jsonc', macroSchema, orThrow(parseJson('macro.jsonc', text))));
    const { $schema, ...rest } = config;
    expect($schema).toBe('./schemas/macro.schema.json');
    expect(rest).toEqual(orThrow(parse('preset', macroSchema, preset.config)));
  });

  it('says of every key what it means, what is allowed, and its default', () => {
    for (const { at, property } of MACRO_KEYS) {
      expect(words, at).toContain(`"${at.split('.').at(-1)}":`);
      expect(words, at).toContain(property.description);
      if (property.properties !== undefined) continue;
      if (property.default !== undefined)
        expect(words).toContain(`default ${JSON.stringify(property.default)}]`);
      if (property.maximum !== undefined)
        expect(words).toContain(`[${property.minimum}..${property.maximum}`);
      for (const choice of property.enum ?? []) expect(words, at).toContain(JSON.stringify(choice));
    }
  });

  it('remarks on keys that there are', () => {
    const known = MACRO_KEYS.map(({ at }) => at);
    for (const at of Object.keys(preset.remarks)) expect(known).toContain(at);
  });

  it('keeps to 100 columns, and leaves editors nothing to mark', () => {
    expect(text.split('\n').filter((line) => line.length > 100)).toEqual([]);
    expect(() => JSON.parse(stripComments(text))).not.toThrow();
    const validate = new Ajv({ strictTypes: false }).compile(jsonSchema('macro'));
    expect(validate(JSON.parse(stripComments(text))), JSON.stringify(validate.errors)).toBe(true);
  });

  it('takes a key that is brought in where it stands', () => {
    const unset = /^( *)\/\/ ("\w+": )\.\.\.,$/gm;
    expect(text).toMatch(unset);
    const brought = text.replace(unset, '$1$21,');
    expect(orThrow(parseJson('macro.jsonc', brought))).toMatchObject({ adc: { banks: 1 } });
  });

  it('plans without a problem, and its levels validate', () => {
    const plan = presetPlan(preset);
    expect(plan.name).toBe(preset.config.name);
    const validate = new Ajv({ strictTypes: false }).compile(jsonSchema('levels'));
    expect(validate(JSON.parse(presetFiles(preset)[1]!.text)), JSON.stringify(validate.errors)).toBe(true);
  });

  it('simulates as the golden model says', async () => {
    const plan = presetPlan(preset);
    await withPackage(plan, async (folder) => {
      // Whole scenarios of macros this large take a minute; those of every width run in cosim.test.ts.
      const bench = newBench(plan, 1);
      const { rows, inputBits, inputSigned } = plan.shape;
      const largest = 2 ** (inputBits - (inputSigned ? 1 : 0)) - 1;
      const inputs = [0, 1, 2].map((seed) =>
        Int8Array.from({ length: rows }, (_, row) => (row * (seed + 3)) % (largest + 1)),
      );
      streamConversions(bench, inputs, 0, plan.layers[0]!.bits);
      const options = { folder, simulator: 'icarus' } as const;
      const result = await runVectors(plan, bench.stimulus.vectors(), options);
      expect(result.mismatches).toEqual([]);
      expect(result.passed).toBe(true);
    });
  });
});

describe('a commented config', () => {
  it('writes sections and lists of any kind', () => {
    const number = (description: string, more = {}) => ({
      ...{ type: 'integer', minimum: 1, maximum: 9, description },
      ...more,
    });
    const schema = {
      type: 'object',
      properties: {
        size: {
          description: 'sizes',
          properties: { high: number('up'), wide: number('across', { default: 2 }) },
        },
        width: {
          description: 'either',
          anyOf: [{ const: 'auto' }, { type: 'integer', minimum: 1, maximum: 4 }],
        },
        list: { type: 'array', items: number('n'), minItems: 0, maxItems: 3, description: 'some' },
        parts: { type: 'array', minItems: 1, maxItems: 2, items: { properties: { one: number('first') } } },
        last: number('the last of all'),
      },
    } as JsonSchema;
    const values = { list: [1, 2], parts: [{ one: 1 }, { one: 2 }] };
    const text = commentedJson(schema, { values, remarks: { list: 'I: these' }, head: ['Head'] });
    expect(text.split('\n')).toEqual([
      '// Head',
      '{',
      '  // sizes [not set]',
      '  // "size": {',
      '  //   // up [1..9, not set]',
      '  //   // "high": ...,',
      '  //   // across [1..9, default 2]',
      '  //   "wide": 2',
      '  // },',
      '',
      '  // either ["auto" | 1..4, not set]',
      '  // "width": ...,',
      '',
      '  // some [0..3 entries]',
      '  // I: these',
      '  "list": [',
      '    1,',
      '    2',
      '  ],',
      '',
      '  // the last of all [1..9, not set]',
      '  // "last": ...,',
      '',
      '  // [1..2 entries]',
      '  "parts": [',
      '    {',
      '      // first [1..9]',
      '      "one": 1',
      '    },',
      '    {',
      '      "one": 2',
      '    }',
      '  ]',
      '}',
      '',
    ]);
  });
});

describe('imcgen init', () => {
  it('writes what check, generate and cosim take as it is', async () => {
    const { exitCode, stdout, stderr } = await imcgen('init', 'first', '--preset', 'small-signed');
    expect({ exitCode, stderr }).toEqual({ exitCode: 0, stderr: '' });
    expect(stdout.split('\n')).toEqual([
      'small-signed: a small one for first experiments: 32 x 16, signed inputs and results, one unit of everything',
      '  first/macro.jsonc',
      '  first/random.levels.json',
      '  first/schemas/macro.schema.json',
      '  first/schemas/levels.schema.json',
      'next:',
      '  cd first',
      '  imcgen check macro.jsonc',
      '  imcgen generate macro.jsonc',
      '  imcgen cosim out/small_signed',
      '  imcgen calibrate <activations> -b 3 -o random.levels.json',
    ]);
    expect((await imcgen('check', 'first/macro.jsonc')).exitCode).toBe(0);
    expect((await imcgen('generate', 'first/macro.jsonc', '-o', 'first/out')).exitCode).toBe(0);
    expect((await imcgen('cosim', 'first/out')).stdout).toMatch(/^PASS small_signed .* 0 mismatches/);
  });

  it('starts with the 6/2/3b macro unless told otherwise', async () => {
    const files = [
      'macro.jsonc',
      'fc1.levels.json',
      'schemas/macro.schema.json',
      'schemas/levels.schema.json',
    ];
    expect(JSON.parse(await init(path.join(root, 'plain'), '--json'))).toEqual({
      preset: '6-2-3b',
      files: files.map((file) => `plain/${file}`),
    });
    expect(await readFile(path.join(root, 'plain/schemas/macro.schema.json'), 'utf8')).toBe(
      await readFile(path.resolve('schemas/macro.schema.json'), 'utf8'),
    );
  });

  it('prints nothing with --quiet', async () => {
    expect(await init(path.join(root, 'quiet'), '--quiet')).toBe('');
    expect(await readdir(path.join(root, 'quiet'))).toContain('macro.jsonc');
  });

  it('lists what there is, and writes nothing', async () => {
    const listed = (await init(path.join(root, 'listed'), '--list')).replace(/\n {2,}/g, ' ');
    for (const { name, summary } of PRESETS) expect(listed).toContain(`${name.padEnd(14)}${summary}`);
    const { presets } = JSON.parse(await init('--list', '--json')) as { presets: object[] };
    expect(presets[4]).toMatchObject({ name: 'small-signed', rows: 32, columns: 16, adcBits: 3, cycles: 14 });
    expect(await readdir(root)).not.toContain('listed');
  });

  it('refuses to overwrite, naming every file that is there', async () => {
    const mine = path.join(root, 'mine');
    await mkdir(mine);
    await writeFile(path.join(mine, 'macro.jsonc'), 'mine');
    await writeFile(path.join(mine, 'fc1.levels.json'), 'mine');
    const advice = 'Name another folder, or use --force to replace it.';
    expect((await init(mine)).split(/\n */)).toEqual([
      'mine/macro.jsonc: is there already',
      advice,
      'mine/fc1.levels.json: is there already',
      advice,
    ]);
    expect(await filesBelow(mine)).toEqual(['fc1.levels.json', 'macro.jsonc']);
    expect(await readFile(path.join(mine, 'macro.jsonc'), 'utf8')).toBe('mine');
    await init(mine, '--force');
    expect(orThrow(await loadMacro(path.join(mine, 'macro.jsonc'))).config.name).toBe('imc_6_2_3b');
  });

  it('knows no other presets', async () => {
    expect(await init('--preset', '6-2-9b')).toContain(
      'Allowed choices are 6-2-3b, 6-2-3b-axis, 6-2-4b, 7-2-7b, small-signed.',
    );
  });

  it('tells the way into a folder as a shell takes it', async () => {
    expect(await init(path.join(root, "it's new"))).toContain("\n  cd 'it'\\''s new'\n");
  });
});

describe('files of a starting point', () => {
  const files = [
    { path: 'one.txt', text: 'new one' },
    { path: 'sub/two.txt', text: 'new two' },
  ];
  const attempt = async (folder: string, force: boolean) => {
    const result = await writeNewFiles(folder, files, { force });
    return result.ok ? 'written' : result.problems.map(describeProblem).join('\n').replaceAll(root, '');
  };

  it('are all written or none: what was replaced comes back', async () => {
    const folder = path.join(root, 'blocked');
    await mkdir(folder);
    await writeFile(path.join(folder, 'one.txt'), 'old one');
    await writeFile(path.join(folder, 'sub'), 'no folder');
    expect(await attempt(folder, true)).toMatch(
      /^\/blocked: cannot be written: a part of its path is a file, not a folder/,
    );
    expect(await filesBelow(folder)).toEqual(['one.txt', 'sub']);
    expect(await readFile(path.join(folder, 'one.txt'), 'utf8')).toBe('old one');
  });

  it('leave no folder behind that could not be filled', async () => {
    await writeFile(path.join(root, 'file'), '');
    expect(await attempt(path.join(root, 'file/inside'), false)).toMatch(
      /cannot be written: \/file is not a folder/,
    );
    expect(await readFile(path.join(root, 'file'), 'utf8')).toBe('');
  });

  it('never replace a folder', async () => {
    const folder = path.join(root, 'folders');
    await mkdir(path.join(folder, 'one.txt'), { recursive: true });
    expect(await attempt(folder, true)).toBe('/folders/one.txt: is a folder');
  });

  it('leave others where they are', async () => {
    const folder = path.join(root, 'others');
    await mkdir(folder);
    await writeFile(path.join(folder, 'other.txt'), 'other');
    expect(await attempt(folder, false)).toBe('written');
    expect(await filesBelow(folder)).toEqual(['one.txt', 'other.txt', 'sub/two.txt']);
  });
});
