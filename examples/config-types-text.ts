import * as z from 'zod';
import { allowedText } from '../generators/macro/config/allowed.js';
import type { JsonSchema } from '../generators/macro/config/json-schema.js';
import { levelsSchema } from '../generators/macro/config/levels.js';
import { macroSchema } from '../generators/macro/config/macro.js';

/** One interface of a generated file. */
interface Generated {
  readonly name: string;
  readonly about: string;
  readonly schema: z.ZodType;
  /** As a file is written, defaults left out, or as it is read. */
  readonly io: 'input' | 'output';
}

const HEAD = '// Made from the schemas that validate the files (npm run schemas); do not edit by hand.';
const WIDTH = 110;
/** A largest value that stands for no limit. */
const ANY_SIZE = 1e15;
/** Parts of a file whose types have names of their own. */
const PARTS: Readonly<Record<string, string>> = { histogram: 'LevelsHistogram', provenance: 'Provenance' };

/** The generated files by path: interfaces whose every field says what the schema says of it. */
export const CONFIG_TYPES: Readonly<Record<string, string>> = {
  'generators/macro/config/types.ts': fileOf([
    {
      name: 'MacroConfig',
      about: 'A macro config, the content of `macro.json`, with every default filled in.',
      schema: macroSchema,
      io: 'output',
    },
    {
      name: 'Levels',
      about:
        'The levels of one layer, the content of `levels.json`: what calibration hands to the hardware plan. All real ' +
        'values are in activation units, before any division by input and weight scales.',
      schema: levelsSchema,
      io: 'output',
    },
  ]),
  'generators/macro/config/input-types.ts': fileOf([
    {
      name: 'MacroConfigInput',
      about: 'A macro config as it may be written: what has a default may be left out.',
      schema: macroSchema,
      io: 'input',
    },
  ]),
};

function fileOf(interfaces: readonly Generated[]): string {
  const texts = interfaces.flatMap(({ name, about, schema, io }) => {
    const json = z.toJSONSchema(schema, { io, target: 'draft-7' }) as JsonSchema;
    const parts = Object.entries(PARTS)
      .filter(([key]) => json.properties?.[key] !== undefined)
      .map(([key, part]) =>
        interfaceOf(
          part,
          meaning(json.properties![key] as JsonSchema, io),
          json.properties![key] as JsonSchema,
          io,
        ),
      );
    return [interfaceOf(name, about, json, io), ...parts];
  });
  return [HEAD, '', texts.join('\n')].join('\n');
}

function interfaceOf(name: string, about: string, schema: JsonSchema, io: Generated['io']): string {
  return [...comment(about, ''), `export interface ${name} {`, ...fields(schema, io, '  '), '}', ''].join(
    '\n',
  );
}

function fields(
  { properties = {}, required = [] }: JsonSchema,
  io: Generated['io'],
  indent: string,
): string[] {
  return Object.entries(properties as Readonly<Record<string, JsonSchema>>).flatMap(([key, schema]) => {
    const optional = !required.includes(key);
    const head = `${indent}${key}${optional ? '?' : ''}:`;
    const about = comment(meaning(schema, io), indent);
    const part = PARTS[key];
    if (part !== undefined) return [...about, `${head} ${part}${optional ? ' | undefined' : ''};`];
    const [first, ...rest] = typeLines(schema, io, indent);
    if (!optional) return [...about, ...ended([`${head} ${first}`, ...rest], ';')];
    if (rest.length === 0) return [...about, `${head} ${first} | undefined;`];
    const inner = ended(typeLines(schema, io, `${indent}    `), '');
    return [...about, head, `${indent}  | ${inner[0]}`, ...inner.slice(1), `${indent}  | undefined;`];
  });
}

function ended(lines: readonly string[], end: string): string[] {
  return [...lines.slice(0, -1), lines.at(-1)! + end];
}

/** What the schema says of a field; its range in brackets, with the default where it may be left out. */
function meaning(schema: JsonSchema, io: Generated['io']): string {
  const { description = '', default: fallback, type, properties, maximum = 0 } = schema;
  const isRange = (type === 'integer' || type === 'number') && maximum < ANY_SIZE;
  const isDefault = io === 'input' && fallback !== undefined && properties === undefined;
  const facts = [
    ...(isRange ? [allowedText(schema)] : []),
    ...(isDefault ? [`default ${JSON.stringify(fallback)}`] : []),
  ];
  // Names of values and files keep their small letter.
  const text = /^[a-z]+('s)?( |$)/.test(description) ? capital(description) : description;
  return facts.length === 0 ? `${text}.` : `${text} [${facts.join(', ')}].`;
}

function capital(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1);
}

/** A type, its first line to stand behind the key. */
function typeLines(schema: JsonSchema, io: Generated['io'], indent: string): string[] {
  if (schema.properties !== undefined) return ['{', ...fields(schema, io, `${indent}  `), `${indent}}`];
  if (schema.type === 'array') return ended(typeLines(schema.items as JsonSchema, io, indent), '[]');
  return [plainType(schema)];
}

function plainType({ type, enum: choices, anyOf, additionalProperties }: JsonSchema): string {
  if (choices !== undefined) {
    return choices.map((choice) => (typeof choice === 'string' ? `'${choice}'` : String(choice))).join(' | ');
  }
  if (anyOf !== undefined) return (anyOf as readonly JsonSchema[]).map(plainType).join(' | ');
  if (type === 'object') return `Record<string, ${plainType(additionalProperties as JsonSchema)}>`;
  return [type]
    .flat()
    .map((name) => (name === 'integer' ? 'number' : name))
    .join(' | ');
}

/** A comment, in several lines where it is long. */
function comment(text: string, indent: string): string[] {
  const single = `${indent}/** ${text} */`;
  if (single.length <= WIDTH) return [single];
  const lines = [`${indent} *`];
  for (const word of text.split(' ')) {
    if (`${lines.at(-1)} ${word}`.length > WIDTH) lines.push(`${indent} *`);
    lines[lines.length - 1] += ` ${word}`;
  }
  return [`${indent}/**`, ...lines, `${indent} */`];
}
