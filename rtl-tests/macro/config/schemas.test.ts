import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { Ajv } from 'ajv';
import { describe, expect, it } from 'vitest';
import { orThrow } from '../../../generators/common/problems.js';
import {
  type JsonSchema,
  jsonSchema,
  jsonSchemaText,
  PUBLISHED,
} from '../../../generators/macro/config/json-schema.js';
import { levelsSchema } from '../../../generators/macro/config/levels.js';
import { macroSchema } from '../../../generators/macro/config/macro.js';
import { parse } from '../../../generators/macro/config/parse.js';
import { CONFIGURATIONS, planOf } from '../../fixtures/configurations.js';
import { SMALLEST_LEVELS, SMALLEST_MACRO } from '../../fixtures/smallest.js';

// Complaints about the schema itself are errors too; keywords of `then` have their type in the main part.
const ajv = new Ajv({ allErrors: true, strict: true, strictTypes: false });
const validators = {
  macro: ajv.compile(jsonSchema('macro')),
  levels: ajv.compile(jsonSchema('levels')),
};

/** What an editor would mark: JSON paths and rules; an empty list where the file is fine. */
function marks(file: keyof typeof validators, value: unknown): string[] {
  const validate = validators[file];
  if (validate(JSON.parse(JSON.stringify(value)))) return [];
  return validate.errors!.map(({ instancePath, message }) => `${instancePath} ${message}`);
}

const MACRO = SMALLEST_MACRO;
const LEVELS = SMALLEST_LEVELS;

/** A copy of an object in which one value, named by its JSON path, is another. */
function changed<Value extends object>(object: Value, at: string, value: unknown): Value {
  const copy = structuredClone(object);
  const keys = at.split('.');
  let node = copy as Record<string, unknown>;
  for (const key of keys.slice(0, -1)) {
    node[key] ??= {};
    node = node[key] as Record<string, unknown>;
  }
  node[keys.at(-1)!] = value;
  return copy;
}

/** Every property of a schema with its JSON path. */
function* properties(schema: JsonSchema, at = ''): Generator<{ at: string; property: JsonSchema }> {
  for (const [key, value] of Object.entries(schema.properties ?? {})) {
    const property = value as JsonSchema;
    const path = at === '' ? key : `${at}.${key}`;
    yield { at: path, property };
    yield* properties(property, path);
    if (property.type === 'array') yield* properties(property.items as JsonSchema, `${path}.0`);
  }
}

const FILES = Object.keys(PUBLISHED) as (keyof typeof PUBLISHED)[];

describe.each(FILES)('schemas/%s.schema.json', (file) => {
  it('is what the tool checks by', async () => {
    const committed = await readFile(path.resolve('schemas', `${file}.schema.json`), 'utf8');
    expect(committed, 'schemas/ is out of date; run: npm run schemas').toBe(jsonSchemaText(file));
  });

  it('says of every key what it means, and of every number how far it goes', () => {
    const silent = [...properties(jsonSchema(file))].filter(({ property }) => {
      const numeric = property.type === 'integer' || property.type === 'number';
      const bounded =
        (property.minimum !== undefined && property.maximum !== undefined) || property.enum !== undefined;
      return property.description === undefined || (numeric && !bounded);
    });
    expect(silent.map(({ at }) => at)).toEqual([]);
  });

  it('allows no other keys', () => {
    const objects = [...properties(jsonSchema(file)), { at: '', property: jsonSchema(file) }];
    const open = objects.filter(
      ({ property }) => property.properties !== undefined && property.additionalProperties !== false,
    );
    expect(open).toEqual([]);
  });
});

describe('the schema of macro.json', () => {
  it('names the defaults that the tool fills in', () => {
    const resolved = orThrow(parse('macro.json', macroSchema, MACRO));
    const nodeAt = (keys: readonly string[]) =>
      keys.reduce<unknown>((node, key) => (node as Record<string, unknown> | undefined)?.[key], resolved);
    // Sections that may be left out as a whole have no defaults in effect.
    const scalars = [...properties(jsonSchema('macro'))].filter(
      ({ at, property }) =>
        property.default !== undefined &&
        property.properties === undefined &&
        nodeAt(at.split('.').slice(0, -1)) !== undefined,
    );
    expect(scalars.length).toBeGreaterThan(10);
    for (const { at, property } of scalars) expect(property.default, at).toEqual(nodeAt(at.split('.')));
  });

  it.each(CONFIGURATIONS)('accepts $name, as written and as resolved', (configuration) => {
    const { config, levels } = configuration;
    const layers = levels.map(({ name }, bank) => ({ ...config.layers?.[bank], levels: `${name}.json` }));
    expect(marks('macro', { $schema: './macro.schema.json', ...config, layers })).toEqual([]);
    const plan = planOf(configuration);
    expect(marks('macro', plan.config)).toEqual([]);
    for (const one of plan.levels) expect(marks('levels', one)).toEqual([]);
  });

  it('accepts the examples', async () => {
    const read = async (file: string) => JSON.parse(await readFile(path.resolve(file), 'utf8')) as unknown;
    expect(marks('macro', await read('examples/sample/macro.json'))).toEqual([]);
    expect(marks('macro', await read('out/sample/config.resolved.json'))).toEqual([]);
    expect(marks('levels', await read('examples/sample/relu.levels.json'))).toEqual([]);
    expect(marks('levels', await read('out/sample/levels/1_signed.json'))).toEqual([]);
  });
});

describe('what an editor marks, the tool refuses too', () => {
  it.each([
    ['array.rows', 0],
    ['array.rows', 1025],
    ['array.rows', 2.5],
    ['array.rows', '8'],
    ['array.rows', undefined],
    ['array.row', 8],
    ['input.bits', 9],
    ['input.coding', 'pmw'],
    ['input.signed', 'yes'],
    ['adc.bits', 8],
    ['adc.reference.columns', 129],
    ['adc.rounding', 'nearst'],
    ['output.bits', undefined],
    ['output', undefined],
    ['layers', []],
    ['layers', Array(17).fill({ levels: 'relu.json' })],
    ['layers', { levels: 'relu.json' }],
    ['layers.0.levels', ''],
    ['layers.0.inputScale', 0],
    ['layers.0.inptScale', 1],
    ['bus', 'axi5'],
    ['reset', 'async'],
    ['license', 'my own'],
    ['licence', 'MIT'],
    ['name', 'Demo'],
    ['name', 'demo-1'],
    ['name', 'de__mo'],
    ['name', 'demo_'],
    ['name', 'module'],
    ['name', 'd'.repeat(41)],
    ['$schema', 7],
  ])('macro.json: %s: %j', (at, value) => {
    const wrong = changed(MACRO, at, value);
    expect(marks('macro', wrong)).not.toEqual([]);
    expect(parse('macro.json', macroSchema, wrong).ok).toBe(false);
  });

  it.each([
    ['bits', 0],
    ['bits', 9],
    ['bits', 2],
    ['references', [1, 2, 3]],
    ['outputs', [0]],
    ['centres', [0, null]],
    ['centers', [0, 4]],
    ['range', undefined],
    ['name', '../relu'],
    ['name', 'r'.repeat(101)],
    ['histogram', { low: 0, high: 1, counts: [], means: [], withinBinVariance: 0 }],
    ['provenance', {}],
  ])('levels.json: %s: %j', (at, value) => {
    const wrong = changed(LEVELS, at, value);
    expect(marks('levels', wrong)).not.toEqual([]);
    expect(parse('levels.json', levelsSchema, wrong).ok).toBe(false);
  });

  it('and the other way round', () => {
    expect(marks('macro', MACRO)).toEqual([]);
    expect(marks('levels', LEVELS)).toEqual([]);
  });
});
