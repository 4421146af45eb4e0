import { allowedText } from '../config/allowed.js';
import type { JsonSchema } from '../config/json-schema.js';

/** What is written about a config: its values, what is known of them, and the lines on top. */
export interface Commented {
  readonly values: Readonly<Record<string, unknown>>;
  /** By JSON path, written below what the schema says. */
  readonly remarks: Readonly<Record<string, string>>;
  /** Comment lines at the head of the file. */
  readonly head: readonly string[];
}

const WIDTH = 100;

/**
 * A config as JSON with comments: every key that the schema knows, in its order, with its meaning, what is
 * allowed, and its default, all taken from the schema. Keys that have neither value nor default stand there
 * as comments. The text holds no trailing comma, so that editors have nothing to mark.
 */
export function commentedJson(schema: JsonSchema, { values, remarks, head }: Commented): string {
  const body = objectLines(schema, values, '', remarks);
  const comments = head
    .flatMap((line) => (line === '' ? [''] : wrapped(line, WIDTH - '// '.length, '')))
    .map((line) => `// ${line}`.trimEnd());
  return `${[...comments, ...body].join('\n')}\n`;
}

/** `{`, one entry a key, `}`. */
function objectLines(
  schema: JsonSchema,
  values: Readonly<Record<string, unknown>> | undefined,
  at: string,
  remarks: Commented['remarks'],
): string[] {
  const properties = (schema.properties ?? {}) as Readonly<Record<string, JsonSchema>>;
  const settingOf = (key: string) => values?.[key] ?? properties[key]!.default;
  const keys = Object.keys(properties);
  const last = keys.findLastIndex((key) => settingOf(key) !== undefined);
  // A key that is set ends the object, so that one above it can be brought in without a comma to add.
  const ordered = last < 0 ? keys : [...keys.toSpliced(last, 1), keys[last]!];
  const lines = ordered.flatMap((key, index) => {
    const path = at === '' ? key : `${at}.${key}`;
    const value = settingOf(key);
    const [first, ...rest] = valueLines(properties[key]!, value, path, remarks);
    const entry = [`${JSON.stringify(key)}: ${first}`, ...rest];
    if (index < ordered.length - 1) entry[entry.length - 1] += ',';
    const written = value === undefined ? entry.map((line) => `// ${line}`) : entry;
    const remark = remarks[path];
    // A section that is not set stands behind another comment mark.
    const width = WIDTH - 2 * '// '.length - 2 * path.split('.').length;
    const about = [
      ...facts(properties[key]!, value, width),
      ...(remark === undefined ? [] : wrapped(remark, width)),
    ];
    // Sections stand apart.
    const gap = at === '' && index > 0 ? [''] : [];
    return [...gap, ...about.map((line) => `// ${line}`), ...written];
  });
  return ['{', ...lines.map((line) => (line === '' ? '' : `  ${line}`)), '}'];
}

/** A value, its first line to stand behind the key. Of a list of objects only the first carries comments. */
function valueLines(schema: JsonSchema, value: unknown, at: string, remarks: Commented['remarks']): string[] {
  if (schema.properties !== undefined) {
    return objectLines(schema, value as Readonly<Record<string, unknown>> | undefined, at, remarks);
  }
  const items = schema.items as JsonSchema | undefined;
  if (items?.properties !== undefined && Array.isArray(value) && value.length > 0) {
    const [first, ...others] = value as Readonly<Record<string, unknown>>[];
    const entries = [objectLines(items, first, `${at}.0`, remarks), ...others.map((other) => json(other))];
    const lines = entries.flatMap((entry, index) =>
      index < entries.length - 1 ? [...entry.slice(0, -1), `${entry.at(-1)},`] : entry,
    );
    return ['[', ...lines.map((line) => `  ${line}`), ']'];
  }
  return value === undefined ? ['...'] : json(value);
}

function json(value: unknown): string[] {
  return JSON.stringify(value, null, 2).split('\n');
}

/** `word lines (ROWS) [1..1024]`, the bracket on a line of its own where both do not fit. */
function facts(schema: JsonSchema, value: unknown, width: number): string[] {
  const { description = '', default: fallback, properties } = schema;
  const section = properties !== undefined;
  const allowed = section ? undefined : allowedText(schema);
  const parts = [
    ...(allowed === undefined ? [] : [allowed]),
    ...(fallback === undefined || section ? [] : [`default ${JSON.stringify(fallback)}`]),
    ...(value === undefined ? ['not set'] : []),
  ];
  const range = parts.length === 0 ? '' : `[${parts.join(', ')}]`;
  const line = `${description} ${range}`.trim();
  return line.length <= width
    ? wrapped(line, width)
    : [description, range].flatMap((text) => wrapped(text, width));
}

/** Words in lines of at most `width` characters; `hang` indents continued lines. */
function wrapped(text: string, width: number, hang = '  '): string[] {
  if (text.length <= width) return text === '' ? [] : [text];
  const lines: string[] = [];
  let line = '';
  for (const word of text.split(' ')) {
    if (line !== '' && `${line} ${word}`.length > width) {
      lines.push(line);
      line = hang + word;
    } else {
      line = line === '' ? word : `${line} ${word}`;
    }
  }
  return [...lines, line];
}
