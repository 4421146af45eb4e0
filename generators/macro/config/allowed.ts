import type { JsonSchema } from './json-schema.js';

/** What a value may be: `1..1024`, `"pwm" | "bit_serial"`; undefined where only words can tell. */
export function allowedText(schema: JsonSchema): string | undefined {
  const { type, enum: choices, const: only, anyOf, oneOf, minimum, maximum, minItems, maxItems } = schema;
  const alternatives = (anyOf ?? oneOf) as readonly JsonSchema[] | undefined;
  if (choices !== undefined) return choices.map((choice) => JSON.stringify(choice)).join(' | ');
  if (only !== undefined) return JSON.stringify(only);
  if (type === 'boolean') return 'true | false';
  if (minimum !== undefined && maximum !== undefined) return `${minimum}..${maximum}`;
  if (minItems !== undefined && maxItems !== undefined) return `${minItems}..${maxItems} entries`;
  if (alternatives === undefined) return undefined;
  const texts = alternatives.map(allowedText).filter((text) => text !== undefined);
  return texts.length === alternatives.length ? texts.join(' | ') : undefined;
}
