import { allowedText } from './allowed.js';
import { type JsonSchema, jsonSchema, type Published } from './json-schema.js';

interface Field {
  readonly path: string;
  readonly meaning: string;
  readonly allowed: string;
  readonly fallback: string;
}

/** Words that name a kind of value where no range or list of choices can. */
const KINDS: Readonly<Record<string, string>> = {
  string: 'text',
  number: 'number',
  integer: 'whole number',
  object: 'object',
  array: 'list',
};

/**
 * A file's fields as Markdown tables, made from what validates them: path, meaning, what is allowed, default.
 * Sections of the file become sections of the page; fields of deeper objects keep their path.
 */
export function referencePage(name: Published, intro: string): string {
  const { properties = {} } = jsonSchema(name) as {
    properties?: Readonly<Record<string, JsonSchema>>;
  };
  const top: Field[] = [];
  const sections: string[] = [];
  for (const [key, schema] of Object.entries(properties)) {
    const inner = fieldsOf(schema, key);
    if (inner.length === 0) top.push(field(key, schema));
    else sections.push(`## ${key}\n\n${capital(schema.description ?? '')}.\n\n${table(inner)}`);
  }
  return `${[intro.trimEnd(), `## Fields of the whole file\n\n${table(top)}`, ...sections].join('\n\n')}\n`;
}

/** The values in an object, or in the objects of a list: `layers[].levels`. Empty for a plain value. */
function fieldsOf(schema: JsonSchema, path: string): Field[] {
  const items = schema.items as JsonSchema | undefined;
  const object = schema.properties === undefined ? items : schema;
  const at = object === items && items !== undefined ? `${path}[]` : path;
  const properties = (object?.properties ?? {}) as Readonly<Record<string, JsonSchema>>;
  return Object.entries(properties).flatMap(([key, inner]) => {
    const deeper = fieldsOf(inner, `${at}.${key}`);
    return deeper.length === 0 ? [field(`${at}.${key}`, inner)] : deeper;
  });
}

function field(path: string, schema: JsonSchema): Field {
  const { description = '', default: fallback, type } = schema;
  return {
    path,
    meaning: description,
    // A list of reserved words is no help to a reader.
    allowed: allowedText(schema) ?? KINDS[String(type)] ?? '',
    fallback: fallback === undefined ? '' : JSON.stringify(fallback),
  };
}

function table(fields: readonly Field[]): string {
  const cell = (text: string) => text.replaceAll('|', '\\|');
  const code = (text: string) => (text === '' ? '' : `\`${text}\``);
  const rows = fields.map(
    ({ path, meaning, allowed, fallback }) =>
      `| ${code(path)} | ${cell(meaning)} | ${cell(allowed)} | ${cell(code(fallback))} |`,
  );
  return ['| field | meaning | allowed | default |', '|---|---|---|---|', ...rows].join('\n');
}

function capital(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1);
}
