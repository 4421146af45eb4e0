import * as z from 'zod';
import { levelsSchema } from './levels.js';
import { macroSchema } from './macro.js';
import { psumSchema } from './psum.js';

/** A JSON Schema, or one part of it. */
export type JsonSchema = z.core.JSONSchema.BaseSchema;

/** A file that people write and that has a published JSON Schema. */
export type Published = 'macro' | 'levels' | 'psum';

/** Files that have a published schema, by the name that `imcgen schema` takes. */
export const PUBLISHED = {
  macro: { schema: macroSchema, title: 'imcgen macro config (macro.json)' },
  levels: { schema: levelsSchema, title: 'imcgen levels of a nonlinear ADC (levels.json)' },
  psum: { schema: psumSchema, title: 'imcgen partial-sum unit config (psum.json)' },
} as const satisfies Readonly<Record<Published, unknown>>;

/**
 * JSON Schema of a file as people write it: defaults may be left out. Draft 7, which all editors know.
 * It says what one value may be; rules between values are left to `imcgen check`.
 *
 * @param name which file
 */
export function jsonSchema(name: Published): JsonSchema {
  const { schema, title } = PUBLISHED[name];
  return schemaOf(schema, title);
}

/** The same of any file that people write. */
export function schemaOf(schema: z.ZodType, title: string): JsonSchema {
  const { $schema, ...rest } = z.toJSONSchema(schema, { io: 'input', target: 'draft-7' });
  return { $schema, title, ...rest } as JsonSchema;
}

/** The schema as `schemas/` and `imcgen schema` give it. */
export function jsonSchemaText(name: Published): string {
  return `${JSON.stringify(jsonSchema(name), null, 2)}\n`;
}
