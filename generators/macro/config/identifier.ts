import * as z from 'zod';
import { RESERVED_WORDS, reservedIn } from './reserved-words.js';

/** Longest accepted macro name: leaves room for module suffixes within tools' 64-character limits. */
export const MAX_NAME_LENGTH = 40;

/**
 * Why a name cannot be that of a module, or undefined where it can. Names are never renamed silently: they reach
 * module names, file paths and the address map as they are.
 */
export function identifierFault(name: string): string | undefined {
  const shown = JSON.stringify(
    name.length > 2 * MAX_NAME_LENGTH ? `${name.slice(0, MAX_NAME_LENGTH)}..` : name,
  );
  if (!/^[a-z][a-z0-9_]*$/.test(name)) {
    return `${shown} is not a module name: lower-case letters, digits and underscores, a letter first`;
  }
  if (name.length > MAX_NAME_LENGTH)
    return `${shown} has ${name.length} characters, at most ${MAX_NAME_LENGTH} are allowed`;
  const language = reservedIn(name);
  if (language !== undefined) return `${shown} is a reserved word of ${language}`;
  if (name.endsWith('_') || name.includes('__')) return `${shown} has a trailing or doubled underscore`;
  return undefined;
}

/** The nearest name that {@link identifierFault} allows; undefined where nothing of the name is left. */
export function nearestIdentifier(name: string): string | undefined {
  const words = name
    .normalize('NFKD')
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, '_')
    .replace(/^_+|_+$/g, '');
  if (words === '') return undefined;
  const short = (/^[a-z]/.test(words) ? words : `m_${words}`).slice(0, MAX_NAME_LENGTH).replace(/_+$/, '');
  return reservedIn(short) === undefined ? short : `${short}_macro`;
}

/** A name that can prefix Verilog modules; {@link identifierFault} in words that a JSON Schema has too. */
export const moduleName = z
  .string()
  .superRefine((name, context) => {
    const message = identifierFault(name);
    if (message === undefined) return;
    const near = nearestIdentifier(name);
    const fix = near === undefined ? {} : { params: { fix: `Use "${near}".` } };
    context.addIssue({ code: 'custom', message, ...fix });
  })
  .meta({
    pattern: '^[a-z][a-z0-9]*(_[a-z0-9]+)*$',
    maxLength: MAX_NAME_LENGTH,
    not: { enum: [...RESERVED_WORDS].sort() },
  });
